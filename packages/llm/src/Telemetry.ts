import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Stream from "effect/Stream"
import type { Span } from "effect/Tracer"
import { addGenAIAnnotations } from "effect/ai/Telemetry"
import * as LlmClient from "@stepwright/core/LlmClient"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import * as Middleware from "./Middleware.ts"

export interface Options {
  /** Who answers, by OpenTelemetry's names: `openai`, `anthropic`, … */
  readonly provider: string
  /** The provider's name of the model that the alias `default` stands for. */
  readonly model?: string
}

/** Tokens of a reply, or of an error that says them, by `gen_ai.token.type` (`input` or `output`); what the provider does not say is not counted. */
export const tokenUsage = Metric.histogram("gen_ai.client.token.usage", {
  description: "Tokens that a call used",
  attributes: { unit: "{token}" },
  boundaries: Metric.exponentialBoundaries({ start: 1, factor: 4, count: 15 })
})

/** How long calls take, failed ones with their `error.type`. **Units** seconds. */
export const duration = Metric.histogram("gen_ai.client.operation.duration", {
  description: "How long a call took",
  attributes: { unit: "s" },
  boundaries: Metric.exponentialBoundaries({ start: 0.01, factor: 2, count: 15 })
})

/**
 * A middleware that gives each call a span `chat <model>`, and counts its tokens and time. Inside of `Retry` each
 * request is a call of its own. Prompts and replies are in no span.
 *
 * **Source** OpenTelemetry's semantic conventions for generative AI: names, attributes, units and bucket boundaries
 */
export const make = ({ model: named, provider }: Options): Middleware.Middleware => {
  const modelOf = ({ model }: LlmRequest) => (model === "default" ? (named ?? model) : model)
  const spanOf = (request: LlmRequest) =>
    [`chat ${modelOf(request)}`, { kind: "client", captureStackTrace: false }] as const

  const observe = Middleware.make(
    Effect.fnUntraced(function* (request) {
      // Each call is made within the span below.
      const span = yield* Effect.orDie(Effect.currentSpan)
      const began = yield* Clock.currentTimeMillis
      const model = modelOf(request)
      describe(span, provider, model, request)
      return {
        leave: Effect.fnUntraced(function* (ended) {
          const { error, reply } = ended
          const attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": provider,
            "gen_ai.request.model": model,
            ...(reply?.model !== undefined && { "gen_ai.response.model": reply.model })
          }
          const seconds = ((yield* Clock.currentTimeMillis) - began) / 1000
          const failure = reply === undefined ? { "error.type": error?.reason._tag ?? "cancelled" } : {}
          yield* Metric.update(Metric.withAttributes(duration, { ...attributes, ...failure }), seconds)
          if (reply === undefined) span.attribute("error.type", failure["error.type"])
          const { input, output, cachedInput, reasoning } = Middleware.usageOf(ended)
          addGenAIAnnotations(span, {
            ...(reply && { response: { id: reply.id, model: reply.model, finishReasons: [reply.finishReason] } }),
            usage: { inputTokens: input, outputTokens: output }
          })
          if (cachedInput !== undefined) span.attribute("gen_ai.usage.cache_read.input_tokens", cachedInput)
          if (reasoning !== undefined) span.attribute("gen_ai.usage.reasoning.output_tokens", reasoning)
          for (const [type, tokens] of [
            ["input", input],
            ["output", output]
          ] as const) {
            if (tokens === undefined) continue
            yield* Metric.update(
              Metric.withAttributes(tokenUsage, { ...attributes, "gen_ai.token.type": type }),
              tokens
            )
          }
        })
      }
    })
  )
  return (client) => {
    const observed = observe(client)
    return LlmClient.make(
      (request) => Effect.withSpan(observed.generate(request), ...spanOf(request)),
      (request) => Stream.withSpan(observed.stream(request), ...spanOf(request))
    )
  }
}

export const layer = (options: Options): Layer.Layer<LlmClient.LlmClient, never, LlmClient.LlmClient> =>
  LlmClient.layerMiddleware(Effect.sync(() => make(options)))

const describe = (span: Span, provider: string, model: string, { format, parameters }: LlmRequest) => {
  addGenAIAnnotations(span, {
    provider: { name: provider },
    operation: { name: "chat" },
    output: { type: format.type },
    request: {
      model,
      temperature: parameters.temperature,
      maxTokens: parameters.maxOutputTokens,
      stopSequences: parameters.stop,
      seed: parameters.seed
    }
  })
}
