import * as Context from "effect/Context"
import type { LlmErrorReason } from "../../../LlmError.ts"
import type { Manner } from "../../internal/sample.ts"

/** One execution of a step, in which requests are made. */
export interface Execution {
  readonly path: string
  /** Makes the text of a reply that the step would take, by a number that decides which, in some manner. */
  readonly reply: ((seed: number, manner: Manner) => string | undefined) | undefined
  /** Whether the step can use such a text. */
  readonly accepts: ((text: string) => boolean) | undefined
  /** The calls of the model in it, by what they ask. */
  readonly calls: Map<string, number>
  /** How many replies were spoilt in it, by what they answered. */
  readonly spoilt: Map<string, number>
  /** Why the model was not to be had, where that is no matter of asking again. */
  readonly failed: Array<LlmErrorReason["_tag"]>
}

export const Execution = Context.Reference<Execution | undefined>("@stepwright/core/testing/simulate/Execution", {
  defaultValue: () => undefined
})
