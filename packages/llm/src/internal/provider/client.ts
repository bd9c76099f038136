import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as LlmClient from "@stepwright/core/LlmClient"
import {
  InvalidRequest,
  InvalidResponse,
  LlmError,
  type LlmErrorReason,
  Misconfigured,
  TimedOut,
  Unauthenticated
} from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest, Parameters } from "@stepwright/core/LlmRequest"
import * as Attempts from "../../Attempts.ts"
import * as baseUrl from "./baseUrl.ts"
import * as providerFault from "./fault.ts"
import { parseJson } from "./lenient.ts"
import type { ClientOptions } from "./options.ts"
import { quoteWithout } from "./quote.ts"
import * as providerSdk from "./sdk.ts"
import * as providerStream from "./stream.ts"
import type * as structuredOutput from "./structuredOutput.ts"
import * as variables from "./variables.ts"
import type { Api } from "./wireFormat.ts"

/** A provider: its wire format, how it words its faults, its SDK, and what makes the body of a request. */
export interface Provider {
  /** What its variables of the environment begin with: `OPENAI`. */
  readonly variables: string
  readonly api: Api
  readonly dialect: providerFault.Dialect
  readonly sdk: providerSdk.Package
  /** What it asks with where a request does not say. */
  readonly parameters?: Parameters
  readonly prepare: (request: LlmRequest, model: string) => Outgoing
}

/** A request as it goes out. */
export interface Outgoing {
  /** Why the request cannot be made, or its body and what gives a reply's text the shape that was asked for. */
  readonly result: Result.Result<
    { readonly body: Readonly<Record<string, unknown>>; readonly restore: structuredOutput.Restore },
    string
  >
  /** What is said once in the log: what was left out. */
  readonly warnings: ReadonlyArray<string>
}

/** Makes each request once, reports it to the `AttemptSink`, ends it in time, and types what goes wrong. */
export const make = (options: ClientOptions, provider: Provider): LlmClient.Service => {
  const { api, dialect, parameters } = provider
  const { apiKey: keyVariable } = variables.named(provider.variables)
  // As the header has it: HTTP takes off what is around a value, such as the line break of a file.
  const key = Redacted.value(options.apiKey).trim()
  if (key === "") {
    const reason = new Unauthenticated({ detail: `the API key is empty, set ${keyVariable}` })
    return LlmClient.make(() => fail(reason))
  }
  const detail = options.baseUrl === undefined ? undefined : baseUrl.problemOf(options.baseUrl, "the base URL")
  if (detail !== undefined) return LlmClient.make(() => fail(new Misconfigured({ detail })))
  let loaded: providerSdk.Sdk | undefined
  const sdkOf = Effect.suspend(() =>
    loaded !== undefined
      ? Effect.succeed(loaded)
      : Effect.map(providerSdk.load(provider.sdk, key, options.baseUrl), (sdk) => (loaded ??= sdk))
  )
  const total = Duration.fromInputUnsafe(options.timeout ?? "5 minutes")
  const idle = Duration.fromInputUnsafe(options.idleTimeout ?? "2 minutes")
  const quote = quoteWithout(key)
  const faults = { dialect, keyVariable, quote }
  const warned = new Set<string>()

  /** The client for one request, which is prepared before it counts as an attempt. */
  const clientFor = Effect.fnUntraced(function* (request: LlmRequest) {
    const model = request.model === "default" ? options.model : request.model
    const { result, warnings } = provider.prepare(request, model)
    for (const warning of warnings) {
      if (warned.has(warning)) continue
      warned.add(warning)
      yield* Effect.logWarning(warning)
    }
    if (Result.isFailure(result)) return yield* fail(new InvalidRequest({ detail: result.failure }))
    const { body, restore } = result.success
    const sdk = yield* sdkOf
    const asked: Asked = { sdk, model, body, restored: (reply) => ({ ...reply, text: restore(reply.text) }) }
    const attempt = Attempts.make(
      LlmClient.make(
        () => generate(asked),
        () => stream(asked)
      )
    )
    return LlmClient.mapRequest(attempt, (request) => ({
      ...request,
      parameters: { ...parameters, ...request.parameters }
    }))
  })

  const faultOf = (sdk: providerSdk.Sdk, clock: Clock.Clock, began: number) => (failure: unknown) =>
    new LlmError({ reason: providerFault.reasonOf(failure, sdk, faults, began, clock.currentTimeMillisUnsafe()) })

  /** What `run` makes of the API's answer, within the time for a whole call. */
  const ask = <A>(model: string, run: (signal: AbortSignal) => PromiseLike<A>, fault: (failure: unknown) => LlmError) =>
    Effect.timeoutOrElse(Effect.tryPromise({ try: run, catch: fault }), {
      duration: total,
      orElse: () => fail(new TimedOut({ detail: `no reply from ${model}`, after: total }))
    })

  const notTheApi = (text: string) =>
    fail(
      new InvalidResponse({
        detail: `the response is not what the API sends, check the base URL: ${quote(text, 200)}`,
        usage: api.usage(Option.getOrUndefined(parseJson(text))),
        permanent: true
      })
    )

  const generate = Effect.fnUntraced(function* (asked: Asked) {
    const clock = yield* Clock.Clock
    const fault = faultOf(asked.sdk, clock, clock.currentTimeMillisUnsafe())
    const body = yield* ask(asked.model, (signal) => asked.sdk.post(api.path, { body: asked.body, signal }), fault)
    if (body === undefined || body === null) {
      return yield* fail(new InvalidResponse({ detail: "the response is empty" }))
    }
    if (typeof body === "string") return yield* notTheApi(body)
    return asked.restored(yield* api.reply(body, faults))
  })

  const stream = (asked: Asked) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const clock = yield* Clock.Clock
        const began = clock.currentTimeMillisUnsafe()
        const fault = faultOf(asked.sdk, clock, began)
        // The end of the stream, however it comes, ends the request.
        const { signal } = yield* Effect.acquireRelease(
          Effect.sync(() => new AbortController()),
          (controller) => Effect.sync(() => controller.abort())
        )
        const send = () => asked.sdk.post(api.path, { body: { ...asked.body, ...api.streamed }, signal }).asResponse()
        const { body, headers } = yield* ask(asked.model, send, fault)
        if (body === null) return Stream.fromEffect(notTheApi("nothing"))
        const text = Stream.fromReadableStream<Uint8Array, LlmError>({ evaluate: () => body, onError: fault }).pipe(
          (bytes) => providerStream.timed(bytes, { model: asked.model, idle, total, began }),
          Stream.decodeText()
        )
        if (/json|html/u.test(headers.get("content-type") ?? "")) {
          return Stream.fromEffect(Effect.flatMap(Stream.mkString(text), notTheApi))
        }
        return Stream.map(providerStream.parts(text, api, faults), (part) =>
          part._tag === "Finished" ? { ...part, reply: asked.restored(part.reply) } : part
        )
      })
    )

  const client = LlmClient.unwrap(clientFor)
  return parameters === undefined ? client : { ...client, parameters: { default: parameters } }
}

interface Asked {
  readonly sdk: providerSdk.Sdk
  readonly model: string
  readonly body: Readonly<Record<string, unknown>>
  readonly restored: (reply: LlmReply) => LlmReply
}

const fail = (reason: LlmErrorReason) => Effect.fail(new LlmError({ reason }))
