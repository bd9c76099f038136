import type * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Workflow from "../../Workflow.ts"
import type { WorkflowError } from "../../WorkflowError.ts"
import type { WorkflowState } from "../../WorkflowState.ts"
import type { Execution } from "./base/execution.ts"
import type { Host } from "./base/process.ts"
import type { Manner } from "../internal/sample.ts"
import type { Watching } from "./instrument.ts"
import type { Model } from "./provider.ts"
import type { Broken, Items } from "./base/trace.ts"

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
  readonly manner: Manner
  /** A reply was made up. */
  readonly makesUp: () => void
  readonly sampleOf: SampleOf
  /** The same after an edit. */
  readonly sampleAfter: SampleOf
  readonly isSheltered: (path: string) => boolean
  readonly isUnbounded: (path: string) => boolean
  readonly isOutward: (path: string) => boolean
  readonly decide: (path: string, question: unknown) => unknown
  readonly limit: number
  /** The day around which worlds are, in milliseconds since 1970. */
  readonly today: number
  readonly host: Host
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

/** Who hears what of the run under way, and who looks at its functions. */
export const makeWatch = (today: number, unanswered: (path: string) => void) => {
  const listeners: {
    current: Heard | undefined
    end: (execution: Execution, exit: Exit.Exit<unknown, unknown>) => Broken | undefined
  } = {
    current: undefined,
    end: () => undefined
  }
  const watch: { -readonly [K in keyof Watching]: Watching[K] } = {
    isProbing: false,
    isChanged: false,
    memory: new Map(),
    today,
    found: (broken) => listeners.current?.found(broken),
    items: (path, items) => listeners.current?.items(path, items),
    standIn: () => Option.none(),
    unanswered,
    begin: (execution) => listeners.current?.begin(execution),
    end: (execution, exit) => {
      const broken = listeners.end(execution, exit)
      if (broken !== undefined) listeners.current?.found(broken)
      listeners.current?.end(execution, Exit.isSuccess(exit))
    },
    done: (execution) => listeners.current?.end(execution, false)
  }
  return { listeners, watch }
}
