import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as AttemptSink from "../../AttemptSink.ts"
import * as CanonicalJson from "../json/canonical.ts"
import type * as Fingerprint from "../../Fingerprint.ts"
import { JournalError } from "../../Journal.ts"
import { LlmError } from "../../LlmError.ts"
import type * as Step from "../../Step.ts"
import { atMostInputTokens } from "../../LlmRequest.ts"
import { describeError, InvalidOutput, ResultNotRecorded } from "../../WorkflowError.ts"
import { examine, type Examined, type UntypedStep } from "./verdict.ts"
import { type Runtime, record } from "./runtime.ts"
import { Halt, Missing, type Stop } from "./hole.ts"

/** Gives a step's output: its recorded one where that holds and is not `forced` to be made anew, else a new one. */
export const perform = (
  runtime: Runtime,
  step: UntypedStep,
  path: string,
  input: unknown,
  forced = false
): Effect.Effect<unknown, Stop, unknown> =>
  Effect.suspend(() =>
    runtime.stopped ? Effect.fail(new Halt()) : examine(runtime.hash, step, path, input, runtime.state.records[path])
  ).pipe(
    Effect.flatMap((examined) => {
      runtime.visited.add(path)
      return examined.verdict._tag === "Reuse" && !forced
        ? Effect.succeed(examined.verdict.output)
        : execute(runtime, step, path, examined, forced)
    }),
    Effect.catchCause((cause) => stop(runtime, step, path, cause))
  )

/** From the reply to its record nothing interrupts: only the work itself is made interruptible again. */
const execute = (
  runtime: Runtime,
  step: UntypedStep,
  path: string,
  { digests, fingerprint, prepared }: Examined,
  forced: boolean
) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const { state } = runtime
      // what its fingerprint hangs on may have taken a while
      if (runtime.stopped) return yield* Effect.fail(new Halt())
      const fresh = forced || state.records[path]?.error?.tag === "StepOutputError"
      yield* runtime.append({ _tag: "StepStarted", path, step: step.name, at: runtime.now() })
      const asked: { model?: string } = {}
      const context: Step.StepContext = {
        run: state.run,
        path,
        fresh,
        restore,
        replied: (request, reply) =>
          Effect.suspend(() => {
            asked.model = request.model
            return recordReply(runtime, path, digests["prompt"], request, reply)
          })
      }
      const output = yield* runtime
        .executor(prepared.execute(context), {
          run: state.run,
          path,
          fingerprint: fingerprint.value,
          attempt: state.records[path]!.attempts,
          output: step.output.schema,
          error: step.error?.schema
        })
        .pipe(Effect.provideService(AttemptSink.AttemptSink, attemptSink(runtime, path)))
      return yield* recordResult(runtime, step, path, fingerprint, output, asked)
    })
  ).pipe(
    Effect.withSpan(
      path,
      { attributes: { "stepwright.run": runtime.state.run, "stepwright.step": step.name } },
      { captureStackTrace: false }
    )
  )

/** Records an output; gives what will be read from the record, so that a resumed run sees what this one does. */
const recordResult = Effect.fnUntraced(function* (
  runtime: Runtime,
  step: UntypedStep,
  path: string,
  fingerprint: Fingerprint.Fingerprint,
  output: unknown,
  asked: { readonly model?: string }
) {
  const encoded = yield* Effect.try({
    try: () => step.output.encode(output),
    catch: (error) => new InvalidOutput({ detail: String(error) })
  })
  const recorded = step.output.decode(encoded)
  if (Result.isFailure(recorded)) return yield* new InvalidOutput({ detail: recorded.failure.message })
  const by = step.model === undefined ? "code" : "model"
  const result = { fingerprint, output: encoded, by, ...asked, at: runtime.now() } as const
  yield* afterWork(runtime, path, runtime.append({ _tag: "StepSucceeded", path, step: step.name, ...result }))
  return recorded.success
})

/** Records an output that a person provides, as JSON. */
export const handOver = (runtime: Runtime, step: UntypedStep, path: string, input: unknown, value: Schema.Json) =>
  Effect.gen(function* () {
    const output = step.output.decode(value)
    if (Result.isFailure(output)) return yield* new InvalidOutput({ detail: output.failure.message })
    const { fingerprint } = yield* examine(runtime.hash, step, path, input, undefined)
    // what is recorded is what the Schema writes
    const encoded = step.output.encode(output.success)
    const result = { fingerprint, output: encoded, by: "hand", at: runtime.now() } as const
    yield* runtime.append({ _tag: "StepSucceeded", path, step: step.name, ...result })
    return output.success
  }).pipe(
    Effect.catch((reason): Effect.Effect<never, Stop> => {
      if (reason instanceof Missing || reason instanceof Halt) return Effect.fail(reason)
      // what is wrong with what was provided is told to who provided it, and is no failure of the run
      runtime.fault ??= { path, reason }
      return Effect.fail(new Halt())
    })
  )

/** A fault of the journal after the work was done is one of its own: what was done will have to be done again. */
const afterWork = <A>(runtime: Runtime, path: string, append: Effect.Effect<A, Halt>) =>
  Effect.tapError(append, () =>
    Effect.sync(() => {
      const { fault } = runtime
      if (!(fault?.reason instanceof JournalError)) return
      runtime.fault = { path, reason: new ResultNotRecorded({ detail: fault.reason.message }) }
    })
  )

const recordReply: (
  runtime: Runtime,
  path: string,
  opening: string | undefined,
  ...reply: Parameters<Step.StepContext["replied"]>
) => Effect.Effect<void> = Effect.fnUntraced(
  function* (runtime, path, opening, request, reply) {
    const { hash, journal, state } = runtime
    const messages = CanonicalJson.stringify(request.messages)
    // the first turn asks what the fingerprint was made of
    const prompt = request.metadata.turn === 1 && opening !== undefined ? opening : hash(messages)
    const text = hash(reply.text)
    yield* record(runtime, path, journal.putText(state.run, prompt, messages))
    yield* record(runtime, path, journal.putText(state.run, text, reply.text))
    yield* runtime.append({
      _tag: "StepReplied",
      path,
      turn: request.metadata.turn,
      model: reply.model ?? request.model,
      prompt,
      reply: text,
      finishReason: reply.finishReason,
      usage: reply.usage,
      at: runtime.now()
    })
  },
  (work, runtime, path) => Effect.orDie(afterWork(runtime, path, work)) // the step cannot answer for the journal: `stop` sees the fault
)

const attemptSink = (runtime: Runtime, path: string): typeof AttemptSink.AttemptSink.Service => {
  let requests = runtime.state.records[path]?.requests.started ?? 0
  return {
    started: (asked) =>
      Effect.gen(function* () {
        const request = ++requests
        const output = asked.parameters.maxOutputTokens
        const atMost = { input: atMostInputTokens(asked), ...(output !== undefined && { output }) }
        const at = runtime.now()
        yield* runtime.append({ _tag: "RequestStarted", path, request, model: asked.model, atMost, at })
        return ({ error, model, usage }: AttemptSink.Outcome) =>
          runtime
            .append({
              _tag: "RequestEnded",
              path,
              request,
              ...(model === undefined ? {} : { model }),
              ...(usage === undefined ? {} : { usage }),
              ...(error === undefined ? {} : { error: error.reason._tag }),
              at: runtime.now()
            })
            .pipe(Effect.orDie) // the client cannot answer for the journal: `stop` sees the fault
      }).pipe(Effect.orDie)
  }
}

/** Notes why a step did not succeed, and lets nothing new start. */
const stop = (
  runtime: Runtime,
  step: UntypedStep,
  path: string,
  cause: Cause.Cause<unknown>
): Effect.Effect<never, Stop> => {
  const error = Cause.squash(cause)
  if (error instanceof Missing || error instanceof Halt) return Effect.fail(error)
  // an interruption is not the step's doing
  if (Cause.hasInterruptsOnly(cause)) return Effect.failCause(cause as Cause.Cause<never>)
  runtime.stopped = true
  const defect = !Cause.hasFails(cause)
  const ending = { path, reason: error }
  if (error instanceof LlmError && error.isSuspending) runtime.suspension ??= ending
  else runtime.failure ??= ending
  const { message, tag } = describeError(error)
  const value = defect ? undefined : encodeError(step, error)
  return Effect.andThen(
    runtime.append({
      _tag: "StepFailed",
      path,
      step: step.name,
      tag: defect ? "Defect" : tag,
      message,
      ...(value === undefined ? {} : { value }),
      at: runtime.now()
    }),
    defect ? Effect.failCause(cause as Cause.Cause<never>) : Effect.fail(new Halt())
  )
}

/** The error by the step's own Schema, if it has one and the error fits it. */
const encodeError = (step: UntypedStep, error: unknown): Schema.Json | undefined =>
  step.error === undefined ? undefined : Option.getOrUndefined(Option.liftThrowable(step.error.encode)(error))
