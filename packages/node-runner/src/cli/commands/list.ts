import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Usage from "@stepwright/core/Usage"
import { Time, type WorkflowState } from "@stepwright/core/WorkflowState"
import { WorkflowStatus } from "@stepwright/core/WorkflowStatus"
import { writeWhole } from "../../internal/disk/writeWhole.ts"
import { directory } from "../../internal/services/layers.ts"
import * as NodeJournal from "../../NodeJournal.ts"
import * as format from "../base/format.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"
import { statusLabel } from "../view/statusLabel.ts"
import { totals } from "../view/totals.ts"
import * as tree from "../view/tree.ts"

/** What is shown of a run, whoever is at it. */
const Summary = Schema.Struct({
  workflow: Schema.String,
  status: WorkflowStatus,
  steps: Schema.Int,
  replies: Schema.Int,
  tokens: Usage.Usage,
  createdAt: Time,
  updatedAt: Time
})
type Summary = typeof Summary.Type

const summaryOf = (state: WorkflowState): Summary => {
  const { replies, usage } = totals(state)
  const { createdAt, status, updatedAt, workflow } = state
  const steps = tree.rows(undefined, state, false).filter(({ look }) => look === "done").length
  return { workflow, status, steps, replies, tokens: usage, createdAt, updatedAt }
}

/** What was read of runs before, while their journals are as they were: to read a thousand takes seconds. */
const Known = Schema.Record(Schema.String, Schema.Struct({ version: Schema.String, summary: Summary }))
const KnownText = Schema.fromJsonString(Known)
const knownFile = ".stepwright/list.json"

const readKnown = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  // anybody may delete it, and what it does not say is read anew
  const text = yield* Effect.option(fs.readFileString(knownFile))
  return Option.getOrElse(Option.flatMap(text, Schema.decodeOption(KnownText)), (): typeof Known.Type => ({}))
})

const described = Effect.fnUntraced(function* (run: string, known: typeof Known.Type) {
  const version = yield* NodeJournal.version(directory, run)
  const before = known[run]
  const summary = before?.version === version ? before.summary : summaryOf(yield* runFolder.state(run))
  return { version, summary, isLive: yield* runFolder.isLive(run) }
})

export const list = Command.make(
  "list",
  { json: flags.json },
  Effect.fnUntraced(function* ({ json }) {
    const known = yield* readKnown
    const now: Record<string, (typeof Known.Type)[string]> = {}
    const entries = yield* Effect.forEach(
      yield* runFolder.all,
      (run) =>
        Effect.match(described(run, known), {
          onFailure: (error) => ({ run, error: error.message }),
          onSuccess: ({ isLive, summary, version }) => {
            now[run] = { version, summary }
            return { run, ...summary, status: statusLabel(summary, isLive) }
          }
        }),
      { concurrency: 8 }
    )
    if (Object.entries(now).some(([run, { version }]) => known[run]?.version !== version)) {
      yield* Effect.ignore(writeWhole(knownFile, Schema.encodeSync(KnownText)(now)))
    }
    if (json) return yield* Console.log(JSON.stringify(entries, null, 2))
    if (entries.length === 0) yield* Console.error(`there are no runs here (${directory})`)
    for (const entry of entries) {
      if ("error" in entry) {
        yield* Console.log(`${entry.run}  ${entry.error}`)
        continue
      }
      const { createdAt, replies, run, status, steps, tokens, workflow } = entry
      const at = DateTime.formatIso(DateTime.makeUnsafe(createdAt)).slice(0, 16).replace("T", " ")
      const cost = replies === 0 ? [] : format.tokens(tokens)
      yield* Console.log(
        `${run}  ${status.padEnd(11)}  ${at}  ${workflow}  ${[`${format.count(steps, "step")} done`, ...cost].join(", ")}`
      )
    }
  })
).pipe(
  Command.withDescription("List the runs of this folder, the last used first"),
  Command.withShortDescription("List the runs of this folder"),
  Command.withExamples(({ commandPath }) => [
    { command: commandPath.join(" "), description: "Id, status, time, workflow, cost" },
    { command: `${commandPath.join(" ")} --json`, description: "The same for a script" }
  ])
)
