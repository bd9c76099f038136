// What events make of a state. The one transition function is `apply`.

import * as Equal from "effect/Equal"
import { unbilled } from "../../LlmError.ts"
import * as Usage from "../../Usage.ts"
import { type Answer, format, lineage, type WorkflowState } from "../../WorkflowState.ts"
import type { KeptReply, StepFailure, StepRecord, TakenOver } from "../../WorkflowState.ts"
import type { RequestEnded, StepFailed, WorkflowEvent } from "./events.ts"
import { isOfPrompt, isWith, openingOf, withReplies } from "./replies.ts"

/** A state whose top level its owner may change in place; the records in it are replaced, never changed. */
export type Draft = { -readonly [K in keyof WorkflowState]: WorkflowState[K] } & { records: Record<string, StepRecord> }

/** A draft that shares nothing mutable with the state it starts from. Any path may be one of its records. */
export const draft = (state: WorkflowState): Draft => ({
  ...state,
  records: Object.assign(Object.create(null), state.records)
})

/** The state before any event, to fold the first one into. */
const blank: WorkflowState = {
  format,
  run: "",
  workflow: "",
  version: 1,
  definition: "",
  status: "INITIALIZED",
  input: null,
  events: 0,
  createdAt: 0,
  updatedAt: 0,
  records: {},
  orphaned: []
}

const noRecord = (step: string): StepRecord => ({
  step,
  attempts: 0,
  replies: 0,
  usage: Usage.zero,
  requests: { started: 0, ended: 0, usage: Usage.zero }
})

/**
 * The one transition function: what an event makes of a draft. **Shape** cost of an event, not of the state, but for the
 * end of a complete run.
 */
export const apply = (self: Draft, event: WorkflowEvent): void => change(self, event)

/** Lists that a fold has made itself, and may add to in place: nobody sees the states on the way. */
type Own = WeakSet<object>

const change = (self: Draft, event: WorkflowEvent, own?: Own): void => {
  self.updatedAt = Math.max(self.updatedAt, event.at)
  self.events++
  switch (event._tag) {
    case "RunInitialized": {
      const { _tag, at: createdAt, ...initial } = event
      Object.assign(self, initial, { createdAt })
      return
    }
    case "RunImported": {
      const { at: updatedAt, run, state } = event
      const { events } = self
      Object.assign(self, draft(state), { run, updatedAt, events })
      if (run !== state.run) {
        const [origin, ...origins] = lineage(state)
        self.origin = origin!
        if (origins.length > 0) self.origins = origins
      }
      return
    }
    case "InputProvided":
      if (!Equal.equals(self.input, event.input)) self.status = "IN_PROGRESS"
      self.input = event.input
      return
    case "RunStarted":
      self.status = "IN_PROGRESS"
      self.version = event.version
      self.definition = event.definition
      delete self.error
      return
    case "RunEnded":
      self.status = event.status
      self.orphaned = event.orphaned
      if (event.error !== undefined) self.error = event.error
      if (event.status === "COMPLETED") settle(self)
      return
    case "ResultMoved": {
      const { answer, from, to } = event
      const source = self.records[from]
      const moved = source && answersOf(source).find(({ fingerprint }) => fingerprint.value === answer)
      if (source === undefined || moved === undefined) return
      const { asked, ...left } = without(source, moved)
      const isDecided = "by" in moved && moved.by === "decision" && asked !== undefined
      self.records[from] = asked === undefined || isDecided ? left : { ...left, asked }
      // what was cut off asked something else, or has its answer now
      const { pending: _, ...taker } = self.records[to] ?? noRecord(source.step)
      self.records[to] = { ...withAnswer(taker, moved), ...(isDecided && { asked }) }
      return
    }
    case "RepliesMoved": {
      const { from, opening, settings, to } = event
      const source = self.records[from]
      const isMoved = (reply: KeptReply) => openingOf(reply) === opening && isWith(settings, reply)
      const moved = source?.replied?.filter(isMoved) ?? []
      if (source === undefined || moved.length === 0) return
      const left = source.replied?.filter((reply) => !isMoved(reply))
      self.records[from] = withReplies(source, left)
      const taker = self.records[to] ?? noRecord(source.step)
      self.records[to] = withReplies(taker, [...(taker.replied ?? []), ...moved])
      return
    }
    default: {
      const before = self.records[event.path] ?? noRecord("step" in event ? event.step : "")
      const after = next(before, event, own)
      const isOpened = event._tag === "GateAsked" || (event._tag === "StepSucceeded" && changes(before, after))
      if (isOpened && self.status !== "IN_PROGRESS") self.status = "IN_PROGRESS"
      self.records[event.path] = after
    }
  }
}

const isTakenOver = (failure: StepFailure | undefined): failure is TakenOver => failure?.fingerprint !== undefined

/** All answers that a record has: its own, unless a person rejected that, and those before it. */
export const answersOf = ({ error, former = [], renew, result }: StepRecord): ReadonlyArray<Answer> => {
  if (isTakenOver(error)) return [error, ...former]
  return result === undefined || renew === true ? former : [result, ...former]
}

const formerly = (answers: ReadonlyArray<Answer>) => (answers.length === 0 ? {} : { former: answers })

const without = ({ error, former = [], result, ...record }: StepRecord, moved: Answer): StepRecord => ({
  ...record,
  ...(result !== undefined && result !== moved && { result }),
  ...(error !== undefined && error !== moved && { error }),
  ...formerly(former.filter((one) => one !== moved))
})

/** A record with another answer; those before stay to be found, unless they answer the same or were rejected. */
const withAnswer = (before: StepRecord, answer: Answer): StepRecord => {
  const { error: _error, former: _former, renew: _renew, result: _result, same: _same, ...record } = before
  const others = answersOf(before).filter(({ fingerprint }) => fingerprint.value !== answer.fingerprint.value)
  return { ...record, ...("tag" in answer ? { error: answer } : { result: answer }), ...formerly(others) }
}

/** Every result of a complete run holds: nothing that was there before, or failed or was cut off since, counts any more. */
const settle = (self: Draft): void => {
  for (const [path, record] of Object.entries(self.records)) {
    if (isSettled(record)) continue
    const { error, former: _former, pending: _pending, replied: _replied, ...settled } = record
    // what was taken over is a part of how the run came to its end
    self.records[path] = isTakenOver(error) ? { ...settled, error } : settled
  }
}

const isSettled = ({ error, former, pending, replied }: StepRecord): boolean =>
  error === undefined && former === undefined && pending === undefined && replied === undefined

const changes = (before: StepRecord, after: StepRecord) =>
  before.result === undefined || !Equal.equals(before.result.output, after.result?.output)

/** What a request cost, as far as it is known. */
export const usageOf = ({ error, usage }: typeof RequestEnded.Type): Usage.Usage =>
  usage ?? (error !== undefined && unbilled.has(error) ? Usage.zero : Usage.unknown)

type StepEvent = Extract<WorkflowEvent, { readonly path: string }>

const next = (record: StepRecord, event: StepEvent, own: Own | undefined): StepRecord => {
  switch (event._tag) {
    case "StepStarted": {
      const { error, former = [], ...rest } = event.forced === true ? renewed(record) : record
      const others = isTakenOver(error) ? [error, ...former] : former
      return { ...rest, ...formerly(others), step: event.step, attempts: record.attempts + 1, pending: event.at }
    }
    case "StepReplied": {
      const { _tag, at: _at, path: _path, ...reply } = event
      const replied = withOne(record.replied, reply, own)
      return { ...record, replied, replies: record.replies + 1, usage: Usage.add(record.usage, event.usage) }
    }
    case "RequestStarted":
      return { ...record, requests: { ...record.requests, started: record.requests.started + 1 } }
    case "RequestEnded": {
      const { ended, started, usage } = record.requests
      return { ...record, requests: { started, ended: ended + 1, usage: Usage.add(usage, usageOf(event)) } }
    }
    case "ResultShared": {
      const { error: _error, former: _former, pending: _pending, renew: _renew, result: _result, ...rest } = record
      return { ...rest, step: event.step, same: event.from, ...formerly(answersOf(record)) }
    }
    case "GateAsked": {
      const { at, fingerprint, question } = event
      const { pending: _, ...rest } = record
      return { ...rest, step: event.step, asked: { fingerprint, question, at } }
    }
    case "StepSucceeded": {
      const { _tag, path: _path, settings: _, step, ...result } = event
      const { replied } = record
      // what came from a cache was made of none of them
      const kept = result.by === "cache" && replied !== undefined ? { replied } : {}
      return { ...withAnswer(finished(record, event), result), ...kept, step }
    }
    case "StepFailed": {
      const { _tag, path: _path, settings: _, step, ...error } = event
      const { replied } = record
      const kept = event.suspends === true && replied !== undefined ? { replied } : {}
      const after = finished(record, event)
      return { ...(isTakenOver(error) ? withAnswer(after, error) : { ...after, error }), ...kept, step }
    }
  }
}

const withOne = <A>(list: ReadonlyArray<A> = [], item: A, own: Own | undefined): ReadonlyArray<A> => {
  // only lists that were made below are in it
  const grown = own?.has(list) === true ? (list as Array<A>) : [...list]
  grown.push(item)
  own?.add(grown)
  return grown
}

/** A record whose answer a person rejected, with all replies that there are. */
export const renewed = ({ error: _error, replied: _replied, ...record }: StepRecord): StepRecord => ({
  ...record,
  renew: true
})

/** A record after an attempt; replies to what it did not ask stay to be found. */
const finished = (
  { pending, replied, ...record }: StepRecord,
  { at, fingerprint, settings }: Pick<typeof StepFailed.Type, "at" | "fingerprint" | "settings">
): StepRecord =>
  withReplies(
    pending === undefined ? record : { ...record, durationMillis: Math.max(0, at - pending) },
    replied?.filter(
      (reply) => fingerprint !== undefined && !(isOfPrompt(fingerprint, openingOf(reply)) && isWith(settings, reply))
    )
  )

/** The state that events lead to; `undefined` for none. */
export const fold = (events: Iterable<WorkflowEvent>): WorkflowState | undefined => {
  const state = draft(blank)
  const own: Own = new WeakSet()
  for (const event of events) change(state, event, own)
  return state.events === 0 ? undefined : state
}
