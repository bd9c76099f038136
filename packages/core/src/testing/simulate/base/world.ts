// What happens to a run besides itself. A world is data, made of a seed: so it can be printed, and made smaller.

import type { LlmErrorReason } from "../../../LlmError.ts"
import { mix, type Random, seeded } from "../../internal/random.ts"

export type Reason = LlmErrorReason["_tag"]

/** How a life of a run ends before its time; `at` counts what happens in it. */
export type End =
  /** The process dies; `kept`: after what happened last was kept. */
  | { readonly _tag: "Kill"; readonly at: number; readonly kept: boolean }
  /** The journal fails and goes on failing; `kept`: what it failed to keep is there all the same. */
  | { readonly _tag: "Journal"; readonly at: number; readonly kept: boolean }
  | { readonly _tag: "Cancel"; readonly at: number }
  /** Calls of the model above so many are refused. */
  | { readonly _tag: "Budget"; readonly calls: number }

export const spoils = ["Garbled", "Unparsable", "Empty", "Truncated"] as const

/** What becomes of a request; `at` counts the requests of a life. */
export type Fault =
  /** `passing`: whoever retries asks again and is answered. */
  | { readonly _tag: "Fault"; readonly at: number; readonly reason: Reason; readonly passing: boolean }
  | { readonly _tag: "Spoil"; readonly at: number; readonly how: (typeof spoils)[number] }

export interface Life {
  readonly end: End | undefined
  readonly faults: ReadonlyArray<Fault>
}

/** What is done to a run that is complete: `at` counts its steps. */
export type Edit =
  /** Another one of the inputs. */
  | { readonly _tag: "Input"; readonly input: number }
  /** A result by hand. */
  | { readonly _tag: "Result"; readonly at: number }
  | { readonly _tag: "Force"; readonly at: number }

export interface World {
  readonly seed: number
  /** Which of the inputs. */
  readonly input: number
  /** How long replies take: all alike, or each as the seed says. */
  readonly latency: "alike" | "any"
  /** Whether another run, of another input, goes on beside it. */
  readonly beside: boolean
  /** What is done to it in the end, after which it goes on. */
  readonly edit: Edit | undefined
  /** The lives that end before the last one, in which nothing more happens to it. */
  readonly lives: ReadonlyArray<Life>
}

export const calm = (input: number, seed: number): World => ({
  seed,
  input,
  latency: "alike",
  beside: false,
  edit: undefined,
  lives: []
})

const day = 86_400_000

/** The day of a moment. */
export const todayOf = (now: number): number => Math.floor(now / day) * day

/** Days from today to those of worlds: what is past today and what is to come is so in some of them, and in others not. */
const days = [0, 500, -900, 15, 12_000, -30, 1, -4000] as const

/** When a world begins: at any hour of a day before or after today. */
export const epochOf = (seed: number, today: number): number =>
  today + days[Math.abs(seed) % days.length]! * day + (mix("hour", seed) % day)

const passing = ["RateLimited", "ProviderUnavailable", "NetworkFailure", "TimedOut", "InvalidResponse"] as const

const lasting = [
  ...passing,
  "QuotaExhausted",
  "Unauthenticated",
  "Misconfigured",
  "InvalidRequest",
  "ContextLengthExceeded",
  "ContentRefused",
  "NoRecordedReply"
] as const

const fault = (random: Random, requests: number): Fault => {
  const at = random.int(requests)
  if (random.bool(0.3)) return { _tag: "Spoil", at, how: random.pick(spoils) }
  return random.bool(0.6)
    ? { _tag: "Fault", at, reason: random.pick(passing), passing: true }
    : { _tag: "Fault", at, reason: random.pick(lasting), passing: false }
}

const end = (random: Random, happenings: number, requests: number): End => {
  const at = random.int(happenings)
  const choice = random.next()
  if (choice < 0.5) return { _tag: "Kill", at, kept: random.bool() }
  if (choice < 0.7) return { _tag: "Journal", at, kept: random.bool() }
  if (choice < 0.85) return { _tag: "Cancel", at }
  return { _tag: "Budget", calls: random.int(requests) }
}

/** How much happens in a run, and how many requests it makes, when nothing happens to it. */
export interface Measure {
  readonly happenings: number
  readonly requests: number
}

/** The world that a seed makes. */
export const worldOf = (seed: number, measures: ReadonlyArray<Measure>, others: ReadonlyArray<number>): World => {
  const random = seeded(seed)
  const input = random.int(measures.length)
  const { happenings, requests } = measures[input]!
  const lives = Array.from({ length: random.pick([0, 1, 1, 1, 2, 2, 3]) }, (): Life => {
    const faults = requests === 0 ? 0 : random.pick([0, 0, 1, 1, 2])
    return {
      end: random.bool(0.85) ? end(random, happenings, Math.max(1, requests)) : undefined,
      faults: Array.from({ length: faults }, () => fault(random, requests))
    }
  })
  const beside = random.bool(0.15)
  const inputs = [...measures.keys(), ...others].filter((other) => other !== input)
  // what the other run goes through is not told from what this one does
  const edit = !beside && random.bool(0.4) ? editOf(random, inputs) : undefined
  return { seed, input, latency: random.bool(0.8) ? "any" : "alike", beside, edit, lives }
}

const editOf = (random: Random, [first, ...inputs]: ReadonlyArray<number>): Edit => {
  const at = random.int(1000)
  if (first !== undefined && random.bool()) return { _tag: "Input", input: random.pick([first, ...inputs]) }
  return random.bool() ? { _tag: "Result", at } : { _tag: "Force", at }
}

const without = <A>(list: ReadonlyArray<A>, at: number): ReadonlyArray<A> => list.toSpliced(at, 1)

/** Worlds in which a little less happens. */
export const lessOf = (world: World): ReadonlyArray<World> => [
  ...world.lives.map((_, i) => ({ ...world, lives: without(world.lives, i) })),
  ...world.lives.flatMap((life, i) => {
    const less: ReadonlyArray<Life> = [
      ...life.faults.map((_, at) => ({ ...life, faults: without(life.faults, at) })),
      ...(life.end === undefined || life.faults.length === 0 ? [] : [{ ...life, end: undefined }])
    ]
    return less.map((life) => ({ ...world, lives: world.lives.toSpliced(i, 1, life) }))
  }),
  ...(world.edit === undefined ? [] : [{ ...world, edit: undefined }]),
  ...(world.beside ? [{ ...world, beside: false }] : []),
  ...(world.latency === "any" ? [{ ...world, latency: "alike" as const }] : [])
]

/** A world in words, but for what takes its turn in it. */
export const inWords = ({ beside, edit, latency, lives }: World): ReadonlyArray<string> => [
  ...(lives.length === 0
    ? ["nothing happens to the run"]
    : lives.map((life, i) => `life ${i + 1}: ${lifeInWords(life) || "nothing happens to it"}`)),
  ...(latency === "any" ? ["each reply takes its own time"] : []),
  ...(edit === undefined ? [] : [editsInWords[edit._tag]]),
  ...(beside ? ["another run goes on beside it"] : [])
]

const editsInWords: Readonly<Record<Edit["_tag"], string>> = {
  Input: "it is given another input when it is complete",
  Result: "a result is set by hand when it is complete",
  Force: "a step is forced when it is complete"
}

const lifeInWords = ({ end, faults }: Life): string =>
  [...faults.map(faultInWords), ...(end === undefined ? [] : [endInWords(end)])].join(", ")

const faultInWords = (fault: Fault): string =>
  fault._tag === "Spoil"
    ? `reply ${fault.at + 1} is ${fault.how.toLowerCase()}`
    : `request ${fault.at + 1} fails with ${fault.reason}${fault.passing ? ", once" : ""}`

const endInWords = (end: End): string => {
  switch (end._tag) {
    case "Kill":
      return `the process dies at event ${end.at + 1}, which is ${end.kept ? "kept" : "lost"}`
    case "Journal":
      return `the journal fails at event ${end.at + 1}, which is ${end.kept ? "kept all the same" : "lost"}`
    case "Cancel":
      return `it is cancelled at event ${end.at + 1}`
    case "Budget":
      return `the budget is ${end.calls} calls`
  }
}
