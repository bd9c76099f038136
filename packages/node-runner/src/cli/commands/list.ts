import * as Clock from "effect/Clock"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Spending from "@stepwright/core/Spending"
import * as Usage from "@stepwright/core/Usage"
import { Time, type WorkflowState } from "@stepwright/core/WorkflowState"
import { WorkflowStatus } from "@stepwright/core/WorkflowStatus"
import { writeWhole } from "../../internal/disk/writeWhole.ts"
import * as NodeJournal from "../../NodeJournal.ts"
import * as format from "../base/format.ts"
import { report } from "../base/output.ts"
import { attempt } from "../start/attempt.ts"
import { readPlain } from "../start/plainFile.ts"
import { Configuration } from "../config/configuration.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"
import { statusLabel } from "../view/statusLabel.ts"
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
  const { replies, usage } = Spending.of(state)
  const { createdAt, status, updatedAt, workflow } = state
  const steps = tree.rows(undefined, state, false).filter(({ look }) => look === "done").length
  return { workflow, status, steps, replies, tokens: usage, createdAt, updatedAt }
}

/** What was read of runs before, while they look as they did: to read a thousand takes seconds. */
const Known = Schema.Record(
  Schema.String,
  Schema.Struct({
    version: Schema.String,
    summary: Summary,
    /** When its folder was touched last, where nobody can have taken the run since. */
    free: Schema.optionalKey(Schema.Finite)
  })
)
type Known = typeof Known.Type
const KnownText = Schema.fromJsonString(Known)
const knownFile = Effect.map(Configuration, ({ store }) => `${store}/list.json`)

const mostOfKnown = 100_000_000

const readKnown = Effect.gen(function* () {
  const file = yield* knownFile
  // anybody may delete it, and what it does not say is read anew
  const bytes = yield* Effect.sync(() => attempt(() => readPlain(file, mostOfKnown)))
  return Option.getOrElse(Schema.decodeUnknownOption(KnownText)(bytes?.toString()), (): Known => ({}))
})

/** How long ago a folder must have been touched for its time to tell what came after. **Units** milliseconds */
const blink = 2000

const described = (glance: NodeJournal.Glance, before: Known[string] | undefined) =>
  before !== undefined && before.version === glance.version && before.free === glance.touched
    ? Effect.succeed({ now: before, isLive: false })
    : lookedAt(glance, before)

const lookedAt = Effect.fnUntraced(function* (
  { run, touched, version }: NodeJournal.Glance,
  before: Known[string] | undefined
) {
  const isKnown = before !== undefined && before.version === version
  const isFree =
    (yield* Clock.currentTimeMillis) - touched > blink && (yield* NodeJournal.isFree(yield* runFolder.directory, run))
  const isLive = !isFree && (yield* runFolder.isLive(run))
  const summary = isKnown ? before.summary : summaryOf(yield* runFolder.state(run))
  const now = { version: version ?? "", summary, ...(isFree && { free: touched }) }
  return { now: isKnown && before.free === now.free ? before : now, isLive }
})

type Entry =
  | { readonly run: string; readonly error: string }
  | (Omit<Summary, "status"> & { readonly run: string; readonly status: string })

const lineOf = (entry: Entry): string => {
  if ("error" in entry) return `${entry.run}  ${entry.error}`
  const { createdAt, replies, run, status, steps, tokens, workflow } = entry
  const at = DateTime.formatIso(DateTime.makeUnsafe(createdAt)).slice(0, 16).replace("T", " ")
  const cost = replies === 0 ? [] : format.tokens(tokens)
  const facts = [`${format.count(steps, "step")} done`, ...cost].join(", ")
  return `${run}  ${status.padEnd(11)}  ${at}  ${workflow}  ${facts}`
}

export const list = Command.make(
  "list",
  { json: flags.json },
  Effect.fnUntraced(function* ({ json }) {
    const known = yield* readKnown
    const now: Record<string, Known[string]> = {}
    const entries = yield* Effect.forEach(
      yield* runFolder.glances,
      (glance) =>
        Effect.matchEager(described(glance, known[glance.run]), {
          onFailure: (error) => ({ run: glance.run, error: error.message }),
          onSuccess: (found) => {
            now[glance.run] = found.now
            const { summary } = found.now
            return { run: glance.run, ...summary, status: statusLabel(summary, found.isLive) }
          }
        }),
      { concurrency: 8 }
    )
    if (Object.entries(now).some(([run, one]) => known[run] !== one)) {
      yield* Effect.ignore(writeWhole(yield* knownFile, Schema.encodeSync(KnownText)(now)))
    }
    if (json) return yield* Console.log(JSON.stringify(entries, null, 2))
    if (entries.length === 0) yield* Console.error(`there are no runs here (${yield* runFolder.directory})`)
    if (entries.length > 0) yield* report(entries.map(lineOf).join("\n"))
  })
).pipe(
  Command.withDescription("List the runs of this folder, the last used first"),
  Command.withShortDescription("List the runs of this folder"),
  Command.withExamples(({ commandPath }) => [
    { command: commandPath.join(" "), description: "Id, status, time, workflow, cost" },
    { command: `${commandPath.join(" ")} --json`, description: "The same for a script" }
  ])
)
