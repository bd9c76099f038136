import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { StepRecord } from "./StepRecord.ts"
import { WorkflowConfig } from "./WorkflowConfig.ts"
import { WorkflowStatus } from "./WorkflowStatus.ts"

/** The version of the format that this library writes. */
export const format = 1

/** Everything that is known of a run: an immutable value that goes to JSON and back without loss. */
export const WorkflowState = Schema.Struct({
  format: Schema.Literal(format),
  run: Schema.String,
  /** The run whose state this one started from. */
  origin: Schema.optionalKey(Schema.String),
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
  createdAt: Schema.Int,
  updatedAt: Schema.Int,
  /** One record for each path that was ever started. */
  records: Schema.Record(Schema.String, StepRecord),
  /** Paths with a record that the definition no longer has. */
  orphaned: Schema.Array(Schema.String)
})
export type WorkflowState = typeof WorkflowState.Type

/** A state that cannot be read; `detail` says where. `Newer`: written by a later version of this library. */
export class WorkflowStateError extends Schema.TaggedError<WorkflowStateError>()("WorkflowStateError", {
  reason: Schema.Literals(["Unreadable", "Newer"]),
  detail: Schema.String
}) {
  override get message() {
    return `the state of the run cannot be read: ${this.detail}`
  }
}

const Text = Schema.fromJsonString(Schema.Unknown)
const decodeText = Schema.decodeUnknownEffect(Text)
const decodeState = Schema.decodeUnknownEffect(WorkflowState, { errors: "all" })
const Versioned = Schema.Struct({ format: Schema.Int })

/** A state as JSON text, indented for people. */
export const toJson = (state: WorkflowState): string => JSON.stringify(Schema.encodeSync(WorkflowState)(state), null, 2)

/** The state that JSON text holds. **Fails with** `WorkflowStateError` naming the place. */
export const fromJson = (text: string): Effect.Effect<WorkflowState, WorkflowStateError> =>
  decodeText(text).pipe(
    Effect.tap(refuseNewer),
    Effect.flatMap(decodeState),
    Effect.mapError((error) =>
      error._tag === "WorkflowStateError"
        ? error
        : new WorkflowStateError({ reason: "Unreadable", detail: error.message })
    )
  )

const refuseNewer = (value: unknown) =>
  Schema.is(Versioned)(value) && value.format > format
    ? Effect.fail(
        new WorkflowStateError({
          reason: "Newer",
          detail: `it has format ${value.format}, this version of Stepwright reads up to ${format}; install a newer one`
        })
      )
    : Effect.void
