import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"

/** Which execution of which step this is, and how its exit goes to JSON and back. */
export interface Execution {
  readonly run: string
  readonly path: string
  /** The step's name, and whether it says that its work takes processor or memory. */
  readonly step: string
  readonly heavy: boolean
  readonly fingerprint: string
  /** 1 for the first time that this run starts the step. */
  readonly attempt: number
  /** As JSON. */
  readonly input: Schema.Json
  readonly output: Schema.Codec<unknown, unknown>
  /** For every error that the step can fail with; one that no Schema is known for keeps its tag and message. */
  readonly error: Schema.Codec<unknown, unknown>
}

/** Runs the work of a step. The default just runs it; a durable engine may take over here. */
export const StepExecutor = Context.Reference<
  <A, E, R>(work: Effect.Effect<A, E, R>, execution: Execution) => Effect.Effect<A, E, R>
>("@stepwright/core/StepExecutor", { defaultValue: () => (work) => work })
