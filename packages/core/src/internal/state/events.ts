import * as Schema from "effect/Schema"
import * as Usage from "../../Usage.ts"
import { WorkflowConfig } from "../../WorkflowConfig.ts"
import { format, KeptReply, StepFailure, StepResult, WorkflowState } from "../../WorkflowState.ts"
import { Count, Name, Path, RunId, Time } from "../format/fields.ts"
import { field, optional } from "../words/field.ts"

const at = { at: field(Time, "When it happened, in milliseconds since 1970.") }
const path = { path: field(Path, "The path of the step.") }
const step = { step: field(Name, "The name of the step that stands at the path.") }
const request = { request: field(Count, "The number of the request among those of the path, from 1 on.") }
const definition = {
  version: field(Schema.Int, "The version of the workflow, as its author counts."),
  definition: field(Schema.String, "Hash of the definition, as it is configured.")
}
const input = field(Schema.Json, "The input, encoded by the workflow's Schema.")

export const RunInitialized = Schema.TaggedStruct("RunInitialized", {
  format: field(Schema.Literal(format), "The version of the format of states and events."),
  run: field(RunId, "The id of the run."),
  workflow: field(Name, "The name of the workflow."),
  ...definition,
  input,
  config: optional(WorkflowConfig, "How the run differs from its workflow's definition."),
  ...at
}).annotate({
  identifier: "RunInitialized",
  description: "A run exists. The first event of every run that did not start from another's state."
})

export const RunImported = Schema.TaggedStruct("RunImported", {
  run: field(RunId, "The id of the new run."),
  state: field(WorkflowState, "The state that it starts from, under the id of the run that this is of."),
  ...at
}).annotate({
  identifier: "RunImported",
  description: "A run starts from a state that came from elsewhere. The first event of such a run."
})

export const InputProvided = Schema.TaggedStruct("InputProvided", { input, ...at }).annotate({
  identifier: "InputProvided",
  description: "The run has another input."
})

export const RunStarted = Schema.TaggedStruct("RunStarted", { ...definition, ...at }).annotate({
  identifier: "RunStarted",
  description: "The engine starts to run what is not recorded yet."
})

export const RunEnded = Schema.TaggedStruct("RunEnded", {
  status: field(
    Schema.Literals(["COMPLETED", "FAILED", "SUSPENDED", "CANCELLED"]),
    "How it stopped; `SUSPENDED`: it waits for money or a decision."
  ),
  error: WorkflowState.fields.error,
  orphaned: WorkflowState.fields.orphaned,
  ...at
}).annotate({
  identifier: "RunEnded",
  description: "The engine stopped by itself: neither killed nor still running."
})

export const StepStarted = Schema.TaggedStruct("StepStarted", {
  ...path,
  ...step,
  forced: optional(Schema.Literal(true), "A person asked for a new result, so the one that is there counts no more."),
  ...at
}).annotate({ identifier: "StepStarted", description: "A step is about to do its work." })

export const StepReplied = Schema.TaggedStruct("StepReplied", { ...path, ...KeptReply.fields, ...at }).annotate({
  identifier: "StepReplied",
  description: "A model answered a step."
})

export const RequestStarted = Schema.TaggedStruct("RequestStarted", {
  ...path,
  ...request,
  model: field(Schema.String, "The alias of the model."),
  atMost: field(
    Schema.Struct({
      input: field(Count, "Tokens of the prompt."),
      output: optional(Count, "Tokens of the reply, where these are limited.")
    }),
    "Tokens that it may take."
  ),
  ...at
}).annotate({ identifier: "RequestStarted", description: "A request is about to leave for a provider." })

export const RequestEnded = Schema.TaggedStruct("RequestEnded", {
  ...path,
  ...request,
  model: optional(Schema.String, "The provider's name of the model that answered."),
  usage: optional(Usage.Usage, "What it cost."),
  error: optional(Schema.String, "The reason of the `LlmError` that it failed with."),
  ...at
}).annotate({
  identifier: "RequestEnded",
  description: "How a request to a provider ended; without usage and error it was given up and may have cost something."
})

const settings = optional(
  Schema.String,
  "Hash of the format and parameters, where replies to the same prompt are left that were asked with others."
)

export const StepSucceeded = Schema.TaggedStruct("StepSucceeded", {
  ...path,
  ...step,
  settings,
  ...StepResult.fields
}).annotate({
  identifier: "StepSucceeded",
  description: "A step has a result: its own, or one that a person provided."
})

export const StepFailed = Schema.TaggedStruct("StepFailed", {
  ...path,
  ...step,
  settings,
  ...StepFailure.fields
}).annotate({ identifier: "StepFailed", description: "A step has failed, or waits." })

export const ResultShared = Schema.TaggedStruct("ResultShared", {
  ...path,
  ...step,
  from: field(Path, "The path of the earlier round."),
  ...at
}).annotate({
  identifier: "ResultShared",
  description: "A round asks what an earlier one asked, and has its result."
})

export const GateAsked = Schema.TaggedStruct("GateAsked", {
  ...path,
  ...step,
  fingerprint: field(Schema.String, "The fingerprint that a decision will have answered."),
  question: field(Schema.String, "Hash of the question, a text in the journal."),
  ...at
}).annotate({ identifier: "GateAsked", description: "A gate waits for a decision." })

const move = {
  from: field(Path, "The path that had it."),
  to: field(Path, "The path that asks the same, and has it now.")
}

export const ResultMoved = Schema.TaggedStruct("ResultMoved", {
  ...move,
  answer: field(Schema.String, "Its fingerprint."),
  ...at
}).annotate({
  identifier: "ResultMoved",
  description:
    "A result, or a failure that was taken over, which its own path does not take any more is that of a path which asks the same."
})

export const RepliesMoved = Schema.TaggedStruct("RepliesMoved", {
  ...move,
  opening: field(Schema.String, "Hash of the prompt that they answered."),
  settings: optional(Schema.String, "Hash of the format and parameters that were asked for besides."),
  ...at
}).annotate({
  identifier: "RepliesMoved",
  description:
    "What attempts that were cut off were answered to a prompt is taken up at another path, which asks the same."
})

/** What happens to a run. Its state is the fold of these. */
export const WorkflowEvent = Schema.Union([
  RunInitialized,
  RunImported,
  InputProvided,
  RunStarted,
  RunEnded,
  StepStarted,
  StepReplied,
  RequestStarted,
  RequestEnded,
  StepSucceeded,
  StepFailed,
  ResultMoved,
  RepliesMoved,
  ResultShared,
  GateAsked
])
export type WorkflowEvent = typeof WorkflowEvent.Type
