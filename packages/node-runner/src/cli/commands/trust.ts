import { realpathSync } from "node:fs"
import { basename, join } from "node:path"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { writeWhole } from "../../internal/disk/writeWhole.ts"
import { reasonOf } from "../../internal/disk/systemError.ts"
import type { ProjectConfig } from "../../ProjectConfig.ts"
import { failed, usage } from "../base/cliError.ts"
import { Person } from "../base/person.ts"
import { Configuration, needsText } from "../config/configuration.ts"
import { needsOf } from "../config/needs.ts"
import * as rows from "../config/rows.ts"
import type { ConfigFile } from "../config/readConfig.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"
import { placeOf, trusted, type Trusted, trustFile } from "../start/trusted.ts"

export const trust = Command.make(
  "trust",
  {
    yes: flags.toggle("yes", "Do not ask"),
    revoke: flags.toggle("revoke", "Trust it no more"),
    json: flags.json
  },
  Effect.fnUntraced(function* ({ json, revoke, yes }) {
    const { project, user } = yield* Configuration
    const runs = revoke ? [] : yield* runFolder.untrusted
    if (project === undefined && runs.length === 0) {
      const fix = "go to the folder that has it, or write one"
      return yield* usage("there is no stepwright.yaml here, nor above this folder", { target: "stepwright.yaml", fix })
    }
    const file = project === undefined ? undefined : yield* lookAt(project, user)
    const names = [...(file === undefined ? [] : [file.name]), ...runs.map(({ run }) => `run ${run}`)].join(", ")
    const tellOf = (trusted: boolean, words: string) =>
      json
        ? Console.log(JSON.stringify({ file: file?.place ?? null, runs: runs.map(({ run }) => run), trusted }, null, 2))
        : Console.log(`${names} ${words}`)
    if (file !== undefined && revoke) {
      yield* keep(file.others)
      return yield* tellOf(false, "is not trusted any more")
    }
    if (file?.isTrusted !== false && runs.length === 0) return yield* tellOf(true, "is trusted with what it does")
    yield* Console.error(
      [
        ...(file === undefined || file.isTrusted ? [] : file.lines),
        ...runs.map(({ told }) => told),
        "trusted is that, until it does something else of the kind, and all that is named there, whatever becomes of it: modules with what they import, prompts, programs"
      ].join("\n")
    )
    if (!yes && !(yield* agreed(json))) return yield* failed(`${names} is not trusted`, { target: names })
    if (file !== undefined) yield* keep({ ...file.others, [file.place]: file.deeds })
    for (const { run } of runs) yield* runFolder.trust(run)
    yield* tellOf(true, "is trusted, until it does something else that needs trust")
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

/** What a project's file does, and what it is trusted with. */
const lookAt = Effect.fnUntraced(function* (project: ConfigFile<ProjectConfig>, user: Configuration["user"]) {
  const { config, folder, name, trusts } = project
  const [place, before, needs] = yield* Effect.sync(
    () => [placeOf(join(folder, basename(name))), trusted(), needsOf(project, user)] as const
  )
  const { [place]: _, ...others } = before
  const limits = rows.limitsOf(config)
  const deeds = [...needs.map(({ deed }) => deed), ...limits]
  const told = needs.filter(({ deed }) => trusts?.(deed) !== true)
  const raised = limits.map(([, limit, value]) => `${limit} ${value}`).join(", ")
  const lines = [
    told.length === 0 ? `${name} does nothing else that needs trust` : `${name} does this:`,
    ...(told.length === 0 ? [] : [yield* needsText(name, told)]),
    ...(raised === "" ? [] : [`its limits count in place of your own: ${raised}`])
  ]
  return { name, place, others, deeds, lines, isTrusted: trusts !== undefined && deeds.every(trusts) }
})

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
