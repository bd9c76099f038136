// One step of a run: its recorded result where that holds (verdict), else its work, between the events that record it
// (record). In: a runtime, a step, its path and input. Out: its output. The visitor `runAll` and `Engine.step` call it.

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import { AttemptSink } from "../../AttemptSink.ts"
import { DeltaSink } from "../../DeltaSink.ts"
import type { Fingerprint } from "../../Fingerprint.ts"
import type { Key } from "../../ResultCache.ts"
import { Spending } from "../../Spending.ts"
import { isLlmError } from "../../LlmError.ts"
import * as Usage from "../../Usage.ts"
import { describeError } from "../../WorkflowError.ts"
import type { StepFailure } from "../../WorkflowState.ts"
import type { CallSettings } from "../ask/call.ts"
import type { StepContext } from "../ask/context.ts"
import { insideOf, type UntypedStep } from "../ask/step.ts"
import * as canonical from "../json/canonical.ts"
import { cached, put } from "./cached.ts"
import { executionOf } from "./execution.ts"
import { Halt, Missing, type Stop } from "../walk/hole.ts"
import { failureAround, type Place, takerOf } from "../walk/place.ts"
import { attemptSink, madeBy, recallReply, recordReply, recordResult } from "./record.ts"
import { end, keep, type Runtime } from "./runtime.ts"
import * as span from "./span.ts"
import { settingsBeside } from "../judge/steps.ts"
import { examine, type Examined, fixed, isRenewed, type Verdict } from "../judge/verdict.ts"

/** Looks for a result of what a step asks among those of other paths; whether its own path has one then. */
export type Find = (step: UntypedStep, place: Place, examined: Examined) => Effect.Effect<boolean, Stop, unknown>

export interface PerformOptions {
  /** A new result is wanted, whatever there is. */
  readonly forced?: boolean | undefined
  readonly find?: Find
}

/** Gives a step's output: its recorded one where that holds, or one that is found, else a new one. */
export const perform = (
  runtime: Runtime,
  step: UntypedStep,
  place: Place,
  input: unknown,
  { find, forced = false }: PerformOptions
): Effect.Effect<unknown, Stop, unknown> => {
  const { path } = place
  const { answered, hash, state, tally } = runtime
  const recorded = () => ({ record: state.records[path], answered })
  let fingerprint: Fingerprint | undefined
  const settle = (examined: Examined, verdict: Verdict): Effect.Effect<unknown, unknown, unknown> => {
    const asks = examined.fingerprint.value
    if (verdict._tag === "Run" || forced) {
      if (step.isGate) return wait(runtime, step, path, examined.fingerprint, input, forced)
      const isNew = forced || isRenewed(state.records[path], asks)
      const made =
        runtime.shelf !== undefined && step.cache
          ? cached(runtime, runtime.shelf, step, place, examined, isNew, (key) =>
              attempt(runtime, step, place, examined, forced, key)
            )
          : attempt(runtime, step, place, examined, forced)
      return place.earlier === undefined
        ? made
        : Effect.tap(made, (output) => Effect.sync(() => answered.set(path, { asks, output, from: path })))
    }
    tally.reused.push(path)
    if (verdict._tag === "Fail") {
      verdict.taker.failure ??= { path, reason: verdict.failure, isTimeOut: false }
      return Effect.fail(new Halt())
    }
    const { from = path, output } = verdict
    if (place.earlier !== undefined) answered.set(path, { asks, output, from })
    if (from === path || state.records[path]?.same === from) return Effect.succeed(output)
    const shared = { path, step: step.name, from, at: runtime.now() }
    return Effect.as(runtime.append({ _tag: "ResultShared", ...shared }), output)
  }
  const output = Effect.suspend(() => {
    // of failures that came together, the outermost counts, whichever was first
    const isEnded = failureAround(place) !== undefined
    const mayFail = state.records[path]?.error?.fingerprint !== undefined
    if (runtime.ending !== undefined || (isEnded && !mayFail)) return Effect.fail(new Halt())
    return Effect.flatMap(examine(hash, step, place, input, recorded()), (examined) => {
      fingerprint = examined.fingerprint
      const { judge, verdict } = examined
      if (isEnded && verdict._tag !== "Fail") return Effect.fail(new Halt())
      if (verdict._tag !== "Run" || forced || find === undefined) return settle(examined, verdict)
      return Effect.flatMap(find(step, place, examined), (isFound) =>
        isFound ? Effect.flatMap(judge(recorded()), (found) => settle(examined, found)) : settle(examined, verdict)
      )
    })
  })
  const limited =
    place.attempt === undefined ? output : Effect.onInterrupt(output, () => timedOut(runtime, step, place, fingerprint))
  return Effect.catchCause(limited, (cause) => failed(runtime, step, place, fingerprint, cause))
}

/** Whether nothing new starts at a place. */
const isOver = ({ ending }: Runtime, place: Place): boolean =>
  ending !== undefined || failureAround(place) !== undefined

/** Leaves a hole where a decision is missing: what does not hang on it goes on. */
const wait = Effect.fnUntraced(function* (
  runtime: Runtime,
  step: UntypedStep,
  path: string,
  fingerprint: Fingerprint,
  input: unknown,
  forced: boolean
) {
  const { hash, journal, open, state, tally } = runtime
  if (forced) yield* runtime.append({ _tag: "StepStarted", path, step: step.name, forced, at: runtime.now() })
  const asks = fingerprint.value
  if (forced || state.records[path]?.asked?.fingerprint !== asks) {
    // an input that has a fingerprint can be written
    const text = canonical.stringify(insideOf(step).input.encode(input))
    const question = hash(text)
    yield* keep(runtime, path, journal.putText(state.run, question, text))
    yield* runtime.append({ _tag: "GateAsked", path, step: step.name, fingerprint: asks, question, at: runtime.now() })
  }
  tally.undecided.push(path)
  if (open.get(path)?.fingerprint.value !== asks) open.set(path, { step, fingerprint })
  return yield* Effect.fail(new Missing(path, true))
})

/** From the reply to its record nothing interrupts: only the work itself is made interruptible again. */
const attempt = (
  runtime: Runtime,
  step: UntypedStep,
  place: Place,
  { fingerprint, input, opening, prepared }: Examined,
  forced: boolean,
  /** Where a cache is to have what comes of it. */
  key?: Key
) => {
  const { path } = place
  return span.within(
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const { executor, state, tally } = runtime
        // what its fingerprint hangs on may have taken a while
        if (isOver(runtime, place)) return yield* Effect.fail(new Halt())
        tally.ran.push(path)
        const record = state.records[path]
        const isNew = forced || isRenewed(record, fingerprint.value)
        const fresh = isNew || record?.error?.tag === "StepOutputError"
        yield* runtime.append({
          _tag: "StepStarted",
          path,
          step: step.name,
          ...(forced && { forced }),
          at: runtime.now()
        })
        let model: string | undefined
        let usage = Usage.zero
        const startedAt = state.records[path]!.pending!
        const context: StepContext = {
          run: state.run,
          path,
          fresh,
          restore,
          recall: (request) =>
            state.records[path]?.replied === undefined
              ? Effect.undefined
              : Effect.map(recallReply(runtime, path, opening, request), (recalled) => {
                  if (recalled === undefined) return undefined
                  model = recalled.asked
                  usage = Usage.add(usage, recalled.reply.usage)
                  return recalled.reply
                }),
          replied: (request, reply) =>
            Effect.suspend(() => {
              model = request.model
              usage = Usage.add(usage, reply.usage)
              return recordReply(runtime, path, opening, request, reply)
            })
        }
        const attempt = state.records[path]!.attempts
        const execution = executionOf(step, { run: state.run, path, fingerprint: fingerprint.value, attempt, input })
        const output = yield* executor(prepared.work(context), execution).pipe(
          Effect.provideService(AttemptSink, attemptSink(runtime, path)),
          // a run that code makes of its own has paths of its own
          step.model === undefined ? Effect.provideService(DeltaSink, undefined) : identity,
          Effect.provideService(Spending, runtime.spent)
        )
        const recorded = yield* recordResult(runtime, step, path, fingerprint, output, { model, isNew, key })
        if (key !== undefined) yield* put(runtime, step, path, key, { result: recorded.result, usage, startedAt })
        return recorded.output
      })
    ),
    path,
    { "stepwright.run": runtime.state.run, "stepwright.step": step.name },
    // the errors of code are its own
    step.model === undefined ? (exit) => exit : span.wordless
  )
}

/** Notes why a step did not succeed, and lets nothing new start: in the run, or in what takes the error over. */
const failed = (
  runtime: Runtime,
  step: UntypedStep,
  place: Place,
  fingerprint: Fingerprint | undefined,
  cause: Cause.Cause<unknown>
): Effect.Effect<never, Stop> => {
  const error = Cause.squash(cause)
  if (error instanceof Missing || error instanceof Halt) return Effect.fail(error)
  // an interruption is not the step's doing
  if (Cause.hasInterruptsOnly(cause)) return Effect.failCause(cause as Cause.Cause<never>)
  // a fault of the journal comes out of a step as a defect, whatever runs the step
  if (runtime.ending?._tag === "Faulted" && !Cause.hasFails(cause)) return Effect.fail(new Halt())
  const isDefect = !Cause.hasFails(cause)
  const { message, tag } = describeError(error)
  const value = isDefect ? undefined : encodeError(step, error)
  const isTaken = !isDefect && giveUp(runtime, place, error)
  // what its key fails with it is not asked yet
  const asks = fingerprint ?? fixed(runtime.hash, step)
  if (isDefect) end(runtime, { _tag: "Failed", path: place.path, reason: error })
  const suspends = !isDefect && isLlmError(error) && error.isSuspending
  const failure = {
    tag: isDefect ? "Defect" : tag,
    message,
    ...(value !== undefined && { value }),
    ...(suspends && { suspends })
  }
  return Effect.andThen(
    fail(runtime, step, place.path, isTaken ? asks : undefined, failure),
    isDefect ? Effect.failCause(cause as Cause.Cause<never>) : Effect.fail(new Halt())
  )
}

/** Ends a run, or the attempt that takes an error over, for an error of a place; whether it was taken over. */
export const giveUp = (runtime: Runtime, place: Place, reason: unknown): boolean => {
  const { path } = place
  const isSuspending = isLlmError(reason) && reason.isSuspending
  const taker = isSuspending ? undefined : takerOf(place, describeError(reason))
  if (taker === undefined) end(runtime, { _tag: isSuspending ? "Suspended" : "Failed", path, reason })
  else taker.failure ??= { path, reason, isTimeOut: false }
  return taker !== undefined
}

const fail = (
  runtime: Runtime,
  step: UntypedStep,
  path: string,
  /** Of what it asked, if it is taken over. */
  fingerprint: Fingerprint | undefined,
  failure: Pick<StepFailure, "tag" | "message" | "value" | "suspends" | "limit">
): Effect.Effect<void, Halt> => {
  const by = step.model === undefined ? madeBy(runtime.hash, step) : { asked: askedBy(step.model) }
  const takenOver = fingerprint === undefined ? {} : { fingerprint, ...by }
  const { error: before, replied } = runtime.state.records[path] ?? {}
  // it fails so whenever it is looked at
  if (fingerprint !== undefined && before?.fingerprint?.value === fingerprint.value && before.tag === failure.tag) {
    runtime.tally.reused.push(path)
    return Effect.void
  }
  const beside = settingsBeside(runtime.hash, step, replied, fingerprint)
  const failed = { path, step: step.name, ...beside, ...failure, ...takenOver, at: runtime.now() }
  return runtime.append({ _tag: "StepFailed", ...failed })
}

const askedBy = ({ models, repair, timeout }: CallSettings): NonNullable<StepFailure["asked"]> => ({
  models,
  repair,
  ...(timeout !== undefined && { timeout })
})

/** Notes of a step that was at work that it had no more time, if that is why it was interrupted. */
const timedOut = (runtime: Runtime, step: UntypedStep, place: Place, fingerprint: Fingerprint | undefined) => {
  const around = failureAround(place)
  const { error, pending, result } = runtime.state.records[place.path] ?? {}
  if (around?.isTimeOut !== true) return Effect.void
  const answers = [result?.fingerprint.value, error?.fingerprint?.value]
  // what it came to was written before it heard of that
  if (pending === undefined && fingerprint !== undefined && answers.includes(fingerprint.value)) return Effect.void
  const { limit, outer } = around.of
  const { message, tag } = describeError(around.reason)
  const failure = { tag, message, ...(limit !== undefined && { limit }) }
  const isTaken = takerOf({ attempt: outer }, { tag }) !== undefined
  if (around.of.failure !== undefined) around.of.failure.isTold = true
  const asks = fingerprint ?? fixed(runtime.hash, step)
  // the run that ended for the time tells of it where that cannot be written
  return Effect.ignore(fail(runtime, step, place.path, isTaken ? asks : undefined, failure))
}

/** The error by the step's own Schema, if it has one and the error fits it. */
const encodeError = (step: UntypedStep, error: unknown): Schema.Json | undefined => {
  const codec = insideOf(step).error
  return codec && Option.getOrUndefined(Option.liftThrowable(codec.encode)(error))
}
