import { WorkflowEvent, type WorkflowState } from "@stepwright/core"
import { Fixtures } from "@stepwright/core/testing"

type Event = WorkflowEvent.WorkflowEvent
type Ended = typeof WorkflowEvent.RequestEnded.Type

const { event } = Fixtures

export const initialized: Event = event("RunInitialized", { run: "r", workflow: "outer", input: [] })

export const started = (path: string, at = 0): Event => event("StepStarted", { path, at })

export const succeeded = (path: string, at = 0): Event => event("StepSucceeded", { path, output: "", at })

export const failed = (path: string, message: string, at = 0): Event => event("StepFailed", { path, message, at })

export const replied = (path: string, at = 0): Event => event("StepReplied", { path, usage: Fixtures.usage(0, 0), at })

export const requested = (path: string, request: number): Event =>
  event("RequestStarted", { path, request, atMost: { input: 300, output: 500 } })

export const answered = (path: string, request: number, fields: Pick<Ended, "usage" | "error" | "model">): Event =>
  event("RequestEnded", { path, request, ...fields })

/** The state of a run in which this happened. */
export const stateAfter = (...events: ReadonlyArray<Event>): WorkflowState.WorkflowState =>
  WorkflowEvent.fold([initialized, ...events])!
