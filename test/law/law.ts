import { Cause, Effect, Exit, Predicate } from "effect"
import * as caching from "./caching.ts"
import { type Case, caseOf } from "./cases.ts"
import * as coverage from "./coverage.ts"
import { check } from "./machine.ts"
import type * as machine from "./machine.ts"
import * as model from "./model.ts"
import type { Library } from "./oracle.ts"
import { outputSchemas } from "./program/print.ts"
import { type Done, programOf } from "./report.ts"
import { shrink } from "./shrink.ts"

export const library = () => model.library(outputSchemas)

/** The least case that fails like one, in the error of it: with the program that shows it. */
const told = async (library: Library, seed: number, it: Case, around: Around): Promise<unknown> => {
  const fault = async (it: Case) => {
    const done: Done = { stages: [] }
    const exit = await Effect.runPromiseExit(checkOnce(library, it, done, around))
    const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
    // cases fail alike if no more than paths tell their messages apart
    const kind = String(error).replaceAll(/\S*[/\d]\S*/g, "")
    return { error, kind, done }
  }
  const { kind } = await fault(it)
  const least = await shrink(it, async (less) => (await fault(less)).kind === kind)
  const { done, error } = await fault(least)
  const message = Predicate.isError(error) ? error.message : String(error)
  // vitest shows the values of an assertion
  const { actual, expected } = { actual: undefined, expected: undefined, ...(error as object) }
  return Object.assign(new Error(`seed ${seed}: ${message}\n\n${programOf(least, done)}`, { cause: error }), {
    actual,
    expected
  })
}

/** Without a cache; or with one, first an empty one, then one that has all of that. */
const checkOnce = Effect.fnUntraced(function* (
  library: Library,
  it: Case,
  done: Done,
  { withCache, ...around }: Around
) {
  if (withCache !== true) return yield* check(library, it, done, around)
  const cache = caching.make()
  const cold = yield* check(library, it, done, { ...around, cache })
  done.stages.length = 0
  return [...cold, ...(yield* check(library, it, done, { ...around, cache }))]
})

/** What the cases run with. */
interface Around extends Pick<machine.Around, "emptyJournal"> {
  readonly withCache?: boolean
}

const counted = ["reused", "cached", "moved", "failures", "movedFailures", "ran", "excess", "late"] as const

/** Checks the cases of some seeds, and throws the first that the law does not hold for; else says what was seen. */
export const holds = async (
  from: number,
  count: number,
  { isWired = false, ...around }: Around & { readonly isWired?: boolean } = {}
) => {
  const texts = await library()
  const seen = coverage.make()
  const sum = { cases: 0, reused: 0, cached: 0, moved: 0, failures: 0, movedFailures: 0, ran: 0, excess: 0, late: 0 }
  for (let seed = from; seed < from + count; seed++) {
    const it = caseOf(seed, isWired)
    // oxlint-disable-next-line no-await-in-loop -- the first that fails ends it
    const exit = await Effect.runPromiseExit(checkOnce(texts, it, { stages: [] }, around))
    // oxlint-disable-next-line no-await-in-loop
    if (Exit.isFailure(exit)) throw await told(texts, seed, it, around)
    for (const outcome of exit.value) {
      seen.add(outcome)
      sum.cases++
      for (const name of counted) sum[name] += outcome[name]
    }
  }
  const figures = Object.entries(sum).map(([name, count]) => `${count} ${name}`)
  console.log(`law: ${figures.join(", ")}\n${coverage.table(seen.seen)}`)
  return { seen: seen.seen, sum }
}
