import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Engine from "@stepwright/core/Engine"
import { report } from "../base/output.ts"
import type { Words } from "../base/words.ts"
import * as gates from "../gate/gates.ts"
import * as flags from "../run/flags.ts"
import * as runLayer from "../run/runLayer.ts"
import * as session from "../run/session.ts"

const config = (words: Words) => ({ run: flags.run, workflow: flags.workflow(words), json: flags.json })

export const plan = (words: Words) =>
  Command.make(
    "plan",
    config(words),
    Effect.fnUntraced(function* ({ json, run, workflow }) {
      const opened = yield* session.open(run, workflow)
      const entries = yield* Effect.provide(
        Engine.plan(opened.loaded.workflow, opened.state),
        runLayer.withoutModel(opened)
      )
      if (json) return yield* Console.log(JSON.stringify(entries, null, 2))
      for (const line of yield* changeLines(opened)) yield* report(line)
      const told = foldedIn(entries)
      const width = Math.max(0, ...told.map(({ path }) => path.length))
      for (const { action, more, path, why, ...gate } of told) {
        const also = more === 0 ? "" : `, and ${more} more after it`
        yield* report(`${action.padEnd(7)}  ${why === "" ? path : `${path.padEnd(width)}  ${why}`}${also}`)
        for (const line of gates.cutShort({ path, ...gate })) yield* report(`${" ".repeat(11)}${line}`)
      }
    })
  ).pipe(
    Command.withDescription("Say what `resume` would run, and why, without a call"),
    Command.withShortDescription("What would run, and why"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} latest`, description: "reuse, run, or perhaps, for each step" },
      { command: `${commandPath.join(" ")} latest --json`, description: "All of them, one by one" }
    ])
  )

/** How many that perhaps run for one reason are named one by one. */
const most = 3

/** The entries, with more than a few that perhaps run for one reason told by the first of them. */
const foldedIn = (entries: ReadonlyArray<Engine.PlanEntry>) => {
  const told: Array<Engine.PlanEntry & { more: number }> = []
  for (let i = 0; i < entries.length;) {
    const { action, why } = entries[i]!
    const isAlike = (entry: Engine.PlanEntry) => action === "perhaps" && entry.action === action && entry.why === why
    const next = entries.findIndex((entry, j) => j > i && !isAlike(entry))
    const end = next === -1 ? entries.length : next
    const count = end - i > most ? 1 : end - i
    for (const entry of entries.slice(i, i + count)) told.push({ ...entry, more: end - i - count })
    i = end
  }
  return told
}

/** What a change of documents reaches, for a run that makes one. */
const changeLines = Effect.fnUntraced(function* ({ loaded, state }: session.Session) {
  if (loaded.workflow.name !== "change" || loaded.module !== undefined) return []
  const { ChangeOutlook, ChangeWorkflow } = yield* Effect.promise(() => import("@stepwright/steps"))
  const input = yield* Schema.decodeUnknownEffect(Schema.toCodecJson(ChangeWorkflow.Input))(state.input)
  return [...ChangeOutlook.toLines(ChangeOutlook.of(input)), ""]
})
