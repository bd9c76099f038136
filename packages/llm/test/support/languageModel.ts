import { Context, Effect, Schema, Stream } from "effect"
import { AiError, LanguageModel, type Response } from "effect/ai"
import { AttemptSink, type Outcome } from "@stepwright/core/AttemptSink"
import { type Service, type StreamPart } from "@stepwright/core/LlmClient"
import type { LlmError } from "@stepwright/core/LlmError"
import type { LlmRequest, ResponseFormat } from "@stepwright/core/LlmRequest"
import { LanguageModelBridge } from "@stepwright/llm"
import { request } from "./request.ts"

/** What a provider answers: parts, as they are or in a stream, or how it fails. */
export interface Provider {
  readonly parts?: ReadonlyArray<Response.PartEncoded>
  readonly streamed?: Stream.Stream<Response.StreamPartEncoded, AiError.AiError>
  readonly before?: Effect.Effect<void, AiError.AiError>
  readonly codecTransformer?: LanguageModel.CodecTransformer
}

/** A provider's language model, and what it was asked for. */
export const provide = ({ before = Effect.void, codecTransformer, parts = [], streamed = Stream.empty }: Provider) => {
  const asked: Array<LanguageModel.ProviderOptions> = []
  const model = Effect.runSync(
    LanguageModel.make({
      generateText: (options) => {
        asked.push(options)
        return Effect.as(before, [...parts])
      },
      streamText: (options) => {
        asked.push(options)
        return streamed
      },
      codecTransformer
    })
  )
  return { asked, model }
}

export const saying = (text: string): Response.PartEncoded => ({ type: "text", text })

export const finish = (
  reason: Response.FinishReason = "stop",
  usage: Response.FinishPartEncoded["usage"] = {
    inputTokens: { total: 11, uncached: 7, cacheRead: 4, cacheWrite: undefined },
    outputTokens: { total: 7, text: 5, reasoning: 2 }
  }
): Response.FinishPartEncoded => ({ type: "finish", reason, usage })

export const noUsage: Response.FinishPartEncoded["usage"] = { inputTokens: {}, outputTokens: {} }

export const usage = { input: 11, cachedInput: 4, output: 7, reasoning: 2 }

export const pong: ReadonlyArray<Response.PartEncoded> = [
  { type: "response-metadata", id: "resp-1", modelId: "model-2025" },
  { type: "reasoning", text: "ping, so pong" },
  saying("po"),
  saying("ng"),
  finish()
]

export const deltas = (...texts: ReadonlyArray<string>): ReadonlyArray<Response.StreamPartEncoded> => [
  { type: "response-metadata", id: "resp-1", modelId: "model-2025" },
  { type: "reasoning-start", id: "0" },
  { type: "reasoning-delta", id: "0", delta: "ping, so pong" },
  { type: "reasoning-end", id: "0" },
  { type: "text-start", id: "1" },
  ...texts.map((delta) => ({ type: "text-delta", id: "1", delta }) as const),
  { type: "text-end", id: "1" }
]

/** Every request that a client reports, and how it ended. */
export const reporting = () => {
  const log: Array<string | Outcome> = []
  const sink = {
    started: ({ metadata }: LlmRequest) =>
      Effect.sync(() => {
        log.push(metadata.path)
        return (outcome: Outcome) => Effect.sync(() => void log.push(outcome))
      })
  }
  return { log, client: (client: Service) => reported(client, sink) }
}

const reported = (client: Service, sink: typeof AttemptSink.Service): Service => ({
  generate: (request) => Effect.provideService(client.generate(request), AttemptSink, sink),
  stream: (request) => Stream.provideService(client.stream(request), AttemptSink, sink)
})

/** What becomes of one request, whole and streamed, when a provider answers with parts. */
export const ask = (provider: Provider, asked = request("ping"), options?: LanguageModelBridge.Options) =>
  LanguageModelBridge.fromLanguageModel(provide(provider).model, options).generate(asked)

export const streamed = (parts: Provider["streamed"], asked = request("ping")) => {
  const seen: Array<StreamPart> = []
  const client = LanguageModelBridge.fromLanguageModel(provide({ streamed: parts ?? Stream.empty }).model)
  const ended = Stream.runForEach(client.stream(asked), (part) => Effect.sync(() => void seen.push(part)))
  return Effect.map(Effect.result(ended), (result) => ({ seen, result }))
}

export const failing = (reason: AiError.AiErrorReason) => AiError.make({ module: "Provider", method: "ask", reason })

export const reasonOf = <A>(effect: Effect.Effect<A, LlmError>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason)

export const formatOf = (schema: Schema.Constraint, name = "task list"): ResponseFormat => {
  const { definitions, schema: root } = Schema.toJsonSchemaDocument(Schema.toCodecJson(schema))
  // a JSON Schema document is JSON
  return { type: "json", name, schema: { ...root, $defs: definitions } as Schema.Json }
}

export const Title = Schema.Struct({ title: Schema.String, pages: Schema.optionalKey(Schema.Finite) })

export const titleOf = (provider: Provider, options?: LanguageModelBridge.Options, schema: Schema.Constraint = Title) =>
  ask(provider, request("ping", "Hi", { format: formatOf(schema) }), options)

export class Config extends Context.Service<
  Config,
  { readonly temperature?: number; readonly max_tokens?: number; readonly user?: string }
>()("test/Config") {}
