// Answers are found by what was asked, not by where: results, and failures that were taken over. In: the records, and what
// a plan finds at each place. Out: the free answer that a place takes which has none of its own. `foresee` calls it.

import * as StepPath from "../../StepPath.ts"
import type { Answer, StepRecord } from "../../WorkflowState.ts"
import { answersOf } from "../../WorkflowEvent.ts"
import type { UntypedStep } from "../ask/step.ts"
import { finder } from "../definition/places.ts"
import { type Place, takerOf } from "../walk/place.ts"
import type { Steps } from "./steps.ts"

/** What a plan found at a path; with `*` in the path where items are not known. */
export interface Seen {
  readonly step: UntypedStep
  /** The fingerprint of what it asks; unknown where its input is. */
  readonly asks: string | undefined
  /** What answers that: its own record, or something else, so that it needs none; nothing yet. */
  readonly by: "own" | "other" | undefined
}

/** What leaves its path for another; `answer` is its fingerprint. */
export interface Move {
  readonly from: string
  readonly to: string
  readonly answer: string
}

export interface Options {
  readonly steps: Steps
  /** As they are by now. */
  readonly records: Readonly<Record<string, StepRecord>>
  /** Paths that have begun to ask already. */
  readonly started: ReadonlySet<string>
}

/** Answers by what was asked, while a plan looks at one place after the other. */
export const make = ({ records, started, steps }: Options) => {
  const answers = new Map<string, Set<string>>()
  const seen = new Map<string, Seen & { readonly order: number; readonly place: Place }>()

  const note = (path: string): void => {
    for (const { fingerprint } of answersAt(path)) {
      const paths = answers.get(fingerprint.value)
      if (paths === undefined) answers.set(fingerprint.value, new Set([path]))
      else paths.add(path)
    }
  }
  const answersAt = (path: string): ReadonlyArray<Answer> => {
    const record = records[path]
    return record === undefined ? [] : answersOf(record)
  }
  for (const path of Object.keys(records)) note(path)

  let placeOf: ReturnType<typeof finder> | undefined
  /** What was seen at a path, or at one that stands for several, when all places were seen. */
  const seenFor = (path: string): Seen | undefined => {
    placeOf ??= finder(seen.keys())
    const place = placeOf(path)
    return place === undefined ? undefined : seen.get(place)
  }

  /** Whether the path of an answer does not take it; `isWhole` when all places were seen. */
  const isFree = (path: string, answer: Answer, isWhole: boolean): boolean => {
    const own = isWhole ? seenFor(path) : seen.get(path)
    if (own === undefined) return isWhole || !steps.has(path)
    if (own.by === "other") return true
    return own.asks === undefined ? !steps.mayAsk(own.step, answer) : own.asks !== answer.fingerprint.value
  }

  /** Paths with an answer to what a step asks, and that it may have, its own first, then in order. */
  const freeFor = ({ asks, place, step }: Taker, isWhole: boolean): ReadonlyArray<string> => {
    const { path } = place
    const free = [...(answers.get(asks) ?? [])].filter((from) => {
      const answer = answersAt(from).find(({ fingerprint }) => fingerprint.value === asks)
      if (answer === undefined || ("tag" in answer && takerOf(place, answer.tag) === undefined)) return false
      return from === path || (steps.mayTake(step, answer) && isFree(from, answer, isWhole))
    })
    const rank = (from: string) => (from === path ? -1 : (seen.get(from)?.order ?? Infinity))
    return free.length < 2 ? free : free.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  }

  const takerAt = (place: Place, step: UntypedStep, asks: string | undefined): Taker | undefined => {
    const { path } = place
    return asks !== undefined &&
      seen.get(path)?.by === undefined &&
      // what stands for items that are not known is no path of a run
      !path.includes("*") &&
      !started.has(path) &&
      records[path]?.renew !== true &&
      records[path]?.result?.fingerprint.value !== asks
      ? { asks, place, step }
      : undefined
  }

  return {
    see: (place: Place, found: Seen): void => void seen.set(place.path, { ...found, place, order: seen.size }),
    /** The one answer of the same last name that a place takes while not all places were seen. */
    atOnce: (place: Place, step: UntypedStep, asks: string): Move | undefined => {
      const { path } = place
      const taker = takerAt(place, step, asks)
      // which of several it is, all places together tell
      if (taker === undefined || answers.get(asks)?.size !== 1) return undefined
      const from = freeFor(taker, false).find((from) => isNamesake(from, path))
      return from === undefined ? undefined : { from, to: path, answer: asks }
    },
    /** Those that are taken when all were seen: first under the same last name, then in order. */
    pairs: (): ReadonlyArray<Move> => {
      const moves: Array<Move> = []
      const takers = [...seen.values()].flatMap(({ asks, place, step }) => takerAt(place, step, asks) ?? [])
      const taken = new Set<string>()
      const done = new Set<string>()
      for (const fits of [(a: string, b: string) => a === b, isNamesake, () => true]) {
        for (const taker of takers) {
          const { asks: answer, place } = taker
          const { path: to } = place
          if (done.has(to)) continue
          const from = freeFor(taker, true).find((from) => !taken.has(`${answer} ${from}`) && fits(from, to))
          if (from === undefined) continue
          moves.push({ from, to, answer })
          taken.add(`${answer} ${from}`)
          done.add(to)
        }
      }
      return moves
    },
    note,
    seen
  }
}

/** A place that asks what nothing there answers. */
interface Taker {
  readonly asks: string
  readonly place: Place
  readonly step: UntypedStep
}

const isNamesake = (a: string, b: string): boolean => StepPath.last(a) === StepPath.last(b)
