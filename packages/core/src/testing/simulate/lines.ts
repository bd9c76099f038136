// What happens in a world, in words.

import type { RunOutcome } from "../../Engine.ts"
import { describeError } from "../../WorkflowError.ts"
import type { WorkflowEvent } from "../../WorkflowEvent.ts"

/** An event. */
export const inWords = (event: WorkflowEvent): string => {
  const path = "path" in event ? `${event.path}: ` : ""
  switch (event._tag) {
    case "StepFailed":
      return `${path}StepFailed ${event.tag}`
    case "RequestEnded":
      return `${path}RequestEnded${event.error === undefined ? "" : ` ${event.error}`}`
    case "RunEnded":
      return `RunEnded ${event.status}`
    case "ResultMoved":
      return `${event.to}: ResultMoved from ${event.from}`
    default:
      return `${path}${event._tag}`
  }
}

/** How a run ended. */
export const endInWords = ({ ending }: RunOutcome<unknown, unknown>): string => {
  if (ending._tag === "Completed") return "it completes"
  const { message } = describeError(ending.reason)
  return `it is ${ending._tag.toLowerCase()} at ${ending.path}: ${message}`
}
