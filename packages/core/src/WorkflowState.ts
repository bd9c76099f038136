import * as Effect from "effect/Effect"
import type { JsonSchema } from "effect/JsonSchema"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { Fingerprint } from "./Fingerprint.ts"
import { Span } from "./internal/ask/call.ts"
import { depthProblem } from "./internal/format/depth.ts"
import { Count, Name, Path, RunId, runIdRule, Time } from "./internal/format/fields.ts"
import * as migrations from "./internal/format/migrations.ts"
import { publish } from "./internal/format/publish.ts"
import { excerpt } from "./internal/text/excerpt.ts"
import { field, optional } from "./internal/words/field.ts"
import { FinishReason } from "./LlmReply.ts"
import { Usage } from "./Usage.ts"
import { WorkflowConfig } from "./WorkflowConfig.ts"
import { WorkflowStatus } from "./WorkflowStatus.ts"

export { RunId, runIdRule, Time }

/** The version of the format that this library writes; it reads those before. */
export const format = migrations.format

/**
 * Who made a result: a model, a step's own code, a person's hand, or a person who decided a gate; `cache`: it was made for
 * another run, or for this one before, and comes from a `ResultCache`.
 */
export const Author = Schema.Literals(["model", "code", "hand", "decision", "cache"])
export type Author = typeof Author.Type

/** A hash of the step whose code made an answer, by which another step is known to be the same. */
const code = optional(
  Schema.String,
  "Hash of the name, version and Schemas of the step whose code made it, by which another step is known to be the same."
)

export const StepResult = Schema.Struct({
  fingerprint: field(Fingerprint, "What it depended on: it is used again while that is the same."),
  output: field(Schema.Json, "What the step gave, encoded by its `output` Schema."),
  by: field(
    Author,
    "Who made it: a model, the step's own code, a person's hand, or a person who decided a gate; `cache`: it comes from a cache of results."
  ),
  model: optional(Schema.String, "The alias of the model that made it, as the step named it."),
  who: optional(
    Schema.String,
    "Who set it by hand or decided it, and where, as whoever did it for them says: `ada (command)`."
  ),
  code,
  anew: optional(Schema.Literal(true), "A person asked for it, whatever there was."),
  cache: optional(
    Schema.Struct({
      question: field(Schema.String, "What was asked, and of which models."),
      ordinal: field(Count, "Which of the answers to that it is, 0 for the first."),
      run: optional(RunId, "The run that it was made for, where it comes from the cache.")
    }),
    "Where a cache of results has it."
  ),
  at: field(Time, "When it was there, in milliseconds since 1970.")
}).annotate({
  identifier: "StepResult",
  description: "The last result of a step that parsed, with all that it depended on."
})
export type StepResult = typeof StepResult.Type

export const StepFailure = Schema.Struct({
  tag: field(Schema.String, "The error's `_tag`, or its name."),
  message: field(Schema.String, "What went wrong, for a person."),
  value: optional(Schema.Json, "The error, encoded by the step's own `error` Schema, where it has one."),
  fingerprint: optional(
    Fingerprint,
    "What the step asked, where a `fallback` took the failure over: while that is asked, it is not tried again."
  ),
  asked: optional(
    Schema.Struct({
      models: field(Schema.Array(Schema.String), "The aliases of the models, in the order in which they are asked."),
      repair: field(Count, "How many repairs each was asked for."),
      timeout: optional(Span, "How long the step might wait for replies.")
    }),
    "The models that the step named, and how many repairs it asked each for."
  ),
  limit: optional(
    Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
    "The time limit that was over, in milliseconds, where that is why."
  ),
  code,
  suspends: optional(
    Schema.Literal(true),
    "It only waits: for a budget, say. What it was answered before is taken up when it goes on."
  ),
  at: field(Time, "When it failed, in milliseconds since 1970.")
}).annotate({ identifier: "StepFailure", description: "Why a step failed." })
export type StepFailure = typeof StepFailure.Type

export const TakenOver = Schema.Struct({
  ...StepFailure.fields,
  fingerprint: field(Fingerprint, "What the step asked: while that is asked, it is not tried again.")
}).annotate({
  identifier: "TakenOver",
  description: "A failure that a `fallback` took over, which answers what was asked as a result does."
})
export type TakenOver = typeof TakenOver.Type

/** What came of a request: a result, or a failure that was taken over. */
export const Answer = Schema.Union([StepResult, TakenOver])
export type Answer = typeof Answer.Type

export const KeptReply = Schema.Struct({
  turn: field(Count, "1 for the first reply of an attempt, more for each repair."),
  model: field(Schema.String, "The provider's name of the model that answered; where it says none, the alias."),
  prompt: field(Schema.String, "Hash of the messages that were sent, a text in the journal."),
  reply: field(Schema.String, "Hash of the reply, a text in the journal."),
  finishReason: field(FinishReason, "Why the model stopped; `length`: the reply was cut off."),
  usage: field(Usage, "What it cost."),
  asked: optional(
    Schema.Struct({
      model: field(Schema.String, "The model as the step named it."),
      settings: field(Schema.String, "Hash of the format and parameters.")
    }),
    "What was asked for besides the prompt."
  ),
  opening: optional(Schema.String, "Hash of the prompt of the first turn, in the turns after it.")
}).annotate({
  identifier: "KeptReply",
  description: "A reply of a model, without its text: that is in the journal under its hash."
})
export type KeptReply = typeof KeptReply.Type

export const StepRecord = Schema.Struct({
  step: field(Name, "The name of the step that stands at the path."),
  attempts: field(Count, "How often it was started."),
  pending: optional(
    Time,
    "Since when it runs, or ran when the process ended, in milliseconds since 1970; absent while it does not."
  ),
  replied: optional(
    Schema.Array(KeptReply),
    "What models answered since a result was wanted, until there is one or a failure: what a kill left is taken up. Where that answered another prompt, until the run is complete."
  ),
  result: optional(StepResult, "The result that is there."),
  former: optional(
    Schema.Array(Answer),
    "What others took the place of since the run was last complete: what asks the same may have it yet."
  ),
  same: optional(Path, "The path of an earlier round whose result is this round's too."),
  asked: optional(
    Schema.Struct({
      fingerprint: field(Schema.String, "The fingerprint that a decision will have answered."),
      question: field(Schema.String, "Hash of the question, a text in the journal."),
      at: field(Time, "When it was asked, in milliseconds since 1970.")
    }),
    "What a gate was last asked."
  ),
  renew: optional(Schema.Literal(true), "The result is there, but a person asked for a new one."),
  error: optional(StepFailure, "Why the last attempt failed."),
  replies: field(Count, "How many replies models gave, usable or not."),
  usage: field(Usage, "What these replies cost."),
  requests: field(
    Schema.Struct({
      started: field(Count, "How many went out."),
      ended: field(Count, "Of how many the end is known; the others may have cost something."),
      usage: field(Usage, "What those cost whose end is known.")
    }),
    "Requests that really went to a provider, repeated ones included."
  ),
  durationMillis: optional(Count, "How long the last finished attempt took, in milliseconds.")
}).annotate({ identifier: "StepRecord", description: "What is known of one step of a run." })
export type StepRecord = typeof StepRecord.Type

export const WorkflowState = Schema.Struct({
  format: field(Schema.Literal(format), "The version of this format."),
  run: field(RunId, "The id of the run."),
  origin: optional(RunId, "The run whose state this one started from."),
  origins: optional(
    Schema.Array(RunId),
    "The runs that this one came from before, the nearest first: texts stay with the run that asked."
  ),
  workflow: field(Name, "The name of the workflow."),
  version: field(Schema.Int, "The version of the workflow, as its author counts."),
  definition: field(Schema.String, "Hash of the definition that ran last."),
  status: field(
    WorkflowStatus,
    "Where the run stands; the last lifecycle event decides. `IN_PROGRESS`: running, or killed while it ran, or changed by hand since. Every run can be resumed."
  ),
  input: field(Schema.Json, "The input, encoded by the workflow's Schema."),
  config: optional(WorkflowConfig, "How the run differs from its workflow's definition."),
  error: optional(
    Schema.Struct({
      path: field(Path, "The step; empty where it is the whole run."),
      tag: field(Schema.String, "The error's `_tag`, or its name."),
      message: field(Schema.String, "What went wrong, for a person.")
    }),
    "What ended the last run early, if anything did."
  ),
  events: field(
    Schema.Int.check(Schema.isGreaterThan(0)),
    "How many events led here: it tells a state that is out of date from the newest."
  ),
  createdAt: field(Time, "When the run began, in milliseconds since 1970."),
  updatedAt: field(Time, "When something last happened to it, in milliseconds since 1970."),
  records: field(
    Schema.Record(Schema.String, StepRecord).check(Schema.isPropertyNames(Path)),
    "One record for each path that was ever started."
  ),
  orphaned: field(Schema.Array(Path), "Paths with a record that the definition no longer has.")
}).annotate({
  identifier: "WorkflowState",
  description: "Everything that is known of a run: an immutable value that goes to JSON and back without loss."
})
export interface WorkflowState extends Schema.Schema.Type<typeof WorkflowState> {}

/** The JSON Schema (2020-12) of a state as JSON, with a description of each field. */
export const jsonSchema = (): JsonSchema => publish(WorkflowState)

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

const refuseDeep = (text: string) => {
  const problem = depthProblem(text)
  return problem === undefined ? Effect.void : Effect.fail(unreadable(`${problem}; ${written}`))
}

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
