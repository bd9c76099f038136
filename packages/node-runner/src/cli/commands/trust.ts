import { realpathSync } from "node:fs"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { writeWhole } from "../../internal/disk/writeWhole.ts"
import { reasonOf } from "../../internal/disk/systemError.ts"
import { failed, usage } from "../base/cliError.ts"
import { Person } from "../base/person.ts"
import { Configuration, needsText } from "../config/configuration.ts"
import * as flags from "../run/flags.ts"
import { identityOf, trusted, type Trusted, trustFile } from "../start/trusted.ts"

export const trust = Command.make(
  "trust",
  {
    yes: flags.toggle("yes", "Do not ask"),
    revoke: flags.toggle("revoke", "Trust it no more"),
    json: flags.json
  },
  Effect.fnUntraced(function* ({ json, revoke, yes }) {
    const { needs, project } = yield* Configuration
    if (project === undefined) {
      const fix = "go to the folder that has it, or write one"
      return yield* usage("there is no stepwright.yaml here, nor above this folder", { target: "stepwright.yaml", fix })
    }
    const { name, text } = project
    const [place, hash] = yield* Effect.sync(() => identityOf(project.name, text))
    const { [place]: _, ...others } = yield* Effect.sync(trusted)
    if (revoke) {
      yield* keep(others)
      return yield* json ? tell({ file: place, trusted: false }) : Console.log(`${name} is not trusted any more`)
    }
    if (project.isTrusted) {
      return yield* json ? tell({ file: place, trusted: true }) : Console.log(`${name} is trusted as it is`)
    }
    const lines = yield* needsText(name, needs)
    yield* Console.error(
      [
        needs.length === 0
          ? `${name} does nothing that needs trust, but for raising your own limits`
          : `${name} does this:`,
        ...(lines === "" ? [] : [lines]),
        "trusted are this file as it is now, and all that it names, whatever becomes of that: modules with what they import, prompts, programs"
      ].join("\n")
    )
    if (!yes && !(yield* agreed(json))) return yield* failed(`${name} is not trusted`, { target: name })
    yield* keep({ ...others, [place]: hash })
    yield* json ? tell({ file: place, trusted: true }) : Console.log(`${name} is trusted until it changes`)
  })
).pipe(
  Command.withDescription(
    "Trust the stepwright.yaml of a project as it is: with your keys, with files outside its folder, and with code that it runs. Says what it does, and asks. A file that changes must be trusted anew."
  ),
  Command.withShortDescription("Trust the configuration of a project"),
  Command.withExamples(({ commandPath }) => [
    { command: commandPath.join(" "), description: "See what it does, and answer" },
    { command: `${commandPath.join(" ")} --revoke`, description: "Trust it no more" }
  ])
)

const tell = (found: object) => Console.log(JSON.stringify(found, null, 2))

const agreed = Effect.fnUntraced(function* (json: boolean) {
  const { answer, isThere } = yield* Person
  if (json || !isThere()) {
    return yield* usage("there is nobody to ask", { target: "--yes", fix: "read what it does, and add --yes" })
  }
  return /^y(?:es)?$/iu.test((yield* answer("trust it? (yes/no): "))?.trim() ?? "")
})

/** Keeps what is trusted, less what is gone. */
const keep = (files: Trusted) => {
  const there = Object.fromEntries(Object.entries(files).filter(([place]) => isThere(place)))
  const text = `${JSON.stringify({ format: 1, files: there }, null, 2)}\n`
  return Effect.mapError(writeWhole(trustFile(), text), (cause) =>
    failed(`${trustFile()} cannot be written: ${reasonOf(cause)}`, { target: trustFile(), cause })
  )
}

const isThere = (place: string): boolean => {
  try {
    return realpathSync(place) === place
  } catch {
    return false
  }
}
