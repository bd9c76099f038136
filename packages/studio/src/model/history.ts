import type { Fingerprint } from "@stepwright/core/Fingerprint"
import type { StepReplied, WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import type { StepFailure, StepResult } from "@stepwright/core/WorkflowState"
import type { Json } from "./json.ts"

// what events tell of a run that its state does not keep: every attempt, and when a process was at it

export type Reply = typeof StepReplied.Type

export interface Request {
  readonly number: number
  readonly model: string
  readonly start: number
  end?: number
  error?: string
}

/** One time that a step was at work. `cut`: the process ended meanwhile. */
export interface Attempt {
  readonly start: number
  readonly why: string
  end?: number
  outcome?: "done" | "failed" | "waits" | "cut"
  readonly replies: Array<Reply>
  readonly requests: Array<Request>
}

/** Something else that happened to a step: a result by hand, from elsewhere, a question that a gate asked. */
export interface Note {
  readonly at: number
  readonly text: string
}

export interface StepHistory {
  readonly attempts: Array<Attempt>
  readonly notes: Array<Note>
  /** The results that it had, the last one being the one that it has. */
  readonly results: Array<StepResult>
  failure?: StepFailure
  /** The path of the round whose result this is too. */
  same?: string
  /** Hash of the question of a gate. */
  question?: string
  forced?: boolean
}

/** A time in which a process was at the run. */
export interface Session {
  readonly start: number
  /** The last thing that is known to have happened in it. */
  end: number
  isOver: boolean
}

export interface History {
  /** The number of the last event; 0 before the first. */
  number: number
  readonly sessions: Array<Session>
  readonly steps: Map<string, StepHistory>
  /** The input that the run has. */
  input?: Json
}

export const make = (): History => ({ number: 0, sessions: [], steps: new Map() })

export const forget = (self: History): void => {
  self.number = 0
  self.sessions.length = 0
  self.steps.clear()
  delete self.input
}

/** Takes the next event in; one that was taken before changes nothing. */
export const observe = (self: History, number: number, event: WorkflowEvent): void => {
  if (number <= self.number) return
  self.number = number
  const session = self.sessions.at(-1)
  // between its last event and the next session nobody was at the run
  const isInIt = session !== undefined && !session.isOver && event._tag !== "RunStarted"
  if (isInIt) session.end = Math.max(session.end, event.at)
  switch (event._tag) {
    case "RunStarted":
      begin(self, event.at)
      return
    case "RunEnded":
      if (session !== undefined) session.isOver = true
      cut(self, event.at)
      return
    case "RunImported":
      self.input = event.state.input
      for (const [path, { error, result, same }] of Object.entries(event.state.records)) {
        const step = stepAt(self, path)
        if (result !== undefined) step.results.push(result)
        if (error !== undefined) step.failure = error
        if (same !== undefined) step.same = same
      }
      return
    case "RunInitialized":
    case "InputProvided":
      self.input = event.input
      return
    case "ResultMoved":
      moved(self, event)
      return
    case "RepliesMoved":
      stepAt(self, event.to).notes.push({ at: event.at, text: `replies taken up from ${event.from}` })
      return
    default:
      ofStep(stepAt(self, event.path), event)
  }
}

const stepAt = (self: History, path: string): StepHistory => {
  let step = self.steps.get(path)
  if (step === undefined) self.steps.set(path, (step = { attempts: [], notes: [], results: [] }))
  return step
}

const begin = (self: History, at: number) => {
  const before = self.sessions.at(-1)
  if (before !== undefined && !before.isOver) {
    // a process that was killed says nothing of its end
    before.isOver = true
    cut(self, before.end)
  }
  self.sessions.push({ start: at, end: at, isOver: false })
}

/** What was at work when its process ended. */
const cut = (self: History, at: number) => {
  for (const { attempts } of self.steps.values()) {
    const attempt = attempts.at(-1)
    if (attempt !== undefined && attempt.end === undefined) {
      attempt.end = Math.max(attempt.start, at)
      attempt.outcome = "cut"
    }
  }
}

const moved = (self: History, { answer, at, from, to }: Extract<WorkflowEvent, { readonly _tag: "ResultMoved" }>) => {
  const [source, taker] = [stepAt(self, from), stepAt(self, to)]
  taker.notes.push({ at, text: `result found at ${from}, which asked the same` })
  source.notes.push({ at, text: `result moved to ${to}, which asks the same` })
  delete taker.failure
  delete taker.same
  const i = source.results.findLastIndex(({ fingerprint }) => fingerprint.value === answer)
  if (i !== -1) taker.results.push(...source.results.splice(i, 1))
}

type StepEvent = Extract<WorkflowEvent, { readonly path: string }>

const ofStep = (step: StepHistory, event: StepEvent): void => {
  const attempt = step.attempts.at(-1)
  switch (event._tag) {
    case "StepStarted":
      if (event.forced === true) step.forced = true
      if (attempt !== undefined && attempt.end === undefined) end(attempt, event.at, "cut")
      step.attempts.push({ start: event.at, why: whyOf(step), replies: [], requests: [] })
      return
    case "RequestStarted":
      attempt?.requests.push({ number: event.request, model: event.model, start: event.at })
      return
    case "RequestEnded": {
      const request = attempt?.requests.find(({ number }) => number === event.request)
      if (request === undefined) return
      request.end = event.at
      if (event.error !== undefined) request.error = event.error
      return
    }
    case "StepReplied":
      attempt?.replies.push(event)
      return
    case "StepSucceeded": {
      const { _tag, path: _path, settings: _settings, step: _step, ...result } = event
      if (attempt !== undefined && attempt.end === undefined) end(attempt, event.at, "done")
      else step.notes.push({ at: event.at, text: madeBy(result) })
      step.results.push(result)
      delete step.failure
      delete step.same
      delete step.forced
      return
    }
    case "StepFailed": {
      const { _tag, path: _path, settings: _settings, step: _step, ...failure } = event
      if (attempt !== undefined && attempt.end === undefined) {
        end(attempt, event.at, event.suspends === true ? "waits" : "failed")
      }
      step.failure = failure
      return
    }
    case "ResultShared":
      step.same = event.from
      step.notes.push({ at: event.at, text: `as in ${event.from}, which asked the same` })
      return
    case "GateAsked":
      step.question = event.question
      step.notes.push({ at: event.at, text: "asks for a decision" })
  }
}

const end = (attempt: Attempt, at: number, outcome: NonNullable<Attempt["outcome"]>) => {
  attempt.end = Math.max(attempt.start, at)
  attempt.outcome = outcome
}

/** Who made a result, in words. */
const madeBy = ({ by, cache, model, who }: StepResult): string => {
  switch (by) {
    case "model":
      return model === undefined ? "made by a model" : `made by the model ${model}`
    case "code":
      return "made by its own code"
    case "hand":
      return `set by hand${who === undefined ? "" : `, ${who}`}`
    case "decision":
      return `decided${who === undefined ? "" : ` by ${who}`}`
    case "cache":
      return `from the cache${cache?.run === undefined ? "" : `, made for run ${cache.run}`}`
  }
}

/** Why a step starts, by what there was of it before. */
const whyOf = ({ attempts, failure, forced, results }: StepHistory): string => {
  if (forced === true) return "a new result was asked for"
  if (failure !== undefined) return failure.suspends === true ? "it waited" : "it failed before"
  if (attempts.at(-1)?.outcome === "cut") return "it was cut off before"
  return results.length === 0 ? "nothing was recorded" : "something that it depends on changed"
}

/** The names of the parts in which two fingerprints differ. */
export const changed = (before: Fingerprint, after: Fingerprint): ReadonlyArray<string> =>
  [...new Set([...Object.keys(before.parts), ...Object.keys(after.parts)])].filter(
    (name) => before.parts[name] !== after.parts[name]
  )

/** The result that a step has, and the path that it was made at. */
export const resultOf = (self: History, path: string): StepResult | undefined => {
  const step = self.steps.get(path)
  const found = step?.same === undefined ? step : self.steps.get(step.same)
  return found?.results.at(-1)
}

/** Why a step has what it has, or nothing: one sentence for each thing that counts. */
export const reasons = (self: History, path: string): ReadonlyArray<string> => {
  const step = self.steps.get(path)
  if (step === undefined) return []
  const result = resultOf(self, path)
  if (step.same !== undefined) return [`It asks what ${step.same} asked, and has its result.`]
  const last = step.attempts.at(-1)
  const [now, before] = [step.results.at(-1), step.results.at(-2)]
  const parts = now === undefined || before === undefined ? [] : changed(before.fingerprint, now.fingerprint)
  const since = result === undefined ? 0 : self.sessions.filter(({ start }) => start > result.at).length
  return [
    ...(last === undefined ? [] : [`It ran: ${last.why}${parts.length === 0 ? "" : ` (${parts.join(", ")})`}.`]),
    ...(result === undefined || step.failure !== undefined ? [] : [`Its result was ${madeBy(result)}.`]),
    ...(since === 0 || step.failure !== undefined
      ? []
      : [`It was not run again in ${since === 1 ? "the session" : `the ${since} sessions`} since.`])
  ]
}
