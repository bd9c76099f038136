import * as DateTime from "effect/DateTime"
import type { WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import { inFlags } from "../base/told.ts"
import * as format from "../base/format.ts"

/** An event as one line: when it was, what it is, where, and what tells it from others of its kind. */
export const line = (event: WorkflowEvent): string => {
  const at = DateTime.formatIso(DateTime.makeUnsafe(event.at)).slice(0, 19).replace("T", " ")
  return [at, event._tag.padEnd(14), pathsOf(event).join(" to "), detailOf(event)].filter(Boolean).join("  ").trimEnd()
}

/** The paths that an event is about; the one that it comes from first. */
export const pathsOf = (event: WorkflowEvent): ReadonlyArray<string> =>
  "path" in event ? [event.path] : event._tag === "ResultMoved" ? [event.from, event.to] : []

/** Notes where a result was made that is found for another path, by path. */
export const noteOrigin = (origins: Map<string, string>, event: WorkflowEvent): void => {
  if (event._tag === "StepSucceeded") origins.delete(event.path)
  if (event._tag !== "ResultMoved") return
  const { from, to } = event
  const [moved, replaced] = [origins.get(from) ?? from, origins.get(to) ?? to]
  for (const [path, origin] of [
    [to, moved],
    [from, replaced]
  ] as const) {
    if (path === origin) origins.delete(path)
    else origins.set(path, origin)
  }
}

/** Where results were made that were found for another path, after these events. */
export const originsOf = (events: Iterable<WorkflowEvent>): ReadonlyMap<string, string> => {
  const origins = new Map<string, string>()
  for (const event of events) noteOrigin(origins, event)
  return origins
}

const detailOf = (event: WorkflowEvent): string => {
  switch (event._tag) {
    case "RunInitialized":
      return event.workflow
    case "RunImported":
      return `from ${event.state.run}`
    case "RunEnded":
      return event.status
    case "StepStarted":
      return event.forced === true ? "forced" : ""
    case "StepReplied":
      return [`turn ${event.turn}`, event.model, ...format.tokens(event.usage)].join(", ")
    case "RequestStarted":
      return `request ${event.request}, ${event.model}`
    case "RequestEnded":
      return [`request ${event.request}`, ...(event.error === undefined ? [] : [event.error])].join(", ")
    case "StepSucceeded":
      return `by ${event.by}`
    case "ResultShared":
      return `from ${event.from}`
    case "StepFailed":
      return `${event.fingerprint === undefined ? "" : "taken over: "}${format.oneLine(inFlags(event.message))}`
    default:
      return ""
  }
}
