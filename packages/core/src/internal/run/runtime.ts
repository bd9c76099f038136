import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { Fingerprint } from "../../Fingerprint.ts"
import { Hasher } from "../../Hasher.ts"
import { Journal, type JournalError, type Service } from "../../Journal.ts"
import * as ResultCache from "../../ResultCache.ts"
import * as Spending from "../../Spending.ts"
import { StepExecutor } from "../../StepExecutor.ts"
import * as Usage from "../../Usage.ts"
import { apply, type Draft, draft, usageOf, type WorkflowEvent } from "../../WorkflowEvent.ts"
import type { WorkflowState } from "../../WorkflowState.ts"
import { engineError, type EngineReason, type WorkflowError } from "../../WorkflowError.ts"
import type { UntypedStep } from "../ask/step.ts"
import { nodesOf, stepsOf, type UntypedWorkflow } from "../definition/nodes.ts"
import { workflowOf } from "../definition/ofState.ts"
import { finder } from "../definition/places.ts"
import type { Answered } from "../judge/verdict.ts"
import { Halt, Missing, type Stop } from "../walk/hole.ts"

/**
 * What keeps a run from going on. `Faulted`: the engine itself cannot, which is an error of the call and not of the run;
 * `Failed` and `Suspended`: by a step's error; `Stopped`: by a defect or an interruption elsewhere, which the end tells.
 */
export interface Ending {
  readonly _tag: "Faulted" | "Failed" | "Suspended" | "Stopped"
  readonly path: string
  readonly reason: unknown
}

/** What the engine did in one go. */
export interface Tally {
  /** Paths of steps whose recorded result was taken, and of those that were at work. */
  readonly reused: Array<string>
  readonly ran: Array<string>
  /** Paths of steps whose result came from a cache. */
  readonly cached: Array<string>
  /** Paths of ways that were not gone. */
  readonly skipped: Array<string>
  /** Paths of gates that wait for a decision. */
  readonly undecided: Array<string>
  replies: number
  /** Requests to providers, and what they cost. */
  requests: number
  usage: Usage.Usage
}

/** One run under way: its state, which it alone changes, and what it works with. */
export interface Runtime {
  readonly state: Draft
  readonly journal: Service
  readonly hash: (text: string) => string
  readonly executor: typeof StepExecutor.Service
  /** Results for other runs, where any are kept. */
  readonly shelf: Shelf | undefined
  readonly now: () => number
  /** What was asked so far. */
  readonly spent: () => Spending.Spent
  /** Folds an event in and journals it. Where that fails the run is faulted, and the state is nobody's any more. */
  readonly append: (event: WorkflowEvent) => Effect.Effect<void, Halt>
  readonly tally: Tally
  /** What rounds came to that later ones may share: by path, with the path that has the result. */
  readonly answered: Map<string, Answered>
  /** The gates that were asked and had no decision, by path. */
  readonly open: Map<string, OpenGate>
  /** Once there is one, nothing new starts. */
  ending: Ending | undefined
  /** Whether it takes no decision any more. */
  isOver: boolean
}

/** A cache, with what a run has of it. */
export interface Shelf {
  readonly cache: ResultCache.Service
  /** The entries of a question when it was first asked. */
  readonly found: Map<string, ReadonlyArray<ResultCache.Found>>
  /** By question and ordinal the paths that have an entry: no two have the same. */
  readonly taken: Map<string, Map<number, string>>
  readonly lock: Semaphore.Semaphore
  /** Whether a path may be one of the definition. */
  readonly has: (path: string) => boolean
  /** Whether it was told that the cache does not work. */
  isTold: boolean
}

/** A gate with its question; `by` says who decided it since. */
export interface OpenGate {
  readonly step: UntypedStep
  readonly fingerprint: Fingerprint
  by?: string
}

/** Told of each event once it is journalled, with the state that it led to as it is then; must not block. */
export type Listener = (event: WorkflowEvent, state: WorkflowState) => void

export const make = Effect.fnUntraced(function* (
  workflow: UntypedWorkflow,
  state: WorkflowState,
  listener?: Listener
): Effect.fn.Return<Runtime> {
  const journal = yield* Journal
  const hash = yield* Hasher
  const executor = yield* StepExecutor
  const clock = yield* Clock.Clock
  const cost = yield* Spending.Cost
  const cache = yield* ResultCache.ResultCache
  const own = draft(state)
  workflowOf.set(own, workflow)
  const tell = listener && inOrder(own, listener)
  const runtime: Runtime = {
    state: own,
    journal,
    hash,
    executor,
    shelf: ResultCache.keepsNothing(cache) ? undefined : shelfOf(cache, own, hasPath(workflow)),
    now: () => Math.floor(clock.currentTimeMillisUnsafe()),
    spent: () => {
      const usd = cost(own.run)
      return { ...Spending.of(own), ...(usd !== undefined && { usd }) }
    },
    append: (event) => {
      const { run } = own
      const path = "path" in event ? event.path : ""
      return Effect.suspend(() => {
        // in the order in which the journal has them, which need not be that in which they are on the disk
        const told = tell?.(event)
        apply(own, event)
        count(runtime.tally, event)
        return keep(runtime, path, journal.append(run, event), told)
      })
    },
    tally: { reused: [], ran: [], cached: [], skipped: [], undecided: [], replies: 0, requests: 0, usage: Usage.zero },
    answered: new Map(),
    open: new Map(),
    ending: undefined,
    isOver: false
  }
  return runtime
})

/** Looks at the definition only where somebody asks. */
const hasPath = (workflow: UntypedWorkflow): Shelf["has"] => {
  let placeOf: ReturnType<typeof finder> | undefined
  return (path) => (placeOf ??= finder(stepsOf(nodesOf(workflow)).map(({ path }) => path)))(path) !== undefined
}

/** A cache for a run, of which a state has some already. */
export const shelfOf = (
  cache: ResultCache.Service,
  { records }: Pick<WorkflowState, "records">,
  has: Shelf["has"]
): Shelf => {
  const taken: Shelf["taken"] = new Map()
  for (const [path, { former = [], result }] of Object.entries(records)) {
    for (const answer of [result, ...former]) {
      if (answer === undefined || !("cache" in answer) || answer.cache === undefined) continue
      const { ordinal, question } = answer.cache
      taken.set(question, (taken.get(question) ?? new Map<number, string>()).set(ordinal, path))
    }
  }
  return { cache, taken, has, found: new Map(), lock: Semaphore.makeUnsafe(1), isTold: false }
}

/** Tells of events in the order in which they happened, each once it is journalled with all before it. */
const inOrder = (state: Draft, listener: Listener) => {
  // no result shows in it that the journal does not have
  let told: Draft | undefined
  const waiting: Array<{ readonly event: WorkflowEvent; isKept?: boolean }> = []
  return (event: WorkflowEvent) => {
    told ??= draft(state)
    const entry: (typeof waiting)[number] = { event }
    waiting.push(entry)
    return (isKept: boolean) => {
      entry.isKept = isKept
      for (let next = waiting[0]; next?.isKept !== undefined; next = waiting[0]) {
        waiting.shift()
        if (!next.isKept) continue
        apply(told!, next.event)
        listener(next.event, told!)
      }
    }
  }
}

/** Takes from a list of paths those that are not kept, and the same path twice. */
export const keepOnly = (paths: Array<string>, isKept: (path: string) => boolean): void => {
  const kept = new Set(paths.filter(isKept))
  paths.length = 0
  for (const path of kept) paths.push(path)
}

const count = (tally: Tally, event: WorkflowEvent): void => {
  if (event._tag === "StepReplied") tally.replies++
  if (event._tag === "RequestStarted") tally.requests++
  if (event._tag === "RequestEnded") tally.usage = Usage.add(tally.usage, usageOf(event))
}

const rank = { Stopped: 0, Suspended: 1, Failed: 2, Faulted: 3 }

/** Ends a run. The first ending counts, unless a graver one follows. */
export const end = (runtime: Runtime, ending: Ending): void => {
  if (runtime.ending === undefined || rank[ending._tag] > rank[runtime.ending._tag]) runtime.ending = ending
}

export const halt = (runtime: Runtime, ending: Ending): Effect.Effect<never, Halt> =>
  Effect.suspend(() => {
    end(runtime, ending)
    return Effect.fail(new Halt())
  })

/** Writes to the journal without being interrupted; where that fails the run is faulted. */
export const keep = (
  runtime: Runtime,
  path: string,
  write: Effect.Effect<void, JournalError>,
  then?: (isKept: boolean) => void
): Effect.Effect<void, Halt> =>
  Effect.uninterruptible(
    Effect.matchEffect(write, {
      onSuccess: () => {
        then?.(true)
        return Effect.void
      },
      onFailure: (reason) => {
        then?.(false)
        return halt(runtime, { _tag: "Faulted", path, reason })
      }
    })
  )

/** An effect that may stop where a result is missing or the run has ended; a fault of the engine is its error. */
export const faultless = <A, R>(
  runtime: Runtime,
  effect: Effect.Effect<A, Stop, R>
): Effect.Effect<A | undefined, WorkflowError, R> =>
  Effect.catchCause(effect, (cause) => {
    const { ending } = runtime
    // only the engine itself notes faults, so their reasons are its own
    if (ending?._tag === "Faulted") return Effect.fail(engineError(ending.path, ending.reason as EngineReason))
    const stop = Cause.squash(cause)
    if (stop instanceof Halt || stop instanceof Missing) return Effect.succeed(undefined)
    return Effect.failCause(cause as Cause.Cause<never>)
  })
