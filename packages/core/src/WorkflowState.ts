import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { Fingerprint } from "./Fingerprint.ts"
import { isDeeper } from "./internal/format/depth.ts"
import * as migrations from "./internal/format/migrations.ts"
import * as exact from "./internal/json/exact.ts"
import { excerpt } from "./internal/text/excerpt.ts"
import { FinishReason } from "./LlmReply.ts"
import { Usage } from "./Usage.ts"
import { WorkflowConfig } from "./WorkflowConfig.ts"
import { WorkflowStatus } from "./WorkflowStatus.ts"

/** The version of the format that this library writes; it reads those before. */
export const format = migrations.format

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

const latest = 8.64e15

/** **Units** milliseconds since 1970, as far as a `Date` goes: here and in all times of a state and of events. */
export const Time = Schema.Int.check(Schema.isBetween({ minimum: -latest, maximum: latest }))

/** Who made a result: a model, a step's own code, a person's hand, or a person who decided a gate. */
export const Author = Schema.Literals(["model", "code", "hand", "decision"])
export type Author = typeof Author.Type

/** The last result of a step that parsed, with its output as JSON and all that it depended on. */
export const StepResult = Schema.Struct({
  fingerprint: Fingerprint,
  output: Schema.Json,
  by: Author,
  model: Schema.optionalKey(Schema.String),
  /** Hash of the name, version and Schemas of the step whose code made it, by which another step is known to be the same. */
  code: Schema.optionalKey(Schema.String),
  /** A person asked for it, whatever there was. */
  anew: Schema.optionalKey(Schema.Literal(true)),
  at: Time
})
export type StepResult = typeof StepResult.Type

/**
 * Why a step failed. `value` is the error encoded by the step's own `error` Schema, where it has one. One that a `fallback`
 * took over has the `fingerprint` of what the step asked: while that is asked, it is not tried again.
 */
export const StepFailure = Schema.Struct({
  tag: Schema.String,
  message: Schema.String,
  value: Schema.optionalKey(Schema.Json),
  fingerprint: Schema.optionalKey(Fingerprint),
  /** The models that the step named, and how many repairs it asked each for. */
  asked: Schema.optionalKey(Schema.Struct({ models: Schema.Array(Schema.String), repair: Count })),
  /** The limit that was over, in milliseconds, where that is why. */
  limit: Schema.optionalKey(Schema.Finite),
  /** As that of a result. */
  code: Schema.optionalKey(Schema.String),
  /** It only waits: for a budget, say. What it was answered before is taken up when it goes on. */
  suspends: Schema.optionalKey(Schema.Literal(true)),
  at: Time
})
export type StepFailure = typeof StepFailure.Type

/** A failure that was taken over, which answers what was asked as a result does. */
export const TakenOver = Schema.Struct({ ...StepFailure.fields, fingerprint: Fingerprint })
export type TakenOver = typeof TakenOver.Type

/** What came of a request: a result, or a failure that was taken over. */
export const Answer = Schema.Union([StepResult, TakenOver])
export type Answer = typeof Answer.Type

/** A reply of a model, without its text: `prompt` and `reply` are hashes of texts in the journal. */
export const KeptReply = Schema.Struct({
  turn: Schema.Int,
  /** The provider's name of the model that answered, where it says one. */
  model: Schema.String,
  prompt: Schema.String,
  reply: Schema.String,
  finishReason: FinishReason,
  usage: Usage,
  /** The model as the step named it, and a hash of the format and parameters that were asked for besides the prompt. */
  asked: Schema.optionalKey(Schema.Struct({ model: Schema.String, settings: Schema.String })),
  /** The prompt of the first turn, in the turns after it. */
  opening: Schema.optionalKey(Schema.String)
})
export type KeptReply = typeof KeptReply.Type

/** What is known of one step of a run. */
export const StepRecord = Schema.Struct({
  step: Schema.String,
  /** How often it was started. */
  attempts: Count,
  /** Since when it runs, or ran when the process ended. */
  pending: Schema.optionalKey(Time),
  /**
   * What models answered since a result was wanted, until there is one or a failure: what a kill left is taken up. Where
   * that answered another prompt, until the run is complete.
   */
  replied: Schema.optionalKey(Schema.Array(KeptReply)),
  result: Schema.optionalKey(StepResult),
  /** What others took the place of since the run was last complete: what asks the same may have it yet. */
  former: Schema.optionalKey(Schema.Array(Answer)),
  /** The path of an earlier round whose result is this round's too. */
  same: Schema.optionalKey(Schema.String),
  /** What a gate was last asked: a hash of the question, which is a text in the journal. */
  asked: Schema.optionalKey(Schema.Struct({ fingerprint: Schema.String, question: Schema.String, at: Time })),
  /** The result is there, but a person asked for a new one. */
  renew: Schema.optionalKey(Schema.Literal(true)),
  error: Schema.optionalKey(StepFailure),
  /** Replies of a model, usable or not, and what they cost. */
  replies: Count,
  usage: Usage,
  /** Requests that really went to a provider, those whose end is known, and what these cost. */
  requests: Schema.Struct({ started: Count, ended: Count, usage: Usage }),
  /** How long the last finished attempt took. **Units** milliseconds. */
  durationMillis: Schema.optionalKey(Schema.Int)
})
export type StepRecord = typeof StepRecord.Type

/** Everything that is known of a run: an immutable value that goes to JSON and back without loss. */
export const WorkflowState = Schema.Struct({
  format: Schema.Literal(format),
  run: Schema.String,
  /** The run whose state this one started from. */
  origin: Schema.optionalKey(Schema.String),
  /** The runs that this one came from before, the nearest first: texts stay with the run that asked. */
  origins: Schema.optionalKey(Schema.Array(Schema.String)),
  workflow: Schema.String,
  version: Schema.Int,
  /** Hash of the definition that ran last. */
  definition: Schema.String,
  status: WorkflowStatus,
  input: Schema.Json,
  config: Schema.optionalKey(WorkflowConfig),
  /** What ended the last run early, if anything did. */
  error: Schema.optionalKey(Schema.Struct({ path: Schema.String, tag: Schema.String, message: Schema.String })),
  /** How many events led here: it tells a state that is out of date from the newest. */
  events: Schema.Int.check(Schema.isGreaterThan(0)),
  createdAt: Time,
  updatedAt: Time,
  /** One record for each path that was ever started. */
  records: Schema.Record(Schema.String, StepRecord),
  /** Paths with a record that the definition no longer has. */
  orphaned: Schema.Array(Schema.String)
})
export interface WorkflowState extends Schema.Schema.Type<typeof WorkflowState> {}

/** The result at a path: its own, or that of an earlier round which it shares. */
export const resultAt = ({ records }: WorkflowState, path: string): StepResult | undefined => {
  const { result, same } = records[path] ?? {}
  return same === undefined ? result : records[same]?.result
}

/** The runs in whose journal the texts of this one may be: itself first, then those that it came from. */
export const lineage = ({ origin, origins = [], run }: WorkflowState): ReadonlyArray<string> => [
  run,
  ...(origin === undefined ? [] : [origin]),
  ...origins
]

/** A state that cannot be read; `detail` says where. `Newer`: written by a later version of this library. */
export class WorkflowStateError extends Schema.TaggedError<WorkflowStateError>()("WorkflowStateError", {
  reason: Schema.Literals(["Unreadable", "Newer"]),
  detail: Schema.String
}) {
  override get message() {
    return `the state of the run cannot be read: ${this.detail}`
  }
}

const unreadable = (detail: string) => new WorkflowStateError({ reason: "Unreadable", detail })

const Text = Schema.fromJsonString(Schema.Unknown)
const decodeText = Schema.decodeUnknownEffect(Text)
const decodeTwice = Schema.decodeUnknownOption(Text)
const decodeState = Schema.decodeUnknownEffect(WorkflowState)
const Versioned = Schema.Struct({ format: Schema.Int })

/** A state as JSON text, indented for people. */
export const toJson = (state: WorkflowState): string => JSON.stringify(Schema.encodeSync(WorkflowState)(state), null, 2)

/**
 * The state that JSON text holds. **Fails with** `WorkflowStateError` naming the first place, in a time that grows with the
 * text alone.
 */
export const fromJson = (text: string): Effect.Effect<WorkflowState, WorkflowStateError> =>
  refuseNothing(text).pipe(
    Effect.andThen(refuseDeep(text)),
    Effect.andThen(decodeText(text)),
    Effect.tap(refuseOther),
    Effect.tap(refuseNewer),
    Effect.map(migrations.state),
    Effect.flatMap(decodeState),
    Effect.mapError((error) => (error._tag === "WorkflowStateError" ? error : unreadable(excerpt(error.message, 1000))))
  )

const written = "a state is what WorkflowState.toJson writes"

const refuseNothing = (text: string) =>
  text.trim() === "" ? Effect.fail(unreadable(`it holds nothing; ${written}`)) : Effect.void

/** What the deepest output of a step is nested in is a few levels more. */
const deepest = exact.deepest + 100

const refuseDeep = (text: string) =>
  isDeeper(text, deepest)
    ? Effect.fail(unreadable(`it is nested more than ${deepest} lists and objects deep; ${written}`))
    : Effect.void

/** JSON of what is no object, and so no state. */
const refuseOther = (value: unknown) => {
  if (Predicate.isObject(value)) return Effect.void
  if (Option.exists(decodeTwice(value), Predicate.isObject)) {
    return Effect.fail(unreadable("it is JSON within a JSON string, encoded twice: JSON.parse it once before"))
  }
  const found =
    value === null ? "null" : `a ${Array.isArray(value) ? "list" : typeof value === "string" ? "text" : typeof value}`
  return Effect.fail(unreadable(`it holds ${found}; ${written}`))
}

const refuseNewer = (value: unknown) =>
  Schema.is(Versioned)(value) && value.format > format
    ? Effect.fail(
        new WorkflowStateError({
          reason: "Newer",
          detail: `it has format ${value.format}, this version of Stepwright reads up to ${format}; install a newer one`
        })
      )
    : Effect.void
