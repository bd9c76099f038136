import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Tracer from "effect/Tracer"
import type { Span } from "effect/Tracer"
import { isLlmError } from "../../LlmError.ts"
import { describeError } from "../../WorkflowError.ts"
import type { Runtime } from "./runtime.ts"

/** Whether somebody is told of spans; who makes them for nobody makes the run twice as dear. */
const isTraced = Effect.map(Tracer.Tracer, (tracer) => tracer !== Tracer.nativeTracer)

/** Work within a span, where there is a tracer, which ends with the exit that `endOf` makes of the work's own. */
export const within = <A, E, R>(
  work: Effect.Effect<A, E, R>,
  name: string,
  attributes: Readonly<Record<string, string>>,
  endOf: (exit: Exit.Exit<A, E>, span: Span) => Exit.Exit<unknown, unknown>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(isTraced, (isTraced) =>
    isTraced
      ? Effect.flatMap(Effect.makeSpan(name, { attributes }), (span) =>
          Effect.onExit(Effect.withParentSpan(work, span), (exit) =>
            Effect.map(Clock.Clock, (clock) => span.end(clock.currentTimeNanosUnsafe(), endOf(exit, span)))
          )
        )
      : work
  )

/** An exit that says no more of an error than its kind: its words may quote a prompt or a reply. */
export const wordless = (exit: Exit.Exit<unknown, unknown>, span: Span): Exit.Exit<unknown, unknown> =>
  Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? exit : failed(Cause.squash(exit.cause), span)

const failed = (error: unknown, span: Span): Exit.Exit<never, unknown> => {
  const tag = isLlmError(error) ? error.reason._tag : describeError(error).tag
  span.attribute("error.type", tag)
  return Exit.fail({ name: tag, message: tag, stack: "" })
}

/** A run within its span, by OpenTelemetry's conventions for generative AI. */
export const ofRun = <A extends { readonly runtime: Runtime }, E, R>(
  name: string,
  run: string,
  driven: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  within(
    driven,
    `invoke_workflow ${name}`,
    { "gen_ai.operation.name": "invoke_workflow", "gen_ai.agent.name": name, "stepwright.run": run },
    (exit, span) => {
      const ending = Exit.isSuccess(exit) ? exit.value.runtime.ending : undefined
      return ending === undefined ? wordless(exit, span) : failed(ending.reason, span)
    }
  )
