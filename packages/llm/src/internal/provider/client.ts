import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as LlmClient from "@stepwright/core/LlmClient"
import {
  InvalidRequest,
  LlmError,
  type LlmErrorReason,
  Misconfigured,
  TimedOut,
  Unauthenticated
} from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest, Parameters } from "@stepwright/core/LlmRequest"
import * as Attempts from "../../Attempts.ts"
import * as providerFault from "./fault.ts"
import { type ClientOptions, identify } from "./options.ts"
import { quoteWithout } from "./quote.ts"
import * as response from "./response.ts"
import * as providerSdk from "./sdk.ts"
import * as providerStream from "./stream.ts"
import type * as structuredOutput from "../structured/structuredOutput.ts"
import * as variables from "./variables.ts"
import type { Api } from "./wireFormat.ts"

/** A provider: its wire format, its SDK, and what makes the body of a request. */
export interface Provider {
  /** What its variables of the environment begin with: `OPENAI`. */
  readonly variables: string
  readonly api: Api
  /** What to set when a server refuses what is in a body. */
  readonly hints: ReadonlyArray<providerFault.Hint>
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
  const { api, parameters } = provider
  const { apiKey, baseUrl: addressVariable, model: modelVariable } = variables.named(provider.variables)
  const { keyVariable = apiKey } = options
  const hints = [...provider.hints, providerFault.modelHint(modelVariable)]
  // As the header has it: HTTP takes off what is around a value, such as the line break of a file.
  const key = Redacted.value(options.apiKey).trim()
  if (key === "") {
    const reason = new Unauthenticated({ detail: `the API key is empty, set ${keyVariable}` })
    return LlmClient.make(() => fail(reason))
  }
  const baseUrl = options.baseUrl?.trim()
  const detail =
    variables.problemOfKey(key, `the API key (${keyVariable})`) ??
    (baseUrl === undefined ? undefined : variables.problemOf(baseUrl, `the base URL (${addressVariable})`))
  if (detail !== undefined) return LlmClient.make(() => fail(new Misconfigured({ detail })))
  let loaded: providerSdk.Sdk | undefined
  const sdkOf = Effect.suspend(() =>
    loaded !== undefined
      ? Effect.succeed(loaded)
      : Effect.map(providerSdk.load(provider.sdk, key, baseUrl), (sdk) => (loaded ??= sdk))
  )
  const total = Duration.fromInputUnsafe(options.timeout ?? "5 minutes")
  const idle = Duration.fromInputUnsafe(options.idleTimeout ?? "2 minutes")
  const quote = quoteWithout(key)
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

  const within = <A, R>(model: string, effect: Effect.Effect<A, LlmError, R>) =>
    Effect.timeoutOrElse(effect, {
      duration: total,
      orElse: () => fail(new TimedOut({ detail: `no reply from ${model}`, after: total }))
    })

  /** Sends a request, which the end of the scope ends: the text of its response, and how its faults are told. */
  const begin = Effect.fnUntraced(function* (asked: Asked, body: Asked["body"]) {
    const { sdk } = asked
    const clock = yield* Clock.Clock
    const began = clock.currentTimeMillisUnsafe()
    const { signal } = yield* Effect.acquireRelease(
      Effect.sync(() => new AbortController()),
      (controller) => Effect.sync(() => controller.abort())
    )
    const address = quote(variables.shownAddress(provider.variables, sdk.baseUrl, api.path))
    const faults: providerFault.Faults = { address, hints, keyVariable, quote }
    const told = (faults: providerFault.Faults) => (failure: unknown) =>
      new LlmError({
        reason: providerFault.reasonOf(failure, sdk.isTimeout, faults, began, clock.currentTimeMillisUnsafe())
      })
    const { body: bytes, headers } = yield* Effect.tryPromise({
      try: () => sdk.post(api.path, { body, signal }),
      catch: told(faults)
    })
    const wait = providerFault.demandedWait((name) => headers.get(name), clock.currentTimeMillisUnsafe())
    return {
      began,
      bytes:
        bytes === null
          ? Stream.empty
          : Stream.fromReadableStream<Uint8Array, LlmError>({
              evaluate: () => bytes,
              // Whoever answers is there.
              onError: told({ ...faults, address: undefined })
            }),
      faults: { ...faults, wait }
    }
  })

  const generate = (asked: Asked) =>
    Effect.gen(function* () {
      const { bytes, faults } = yield* begin(asked, asked.body)
      const text = yield* Stream.mkString(Stream.decodeText(bytes))
      // Some servers send events whatever they are asked for.
      return asked.restored(
        yield* response.formOf(text) === "events"
          ? providerStream.last(providerStream.parts(Stream.make(text), api, faults))
          : response.reply(text, api, faults)
      )
    }).pipe((reply) => within(asked.model, reply), Effect.scoped)

  const stream = (asked: Asked) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const { began, bytes, faults } = yield* within(asked.model, begin(asked, { ...asked.body, ...api.streamed }))
        const text = providerStream.timed(bytes, { model: asked.model, idle, total, began }).pipe(Stream.decodeText())
        return Stream.map(providerStream.parts(text, api, faults), (part) =>
          part._tag === "Finished" ? { ...part, reply: asked.restored(part.reply) } : part
        )
      })
    )

  return {
    ...LlmClient.unwrap(clientFor),
    identify: identify(provider.variables, options),
    ...(parameters !== undefined && { parameters: { default: parameters } })
  }
}

interface Asked {
  readonly sdk: providerSdk.Sdk
  readonly model: string
  readonly body: Readonly<Record<string, unknown>>
  readonly restored: (reply: LlmReply) => LlmReply
}

const fail = (reason: LlmErrorReason) => Effect.fail(new LlmError({ reason }))
