import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as AttemptSink from "../../AttemptSink.ts"
import type { Fingerprint } from "../../Fingerprint.ts"
import { isForgotten, type JournalError, keepsNothing } from "../../Journal.ts"
import { LlmReply } from "../../LlmReply.ts"
import { atMostInputTokens, type LlmRequest } from "../../LlmRequest.ts"
import { describeError, InvalidOutput, ResultNotRecorded } from "../../WorkflowError.ts"
import { insideOf, type UntypedStep } from "../ask/step.ts"
import * as canonical from "../json/canonical.ts"
import { reread } from "../json/codec.ts"
import type { Key } from "../../ResultCache.ts"
import { lineage, type StepResult } from "../../WorkflowState.ts"
import type { Halt } from "../walk/hole.ts"
import { halt, keep, type Runtime } from "./runtime.ts"
import { codeOf, settingsBeside, settingsOf } from "../judge/steps.ts"
import type { Opening } from "../judge/verdict.ts"

/** An output as the state keeps it. */
export const encodeOutput = (step: UntypedStep, value: unknown): Result.Result<Schema.Json, InvalidOutput> =>
  Result.try({
    try: () => insideOf(step).output.encode(value),
    catch: (error) => new InvalidOutput({ detail: describeError(error).message })
  })

/** How a result came to be. */
interface Making {
  readonly model: string | undefined
  readonly isNew: boolean
  /** Where a cache will have it. */
  readonly key: Key | undefined
}

/** Records an output; gives what will be read from the record, so that a resumed run sees what this one does. */
export const recordResult = (
  runtime: Runtime,
  step: UntypedStep,
  path: string,
  fingerprint: Fingerprint,
  value: unknown,
  { isNew, key, model }: Making
): Effect.Effect<{ readonly output: unknown; readonly result: StepResult }, InvalidOutput | Halt> => {
  const encoded = encodeOutput(step, value)
  if (Result.isFailure(encoded)) return Effect.fail(encoded.failure)
  const recorded = reread(insideOf(step).output, encoded.success)
  if (Result.isFailure(recorded)) return Effect.fail(new InvalidOutput({ detail: recorded.failure.message }))
  const by = step.model === undefined ? "code" : "model"
  const made = {
    by,
    ...(model !== undefined && { model }),
    ...madeBy(runtime.hash, step),
    ...(isNew ? ({ anew: true } as const) : {}),
    ...(key !== undefined && { cache: key })
  } as const
  const result = { fingerprint, output: encoded.success, ...made, at: runtime.now() }
  return Effect.as(afterWork(runtime, path, succeeded(runtime, step, path, result)), {
    output: recorded.success,
    result
  })
}

/** Notes that a step has a result. */
export const succeeded = (
  runtime: Runtime,
  step: UntypedStep,
  path: string,
  result: StepResult
): Effect.Effect<void, Halt> => {
  const beside = settingsBeside(runtime.hash, step, runtime.state.records[path]?.replied, result.fingerprint)
  return runtime.append({ _tag: "StepSucceeded", path, step: step.name, ...beside, ...result })
}

/** By which code a result was made, or is set by hand. */
export const madeBy = (hash: Runtime["hash"], step: UntypedStep): { readonly code?: string } => {
  const code = step.model === undefined ? codeOf(hash, step) : undefined
  return code === undefined ? {} : { code }
}

/** The messages of a request, and hashes of them and of the rest of it but for its model. */
const hashesOf = (hash: (text: string) => string, opening: Opening | undefined, request: LlmRequest) => {
  // the first turn asks what the fingerprint was made of
  const isFirst = request.metadata.turn === 1 && opening !== undefined
  const messages = isFirst ? opening.text : canonical.stringify(request.messages)
  return { messages, prompt: isFirst ? opening.digest : hash(messages), settings: settingsOf(hash, request) }
}

/** The reply that an attempt which was cut off had to the same request, and the model that was asked for it. */
export const recallReply = Effect.fnUntraced(
  function* (runtime: Runtime, path: string, opening: Opening | undefined, request: LlmRequest) {
    const { hash, journal, state } = runtime
    const { turn } = request.metadata
    const replied = state.records[path]?.replied?.filter((kept) => kept.turn === turn) ?? []
    if (replied.length === 0) return undefined
    const { prompt, settings } = hashesOf(hash, opening, request)
    const kept = replied.findLast((kept) => kept.prompt === prompt && kept.asked?.settings === settings)
    if (kept?.asked === undefined) return undefined
    const textIn = (run: string) =>
      Effect.catch(journal.getText(run, kept.reply), (reason) =>
        reason.reason === "NotFound" ? Effect.undefined : halt(runtime, { _tag: "Faulted", path, reason })
      )
    // the texts of a run stay with it when another one starts from its state
    let text: string | undefined
    for (const run of lineage(state)) text ??= yield* textIn(run)
    if (text === undefined) return undefined
    if (hash(text) !== kept.reply) {
      yield* Effect.logWarning(`${path}: the text of a reply in the journal was altered, so it is asked for again`)
      return undefined
    }
    const { finishReason, model, usage } = kept
    return { asked: kept.asked.model, reply: { text, finishReason, model, usage } satisfies LlmReply }
  },
  // the step cannot answer for the journal: that the run is faulted tells
  Effect.orDie
)

const isReply = Schema.is(LlmReply)
const decodeReply = Schema.decodeUnknownEffect(LlmReply)

/** Keeps what a model was asked and what it said, before anything is made of it. */
export const recordReply = (
  runtime: Runtime,
  path: string,
  opening: Opening | undefined,
  request: LlmRequest,
  reply: LlmReply
): Effect.Effect<void> => {
  const { hash, journal, state } = runtime
  // a client of one's own may break its promise, and the state must not
  if (!isReply(reply)) return Effect.orDie(Effect.asVoid(decodeReply(reply)))
  const { messages, prompt, settings } = hashesOf(hash, opening, request)
  const text = hash(reply.text)
  const replied = runtime.append({
    _tag: "StepReplied",
    path,
    turn: request.metadata.turn,
    model: reply.model ?? request.model,
    prompt,
    reply: text,
    finishReason: reply.finishReason,
    usage: reply.usage,
    asked: { model: request.model, settings },
    ...(opening !== undefined && opening.digest !== prompt && { opening: opening.digest }),
    at: runtime.now()
  })
  const kept = keepsNothing(journal)
    ? replied
    : keep(runtime, path, journal.putText(state.run, prompt, messages)).pipe(
        Effect.andThen(keep(runtime, path, journal.putText(state.run, text, reply.text))),
        Effect.andThen(replied)
      )
  // the step cannot answer for the journal: that the run is faulted tells
  return Effect.orDie(afterWork(runtime, path, kept))
}

/**
 * A fault of the journal after the work was done is one of its own: what was done will have to be done again. Where another
 * process has the run, it is that one's to say.
 */
const afterWork = <A>(runtime: Runtime, path: string, append: Effect.Effect<A, Halt>) =>
  Effect.tapError(append, () =>
    Effect.sync(() => {
      const { ending } = runtime
      if (ending?._tag !== "Faulted" || !isJournalError(ending.reason) || isOthers(ending.reason)) return
      const { message: detail } = ending.reason
      runtime.ending = { ...ending, path, reason: new ResultNotRecorded({ detail, cause: ending.reason }) }
    })
  )

const isOthers = ({ reason }: JournalError) => reason === "Locked" || reason === "Fenced"

const isJournalError = (reason: unknown): reason is JournalError => Predicate.isTagged(reason, "JournalError")

/** Journals each request of a step to a provider. */
export const attemptSink = (runtime: Runtime, path: string): typeof AttemptSink.AttemptSink.Service => {
  let requests = runtime.state.records[path]?.requests.started ?? 0
  return {
    started: (asked) =>
      Effect.gen(function* () {
        const request = ++requests
        const output = asked.parameters.maxOutputTokens
        const atMost = { input: atMostInputTokens(asked), ...(output !== undefined && { output }) }
        if (runtime.tally.requests === 0 && isForgotten(runtime.journal)) yield* sayForgotten(runtime.state.run)
        yield* runtime.append({
          _tag: "RequestStarted",
          path,
          request,
          model: asked.model,
          atMost,
          at: runtime.now()
        })
        return ({ error, model, usage }: AttemptSink.Outcome) =>
          runtime
            .append({
              _tag: "RequestEnded",
              path,
              request,
              ...(model !== undefined && { model }),
              ...(usage !== undefined && { usage }),
              ...(error !== undefined && { error: error.reason._tag }),
              at: runtime.now()
            })
            .pipe(Effect.orDie) // the client cannot answer for the journal: that the run is faulted tells
      }).pipe(Effect.orDie)
  }
}

const sayForgotten = (run: string) =>
  Effect.logWarning(
    `run ${run} asks a provider and keeps nothing of what it pays for: provide a Journal, or Journal.layerNone where that is meant`
  )
