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
    fingerprintOf: ({ key }: oracle.Question): string | undefined => fingerprints.get(key),
    questionOf: ({ fingerprint }: WorkflowState.Answer): oracle.Question => {
      const question = questions.get(fingerprint.value)
      assert(question !== undefined, "a fingerprint of no question")
      return question
    }
  }
}
export type Known = ReturnType<typeof makeKnown>

/** A recorded result, or failure, that may serve, and what it answers; a `former` one is not what its path has now. */
export interface Kept {
  readonly path: string
  readonly answer: WorkflowState.Answer
  readonly question: oracle.Question
  readonly isFormer: boolean
}

export const keptIn = (known: Known, state: State): ReadonlyArray<Kept> =>
  Object.entries(state.records).flatMap(([path, record]) =>
    WorkflowEvent.answersOf(record).map((answer) => ({
      path,
      answer,
      question: known.questionOf(answer),
      isFormer: answer !== record.result && answer !== record.error
    }))
  )

/** What paths have now. */
export const ownIn = (kept: ReadonlyArray<Kept>): ReadonlyMap<string, Kept> =>
  new Map(kept.flatMap((it) => (it.isFormer ? [] : [[it.path, it]])))

/** What comes to a place that has an answer. */
const valueOf = ({ takes }: oracle.Place, answer: WorkflowState.Answer): oracle.Value => {
  if (!("tag" in answer)) return answer.output
  return takes.has(answer.tag) ? new oracle.Failed(answer.tag) : oracle.hole
}

/** What a step by itself is fed with: what is recorded, whatever that answered. */
export const recorded =
  (state: State): oracle.At =>
  (place) => {
    const { path, step } = place
    const record = state.records[path]
    const [answer] = record === undefined ? [] : WorkflowEvent.answersOf(record)
    const { error, result, same } = record ?? {}
    if (same !== undefined) {
      const its = state.records[same]?.result
      if (place.isShared || !place.mayShare || its === undefined) return oracle.share
      return oracle.fits(step, its.output) ? its.output : oracle.hole
    }
    if (answer !== undefined && answer === error) return valueOf(place, answer)
    return result !== undefined && oracle.fits(step, result.output) ? result.output : oracle.hole
  }

/** What is recorded and answers what is asked. */
export const held =
  (kept: ReadonlyArray<Kept>): oracle.At =>
  (place) => {
    const own = ownIn(kept).get(place.path)
    if (own !== undefined && isHeld(place, own)) return valueOf(place, own.answer)
    return place.isShared ? oracle.share : oracle.hole
  }

/** Whether a place may take an answer at all, from its own path or from another one. */
const mayHave = ({ step, takes }: oracle.Place, { answer }: Kept): boolean =>
  !("tag" in answer) ||
  // another model may do better
  (takes.has(answer.tag) && (step.tag !== "Ask" || answer.asked?.models.includes(step.model) === true))

/** Whether a place has what answers it. */
export const isHeld = (place: oracle.Place, own: Kept): boolean =>
  own.question.key === place.question?.key &&
  mayHave(place, own) &&
  // what an earlier round came to goes before all that no person wanted here
  (!place.isShared || isWanted(own.answer))

/** Whether a person set a result at its path, decided it, or asked for it. */
const isWanted = (answer: WorkflowState.Answer): boolean =>
  !("tag" in answer) && (answer.anew === true || answer.by === "hand" || answer.by === "decision")

/** Whether a place of a program may take an answer from another path. */
export const mayTake = (program: Nest, place: oracle.Place, kept: Kept): boolean => {
  const { step } = place
  const { answer, question } = kept
  if (!mayHave(place, kept)) return false
  if (step.tag === "Gate" || question.step.tag === "Gate") return step.tag === question.step.tag
  if (step.tag === "Ask") {
    if ("tag" in answer) return true
    return answer.by === "hand" || answer.model === step.model
  }
  const alike = leavesOf(program).filter(
    (it) => it.tag === "Code" && it.name === step.name && it.version === step.version
  )
  return question.step.tag === "Code" && new Set(alike.map(show)).size === 1
}

/** Which result each place takes that it does not have, where all places are known from the start. */
export const pairsOf = (program: Nest, places: ReadonlyArray<oracle.Place>, kept: ReadonlyArray<Kept>) => {
  const own = ownIn(kept)
  const asks = new Map(places.map((place) => [place.path, place.question!]))
  const hasOwn = (place: oracle.Place) => {
    const its = own.get(place.path)
    return its !== undefined && isHeld(place, its)
  }
  const byPath = new Map(places.map((place) => [place.path, place]))
  const isHeldAt = (it: Kept) => {
    const place = byPath.get(it.path)
    return place !== undefined && isHeld(place, it)
  }
  const takers = places.filter((place) => !place.isShared && !hasOwn(place))
  // those of places in their order, then those whose path is gone
  const gone = new Set(kept.flatMap(({ path }) => (asks.has(path) ? [] : [path])))
  const free = [...asks.keys(), ...[...gone].toSorted()].flatMap((path) =>
    kept.filter((it) => it.path === path && (it.isFormer || !isHeldAt(it)))
  )
  const pairs = new Map<string, string>()
  // from the same path, then from one with as many of the last names as there is
  const deepest = Math.max(0, ...[...takers, ...free].map(({ path }) => path.split("/").length))
  for (let least = deepest; least >= 0; least--) {
    const isPair = (a: string, b: string) => {
      const end = b.split("/").slice(-least).join("/")
      return least === 0 || (b.split("/").length >= least && (a === end || a.endsWith(`/${end}`)))
    }
    for (const place of takers) {
      const { path, question } = place
      if (pairs.has(path)) continue
      const at = free.findIndex(
        (it) =>
          it.question.key === question!.key &&
          (it.path === path ? mayHave(place, it) : mayTake(program, place, it)) &&
          isPair(it.path, path)
      )
      if (at >= 0) pairs.set(path, free.splice(at, 1)[0]!.path)
    }
  }
  return pairs
}

/**
 * Whether an answer may be wanted at its own path, where what that asks is not known, or which items there are; or at any
 * place that is not come by if a step before it fails.
 */
export const mayWant = ({ isDoubted, open, path, question, step }: oracle.Place, kept: Kept): boolean => {
  if (question === undefined) {
    return StepPath.matches(path, kept.path) && oracle.partsOf(step) === oracle.partsOf(kept.question.step)
  }
  return (isDoubted || (open && StepPath.matches(path, kept.path))) && question.key === kept.question.key
}

export type Events = ReadonlyArray<WorkflowEvent.WorkflowEvent>

/** Which of the answers that there were a path has to a question after some events; none where its answer was made since. */
export const originsOf = (kept: ReadonlyArray<Kept>, events: Events) => {
  const answers = new Map<string, ReadonlyArray<Kept>>(Map.groupBy(kept, ({ path }) => path))
  const isOf = (fingerprint: string) => (it: Kept) => it.answer.fingerprint.value === fingerprint
  const find = (path: string, fingerprint: string) => answers.get(path)?.find(isOf(fingerprint))
  const remove = (path: string, fingerprint: string) =>
    answers.set(
      path,
      (answers.get(path) ?? []).filter((it) => !isOf(fingerprint)(it))
    )
  for (const event of events) {
    if (event._tag === "StepSucceeded" || event._tag === "StepFailed") {
      if (event.fingerprint !== undefined) remove(event.path, event.fingerprint.value)
    } else if (event._tag === "ResultMoved") {
      const { answer, from, to } = event
      const it = find(from, answer)
      remove(from, answer)
      remove(to, answer)
      if (it !== undefined) answers.set(to, [...(answers.get(to) ?? []), it])
    }
  }
  return (path: string, { fingerprint }: WorkflowState.Answer) => find(path, fingerprint.value)
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

/** A request that an attempt which was cut off had answered, the prompt that this attempt began with, and its settings. */
export interface Left extends model.Received {
  readonly opening: string
  readonly settings: string | undefined
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
      const reply = { ...next.get(event.path)!.next().value!, opening, settings: event.asked?.settings }
      left.set(event.path, [...(left.get(event.path) ?? []), reply])
    } else if (event._tag === "RepliesMoved") {
      const { from, opening, settings, to } = event
      const isMoved = (it: Left) => it.opening === opening && it.settings === settings
      const all = left.get(from) ?? []
      left.set(to, [...(left.get(to) ?? []), ...all.filter(isMoved)])
      left.set(
        from,
        all.filter((it) => !isMoved(it))
      )
    } else if (event._tag === "StepSucceeded" && event.by === "cache") {
      // made of none of them
    } else if (event._tag === "StepSucceeded" || event._tag === "StepFailed") {
      const { fingerprint, path, settings } = event
      const { prompt } = fingerprint?.parts ?? {}
      const isOther = (it: Left) =>
        prompt === undefined || !it.opening.startsWith(prompt) || (settings !== undefined && it.settings !== settings)
      left.set(path, fingerprint === undefined ? [] : (left.get(path) ?? []).filter(isOther))
    } else if (event._tag === "StepStarted" && event.forced === true) {
      left.delete(event.path)
    } else if (event._tag === "RunEnded" && event.status === "COMPLETED") {
      left.clear()
    }
  }
  return left
}
