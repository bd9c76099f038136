import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import { describeError, InvalidOutput } from "../../WorkflowError.ts"
import { insideOf, type UntypedStep } from "../ask/step.ts"
import { givenOf } from "../json/codec.ts"
import * as exact from "../json/exact.ts"
import { reject } from "./cached.ts"
import { Halt, Missing, type Stop } from "../walk/hole.ts"
import { encodeOutput, madeBy } from "./record.ts"
import type { Place } from "../walk/place.ts"
import { halt, type Runtime } from "./runtime.ts"
import { examine } from "../judge/verdict.ts"

const nothing = { record: undefined, answered: new Map<never, never>() }

/** Who sets a value. */
export interface Setting {
  readonly value: Schema.Json
  readonly who: string | undefined
}

/** Records an output that a person sets, as JSON. */
export const set = (runtime: Runtime, step: UntypedStep, place: Place, input: unknown, { value, who }: Setting) =>
  Effect.gen(function* () {
    const { path } = place
    const json = yield* Effect.try({
      try: () => exact.copy(value),
      catch: (error) => new InvalidOutput({ detail: describeError(error).message })
    })
    const decoded = insideOf(step).output.decode(json)
    if (Result.isFailure(decoded)) return yield* new InvalidOutput({ detail: decoded.failure.message })
    const { fingerprint } = yield* examine(runtime.hash, step, place, input, nothing)
    // what is recorded is what the Schema writes
    const encoded = yield* Effect.fromResult(encodeOutput(step, givenOf(insideOf(step).output, json, decoded.success)))
    const by = step.isGate ? "decision" : "hand"
    const made = { by, ...(who !== undefined && { who }), ...madeBy(runtime.hash, step) } as const
    const result = { fingerprint, output: encoded, ...made, at: runtime.now() }
    const before = runtime.state.records[path]?.result
    yield* runtime.append({ _tag: "StepSucceeded", path, step: step.name, ...result })
    // what a person took the place of is no answer for others
    if (before?.fingerprint.value === fingerprint.value) yield* reject(runtime, before)
    return decoded.success
  }).pipe(
    Effect.catch((reason): Effect.Effect<never, Stop> =>
      reason instanceof Missing || reason instanceof Halt
        ? Effect.fail(reason)
        : // what is wrong with what was set is told to who set it, and is no failure of the run
          halt(runtime, { _tag: "Faulted", path: place.path, reason })
    )
  )
