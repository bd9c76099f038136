import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as StepPath from "../../StepPath.ts"
import { insideOf, type UntypedStep } from "../ask/step.ts"
import { readKept } from "../json/codec.ts"
import { TimeLimitExceeded } from "../../WorkflowError.ts"
import { resultAt } from "../../WorkflowState.ts"
import { Halt, Missing, type Stop } from "../walk/hole.ts"
import { failureAround, type Place, takerOf } from "../walk/place.ts"
import { type Find, giveUp, perform } from "./perform.ts"
import { end, halt, keepOnly, type Runtime } from "./runtime.ts"
import type { Visit, Visitor } from "../walk/visitor.ts"

/** Whatever keeps one place from being walked ends the whole run. */
const ending = (runtime: Runtime): Pick<Visitor, "refuse" | "stop"> => ({
  refuse: (path, reason) => halt(runtime, { _tag: "Failed", path, reason }),
  stop: (cause) => end(runtime, { _tag: "Stopped", path: "", reason: Cause.squash(cause) })
})

/** Runs every step whose record does not hold, and which finds no result elsewhere. */
export const runAll = (runtime: Runtime, find: Find): Visitor => ({
  ...ending(runtime),
  step: (step, place, input) =>
    input instanceof Missing ? Effect.fail(input) : perform(runtime, step, place, input.value, { find }),
  skip: (way) => {
    const { skipped, undecided } = runtime.tally
    skipped.push(way)
    // nothing hangs on a decision there any more
    if (undecided.length > 0) keepOnly(undecided, (path) => !StepPath.isIn(path, way))
  },
  within: (place, limited, body) => {
    // an attempt that is limited has a limit
    const millis = limited.limit!
    const reason = new TimeLimitExceeded({ millis })
    const time = Effect.andThen(
      Effect.sleep(millis),
      Effect.sync(() => {
        limited.failure ??= { path: place.path, reason, isTimeOut: true }
      })
    )
    const once: Visit<unknown> = Effect.flatMap(Effect.raceFirst(body, time), (output) => {
      const { failure } = limited
      if (failure === undefined) return Effect.succeed(output)
      if (failure.isTold === true) {
        giveUp(runtime, place, reason)
        return Effect.fail(new Halt())
      }
      // nothing was at work then: all that was done is recorded, and the rest has its time
      limited.failure = undefined
      return once
    })
    return once
  }
})

/** Takes every output from its record, as it is, and notes the places of those that have none. */
export const readAll = (runtime: Runtime, missing: Array<Place>): Visitor => ({
  step: (step, place) =>
    Effect.tapError(recorded(runtime, step, place), (stop) =>
      Effect.sync(() => {
        if (stop instanceof Missing) missing.push(place)
      })
    ),
  ...ending(runtime)
})

/** What a visit of one step alone does there. */
export type Work = (step: UntypedStep, place: Place, input: unknown) => Effect.Effect<unknown, Stop, unknown>

/** Does `work` at one path; everything else is taken from its record. */
export const only = (
  runtime: Runtime,
  target: string,
  work: Work
): { readonly visitor: Visitor; readonly found: Found } => {
  const found: Found = { done: false, output: undefined, missing: undefined }
  const visit = (step: UntypedStep, at: Place, value: unknown) => {
    found.done = true
    return work(step, at, value).pipe(
      Effect.tap((output) => Effect.sync(() => void (found.output = output))),
      Effect.onError(() =>
        Effect.sync(() => {
          // by itself a step has nothing that takes its failure over
          const failure = failureAround(at)
          if (failure?.path === target) end(runtime, { _tag: "Failed", path: target, reason: failure.reason })
        })
      )
    )
  }
  const step: Visitor["step"] = (step, place, input) =>
    Effect.suspend(() => {
      // where the items are not known yet, `*` stands for the one that is looked for, unless it was come by before
      const isAny = !found.done && place.path.includes("*") && StepPath.matches(place.path, target)
      if (place.path !== target && !isAny) return recorded(runtime, step, place)
      const visited =
        input instanceof Missing ? Effect.fail(input) : visit(step, { ...place, path: target }, input.value)
      return Effect.tapError(visited, (stop) =>
        Effect.sync(() => {
          if (stop instanceof Missing && stop.path !== target) found.missing = stop.path
        })
      )
    })
  return { visitor: { ...ending(runtime), step }, found }
}

/** Whether the path was reached, what came of it, and what it waits for where its input could not be had. */
export interface Found {
  done: boolean
  output: unknown
  missing: string | undefined
}

/** The output that is recorded for a place, or for an earlier round that it shares it with; or the failure that is. */
const recorded = ({ state }: Runtime, step: UntypedStep, place: Place): Effect.Effect<unknown, Stop> =>
  Effect.suspend((): Effect.Effect<unknown, Stop> => {
    const { path } = place
    const { error, result: own } = state.records[path] ?? {}
    const taker = error?.fingerprint === undefined ? undefined : takerOf(place, error)
    if (taker !== undefined) taker.failure ??= { path, reason: error, isTimeOut: false }
    if (failureAround(place) !== undefined) return Effect.fail(new Halt())
    // a round that takes nothing any more has none of an earlier one
    const result = place.earlier === undefined ? own : resultAt(state, path)
    const output = result && readKept(insideOf(step).output, result.output)
    return output !== undefined && Result.isSuccess(output)
      ? Effect.succeed(output.success)
      : Effect.fail(new Missing(path))
  })
