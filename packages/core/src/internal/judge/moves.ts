// Answers are found by what was asked, not by where: results, and failures that were taken over. In: the records, and what
// a plan finds at each place. Out: the free answer that a place takes which has none of its own, and if there is none what
// an attempt at it that was cut off was replied. `foresee` calls it.

import * as StepPath from "../../StepPath.ts"
import type { Answer, KeptReply, StepRecord } from "../../WorkflowState.ts"
import { answersOf } from "../../WorkflowEvent.ts"
import { type First, firstOf, isSame, keyOf } from "../state/replies.ts"
import type { UntypedStep } from "../ask/step.ts"
import { finder } from "../definition/places.ts"
import { type Place, takerOf } from "../walk/place.ts"
import type { Steps } from "./steps.ts"
import { isRenewed, stillFails } from "./verdict.ts"

/** What a plan found at a path; with `*` in the path where items are not known. */
export interface Seen {
  readonly step: UntypedStep
  /** The fingerprint of what it asks; unknown where its input is. */
  readonly asks: string | undefined
  /** What it asks a model first. */
  readonly first: First | undefined
  /** What answers that: its own record, or something else, so that it needs none; nothing yet. */
  readonly by: "own" | "other" | undefined
}

/** What leaves its path for another; `answer` is its fingerprint. */
export interface Move {
  readonly from: string
  readonly to: string
  readonly answer: string
}

/** Replies to what an attempt asks first that leave their path for another. */
export interface RepliesMove extends First {
  readonly from: string
  readonly to: string
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
  const seen = new Map<string, Seen & { readonly order: number; readonly place: Place }>()

  /** Where which answer is; where nothing is looked for, nobody asks. */
  let answers: Map<string, Set<string>> | undefined
  const note = (path: string): void => {
    if (answers === undefined) return
    for (const { fingerprint } of answersAt(path)) add(answers, fingerprint.value, path)
  }
  const withAnswer = (asks: string): ReadonlySet<string> => {
    if (answers === undefined) {
      answers = new Map()
      for (const path of Object.keys(records)) note(path)
    }
    return answers.get(asks) ?? new Set()
  }
  const answersAt = (path: string): ReadonlyArray<Answer> => {
    const record = records[path]
    return record === undefined ? [] : answersOf(record)
  }
  /** Where attempts left replies, by what they asked first. */
  const left = new Map<string, Set<string>>()
  for (const [path, { replied }] of Object.entries(records)) {
    for (const first of replied?.map(firstOf) ?? []) if (first !== undefined) add(left, keyOf(first), path)
  }

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
    const free = [...withAnswer(asks)].filter((from) => {
      const answer = answersAt(from).find(({ fingerprint }) => fingerprint.value === asks)
      if (answer === undefined) return false
      if ("tag" in answer && !(stillFails(step, answer) && takerOf(place, answer) !== undefined)) return false
      return from === path || (steps.mayTake(step, answer) && isFree(from, answer, isWhole))
    })
    return inOrder(free, path)
  }

  /** Its own path first, then those of places in their order, then those that are gone. */
  const inOrder = (paths: ReadonlyArray<string>, path: string): ReadonlyArray<string> => {
    const rank = (from: string) => (from === path ? -1 : (seen.get(from)?.order ?? Infinity))
    return paths.length < 2 ? paths : paths.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  }

  /**
   * Paths with replies to what a step begins with, and that it may have, when all places were seen. Of a path whose input is
   * not known they are taken: if it asks the same in the end, it asks what the other did not have to.
   */
  const repliesFor = ({ first, place, step }: Opener): ReadonlyArray<string> => {
    const free = [...(left.get(keyOf(first)) ?? [])].filter((from) => {
      const own = seenFor(from)
      const isWanted = own?.by === undefined && isSame(own?.first, first)
      return !isWanted && repliesAt(from, first).some((reply) => steps.mayHear(step, reply))
    })
    return inOrder(free, place.path)
  }
  const repliesAt = (path: string, first: First): ReadonlyArray<KeptReply> =>
    records[path]?.replied?.filter((reply) => isSame(firstOf(reply), first)) ?? []

  const isTaker = <S extends Seen & { readonly place: Place }>(seen: S): seen is S & Taker => {
    const { path } = seen.place
    return (
      seen.asks !== undefined &&
      seen.by === undefined &&
      // what stands for items that are not known is no path of a run
      !path.includes("*") &&
      !started.has(path) &&
      !isRenewed(records[path], seen.asks) &&
      records[path]?.result?.fingerprint.value !== seen.asks
    )
  }
  const takers = (): ReadonlyArray<Taker> => [...seen.values()].filter(isTaker)

  const isOpener = (taker: Taker): taker is Opener =>
    taker.first !== undefined && repliesAt(taker.place.path, taker.first).length === 0

  return {
    see: (place: Place, found: Seen): void => void seen.set(place.path, { ...found, place, order: seen.size }),
    /** A run does not come by it. */
    forget: (path: string): void => void seen.delete(path),
    /** The one answer of the same last names that a place takes while not all places were seen. */
    atOnce: (place: Place, step: UntypedStep, asks: string): Move | undefined => {
      const { path } = place
      const taker = { asks, by: undefined, first: undefined, place, step }
      // which of several it is, all places together tell
      if (!isTaker(taker) || withAnswer(asks).size !== 1) return undefined
      const from = freeFor(taker, false).find((from) => isNamesake(from, path))
      return from === undefined ? undefined : { from, to: path, answer: asks }
    },
    /** The answers that are taken when all places were seen. */
    pairs: (): ReadonlyArray<Move> =>
      paired(
        takers(),
        ({ asks }) => asks,
        (taker) => freeFor(taker, true)
      ).map(({ from, taker: { asks, place } }) => ({ from, to: place.path, answer: asks })),
    /** The replies that are taken when no answers are left. */
    replies: (): ReadonlyArray<RepliesMove> =>
      left.size === 0
        ? []
        : paired(takers().filter(isOpener), ({ first }) => keyOf(first), repliesFor).map(
            ({ from, taker: { first, place } }) => ({ from, to: place.path, ...first })
          ),
    note,
    seen
  }
}

const add = (paths: Map<string, Set<string>>, key: string, path: string): void => {
  const known = paths.get(key)
  if (known === undefined) paths.set(key, new Set([path]))
  else known.add(path)
}

/** A place that asks what nothing there answers. */
interface Taker extends Seen {
  readonly asks: string
  readonly place: Place
}

/** One that nothing was replied to yet. */
interface Opener extends Taker {
  readonly first: First
}

/**
 * Who takes what he wants from where: first from the same path, then from one with as many of the last names as there is,
 * then in order.
 */
const paired = <T extends Taker>(
  takers: ReadonlyArray<T>,
  wantedBy: (taker: T) => string,
  freeFor: (taker: T) => ReadonlyArray<string>
) => {
  const pairs: Array<{ readonly from: string; readonly taker: T }> = []
  const taken = new Set<string>()
  const done = new Set<string>()
  const free = new Map<T, ReadonlyArray<string>>()
  let most = 0
  for (const taker of takers) {
    const paths = freeFor(taker)
    if (paths.length === 0) continue
    free.set(taker, paths)
    for (const from of paths) most = Math.max(most, StepPath.commonEnd(from, taker.place.path))
  }
  for (let least = most + 1; least >= 0; least--) {
    for (const [taker, paths] of free) {
      const { path: to } = taker.place
      if (done.has(to)) continue
      const wanted = wantedBy(taker)
      const fits = (from: string) => (least > most ? from === to : StepPath.commonEnd(from, to) >= least)
      const from = paths.find((from) => !taken.has(`${wanted} ${from}`) && fits(from))
      if (from === undefined) continue
      pairs.push({ from, taker })
      taken.add(`${wanted} ${from}`)
      done.add(to)
    }
  }
  return pairs
}

/** Whether two paths differ in their first name at most, or one has names before it. */
const isNamesake = (a: string, b: string): boolean => {
  const common = StepPath.commonEnd(a, b)
  return common > 0 && common >= Math.min(a.split("/").length, b.split("/").length) - 1
}
