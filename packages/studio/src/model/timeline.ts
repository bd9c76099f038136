import type { History, Session } from "./history.ts"
import { isLeaf, type Place } from "./tree.ts"

// a time line leaves out the times in which no process was at the run

/** A time with its place on the axis. **Units** milliseconds; `offset` counts only time in which a process was there. */
interface Stretch extends Pick<Session, "start" | "end"> {
  readonly offset: number
}

export interface Axis {
  readonly stretches: ReadonlyArray<Stretch>
  readonly length: number
}

/** The axis of a run. `now`: where it goes on. */
export const axis = (sessions: ReadonlyArray<Session>, now?: number): Axis => {
  let offset = 0
  const stretches = sessions.map(({ end, isOver, start }): Stretch => {
    const until = Math.max(start, isOver || now === undefined ? end : now)
    const stretch = { start, end: until, offset }
    offset += until - start
    return stretch
  })
  return { stretches, length: Math.max(1, offset) }
}

/** How far along an axis a time is, from 0 to 1. */
export const along = ({ length, stretches }: Axis, at: number): number => {
  let offset = 0
  for (const stretch of stretches) {
    if (at < stretch.start) break
    offset = stretch.offset + Math.min(at, stretch.end) - stretch.start
  }
  return offset / length
}

/** Round steps for the marks of an axis of this length: at most `most` of them. **Units** milliseconds */
export const ticks = (length: number, most: number): ReadonlyArray<number> => {
  const rough = length / most
  const step = nice.find((one) => one >= rough) ?? Math.ceil(rough / 86_400_000) * 86_400_000
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, i) => i * step)
}

const second = 1000
const minute = 60 * second
const nice = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12, 24].map((n) => n * 60 * minute)
]

/** A time in which something was at work. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** When what is in a place was at work, from the first to the last, by the ids of places; none for what never was. */
export const spans = (root: Place, at: (path: string) => ReadonlyArray<Span>): ReadonlyMap<string, Span> => {
  const found = new Map<string, Span>()
  const visit = (place: Place): Span | undefined => {
    let [start, end] = [Infinity, -Infinity]
    const inside = place.children.flatMap((child) => visit(child) ?? [])
    for (const span of isLeaf(place) ? [...at(place.path), ...inside] : inside) {
      start = Math.min(start, span.start)
      end = Math.max(end, span.end)
    }
    if (start === Infinity) return undefined
    const span = { start, end }
    found.set(place.id, span)
    return span
  }
  visit(root)
  return found
}

/** The attempts of a run; one that goes on ends now. */
export const attemptsOf = ({ steps }: History, now: number): ReadonlyMap<string, ReadonlyArray<Span>> =>
  new Map([...steps].map(([path, { attempts }]) => [path, attempts.map(({ end = now, start }) => ({ start, end }))]))

/** The attempt that a run waited for in that time. */
export interface Critical extends Span {
  readonly path: string
}

/**
 * What a run waited for, from its end back to its start: of what stands side by side what was done last, and before that
 * what was done before it began. To make any other step faster does not make the run shorter.
 */
export const criticalPath = (root: Place, history: History, now: number): ReadonlyArray<Critical> => {
  const all = attemptsOf(history, now)
  return history.sessions.flatMap(({ end, isOver, start }) => {
    const until = isOver ? end : now
    const inSession = new Map<string, ReadonlyArray<Span>>()
    for (const [path, attempts] of all) {
      const here = attempts.filter((attempt) => attempt.start >= start && attempt.start <= until)
      if (here.length > 0) inSession.set(path, here)
    }
    const at = (path: string) => inSession.get(path) ?? []
    const found: Array<Critical> = []
    walkBack(root, Infinity, at, spans(root, at), found)
    return found.toReversed()
  })
}

/** Adds what a place waited for before a time, the last first. */
const walkBack = (
  place: Place,
  before: number,
  at: (path: string) => ReadonlyArray<Span>,
  spanOf: ReadonlyMap<string, Span>,
  found: Array<Critical>
): void => {
  let until = before
  if (isLeaf(place)) {
    for (const { end, start } of at(place.path).toReversed()) {
      if (end > until) continue
      found.push({ path: place.path, start, end })
      until = start
    }
  }
  const inside = place.children.flatMap((child) => {
    const span = spanOf.get(child.id)
    return span === undefined ? [] : [{ child, ...span }]
  })
  for (const { child, end, start } of inside.toSorted((a, b) => b.end - a.end || a.start - b.start)) {
    // what ends later was at work beside what is waited for; what took no time leaves none to others
    if (end > until || (place.isMany && end === start)) continue
    walkBack(child, until, at, spanOf, found)
    until = start
  }
}
