import { WorkflowEvent, type WorkflowState } from "@stepwright/core"

type Event = WorkflowEvent.WorkflowEvent
type Ended = typeof WorkflowEvent.RequestEnded.Type

export const initialized: Event = {
  _tag: "RunInitialized",
  format: 2,
  run: "r",
  workflow: "outer",
  version: 1,
  definition: "",
  input: [],
  at: 0
}

export const started = (path: string, at = 0): Event => ({ _tag: "StepStarted", path, step: "step", at })

export const succeeded = (path: string, at = 0): Event => ({
  _tag: "StepSucceeded",
  path,
  step: "step",
  fingerprint: { value: "", parts: {} },
  output: "",
  by: "code",
  at
})

export const failed = (path: string, message: string, at = 0): Event => ({
  _tag: "StepFailed",
  path,
  step: "step",
  tag: "Error",
  message,
  at
})

export const replied = (path: string, at = 0): Event => ({
  _tag: "StepReplied",
  path,
  turn: 1,
  model: "default",
  prompt: "",
  reply: "",
  finishReason: "stop",
  usage: { input: 0, output: 0 },
  at
})

export const requested = (path: string, request: number): Event => ({
  _tag: "RequestStarted",
  path,
  request,
  model: "default",
  atMost: { input: 300, output: 500 },
  at: 0
})

export const answered = (path: string, request: number, fields: Pick<Ended, "usage" | "error" | "model">): Event => ({
  _tag: "RequestEnded",
  path,
  request,
  ...fields,
  at: 0
})

/** The state of a run in which this happened. */
export const stateAfter = (...events: ReadonlyArray<Event>): WorkflowState.WorkflowState =>
  WorkflowEvent.fold([initialized, ...events])!
