import * as DateTime from "effect/DateTime"
import { openingOf, type StepFailed, type StepReplied, type WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import { inFlags } from "../base/told.ts"
import * as format from "../base/format.ts"

/** An event as one line: when it was, what it is, where, and what tells it from others of its kind. */
export const line = (event: WorkflowEvent): string => {
  const at = DateTime.formatIso(DateTime.makeUnsafe(event.at)).slice(0, 19).replace("T", " ")
  return [at, event._tag.padEnd(14), pathsOf(event).join(" to "), detailOf(event)].filter(Boolean).join("  ").trimEnd()
}

/** The paths that an event is about; the one that it comes from first. */
export const pathsOf = (event: WorkflowEvent): ReadonlyArray<string> =>
  "path" in event ? [event.path] : "to" in event ? [event.from, event.to] : []

/** Where results, and failures that were taken over, were made which were found for another path, as events come. */
export interface Origins {
  readonly at: ReadonlyMap<string, string>
  readonly note: (event: WorkflowEvent) => void
}

export const makeOrigins = (): Origins => {
  const at = new Map<string, string>()
  /** What a path has now, and where anything that was moved there was made: it may be moved on when it is another's. */
  const own = new Map<string, string>()
  const made = new Map<string, string>()
  const note = (event: WorkflowEvent): void => {
    if ((event._tag === "StepSucceeded" || event._tag === "StepFailed") && event.fingerprint !== undefined) {
      own.set(event.path, event.fingerprint.value)
      made.delete(`${event.fingerprint.value} ${event.path}`)
      at.delete(event.path)
    }
    if (event._tag !== "ResultMoved") return
    const { answer, from, to } = event
    const origin = made.get(`${answer} ${from}`) ?? from
    if (own.get(from) === answer) {
      own.delete(from)
      at.delete(from)
    }
    own.set(to, answer)
    made.set(`${answer} ${to}`, origin)
    if (origin === to) at.delete(to)
    else at.set(to, origin)
  }
  return { at, note }
}

/** Where results were made that were found for another path, after these events. */
export const originsOf = (events: Iterable<WorkflowEvent>): ReadonlyMap<string, string> => {
  const { at, note } = makeOrigins()
  for (const event of events) note(event)
  return at
}

type Reply = typeof StepReplied.Type

/** The last reply at each path, or the one that its result was made of, where that or the reply was moved there. */
export const repliesOf = (events: Iterable<WorkflowEvent>): ReadonlyMap<string, Reply> => {
  const last = new Map<string, Reply>()
  const made = new Map<string, Reply>()
  const set = (replies: Map<string, Reply>, key: string, reply: Reply | undefined) =>
    void (reply === undefined || replies.set(key, reply))
  for (const event of events) {
    if (event._tag === "StepReplied") last.set(event.path, event)
    if ((event._tag === "StepSucceeded" || event._tag === "StepFailed") && event.fingerprint !== undefined) {
      set(made, `${event.fingerprint.value} ${event.path}`, last.get(event.path))
    }
    if (event._tag === "ResultMoved") {
      const reply = made.get(`${event.answer} ${event.from}`)
      set(made, `${event.answer} ${event.to}`, reply)
      set(last, event.to, reply)
    }
    if (event._tag === "RepliesMoved") {
      const reply = last.get(event.from)
      if (reply !== undefined && openingOf(reply) === event.opening) last.set(event.to, reply)
    }
  }
  return last
}

const kindOf = ({ fingerprint, suspends }: typeof StepFailed.Type): string =>
  fingerprint !== undefined ? "taken over: " : suspends === true ? "waits: " : ""

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
      return event.by === "cache"
        ? format.ofCache(event)
        : `by ${event.by}${event.who === undefined ? "" : `, ${event.who}`}`
    case "ResultShared":
      return `from ${event.from}`
    case "StepFailed":
      return `${kindOf(event)}${format.oneLine(inFlags(event.message))}`
    default:
      return ""
  }
}
