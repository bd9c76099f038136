import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { AnyCodec } from "./internal/json/codec.ts"

/** Which execution of which step this is. */
export interface Execution {
  readonly run: string
  readonly path: string
  readonly fingerprint: string
  /** 1 for the first time that this run starts the step. */
  readonly attempt: number
  readonly output: AnyCodec
  readonly error: AnyCodec | undefined
}

/** Runs the work of a step. The default just runs it; a durable engine may take over here. */
export const StepExecutor = Context.Reference<
  <A, E, R>(work: Effect.Effect<A, E, R>, execution: Execution) => Effect.Effect<A, E, R>
>("@stepwright/core/StepExecutor", { defaultValue: () => (work) => work })
