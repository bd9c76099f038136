// What a state has recorded, in the words of the oracle: which results there are, what they answer, and who may take them.

import { StepPath, WorkflowEvent, type WorkflowState } from "@stepwright/core"
import { assert } from "@effect/vitest"
import type * as model from "./model.ts"
import * as oracle from "./oracle.ts"
import { leavesOf, type Nest } from "./program/program.ts"
import { show } from "./program/words.ts"

type State = WorkflowState.WorkflowState

/** What is known of fingerprints: the question that each was seen with. */
export const makeKnown = () => {
  const questions = new Map<string, oracle.Question>()
  const fingerprints = new Map<string, string>()
  return {
    learn: (fingerprint: string, question: oracle.Question, path: string) => {
      const { key } = questions.get(fingerprint) ?? question
      assert.strictEqual(question.key, key, `${path}: one fingerprint of two questions`)
      const known = fingerprints.get(key) ?? fingerprint
      assert.strictEqual(fingerprint, known, `${path}: two fingerprints of one question`)
      questions.set(fingerprint, question)
      fingerprints.set(key, fingerprint)
    },
    questionOf: ({ fingerprint }: WorkflowState.StepResult): oracle.Question => {
      const question = questions.get(fingerprint.value)
      assert(question !== undefined, "a fingerprint of no question")
      return question
    }
  }
}
export type Known = ReturnType<typeof makeKnown>

/** A recorded result that may serve, and what it answers; a `former` one is not what its path has now. */
export interface Kept {
  readonly path: string
  readonly result: WorkflowState.StepResult
  readonly question: oracle.Question
  readonly isFormer: boolean
}

export const keptIn = (known: Known, state: State): ReadonlyArray<Kept> =>
  Object.entries(state.records).flatMap(([path, record]) =>
    WorkflowEvent.answersOf(record).flatMap((result) =>
      "tag" in result ? [] : [{ path, result, question: known.questionOf(result), isFormer: result !== record.result }]
    )
  )

/** The results that paths have now. */
export const ownIn = (kept: ReadonlyArray<Kept>): ReadonlyMap<string, Kept> =>
  new Map(kept.flatMap((it) => (it.isFormer ? [] : [[it.path, it]])))

/** What a step by itself is fed with: what is recorded, whatever that answered. */
export const recorded =
  (state: State): oracle.At =>
  ({ path, step }) => {
    const { result, same } = state.records[path] ?? {}
    if (same !== undefined) return oracle.share
    return result !== undefined && oracle.fits(step, result.output) ? result.output : oracle.hole
  }

/** What is recorded and answers what is asked. */
export const held =
  (kept: ReadonlyArray<Kept>): oracle.At =>
  ({ isShared, path, question }) => {
    const own = ownIn(kept).get(path)
    if (question !== undefined && own?.question.key === question.key) return own.result.output
    return isShared ? oracle.share : oracle.hole
  }

/** Whether a step of a program may take a result from another path. */
export const mayTake = (program: Nest, { step }: oracle.Question, { question, result }: Kept): boolean => {
  if (step.tag === "Gate" || question.step.tag === "Gate") return step.tag === question.step.tag
  if (step.tag === "Ask") return result.by === "hand" || result.model === step.model
  const alike = leavesOf(program).filter(
    (it) => it.tag === "Code" && it.name === step.name && it.version === step.version
  )
  return question.step.tag === "Code" && new Set(alike.map(show)).size === 1
}

/** Which result each place takes that it does not have, where all places are known from the start. */
export const pairsOf = (program: Nest, places: ReadonlyArray<oracle.Place>, kept: ReadonlyArray<Kept>) => {
  const own = ownIn(kept)
  const asks = new Map(places.map(({ path, question }) => [path, question!]))
  const shared = new Set(places.flatMap(({ isShared, path }) => (isShared ? [path] : [])))
  const takers = [...asks].filter(([path, { key }]) => own.get(path)?.question.key !== key && !shared.has(path))
  // those of places in their order, then those whose path is gone
  const gone = new Set(kept.flatMap(({ path }) => (asks.has(path) ? [] : [path])))
  const free = [...asks.keys(), ...[...gone].toSorted()].flatMap((path) =>
    kept.filter((it) => it.path === path && (it.isFormer || asks.get(path)?.key !== it.question.key))
  )
  const pairs = new Map<string, string>()
  const isSamePath = (a: string, b: string) => a === b
  for (const isPair of [isSamePath, (a: string, b: string) => StepPath.last(a) === StepPath.last(b), () => true]) {
    for (const [path, question] of takers) {
      if (pairs.has(path)) continue
      const at = free.findIndex(
        (it) =>
          it.question.key === question.key &&
          (it.path === path || mayTake(program, question, it)) &&
          isPair(it.path, path)
      )
      if (at >= 0) pairs.set(path, free.splice(at, 1)[0]!.path)
    }
  }
  return pairs
}

/** Whether a result may be wanted at its own path, where what that asks is not known, or which items there are. */
export const mayWant = ({ open, path, question, step }: oracle.Place, kept: Kept): boolean =>
  StepPath.matches(path, kept.path) &&
  (question === undefined
    ? oracle.partsOf(step) === oracle.partsOf(kept.question.step)
    : open && question.key === kept.question.key)

export type Events = ReadonlyArray<WorkflowEvent.WorkflowEvent>

/** Which of the results that there were each path has after some events; nothing where its result was made since. */
export const originsOf = (kept: ReadonlyArray<Kept>, events: Events): ReadonlyMap<string, Kept | undefined> => {
  const own = new Map<string, Kept | undefined>(ownIn(kept))
  const former = new Map<string, Array<Kept>>()
  const displace = (path: string, by: string) => {
    const it = own.get(path)
    if (it !== undefined && it.result.fingerprint.value !== by) former.set(path, [...(former.get(path) ?? []), it])
  }
  for (const it of kept) if (it.isFormer) former.set(it.path, [...(former.get(it.path) ?? []), it])
  for (const event of events) {
    if (event._tag === "StepSucceeded") {
      displace(event.path, event.fingerprint.value)
      own.set(event.path, undefined)
    } else if (event._tag === "ResultMoved") {
      const { answer, from, to } = event
      const answers = (it: Kept | undefined) => it?.result.fingerprint.value === answer
      const isOwn = answers(own.get(from))
      const it = isOwn ? own.get(from) : former.get(from)?.find(answers)
      if (isOwn) own.delete(from)
      else former.set(from, former.get(from)?.filter((other) => other !== it) ?? [])
      displace(to, answer)
      own.set(to, it)
    }
  }
  return own
}

/** Takes away what was received after the last of some events. */
export const forget = (received: Array<model.Received>, events: Events) => {
  const left = Map.groupBy(
    events.filter(({ _tag }) => _tag === "StepReplied"),
    (event) => ("path" in event ? event.path : "")
  )
  const counts = new Map<string, number>()
  const kept = received.filter(({ path }) => {
    const count = (counts.get(path) ?? 0) + 1
    counts.set(path, count)
    return count <= (left.get(path)?.length ?? 0)
  })
  received.splice(0, Infinity, ...kept)
}

/** A request that an attempt which was cut off had answered, and the prompt that this attempt began with. */
export interface Left extends model.Received {
  readonly opening: string
}

/** What attempts that were cut off have left at each path, after some events. */
export const leftIn = (
  received: ReadonlyArray<model.Received>,
  events: Events
): ReadonlyMap<string, ReadonlyArray<Left>> => {
  const left = new Map<string, ReadonlyArray<Left>>()
  const next = new Map([...Map.groupBy(received, ({ path }) => path)].map(([path, all]) => [path, all.values()]))
  for (const event of events) {
    if (event._tag === "StepReplied") {
      const opening = WorkflowEvent.openingOf(event)
      const reply = { ...next.get(event.path)!.next().value!, opening }
      left.set(event.path, [...(left.get(event.path) ?? []), reply])
    } else if (event._tag === "RepliesMoved") {
      const { from, opening, to } = event
      const all = left.get(from) ?? []
      left.set(to, [...(left.get(to) ?? []), ...all.filter((it) => it.opening === opening)])
      left.set(
        from,
        all.filter((it) => it.opening !== opening)
      )
    } else if (
      event._tag === "StepSucceeded" ||
      event._tag === "StepFailed" ||
      (event._tag === "StepStarted" && event.forced === true)
    ) {
      left.delete(event.path)
    }
  }
  return left
}
