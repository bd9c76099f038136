import * as Schema from "effect/Schema"
import { Fingerprint } from "./Fingerprint.ts"
import { Usage } from "./Usage.ts"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** Who made a result: a model, a step's own code, or a person's hand. */
export const Author = Schema.Literals(["model", "code", "hand"])
export type Author = typeof Author.Type

/** The last result of a step that parsed, with its output as JSON and all that it depended on. */
export const StepResult = Schema.Struct({
  fingerprint: Fingerprint,
  output: Schema.Json,
  by: Author,
  model: Schema.optionalKey(Schema.String),
  /** **Units** milliseconds since 1970, here and in all times of a state. */
  at: Schema.Int
})
export type StepResult = typeof StepResult.Type

/** Why a step failed. `value` is the error encoded by the step's own `error` Schema, where it has one. */
export const StepFailure = Schema.Struct({
  tag: Schema.String,
  message: Schema.String,
  value: Schema.optionalKey(Schema.Json),
  at: Schema.Int
})
export type StepFailure = typeof StepFailure.Type

/** What is known of one step of a run. */
export const StepRecord = Schema.Struct({
  step: Schema.String,
  /** How often it was started. */
  attempts: Count,
  /** Since when it runs, or ran when the process ended. */
  pending: Schema.optionalKey(Schema.Int),
  result: Schema.optionalKey(StepResult),
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
