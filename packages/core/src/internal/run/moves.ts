// Results are found by what was asked, not by where. In: the records, and what a plan finds at each place. Out: the free
// result that a place takes which has none of its own. `foresee` calls it.

import * as StepPath from "../../StepPath.ts"
import type { StepRecord, StepResult } from "../../WorkflowState.ts"
import type { UntypedStep } from "../ask/step.ts"
import { finder } from "../definition/places.ts"
import type { Steps } from "./steps.ts"

/** What a plan found at a path; with `*` in the path where items are not known. */
export interface Seen {
  readonly step: UntypedStep
  /** The fingerprint of what it asks; unknown where its input is. */
  readonly asks: string | undefined
  /** What answers that: its own record, or something else, so that it needs none; nothing yet. */
  readonly by: "own" | "other" | undefined
}

/** A result that leaves its path for another; `answer` is its fingerprint. */
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

/** Results by what they answer, while a plan looks at one place after the other. */
export const make = ({ records, started, steps }: Options) => {
  const answers = new Map<string, Set<string>>()
  const seen = new Map<string, Seen & { readonly order: number }>()

  /** A result that may serve: not one that a person rejected. */
  const resultAt = (path: string): StepResult | undefined =>
    records[path]?.renew === true ? undefined : records[path]?.result

  const note = (path: string): void => {
    const answer = resultAt(path)?.fingerprint.value
    if (answer === undefined) return
    const paths = answers.get(answer)
    if (paths === undefined) answers.set(answer, new Set([path]))
    else paths.add(path)
  }
  for (const path of Object.keys(records)) note(path)

  let placeOf: ReturnType<typeof finder> | undefined
  /** What was seen at a path, or at one that stands for several, when all places were seen. */
  const seenFor = (path: string): Seen | undefined => {
    placeOf ??= finder(seen.keys())
    const place = placeOf(path)
    return place === undefined ? undefined : seen.get(place)
  }

  /** Whether the path of a result does not take it; `isWhole` when all places were seen. */
  const isFree = (path: string, result: StepResult, isWhole: boolean): boolean => {
    const own = isWhole ? seenFor(path) : seen.get(path)
    if (own === undefined) return isWhole || !steps.has(path)
    if (own.by !== undefined) return own.by === "other"
    return own.asks === undefined ? !steps.mayAsk(own.step, result) : own.asks !== result.fingerprint.value
  }

  /** Paths of free results that answer what a step asks, in order. */
  const freeFor = (step: UntypedStep, asks: string, isWhole: boolean): ReadonlyArray<string> => {
    const free = [...(answers.get(asks) ?? [])].filter((path) => {
      const result = resultAt(path)
      return result?.fingerprint.value === asks && steps.mayTake(step, result) && isFree(path, result, isWhole)
    })
    const rank = (path: string) => seen.get(path)?.order ?? Infinity
    return free.length < 2 ? free : free.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  }

  const isTaker = (path: string, asks: string | undefined): asks is string =>
    asks !== undefined &&
    seen.get(path)?.by === undefined &&
    // what stands for items that are not known is no path of a run
    !path.includes("*") &&
    !started.has(path) &&
    records[path]?.renew !== true &&
    resultAt(path)?.fingerprint.value !== asks

  return {
    see: (path: string, found: Seen): void => void seen.set(path, { ...found, order: seen.size }),
    /** The result of the same last name that a place takes while not all places were seen. */
    atOnce: (path: string, step: UntypedStep, asks: string): Move | undefined => {
      const from = isTaker(path, asks) ? freeFor(step, asks, false).find((from) => isNamesake(from, path)) : undefined
      return from === undefined ? undefined : { from, to: path, answer: asks }
    },
    /** Those that are taken when all were seen: first under the same last name, then in order. */
    pairs: (): ReadonlyArray<Move> => {
      const moves: Array<Move> = []
      const takers = [...seen].flatMap(([path, { asks, step }]) => (isTaker(path, asks) ? [{ path, asks, step }] : []))
      const taken = new Set<string>()
      const done = new Set<string>()
      for (const fits of [isNamesake, () => true]) {
        for (const { asks, path, step } of takers) {
          if (done.has(path)) continue
          const from = freeFor(step, asks, true).find((from) => !taken.has(from) && fits(from, path))
          if (from === undefined) continue
          moves.push({ from, to: path, answer: asks })
          taken.add(from)
          done.add(path)
        }
      }
      return moves
    },
    note,
    seen
  }
}

const isNamesake = (a: string, b: string): boolean => StepPath.last(a) === StepPath.last(b)
