import type * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Workflow from "../../Workflow.ts"
import type { WorkflowError } from "../../WorkflowError.ts"
import type { WorkflowState } from "../../WorkflowState.ts"
import type { Execution } from "./base/execution.ts"
import type { Patience } from "./base/process.ts"
import type { Model } from "./provider.ts"
import type { Broken, Items } from "./trace.ts"

export type AnyWorkflow = Workflow.Workflow<unknown, unknown, unknown, unknown>

/** What is done to a run that is complete, before it goes on. */
export type Edit = (
  workflow: AnyWorkflow,
  state: WorkflowState
) => Effect.Effect<WorkflowState, WorkflowError<unknown>, unknown>

/** Which of several equal requests it is that a path makes, from 0 on. */
export type SampleOf = (key: string, path: string) => number

/** What a world is made for: a workflow, what it is given, and who answers it. */
export interface Scene {
  readonly workflow: AnyWorkflow
  readonly input: unknown
  readonly model: Model
  readonly salt: number
  readonly sampleOf: SampleOf
  /** The same after an edit. */
  readonly sampleAfter: SampleOf
  readonly isSheltered: (path: string) => boolean
  readonly isOutward: (path: string) => boolean
  readonly decide: (path: string, question: unknown) => unknown
  readonly limit: number
  /** The day around which worlds are, in milliseconds since 1970. */
  readonly today: number
  /** How long what is outside of a world is waited for. */
  readonly patience: Patience
  readonly edit: Edit | undefined
  /** Replies that are other ones than the model would give, by path. */
  readonly instead: ReadonlyMap<string, string>
  /** What a run goes on beside, where one does. */
  readonly besides: { readonly input: unknown; readonly model: Model; readonly salt: number }
  /** The services of the steps. */
  readonly services: Context.Context<never>
  readonly servicesBeside: Context.Context<never>
  /** Hears from the workflow while it runs. */
  readonly listen: (heard: Heard) => void
}

export interface Heard {
  readonly found: (broken: Broken) => void
  readonly items: (path: string, items: Items) => void
  readonly begin: (execution: Execution) => void
  readonly end: (execution: Execution, isSuccess: boolean) => void
}
