import * as Duration from "effect/Duration"
import * as Formatter from "effect/Formatter"
import * as Schema from "effect/Schema"
import { tellingOf } from "./internal/words/telling.ts"
import { told } from "./internal/words/told.ts"
import { JournalError } from "./Journal.ts"
import type { WorkflowConfigError } from "./WorkflowConfig.ts"

/** An input that does not fit its Schema. */
export class InvalidInput extends Schema.TaggedError<InvalidInput>()("InvalidInput", { detail: Schema.String }) {
  override get message() {
    return `the input does not fit: ${this.detail}`
  }
}

/** An output that does not fit its Schema: provided by hand, or by a step whose code broke its promise. */
export class InvalidOutput extends Schema.TaggedError<InvalidOutput>()("InvalidOutput", { detail: Schema.String }) {
  override get message() {
    return `the output does not fit: ${this.detail}`
  }
}

/** Items of a `forEach` with equal keys, or with dependencies that are unknown or go in a circle. */
export class InvalidItems extends told(
  Schema.TaggedError<InvalidItems>()("InvalidItems", { detail: Schema.String }),
  "detail"
) {
  override get message() {
    return this.detail
  }
}

/** A value for which a `branch` has no case. */
export class UnknownCase extends Schema.TaggedError<UnknownCase>()("UnknownCase", {
  found: Schema.String,
  cases: Schema.Array(Schema.String)
}) {
  override get message() {
    return `there is no case "${this.found}"; the cases are ${this.cases.map((name) => `"${name}"`).join(", ")}`
  }
}

/** What had its time, by a `timeout`, and was not done. **Units** `millis`: milliseconds. */
export class TimeLimitExceeded extends Schema.TaggedError<TimeLimitExceeded>()("TimeLimitExceeded", {
  millis: Schema.Finite
}) {
  override get message() {
    return `it was not done after ${Duration.format(Duration.millis(this.millis))}`
  }
}

/** A run that can go on only when gates are decided: `path` is the first, and there may be others. */
export class Undecided extends Schema.TaggedError<Undecided>()("Undecided", {
  gates: Schema.NonEmptyArray(Schema.String)
}) {
  override get message() {
    const [first, ...others] = this.gates
    return `it waits for a decision: "${first}"${others.length === 0 ? "" : ` and ${others.length} more`}`
  }
}

/** A step was asked for before a result that it needs was there. */
export class MissingResult extends Schema.TaggedError<MissingResult>()("MissingResult", { missing: Schema.String }) {
  override get message() {
    return `it needs the result of "${this.missing}", which has none yet; run that step first`
  }
}

/** No step of the workflow has this path. */
export class UnknownPath extends told(
  Schema.TaggedError<UnknownPath>()("UnknownPath", { detail: Schema.String }),
  "detail"
) {
  override get message() {
    return this.detail
  }
}

/** The state is one of another workflow. */
export class WrongWorkflow extends Schema.TaggedError<WrongWorkflow>()("WrongWorkflow", {
  expected: Schema.String,
  found: Schema.String
}) {
  override get message() {
    return `the run belongs to the workflow "${this.found}", not to "${this.expected}"; if that was renamed, call it "${this.found}" again to go on, or begin a new run`
  }
}

/** The state is not the newest of its run: the journal holds another number of events. */
export class StaleState extends Schema.TaggedError<StaleState>()("StaleState", {
  run: Schema.String,
  journal: Schema.Int,
  state: Schema.Int
}) {
  override get message() {
    return `the journal holds ${this.journal} events of run "${this.run}", this state comes of ${this.state}: load the run again`
  }
}

/** A run of this id is there already. */
export class RunExists extends Schema.TaggedError<RunExists>()("RunExists", { run: Schema.String }) {
  override get message() {
    return `there is a run "${this.run}" already: choose another id, or go on with that one`
  }
}

/** A step's work was done, and perhaps paid for, but could not be recorded. */
export class ResultNotRecorded extends Schema.TaggedError<ResultNotRecorded>()("ResultNotRecorded", {
  detail: Schema.String,
  cause: Schema.optionalKey(JournalError)
}) {
  override get message() {
    return `its work was done but could not be recorded, and would be done again: ${this.detail}`
  }
}

/** A step names a model that the client does not have. */
export class UnknownModel extends Schema.TaggedError<UnknownModel>()("UnknownModel", {
  model: Schema.String,
  models: Schema.Array(Schema.String)
}) {
  override get message() {
    return `no model is called ${this.model}; the models are ${this.models.join(", ") || "none"}`
  }
}

/** Why the engine itself cannot go on. */
export type EngineReason =
  | InvalidInput
  | InvalidOutput
  | InvalidItems
  | UnknownCase
  | Undecided
  | MissingResult
  | UnknownPath
  | WrongWorkflow
  | StaleState
  | RunExists
  | UnknownModel
  | WorkflowConfigError
  | JournalError
  | ResultNotRecorded

class Untyped extends told(
  Schema.TaggedError<Untyped>()("WorkflowError", { path: Schema.String, reason: Schema.Unknown }),
  "reason"
) {
  // Node prints it
  static override readonly name = "WorkflowError"
  override get message() {
    const detail = describeError(this.reason).message
    return this.path === "" ? detail : `${this.path}: ${detail}`
  }
}

/** What ended a run: the path, and the step's own error `E` or a reason of the engine. */
export interface WorkflowError<out E = never> extends Untyped {
  readonly reason: E | EngineReason
}

// the Schema cannot know E; the constructor's type ties it to what is passed
export const WorkflowError = Untyped as unknown as new <E = never>(fields: {
  readonly path: string
  readonly reason: E | EngineReason
}) => WorkflowError<E>

/** A reason of the engine as an error with its path. */
export const engineError = (path: string, reason: EngineReason): WorkflowError =>
  new WorkflowError<never>({ path, reason })

/** Any error as a tag and a message: that of its cause, where its own says nothing. */
export const describeError = (error: unknown): { readonly tag: string; readonly message: string } => {
  if (typeof error !== "object" || error === null) return { tag: "Error", message: String(error) }
  const telling = tellingOf(error)
  const { _tag, message, name } = error as {
    readonly _tag?: unknown
    readonly message?: unknown
    readonly name?: unknown
  }
  const tag = typeof _tag === "string" ? _tag : typeof name === "string" ? name : "Error"
  if (telling !== error) return { tag, message: describeError(telling).message }
  if (typeof message === "string" && message !== "") return { tag, message }
  return { tag, message: _tag === undefined && name === undefined ? Formatter.format(error) : tag }
}
