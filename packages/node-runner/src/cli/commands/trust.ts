import { realpathSync } from "node:fs"
import { basename, join } from "node:path"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { writeWhole } from "../../internal/disk/writeWhole.ts"
import { reasonOf } from "../../internal/disk/systemError.ts"
import { failed, usage } from "../base/cliError.ts"
import { Person } from "../base/person.ts"
import { Configuration, needsText } from "../config/configuration.ts"
import { needsOf } from "../config/needs.ts"
import * as rows from "../config/rows.ts"
import * as flags from "../run/flags.ts"
import { placeOf, trusted, type Trusted, trustFile } from "../start/trusted.ts"

export const trust = Command.make(
  "trust",
  {
    yes: flags.toggle("yes", "Do not ask"),
    revoke: flags.toggle("revoke", "Trust it no more"),
    json: flags.json
  },
  Effect.fnUntraced(function* ({ json, revoke, yes }) {
    const { project } = yield* Configuration
    if (project === undefined) {
      const fix = "go to the folder that has it, or write one"
      return yield* usage("there is no stepwright.yaml here, nor above this folder", { target: "stepwright.yaml", fix })
    }
    const { name, trusts } = project
    const [place, before] = yield* Effect.sync(
      () => [placeOf(join(project.folder, basename(name))), trusted()] as const
    )
    const { [place]: _, ...others } = before
    if (revoke) {
      yield* keep(others)
      return yield* json ? tell({ file: place, trusted: false }) : Console.log(`${name} is not trusted any more`)
    }
    const [needs, limits] = yield* Effect.sync(() => [needsOf(project), rows.limitsOf(project.config)] as const)
    const deeds = [...needs.map(({ deed }) => deed), ...limits]
    if (trusts !== undefined && deeds.every(trusts)) {
      return yield* json ? tell({ file: place, trusted: true }) : Console.log(`${name} is trusted with what it does`)
    }
    const told = needs.filter(({ deed }) => trusts?.(deed) !== true)
    const raised = limits.map(([, limit, value]) => `${limit} ${value}`).join(", ")
    yield* Console.error(
      [
        told.length === 0 ? `${name} does nothing else that needs trust` : `${name} does this:`,
        ...(told.length === 0 ? [] : [yield* needsText(name, told)]),
        ...(raised === "" ? [] : [`its limits count in place of your own: ${raised}`]),
        "trusted is that, until it does something else of the kind, and all that is named there, whatever becomes of it: modules with what they import, prompts, programs"
      ].join("\n")
    )
    if (!yes && !(yield* agreed(json))) return yield* failed(`${name} is not trusted`, { target: name })
    yield* keep({ ...others, [place]: deeds })
    yield* json
      ? tell({ file: place, trusted: true })
      : Console.log(`${name} is trusted, until it does something else that needs trust`)
  })
).pipe(
  Command.withDescription(
    "Trust the stepwright.yaml of a project with what it does: with your keys, with files outside its folder, and with code that it runs. Says what that is, and asks. Only where it does something else of the kind it must be trusted anew."
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
