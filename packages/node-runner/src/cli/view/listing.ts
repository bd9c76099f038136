import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Spending from "@stepwright/core/Spending"
import * as Usage from "@stepwright/core/Usage"
import { Time, type WorkflowState } from "@stepwright/core/WorkflowState"
import { type SeenStatus, WorkflowStatus } from "@stepwright/core/WorkflowStatus"
import { writeWhole } from "../../internal/disk/writeWhole.ts"
import { defined } from "../base/defined.ts"
import { inFlags } from "../base/told.ts"
import { Configuration } from "../config/configuration.ts"
import * as runFolder from "../run/runFolder.ts"
import type { Glance, OnCluster } from "../run/store/runStore.ts"
import * as stores from "../run/store/stores.ts"
import { attempt } from "../start/attempt.ts"
import { readPlain } from "../start/plainFile.ts"
import { statusLabel } from "./statusLabel.ts"
import * as tree from "./tree.ts"

/** What is shown of a run, whoever is at it. */
const Summary = Schema.Struct({
  workflow: Schema.String,
  status: WorkflowStatus,
  steps: Schema.Int,
  replies: Schema.Int,
  tokens: Usage.Usage,
  createdAt: Time,
  updatedAt: Time,
  /** Where it waits, and for what, while it is suspended. */
  waits: Schema.NullOr(Schema.Struct({ path: Schema.String, code: Schema.String, message: Schema.String }))
})
type Summary = typeof Summary.Type

const waitsOf = ({ error, status }: WorkflowState): Summary["waits"] =>
  status !== "SUSPENDED" || error === undefined
    ? null
    : { path: error.path, code: error.tag, message: inFlags(error.message).trimEnd() }

const summaryOf = (state: WorkflowState): Summary => {
  const { replies, usage } = Spending.of(state)
  const { createdAt, status, updatedAt, workflow } = state
  const steps = tree.rows(undefined, state, false).filter(({ look }) => look === "done").length
  return { workflow, status, steps, replies, tokens: usage, createdAt, updatedAt, waits: waitsOf(state) }
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

const described = (glance: Glance, before: Known[string] | undefined) =>
  before?.free !== undefined && before.version === glance.version && before.free === glance.touched
    ? Effect.succeed({ now: before, isLive: false })
    : lookedAt(glance, before)

const lookedAt = Effect.fnUntraced(function* (
  { isLive: seen, run, touched, version }: Glance,
  before: Known[string] | undefined
) {
  const isKnown = before !== undefined && before.version === version
  const isOld = touched !== undefined && (yield* Clock.currentTimeMillis) - touched > blink
  const isFree = isOld && (yield* Effect.flatMap(stores.of(run), (store) => store.isFree(run)))
  const isLive = !isFree && (seen ?? (yield* runFolder.isLive(run)))
  const summary = isKnown ? before.summary : summaryOf(yield* runFolder.state(run))
  const now = { version: version ?? "", summary, ...(isFree && { free: touched }) }
  return { now: isKnown && before.free === now.free ? before : now, isLive }
})

/** A run in a list, or why it cannot be read. */
export type Entry =
  | { readonly run: string; readonly error: string }
  | (Omit<Summary, "status"> & {
      readonly run: string
      readonly status: SeenStatus
      readonly cluster?: OnCluster
    })

/** The runs of all places that can be asked, the one that was written to last first, and why others cannot. */
export const entries = Effect.gen(function* () {
  const { away, glances } = yield* runFolder.glancesThere
  const known = yield* readKnown
  const now: Record<string, Known[string]> = {}
  const found = yield* Effect.forEach(
    glances,
    (glance) =>
      Effect.matchEager(described(glance, known[glance.run]), {
        onFailure: (error): Entry => ({ run: glance.run, error: error.message }),
        onSuccess: (found): Entry => {
          now[glance.run] = found.now
          const { summary } = found.now
          const status = statusLabel(summary, found.isLive)
          return { run: glance.run, ...summary, status, ...defined({ cluster: glance.cluster }) }
        }
      }),
    { concurrency: 8 }
  )
  if (Object.entries(now).some(([run, one]) => known[run] !== one)) {
    yield* Effect.ignore(writeWhole(yield* knownFile, Schema.encodeSync(KnownText)(now)))
  }
  return { away, found }
})
