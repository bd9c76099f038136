import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as LlmClient from "@stepwright/core/LlmClient"
import { InvalidRequest, LlmError, TimedOut } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import * as Attempts from "./Attempts.ts"
import * as sdkCall from "./internal/ai-sdk/call.ts"
import * as sdkFault from "./internal/ai-sdk/fault.ts"
import type { CallOptions, LanguageModel, ProvidedModel, ProviderOptions } from "./internal/ai-sdk/model.ts"
import * as sdkParts from "./internal/ai-sdk/parts.ts"
import * as sdkProvided from "./internal/ai-sdk/provided.ts"
import * as sdkReply from "./internal/ai-sdk/reply.ts"
import * as sdkStream from "./internal/ai-sdk/stream.ts"
import * as providerStream from "./internal/provider/stream.ts"

export type { CallOptions, LanguageModel, ProvidedModel, ProviderOptions } from "./internal/ai-sdk/model.ts"

export interface Options {
  /** From the request to the whole reply; 5 minutes unless given. */
  readonly timeout?: Duration.Input
  /** From one part of a stream to the next; 2 minutes unless given. */
  readonly idleTimeout?: Duration.Input
  /**
   * How a schema is sent: as the model's `responseFormat`, changed to what OpenAI's strict mode takes unless given, or
   * as it is with `"object"`; or in the messages.
   */
  readonly structuredOutput?: "strict" | "object" | "instructions"
  /** What goes with each request for one provider alone, by its name. */
  readonly providerOptions?: ProviderOptions
}

/**
 * A model of the AI SDK, of any of its providers, as a client; or several, by their aliases. Each request is made once,
 * reported to the `AttemptSink` and ended in time. What a provider says that it leaves out of a request is logged once.
 *
 * **Fails with** InvalidRequest, for another model than these; by the provider's own error.
 * **Source** `LanguageModelV4` of https://www.npmjs.com/package/@ai-sdk/provider
 */
export const fromLanguageModel = (
  models: LanguageModel | Readonly<Record<string, LanguageModel>>,
  options: Options = {}
): LlmClient.Service => {
  const byAlias = isModel(models) ? { default: models, [models.modelId]: models } : models
  const modelOf = (alias: string) => (Object.hasOwn(byAlias, alias) ? byAlias[alias] : undefined)
  const warned = new Set<string>()
  const clientFor = (request: LlmRequest) => {
    const model = modelOf(request.model)
    if (model !== undefined) return Effect.succeed(Attempts.make(clientOf(model, options, warned)))
    const detail = `no model is called ${request.model}; there is ${Object.keys(byAlias).join(", ")}`
    return Effect.fail(new LlmError({ reason: new InvalidRequest({ detail }) }))
  }
  return {
    ...LlmClient.unwrap(clientFor),
    models: Object.keys(byAlias),
    identify: (alias) => {
      const model = modelOf(alias)
      return model === undefined ? { model: alias } : { model: model.modelId, provider: model.provider }
    }
  }
}

/** `fromLanguageModel` as a layer. */
export const layer = (
  models: LanguageModel | Readonly<Record<string, LanguageModel>>,
  options: Options = {}
): Layer.Layer<LlmClient.LlmClient> => Layer.sync(LlmClient.LlmClient, () => fromLanguageModel(models, options))

const isModel = (models: LanguageModel | Readonly<Record<string, LanguageModel>>): models is LanguageModel =>
  typeof models.specificationVersion === "string"

const clientOf = (model: LanguageModel, options: Options, warned: Set<string>): LlmClient.Service => {
  const total = Duration.fromInputUnsafe(options.timeout ?? "5 minutes")
  const idle = Duration.fromInputUnsafe(options.idleTimeout ?? "2 minutes")
  const named = `${model.provider} ${model.modelId}`

  const within = <A, R>(effect: Effect.Effect<A, LlmError, R>) =>
    Effect.timeoutOrElse(effect, {
      duration: total,
      orElse: () =>
        Effect.fail(new LlmError({ reason: new TimedOut({ detail: `no reply from ${named}`, after: total }) }))
    })

  /** Calls the model with a signal that aborts when the scope ends. */
  const begin = Effect.fnUntraced(function* <A>(call: (options: CallOptions) => PromiseLike<A>, options: CallOptions) {
    const clock = yield* Clock.Clock
    const began = clock.currentTimeMillisUnsafe()
    const { signal } = yield* Effect.acquireRelease(
      Effect.sync(() => new AbortController()),
      (controller) => Effect.sync(() => controller.abort())
    )
    const told = (reasonOf: typeof sdkFault.reasonOf) => (failure: unknown) =>
      new LlmError({ reason: reasonOf(failure, began, clock.currentTimeMillisUnsafe()) })
    const result = yield* Effect.tryPromise({
      try: () => Promise.resolve(call({ ...options, abortSignal: signal })),
      catch: told(sdkFault.reasonOf)
    })
    return { began, result, failed: told(sdkFault.reasonOf), failedPart: told(sdkFault.reasonOfPart) }
  })

  const warn = sdkCall.warner(named, warned)

  const prepare = (request: LlmRequest) => {
    const { call, restore } = sdkCall.prepare(request, options)
    return { call, restored: (reply: LlmReply): LlmReply => ({ ...reply, text: restore(reply.text) }) }
  }

  return LlmClient.make(
    (request) => {
      const { call, restored } = prepare(request)
      return begin((options) => model.doGenerate(options), call).pipe(
        Effect.tap(({ result }) => warn(result.warnings)),
        Effect.flatMap(({ result }) => sdkReply.ofResult(result)),
        Effect.map(restored),
        within,
        Effect.scoped
      )
    },
    (request) => {
      const { call, restored } = prepare(request)
      return Stream.unwrap(
        Effect.map(within(begin((options) => model.doStream(options), call)), ({ began, failed, failedPart, result }) =>
          Stream.fromReadableStream({ evaluate: () => result.stream, onError: failed }).pipe(
            (parts) => providerStream.timed(parts, { model: named, idle, total, began }),
            (parts) => sdkStream.partsOf(parts, { warn, failedPart }),
            Stream.map((part) => (part._tag === "Finished" ? { ...part, reply: restored(part.reply) } : part))
          )
        )
      )
    }
  )
}

export interface ProvidedOptions {
  /** The alias that requests name; `default` unless given. */
  readonly model?: string
  /** What its provider is called in what the AI SDK tells; `stepwright` unless given. */
  readonly provider?: string
  /** Services for what runs outside any Effect: a tracer, an `AttemptSink`. */
  readonly context?: Context.Context<never>
}

/**
 * A client as a model of the AI SDK, for `generateText`, `streamText` and whatever else takes one. An abort interrupts the
 * request. It takes text alone: a call with tools, files or results of tools fails.
 *
 * **Fails with** the client's own `LlmError`, which the AI SDK does not try again: put `Retry` around the client.
 */
export const toLanguageModel = (client: LlmClient.Service, options: ProvidedOptions = {}): ProvidedModel => {
  const { context = Context.empty(), model = "default", provider = "stepwright" } = options

  /** What an effect comes to; an abort is told by its own reason. */
  const settle = <A>(effect: Effect.Effect<A, LlmError>, signal: AbortSignal | undefined): Promise<A> =>
    Effect.runPromiseExitWith(context)(effect, signal && { signal }).then((exit) =>
      Exit.isSuccess(exit) ? exit.value : Promise.reject(signal?.aborted ? signal.reason : Cause.squash(exit.cause))
    )

  return {
    specificationVersion: "v4",
    provider,
    modelId: LlmClient.identityOf(client, model).model,
    supportedUrls: {},
    doGenerate: (options) =>
      settle(
        Effect.flatMap(Effect.fromResult(sdkProvided.requestOf(options, model)), ({ request, warnings }) =>
          Effect.map(client.generate(request), (reply) => ({
            content: [{ type: "text" as const, text: reply.text }],
            ...sdkProvided.endOf(reply),
            response: sdkProvided.headOf(reply),
            warnings
          }))
        ),
        options.abortSignal
      ),
    doStream: (options) =>
      settle(
        Effect.map(Effect.fromResult(sdkProvided.requestOf(options, model)), ({ request, warnings }) => ({
          stream: sdkParts
            .partsOf(client.stream(request), warnings)
            .pipe(Stream.interruptWhen(aborted(options.abortSignal)), Stream.toReadableStreamWith(context))
        })),
        options.abortSignal
      )
  }
}

const aborted = (signal: AbortSignal | undefined): Effect.Effect<void> =>
  signal === undefined
    ? Effect.never
    : Effect.callback<void>((resume) => {
        const stop = () => resume(Effect.void)
        if (signal.aborted) return stop()
        signal.addEventListener("abort", stop)
        return Effect.sync(() => signal.removeEventListener("abort", stop))
      })
