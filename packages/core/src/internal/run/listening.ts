import * as Effect from "effect/Effect"
import { DeltaSink } from "../../DeltaSink.ts"
import type { WorkflowEvent } from "../../WorkflowEvent.ts"
import type { WorkflowState } from "../../WorkflowState.ts"

/** A piece of a reply that is on its way to a step. */
export interface ReplyDelta {
  readonly _tag: "ReplyDelta"
  readonly path: string
  readonly step: string
  readonly turn: number
  readonly text: string
}

/** All pieces of this turn so far are void: the request failed on the way and is made again. */
export interface ReplyDiscarded extends Omit<ReplyDelta, "_tag" | "text"> {
  readonly _tag: "ReplyDiscarded"
}

/** Who is told of what happens, as it happens. A listener must not block. */
export interface Listeners {
  /** Told of each event once it is journalled, with the state that it led to: look at that at once, it goes on changing. */
  readonly onEvent?: (event: WorkflowEvent, state: WorkflowState) => void
  /** With it steps ask for streamed replies; told of each piece. */
  readonly onDelta?: (delta: ReplyDelta | ReplyDiscarded) => void
}

/** Does the work of an engine with who listens to replies. */
export const listened = <A, E, R>(
  driven: Effect.Effect<A, E, R>,
  onDelta: Listeners["onDelta"]
): Effect.Effect<A, E, R> =>
  onDelta === undefined
    ? driven
    : Effect.provideService(driven, DeltaSink, ({ path, step, turn }) => {
        const about = { path, step, turn }
        return (text) =>
          onDelta(text === undefined ? { _tag: "ReplyDiscarded", ...about } : { _tag: "ReplyDelta", ...about, text })
      })
