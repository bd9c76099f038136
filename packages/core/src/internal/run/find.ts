import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { answersOf } from "../../WorkflowEvent.ts"
import { firstOf, isSame, openingOf } from "../state/replies.ts"
import type { UntypedWorkflow } from "../definition/nodes.ts"
import { type Foresight, foresee } from "./foresee.ts"
import { Halt, type Stop } from "../walk/hole.ts"
import { attemptAt } from "../walk/place.ts"
import type { Find } from "./perform.ts"
import type { Runtime } from "./runtime.ts"
import * as Steps from "../judge/steps.ts"

/** Moves answers and replies to where they are asked for, as far as that is known by now. */
export const settle = Effect.fnUntraced(function* (
  runtime: Runtime,
  { moves, replies }: Foresight
): Effect.fn.Return<void, Stop> {
  for (const move of moves) yield* runtime.append({ _tag: "ResultMoved", ...move, at: runtime.now() })
  for (const move of replies) yield* runtime.append({ _tag: "RepliesMoved", ...move, at: runtime.now() })
})

/**
 * How a run finds answers at other paths. It looks ahead when first a step is about to ask, and again for a step which asks
 * what is answered and had no place when it last looked.
 */
export const make = (runtime: Runtime, workflow: UntypedWorkflow, input: unknown): Finder => {
  const { hash, state } = runtime
  const steps = Steps.make(hash, workflow)
  const hadAny = Object.values(state.records).some(
    (record) => record.replied !== undefined || answersOf(record).length > 0
  )
  const lock = Semaphore.makeUnsafe(1)
  const started = new Set<string>()
  let last: Known | undefined

  const look = Effect.fnUntraced(function* (path: string, asks: string, opening: string | undefined) {
    const isThere = () => {
      const { error, result } = state.records[path] ?? {}
      return result?.fingerprint.value === asks || error?.fingerprint?.value === asks
    }
    if (isThere()) return true
    if (last !== undefined) {
      const since = state.events - last.events
      // a definition with many places is looked at only as often as much has happened
      if (since === 0 || since < last.places / many) return false
      if (!last.left.has(asks) && !(opening !== undefined && last.left.has(opening))) return false
    }
    yield* ahead
    return isThere()
  })
  const ahead = Effect.gen(function* () {
    // what happens meanwhile is not seen
    const { events } = state
    const foresight = yield* foresee(runtime, steps, workflow, input, { started })
    yield* settle(runtime, foresight)
    // what keeps it from looking further is told where the run comes by it
    const { moves, replies } = foresight
    if (foresight.fault === undefined) last = known(runtime, events + moves.length + replies.length, foresight)
    return foresight.plan
  })
  const find: Find = Effect.fnUntraced(function* (step, place, { fingerprint, opening }) {
    const { path } = place
    if (yield* look(path, fingerprint.value, opening?.digest)) return true
    const abandoned = last?.abandoned.get(path)
    const attempt = abandoned && attemptAt(place, abandoned.attempt)
    if (abandoned !== undefined && attempt !== undefined) {
      attempt.failure ??= abandoned.failure
      return yield* Effect.fail(new Halt())
    }
    // nobody is asked anything by a gate
    if (!step.isGate) started.add(path)
    return false
  })
  return {
    find: (...at) => (hadAny ? lock.withPermits(1)(find(...at)) : Effect.succeed(false)),
    isDecided: Effect.suspend(() => (hadAny ? lock.withPermits(1)(ahead) : Effect.succeed([]))).pipe(
      Effect.map((plan) => {
        const { undecided } = runtime.tally
        return plan.some(({ action, path }) => action === "reuse" && undecided.includes(path))
      })
    )
  }
}

interface Finder {
  readonly find: Find
  /** Whether a gate that waited has its decision by now. */
  readonly isDecided: Effect.Effect<boolean, Stop, unknown>
}

const many = 200

/** What was known when a run last looked ahead. */
interface Known {
  /** How many events there were. */
  readonly events: number
  readonly places: number
  readonly abandoned: Foresight["abandoned"]
  /** What is answered, and the prompts that are, where no place holds that. */
  readonly left: ReadonlySet<string>
}

const known = ({ shelf, state: { records } }: Runtime, events: number, { abandoned, seen }: Foresight): Known => {
  const left = new Set<string>()
  for (const [path, record] of Object.entries(records)) {
    const place = seen.get(path)
    for (const { fingerprint } of answersOf(record)) {
      if (place?.by !== "own" || place.asks !== fingerprint.value) left.add(fingerprint.value)
    }
    for (const reply of record.replied ?? []) {
      // a place that has its result from a cache takes none of its replies
      const isFree = shelf !== undefined || place?.by !== undefined || !isSame(place?.first, firstOf(reply))
      if (isFree) left.add(openingOf(reply))
    }
  }
  return { events, abandoned, places: seen.size, left }
}
