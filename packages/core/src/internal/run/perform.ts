// One step of a run: its recorded result where that holds (verdict), else its work, between the events that record it
// (record). In: a runtime, a step, its path and input. Out: its output. The visitor `runAll` and `Engine.step` call it.

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import { AttemptSink } from "../../AttemptSink.ts"
import { isLlmError } from "../../LlmError.ts"
import { describeError } from "../../WorkflowError.ts"
import type { StepContext } from "../ask/context.ts"
import { insideOf, type UntypedStep } from "../ask/step.ts"
import { executionOf } from "./execution.ts"
import { Halt, Missing, type Stop } from "./hole.ts"
import { attemptSink, recallReply, recordReply, recordResult } from "./record.ts"
import { end, type Runtime } from "./runtime.ts"
import * as span from "./span.ts"
import { examine, type Examined } from "./verdict.ts"

/** Looks for a result of what a step asks among those of other paths; whether its own path has one then. */
export type Find = (path: string, asks: string) => Effect.Effect<boolean, Stop, unknown>

export interface PerformOptions {
  /** A new result is wanted, whatever there is. */
  readonly forced?: boolean | undefined
  readonly find?: Find
}

/** Gives a step's output: its recorded one where that holds, or one that is found, else a new one. */
export const perform = (
  runtime: Runtime,
  step: UntypedStep,
  path: string,
  input: unknown,
  { find, forced = false }: PerformOptions
): Effect.Effect<unknown, Stop, unknown> =>
  Effect.gen(function* () {
    if (runtime.ending !== undefined) return yield* Effect.fail(new Halt())
    const record = () => runtime.state.records[path]
    const examined = yield* examine(runtime.hash, step, path, input, record())
    let { verdict } = examined
    if (verdict._tag === "Run" && !forced && find !== undefined) {
      if (yield* find(path, examined.fingerprint.value)) verdict = yield* examined.judge(record())
    }
    if (verdict._tag === "Run" || forced) return yield* attempt(runtime, step, path, examined, forced)
    runtime.tally.reused.push(path)
    return verdict.output
  }).pipe(Effect.catchCause((cause) => failed(runtime, step, path, cause)))

/** From the reply to its record nothing interrupts: only the work itself is made interruptible again. */
const attempt = (
  runtime: Runtime,
  step: UntypedStep,
  path: string,
  { digests, fingerprint, prepared }: Examined,
  forced: boolean
) =>
  span.within(
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const { executor, state, tally } = runtime
        // what its fingerprint hangs on may have taken a while
        if (runtime.ending !== undefined) return yield* Effect.fail(new Halt())
        tally.ran.push(path)
        const { error, renew = false } = state.records[path] ?? {}
        const fresh = forced || renew || error?.tag === "StepOutputError"
        yield* runtime.append({
          _tag: "StepStarted",
          path,
          step: step.name,
          ...(forced && { forced }),
          at: runtime.now()
        })
        let model: string | undefined
        const context: StepContext = {
          run: state.run,
          path,
          fresh,
          restore,
          recall: (request) =>
            Effect.map(recallReply(runtime, path, digests["prompt"], request), (recalled) => {
              if (recalled !== undefined) model = recalled.asked
              return recalled?.reply
            }),
          replied: (request, reply) =>
            Effect.suspend(() => {
              model = request.model
              return recordReply(runtime, path, digests["prompt"], request, reply)
            })
        }
        const attempt = state.records[path]!.attempts
        const execution = executionOf(step, { run: state.run, path, fingerprint: fingerprint.value, attempt })
        const output = yield* executor(prepared.work(context), execution).pipe(
          Effect.provideService(AttemptSink, attemptSink(runtime, path))
        )
        return yield* recordResult(runtime, step, path, fingerprint, output, model)
      })
    ),
    path,
    { "stepwright.run": runtime.state.run, "stepwright.step": step.name },
    // the errors of code are its own
    step.model === undefined ? (exit) => exit : span.wordless
  )

/** Notes why a step did not succeed, and lets nothing new start. */
const failed = (
  runtime: Runtime,
  step: UntypedStep,
  path: string,
  cause: Cause.Cause<unknown>
): Effect.Effect<never, Stop> => {
  const error = Cause.squash(cause)
  if (error instanceof Missing || error instanceof Halt) return Effect.fail(error)
  // an interruption is not the step's doing
  if (Cause.hasInterruptsOnly(cause)) return Effect.failCause(cause as Cause.Cause<never>)
  // a fault of the journal comes out of a step as a defect, whatever runs the step
  if (runtime.ending?._tag === "Faulted" && !Cause.hasFails(cause)) return Effect.fail(new Halt())
  const isDefect = !Cause.hasFails(cause)
  const isSuspending = isLlmError(error) && error.isSuspending
  end(runtime, { _tag: isSuspending ? "Suspended" : "Failed", path, reason: error })
  const { message, tag } = describeError(error)
  const value = isDefect ? undefined : encodeError(step, error)
  return Effect.andThen(
    runtime.append({
      _tag: "StepFailed",
      path,
      step: step.name,
      tag: isDefect ? "Defect" : tag,
      message,
      ...(value !== undefined && { value }),
      at: runtime.now()
    }),
    isDefect ? Effect.failCause(cause as Cause.Cause<never>) : Effect.fail(new Halt())
  )
}

/** The error by the step's own Schema, if it has one and the error fits it. */
const encodeError = (step: UntypedStep, error: unknown): Schema.Json | undefined => {
  const codec = insideOf(step).error
  return codec && Option.getOrUndefined(Option.liftThrowable(codec.encode)(error))
}
