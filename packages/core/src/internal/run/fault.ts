import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { engineError, type EngineReason, type WorkflowError } from "../../WorkflowError.ts"
import { Halt, Missing, type Stop } from "../walk/hole.ts"
import type { Runtime } from "./runtime.ts"

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
