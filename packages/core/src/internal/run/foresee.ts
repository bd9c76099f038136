// What a run would do, without a call. In: a runtime, a workflow and its input. Out: an entry for each place, and the
// moves of results that they need. `Engine.plan` shows it, `find` makes a run do as it says.

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Schema from "effect/Schema"
import * as StepPath from "../../StepPath.ts"
import { describeError, type WorkflowError } from "../../WorkflowError.ts"
import { apply, type Draft, draft } from "../../WorkflowEvent.ts"
import { insideOf, type UntypedStep } from "../ask/step.ts"
import { nodesOf, type UntypedWorkflow } from "../definition/nodes.ts"
import { Halt, Missing, type Stop } from "../walk/hole.ts"
import { type Failure, failureAround, type Place, root, takerOf } from "../walk/place.ts"
import { foretold } from "./cached.ts"
import * as moves from "../judge/moves.ts"
import { end, faultless, type Runtime, type Shelf, shelfOf } from "./runtime.ts"
import { settingsOf, type Steps } from "../judge/steps.ts"
import { type Answered, examine, type Examined, isRenewed, isWanted, type Verdict } from "../judge/verdict.ts"
import type { Visitor } from "../walk/visitor.ts"
import { walk } from "../walk/walk.ts"

/** What would happen to a path: `perhaps` hangs on a step before it, whose output is not known yet. */
export interface PlanEntry {
  readonly path: string
  readonly action: "reuse" | "run" | "perhaps" | "decide"
  readonly why: string
  /** What a gate that is to be decided is about, as JSON. */
  readonly question?: Schema.Json
}

export interface Foresight {
  readonly plan: ReadonlyArray<PlanEntry>
  /** In the order in which they are to be made. */
  readonly moves: ReadonlyArray<moves.Move>
  readonly replies: ReadonlyArray<moves.RepliesMove>
  readonly seen: ReadonlyMap<string, moves.Seen>
  /** What would not run beside a step that failed, and is taken over. */
  readonly abandoned: ReadonlyMap<string, Abandoned>
  /** As it is with the moves made. */
  readonly state: Draft
  /** What kept it from looking further. */
  readonly fault: Cause.Cause<WorkflowError> | undefined
}

/** What a look ahead found, if nothing kept it from looking at all. */
export const whole = (foresight: Foresight): Effect.Effect<Foresight, WorkflowError> =>
  foresight.fault === undefined ? Effect.succeed(foresight) : Effect.failCause(foresight.fault)

/** The attempt that it is in, and why that is over. */
export interface Abandoned {
  readonly attempt: string
  readonly failure: Failure
}

export interface Options {
  /** Paths that have begun to ask already. */
  readonly started?: ReadonlySet<string>
  /** Whether what a cache has is told, which moves nothing. */
  readonly withCache?: boolean
}

/** Looks at all places until no more results are found for them: what is found may say what others ask. */
export const foresee = Effect.fnUntraced(function* (
  runtime: Runtime,
  steps: Steps,
  workflow: UntypedWorkflow,
  input: unknown,
  { started = new Set(), withCache = false }: Options = {}
): Effect.fn.Return<Foresight, never, unknown> {
  const { shelf } = runtime
  const own = withCache && shelf !== undefined ? shelfOf(shelf.cache, runtime.state, shelf.has) : undefined
  const scratch: Runtime = { ...runtime, state: draft(runtime.state), ending: undefined }
  /** A run asks a cache for what none of its own results answers. */
  let isAsked = false
  const { records } = scratch.state
  const made: Array<moves.Move> = []
  /** Where results were before they were moved, by what they answer and where they are. */
  const origins = new Map<string, string>()
  const move = ({ answer, from, to }: moves.Move): void => {
    made.push({ answer, from, to })
    apply(scratch.state, { _tag: "ResultMoved", from, to, answer, at: 0 })
    origins.set(placed(answer, to), origins.get(placed(answer, from)) ?? from)
  }
  for (;;) {
    const plan: Array<PlanEntry> = []
    const abandoned = new Map<string, Abandoned>()
    const known = moves.make({ steps, records, started })
    const visitor = planAll(scratch, known, { plan, abandoned }, move, origins, isAsked ? own : undefined)
    const exit = yield* Effect.exit(faultless(scratch, walk(visitor, nodesOf(workflow), root, { value: input })))
    const found = { plan, abandoned, moves: made, seen: known.seen, state: scratch.state }
    if (Exit.isFailure(exit)) return { ...found, replies: [], fault: exit.cause }
    const pairs = known.pairs()
    if (pairs.length === 0 && own !== undefined && !isAsked) {
      isAsked = true
      continue
    }
    if (pairs.length === 0) {
      return { ...found, replies: known.replies(), fault: undefined }
    }
    for (const pair of pairs) move(pair)
  }
})

const placed = (answer: string, path: string): string => `${answer} ${path}`

/** What was found at a place, and where that comes from. */
interface Looked {
  readonly value: unknown
  readonly verdict: Verdict
  readonly from: string | undefined
}

/** Says of every step what a run would do; what would run has no output for those after it. */
const planAll = (
  runtime: Runtime,
  known: ReturnType<typeof moves.make>,
  { abandoned, plan }: { readonly plan: Array<PlanEntry>; readonly abandoned: Map<string, Abandoned> },
  move: (move: moves.Move) => void,
  origins: ReadonlyMap<string, string>,
  shelf: Shelf | undefined
): Visitor => {
  const { hash, state } = runtime
  const answered = new Map<string, Answered>()
  const recorded = (path: string) => ({ record: state.records[path], answered })
  /** What places would ask that rounds after them may share, and the gate that a path hangs on. */
  const asking = new Map<string, string>()
  const waiting = new Map<string, string>()
  const drop = (from: number, isDropped: (entry: PlanEntry) => boolean): ReadonlyArray<PlanEntry> => {
    const dropped: Array<PlanEntry> = []
    for (const entry of plan.splice(from)) {
      if (isDropped(entry)) dropped.push(entry)
      else plan.push(entry)
    }
    for (const { path } of dropped) known.forget(path)
    return dropped
  }
  const look = (step: UntypedStep, place: Place, value: unknown, isOver: boolean) =>
    Effect.flatMap(
      examine(hash, step, place, value, recorded(place.path)),
      (examined): Effect.Effect<Looked, unknown, unknown> => {
        const { path } = place
        const asks = examined.fingerprint.value
        const { verdict } = examined
        if (isOver && verdict._tag !== "Fail") return Effect.fail(new Halt())
        const found = verdict._tag === "Run" ? known.atOnce(place, step, asks) : undefined
        if (found === undefined) {
          return shelf === undefined || verdict._tag !== "Run" || isRenewed(state.records[path], asks)
            ? Effect.succeed(see(step, place, value, examined, verdict))
            : Effect.map(foretold(runtime, shelf, step, place, examined), (cached) =>
                cached === undefined
                  ? see(step, place, value, examined, verdict)
                  : see(step, place, value, examined, cached.verdict, `cache, made by run ${cached.run}`)
              )
        }
        move(found)
        known.note(found.from)
        known.note(path)
        return Effect.map(examined.judge(recorded(path)), (verdict) => see(step, place, value, examined, verdict))
      }
    )
  const see = (
    step: UntypedStep,
    place: Place,
    value: unknown,
    { fingerprint, opening }: Examined,
    verdict: Verdict,
    cached?: string
  ): Looked => {
    const { path } = place
    const asks = fingerprint.value
    if (verdict._tag === "Run" && place.earlier !== undefined) asking.set(path, asks)
    // a round before it that would ask the same takes what this one has, and shares it then
    const isAsked = !isWanted(state.records[path]?.result) && place.earlier?.some((path) => asking.get(path) === asks)
    const isOwn =
      cached !== undefined
        ? false
        : verdict._tag === "Fail" || (verdict._tag === "Reuse" && verdict.from === undefined && isAsked !== true)
    const first =
      step.model === undefined || opening === undefined
        ? undefined
        : { opening: opening.digest, settings: settingsOf(hash, insideOf(step).parts) }
    known.see(place, { step, asks, first, by: isOwn ? "own" : verdict._tag === "Run" ? undefined : "other" })
    if (verdict._tag === "Reuse" && place.earlier !== undefined) {
      answered.set(path, { asks, output: verdict.output, from: verdict.from ?? path })
    }
    const origin = origins.size === 0 ? path : (origins.get(placed(asks, path)) ?? path)
    return { value, verdict, from: cached ?? (origin === path ? undefined : `moved from ${origin}`) }
  }
  return {
    concurrency: 1,
    beside: (place, work) =>
      Effect.suspend(() => {
        const before = plan.length
        return Effect.onExit(work, () =>
          Effect.sync(() => {
            const failure = failureAround(place)
            if (failure === undefined) return
            for (const { path } of drop(before, ({ action }) => action !== "reuse")) {
              abandoned.set(path, { attempt: failure.of.path, failure })
            }
          })
        )
      }),
    // no decision is wanted in what failed
    skip: (way) =>
      void (
        waiting.size > 0 &&
        drop(0, ({ path }) => StepPath.isIn(path, way) && StepPath.isIn(waiting.get(path) ?? "", way))
      ),
    stop: (cause) => end(runtime, { _tag: "Stopped", path: "", reason: Cause.squash(cause) }),
    step: (step, place, input) =>
      Effect.suspend(() => {
        const { path } = place
        const isOver = failureAround(place) !== undefined
        if (isOver && state.records[path]?.error?.fingerprint === undefined) return Effect.fail(new Halt())
        const tell = (action: PlanEntry["action"], why: string, more: Pick<PlanEntry, "question"> = {}) =>
          void plan.push({ path, action, why, ...more })
        const missing = (on: string, isUndecided: boolean) => {
          if (isUndecided) waiting.set(path, waiting.get(on) ?? on)
          return Effect.fail(new Missing(path, isUndecided))
        }
        return Effect.matchEffect(
          input instanceof Missing ? Effect.fail(input) : look(step, place, input.value, isOver),
          {
            onSuccess: ({ from: found, value, verdict }): Effect.Effect<unknown, Stop> => {
              switch (verdict._tag) {
                case "Reuse": {
                  const { from } = verdict
                  const kept = keptModel(step, state.records[path]?.result?.model)
                  tell("reuse", from === undefined ? (found ?? kept) : `as in ${from}`)
                  return Effect.succeed(verdict.output)
                }
                case "Fail": {
                  const failed = `failed: ${verdict.failure.tag}, which is taken over`
                  verdict.taker.failure ??= { path, reason: verdict.failure, isTimeOut: false }
                  tell("reuse", found === undefined ? failed : `${failed} (${found})`)
                  return Effect.fail(new Halt())
                }
                case "Run":
                  if (step.isGate) {
                    const again = state.records[path]?.result === undefined ? "" : `: ${verdict.why}`
                    tell("decide", `it waits for a decision${again}`, { question: insideOf(step).input.encode(value) })
                  } else tell("run", verdict.why)
                  return missing(path, step.isGate)
              }
            },
            onFailure: (error): Effect.Effect<unknown, Stop> => {
              if (error instanceof Halt) return Effect.fail(error)
              known.see(place, { step, asks: undefined, first: undefined, by: undefined })
              if (error instanceof Missing) {
                tell("perhaps", `reads ${error.path}`)
                return missing(error.path, error.isUndecided)
              }
              const { message, tag } = describeError(error)
              const taker = takerOf(place, { tag })
              if (taker === undefined) {
                tell("run", `would fail: ${message}`)
                return Effect.fail(new Missing(path))
              }
              taker.failure ??= { path, reason: error, isTimeOut: false }
              const isKnown = state.records[path]?.error?.fingerprint !== undefined
              tell(isKnown ? "reuse" : "run", `${isKnown ? "failed" : "would fail"}: ${tag}, which is taken over`)
              return Effect.fail(new Halt())
            }
          }
        )
      }),
    refuse: (path, reason) =>
      Effect.suspend(() => {
        plan.push({ path, action: "run", why: `would fail: ${reason.message}` })
        return Effect.fail(new Missing(path))
      })
  }
}

const keptModel = (step: UntypedStep, recordedWith: string | undefined): string => {
  const model = step.model?.models[0]
  return model === undefined || recordedWith === undefined || step.model?.models.includes(recordedWith)
    ? ""
    : `made by model "${recordedWith}", now "${model}": results are kept`
}
