import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import OpenAI from "openai"
import * as LlmClient from "@stepwright/core/LlmClient"
import {
  InvalidRequest,
  InvalidResponse,
  LlmError,
  TimedOut,
  Unauthenticated,
  type LlmErrorReason
} from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import * as Attempts from "./Attempts.ts"
import { quoteWithout } from "./internal/openAiApi.ts"
import * as openAiChat from "./internal/openAiChat.ts"
import * as openAiFault from "./internal/openAiFault.ts"
import * as openAiModel from "./internal/openAiModel.ts"
import * as openAiResponses from "./internal/openAiResponses.ts"
import * as openAiStream from "./internal/openAiStream.ts"
import * as structuredOutput from "./internal/structuredOutput.ts"

export interface Options {
  readonly apiKey: Redacted.Redacted
  /** Where the API is: OpenAI's own unless given. */
  readonly baseUrl?: string
  /** What the alias `default` stands for; any other alias is the provider's own name of a model. */
  readonly model: string
  /** Responses at OpenAI's own address, Chat Completions at any other, unless given. */
  readonly api?: "responses" | "chat"
  /** Whether the models reason, and so reject `temperature` and `stop`: told from OpenAI's names unless given. */
  readonly reasoning?: boolean
  /** How a schema is sent: as that of strict mode unless given, as no more than "a JSON object", or in the messages. */
  readonly structuredOutput?: "strict" | "json" | "instructions"
  /** What happens to a schema that strict mode cannot express: it is refused before any call unless given. */
  readonly inexpressibleSchema?: "refuse" | "json" | "instructions"
  /** From the request to the end of its reply: 5 minutes unless given, which is also how long Node waits for headers. */
  readonly timeout?: Duration.Input
  /** From one byte of a stream to the next, keep-alives included: 2 minutes unless given. */
  readonly idleTimeout?: Duration.Input
}

/**
 * OpenAI's Responses or Chat Completions through its official SDK, for OpenAI and for servers that speak its protocol.
 * Each request is made once and reported to the `AttemptSink`; `Retry` is a layer of its own. The text of a reply has
 * the shape of the schema that was asked for; the deltas of a stream are the model's own text, which strict mode may
 * shape otherwise (null for what is left out).
 *
 * **Fails with** every reason but BudgetExceeded and NoRecordedReply.
 *
 * **Source** https://platform.openai.com/docs/api-reference
 */
export const layer = (options: Options): Layer.Layer<LlmClient.LlmClient> =>
  Layer.sync(LlmClient.LlmClient, () => make(options))

/** `layer` with `OPENAI_API_KEY`, `OPENAI_BASE_URL` (optional) and `OPENAI_MODEL`, less what is given here. */
export const layerConfig = (given: Partial<Options> = {}): Layer.Layer<LlmClient.LlmClient, Config.ConfigError> =>
  Layer.effect(
    LlmClient.LlmClient,
    Effect.gen(function* () {
      const apiKey = given.apiKey ?? Redacted.make(yield* Config.NonEmptyString("OPENAI_API_KEY"))
      const baseUrl = given.baseUrl ?? (yield* Config.withDefault(Config.String("OPENAI_BASE_URL"), ""))
      const model = given.model ?? (yield* Config.NonEmptyString("OPENAI_MODEL"))
      return make({ ...given, apiKey, model, ...(baseUrl !== "" && { baseUrl }) })
    })
  )

const make = (options: Options): LlmClient.Service => {
  const key = Redacted.value(options.apiKey)
  if (key === "") {
    const reason = new Unauthenticated({ detail: "the API key is empty, set OPENAI_API_KEY" })
    return LlmClient.make(() => Effect.fail(new LlmError({ reason })))
  }
  const official = /^https:\/\/api\.openai\.com(?:\/|$)/u.test(options.baseUrl ?? "https://api.openai.com")
  const apiName = options.api ?? (official ? "responses" : "chat")
  const api = apiName === "responses" ? openAiResponses.api : openAiChat.api
  const total = Duration.fromInputUnsafe(options.timeout ?? "5 minutes")
  const idle = Duration.fromInputUnsafe(options.idleTimeout ?? "2 minutes")
  const quote = quoteWithout(key)
  // The time-outs are ours, so the SDK's own is put off as far as a timer goes.
  const sdk = new OpenAI({ apiKey: key, baseURL: options.baseUrl ?? null, maxRetries: 0, timeout: 2 ** 31 - 1 })
  const warned = new Set<string>()

  /** The client for one request, which is prepared before it counts as an attempt. */
  const clientFor = Effect.fnUntraced(function* (request: LlmRequest) {
    const model = request.model === "default" ? options.model : request.model
    const reasoning = options.reasoning ?? openAiModel.reasons(model)
    const { left, parameters } = openAiModel.accepted(request.parameters, apiName, reasoning)
    for (const name of left) {
      if (warned.has(`${model} ${name}`)) continue
      warned.add(`${model} ${name}`)
      yield* Effect.logWarning(`${model} over the API "${apiName}" takes no ${name}: it is left out`)
    }
    const prepared = structuredOutput.prepare(
      request,
      options.structuredOutput ?? "strict",
      options.inexpressibleSchema ?? "refuse"
    )
    if (Result.isFailure(prepared)) return yield* fail(new InvalidRequest({ detail: prepared.failure }))
    const { format, messages, restore } = prepared.success
    const limitField = openAiModel.limitField(model, official, reasoning)
    const asked: Prepared = {
      model,
      body: api.body({ model, messages, parameters, format, limitField }),
      restored: (reply) => ({ ...reply, text: restore(reply.text) })
    }
    return Attempts.make(
      LlmClient.make(
        () => generate(asked),
        () => stream(asked)
      )
    )
  })

  const faultOf = (clock: Clock.Clock, began: number) => (failure: unknown) =>
    new LlmError({ reason: openAiFault.reasonOf(failure, quote, began, clock.currentTimeMillisUnsafe()) })

  /** What `run` makes of the API's answer, within the time for a whole call. */
  const ask = <A>(model: string, run: (signal: AbortSignal) => Promise<A>, fault: (failure: unknown) => LlmError) =>
    Effect.timeoutOrElse(Effect.tryPromise({ try: run, catch: fault }), {
      duration: total,
      orElse: () => fail(new TimedOut({ detail: `no reply from ${model}`, after: total }))
    })

  const notTheApi = (text: string) =>
    fail(
      new InvalidResponse({
        detail: `the response is not what the API sends, check the base URL: ${quote(text, 200)}`,
        usage: api.usage(Option.getOrUndefined(parse(text))),
        permanent: true
      })
    )

  const generate = Effect.fnUntraced(function* (asked: Prepared) {
    const clock = yield* Clock.Clock
    const fault = faultOf(clock, clock.currentTimeMillisUnsafe())
    const send = (signal: AbortSignal) => sdk.post<unknown>(api.path, { body: asked.body, signal })
    const body = yield* ask(asked.model, send, fault)
    if (body === undefined || body === null) {
      return yield* fail(new InvalidResponse({ detail: "the response is empty" }))
    }
    if (typeof body === "string") return yield* notTheApi(body)
    return asked.restored(yield* api.reply(body, quote))
  })

  const stream = (asked: Prepared) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const clock = yield* Clock.Clock
        const began = clock.currentTimeMillisUnsafe()
        const fault = faultOf(clock, began)
        // The end of the stream, however it comes, ends the request.
        const { signal } = yield* Effect.acquireRelease(
          Effect.sync(() => new AbortController()),
          (controller) => Effect.sync(() => controller.abort())
        )
        const send = () => sdk.post(api.path, { body: { ...asked.body, ...api.streamed }, signal }).asResponse()
        const { body, headers } = yield* ask(asked.model, send, fault)
        if (body === null) return Stream.fromEffect(notTheApi("nothing"))
        const text = Stream.fromReadableStream<Uint8Array, LlmError>({ evaluate: () => body, onError: fault }).pipe(
          (bytes) => openAiStream.timed(bytes, { model: asked.model, idle, total, began }),
          Stream.decodeText()
        )
        if (/json|html/u.test(headers.get("content-type") ?? "")) {
          return Stream.fromEffect(Effect.flatMap(Stream.mkString(text), notTheApi))
        }
        return Stream.map(openAiStream.parts(text, api, quote), (part) =>
          part._tag === "Finished" ? { ...part, reply: asked.restored(part.reply) } : part
        )
      })
    )

  return LlmClient.make(
    (request) => Effect.flatMap(clientFor(request), (client) => client.generate(request)),
    (request) => Stream.unwrap(Effect.map(clientFor(request), (client) => client.stream(request)))
  )
}

/** A request as it goes out. */
interface Prepared {
  readonly model: string
  readonly body: Readonly<Record<string, unknown>>
  readonly restored: (reply: LlmReply) => LlmReply
}

const parse = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Json))

const fail = (reason: LlmErrorReason) => Effect.fail(new LlmError({ reason }))
