import type { JsonSchema } from "effect/JsonSchema"
import * as Schema from "effect/Schema"
import * as migrations from "./internal/format/migrations.ts"
import { publish } from "./internal/format/publish.ts"
import { WorkflowEvent } from "./internal/state/events.ts"

export {
  GateAsked,
  InputProvided,
  RepliesMoved,
  RequestEnded,
  RequestStarted,
  ResultMoved,
  ResultShared,
  RunEnded,
  RunImported,
  RunInitialized,
  RunStarted,
  StepFailed,
  StepReplied,
  StepStarted,
  StepSucceeded,
  WorkflowEvent
} from "./internal/state/events.ts"
export { answersOf, apply, type Draft, draft, fold, renewed, usageOf } from "./internal/state/fold.ts"
export { depthProblem } from "./internal/format/depth.ts"
export { openingOf } from "./internal/state/replies.ts"

/** The JSON Schema (2020-12) of an event as JSON, with a description of each field. */
export const jsonSchema = (): JsonSchema => publish(WorkflowEvent)

const decodeEvent = Schema.decodeUnknownResult(WorkflowEvent)

/** An event that was kept as JSON, in the format of this version or one before. */
export const decode = (json: unknown) => decodeEvent(migrations.event(json))

/**
 * Whether a journal has an event on the disk, with all before it, before the run goes on. The others say how the run came
 * there: they outlast a process that is killed, and perhaps no cut of the power.
 */
export const isDurable = ({ _tag }: WorkflowEvent): boolean => durable.test(_tag)

const durable = /^(?:Run(?:Initialized|Imported|Ended)|InputProvided|RequestStarted|Step(?:Succeeded|Failed))$/
