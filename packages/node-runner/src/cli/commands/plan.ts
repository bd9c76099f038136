import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { report } from "../base/output.ts"
import type { Words } from "../base/words.ts"
import * as flags from "../run/flags.ts"
import { planOf } from "../run/pending.ts"
import * as session from "../run/session.ts"
import { planLines } from "../go/planLines.ts"

const config = (words: Words) => ({ run: flags.run, workflow: flags.workflow(words), json: flags.json })

export const plan = (words: Words) =>
  Command.make(
    "plan",
    config(words),
    Effect.fnUntraced(function* ({ json, run, workflow }) {
      const opened = yield* session.open(run, workflow)
      const entries = yield* planOf(opened)
      if (json) return yield* Console.log(JSON.stringify(entries, null, 2))
      for (const line of yield* changeLines(opened)) yield* report(line)
      for (const line of planLines(entries)) yield* report(line)
    })
  ).pipe(
    Command.withDescription("Say what `resume` would run, and why, without a call"),
    Command.withShortDescription("What would run, and why"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} latest`, description: "reuse, run, or perhaps, for each step" },
      { command: `${commandPath.join(" ")} latest --json`, description: "All of them, one by one" }
    ])
  )

/** What a change of documents reaches, for a run that makes one. */
const changeLines = Effect.fnUntraced(function* ({ loaded, state }: session.Session) {
  if (loaded.workflow.name !== "change" || loaded.module !== undefined) return []
  const { ChangeOutlook, ChangeWorkflow } = yield* Effect.promise(() => import("@stepwright/steps"))
  const input = yield* Schema.decodeUnknownEffect(Schema.toCodecJson(ChangeWorkflow.Input))(state.input)
  return [...ChangeOutlook.toLines(ChangeOutlook.of(input)), ""]
})
