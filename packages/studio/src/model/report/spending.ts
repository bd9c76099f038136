import type { Cost } from "../../api/client.ts"
import type { History } from "../history.ts"
import type { StepStanding } from "../standing.ts"
import { segments } from "../path.ts"

// what steps took and cost; what is not known is never 0

/** A sum, and how many of what is in it are not known. */
export interface Figure {
  readonly value: number
  readonly unknown: number
  /** How many have it at all. */
  readonly count: number
}

export const measures = ["time", "cost", "tokens"] as const
export type Measure = (typeof measures)[number]

export interface Spent extends Readonly<Record<Measure, Figure>> {
  /** The path of a step, or of the group of steps. */
  readonly path: string
  readonly steps: number
}

const none: Figure = { value: 0, unknown: 0, count: 0 }

/** A value that is there; `undefined`: nobody knows it. */
const figure = (value: number | undefined): Figure =>
  value === undefined ? { value: 0, unknown: 1, count: 1 } : { value, unknown: 0, count: 1 }

const add = (a: Figure, b: Figure): Figure => ({
  value: a.value + b.value,
  unknown: a.unknown + b.unknown,
  count: a.count + b.count
})

/** What each step took and cost that has been at work. `costs`: nothing until these are known of. */
export const bySteps = (
  steps: ReadonlyMap<string, StepStanding>,
  { steps: past }: History,
  costs: ReadonlyArray<Cost> | undefined,
  now: number
): ReadonlyArray<Spent> => {
  const usd = new Map(costs?.map(({ path, usd }) => [path, usd ?? undefined]))
  return [...steps.values()].flatMap((step): ReadonlyArray<Spent> => {
    const { durationMillis, path, replies, tokens } = step
    const attempts = past.get(path)?.attempts ?? []
    if (attempts.length === 0 && step.attempts === 0 && durationMillis === null && replies === 0) return []
    const millis = attempts.reduce((sum, { end = now, start }) => sum + end - start, 0)
    const spent = tokens.input === undefined && tokens.output === undefined ? undefined : tokens
    return [
      {
        path,
        steps: 1,
        time: figure(attempts.length > 0 ? millis : (durationMillis ?? undefined)),
        cost: usd.has(path) ? figure(usd.get(path)) : none,
        tokens: replies === 0 ? none : figure(spent && (spent.input ?? 0) + (spent.output ?? 0))
      }
    ]
  })
}

/** The same by the first names of their paths. */
export const byGroups = (spent: ReadonlyArray<Spent>): ReadonlyArray<Spent> => {
  const groups = new Map<string, Spent>()
  for (const one of spent) {
    const [path = ""] = segments(one.path)
    const before = groups.get(path)
    groups.set(path, before === undefined ? { ...one, path } : sum(path, [before, one]))
  }
  return [...groups.values()]
}

export const sum = (path: string, spent: ReadonlyArray<Spent>): Spent => ({
  path,
  steps: spent.reduce((count, { steps }) => count + steps, 0),
  time: spent.reduce((total, { time }) => add(total, time), none),
  cost: spent.reduce((total, { cost }) => add(total, cost), none),
  tokens: spent.reduce((total, { tokens }) => add(total, tokens), none)
})

/** The largest first; what is not known before what is nothing. */
export const sorted = (spent: ReadonlyArray<Spent>, by: Measure): ReadonlyArray<Spent> =>
  spent.toSorted((a, b) => b[by].value - a[by].value || b[by].unknown - a[by].unknown || (a.path < b.path ? -1 : 1))
