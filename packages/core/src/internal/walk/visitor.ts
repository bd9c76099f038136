import type * as Cause from "effect/Cause"
import type * as Effect from "effect/Effect"
import type { InvalidItems, UnknownCase } from "../../WorkflowError.ts"
import type { UntypedStep } from "../ask/step.ts"
import type { Slot, Stop } from "./hole.ts"
import type { Attempt, Place } from "./place.ts"

export type Visit<A> = Effect.Effect<A, Stop, unknown>

/** What is done at each step, and with what cannot be walked. */
export interface Visitor {
  readonly step: (step: UntypedStep, place: Place, input: Slot) => Visit<unknown>
  readonly refuse: (path: string, reason: InvalidItems | UnknownCase) => Visit<never>
  /** Told that one of several side by side ended by a defect or an interruption: the others shall start nothing new. */
  readonly stop: (cause: Cause.Cause<never>) => void
  /** Told of a way that is not gone. */
  readonly skip?: (path: string) => void
  /** Wraps work that is done side by side. */
  readonly beside?: <A>(place: Place, work: Visit<A>) => Visit<A>
  /** How many are visited side by side at most, where that is not for the definition to say. */
  readonly concurrency?: number
  /** Gives a body no more than some time, where time counts. */
  readonly within?: (place: Place, limited: Attempt, body: Visit<unknown>) => Visit<unknown>
}
