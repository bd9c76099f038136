import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Stream from "effect/Stream"
import { ParentSpan, type Span } from "effect/Tracer"
import { addGenAIAnnotations } from "effect/ai/Telemetry"
import * as LlmClient from "@stepwright/core/LlmClient"
import type { LlmError } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import type { Usage } from "@stepwright/core/Usage"
import { outputLimit } from "./internal/around/estimate.ts"
import * as Middleware from "./Middleware.ts"
import * as Redact from "./Redact.ts"

export interface Options {
  /** Who answers, by OpenTelemetry's names: `openai`, `anthropic`, … */
  readonly provider: string
  /** The provider's name of the model that the alias `default` stands for. */
  readonly model?: string
  /** Whether prompts, replies and the words of errors, which may quote them, are in the spans: not unless given. */
  readonly content?: boolean
  /** The secrets that such content is rid of: what `Redact.patterns` finds, unless given. */
  readonly redact?: Redact.Options
}

const time = (name: string, description: string) =>
  Metric.histogram(`gen_ai.client.inference.${name}`, {
    description,
    attributes: { unit: "s" },
    boundaries: Metric.exponentialBoundaries({ start: 0.01, factor: 2, count: 15 })
  })

/** How long calls take, failed ones with their `error.type`. **Units** seconds. */
export const duration = time("duration", "How long a call took")

/** How long the first piece of a stream takes. **Units** seconds. */
export const timeToFirstChunk = time("time_to_first_chunk", "How long the first piece of a stream took")

const counter = (name: string, description: string) =>
  Metric.counter(`gen_ai.client.inference.usage.${name}`, {
    description,
    attributes: { unit: "{token}", "gen_ai.token.modality": "text" },
    incremental: true
  })

/** Tokens of replies, and of errors that say them; what the provider does not say is not counted. */
export const tokens = {
  input: counter("input_tokens", "Input tokens, cached ones included"),
  cachedInput: counter("cache_read.input_tokens", "Input tokens that were read from a cache"),
  cacheWrite: counter("cache_write.input_tokens", "Input tokens that were written to a cache"),
  output: counter("output_tokens", "Output tokens, reasoning included"),
  reasoning: counter("reasoning.output_tokens", "Output tokens of reasoning")
}

const distribution = (name: string, description: string) =>
  Metric.histogram(`gen_ai.client.inference.operation.${name}`, {
    description,
    attributes: { unit: "{token}" },
    boundaries: Metric.exponentialBoundaries({ start: 1, factor: 4, count: 15 })
  })

/** How the tokens are spread over the calls; they are no sums to reckon costs with. */
export const tokensOfCall = {
  input: distribution("input_tokens", "Input tokens of a call"),
  output: distribution("output_tokens", "Output tokens of a call")
}

/**
 * A middleware that gives each call a span `chat <model>`, and counts its tokens and time. Inside of `Retry` each
 * request is a call of its own. Prompts and replies are in no span unless `content` is given.
 *
 * **Source** OpenTelemetry's semantic conventions for generative AI 0.1.0, the first release of their own
 * (https://github.com/open-telemetry/semantic-conventions-genai): names, attributes, units and bucket boundaries
 */
export const make = (options: Options): Middleware.Middleware => {
  const observed = observing(options)
  return (client) => {
    const [whole, streamed] = [observed({})(client), observed({ "gen_ai.request.stream": true })(client)]
    return LlmClient.make(
      (request) => whole.generate(request),
      (request) => streamed.stream(request)
    )
  }
}

export const layer = (options: Options): Layer.Layer<LlmClient.LlmClient, never, LlmClient.LlmClient> =>
  LlmClient.layerMiddleware(Effect.sync(() => make(options)))

const observing = ({ content = false, model: named, provider, redact }: Options) => {
  const scrub = Redact.scrub(redact)
  return (how: Readonly<Record<string, unknown>>) =>
    Middleware.make(
      Effect.fnUntraced(function* (request, client) {
        const model = request.model === "default" ? (named ?? request.model) : request.model
        const labels = {
          "gen_ai.operation.name": "chat",
          "gen_ai.provider.name": provider,
          "gen_ai.request.model": model
        }
        const clock = yield* Clock.Clock
        const began = clock.currentTimeMillisUnsafe()
        const span = yield* Effect.makeSpan(`chat ${model}`, { kind: "client", attributes: { ...labels, ...how } })
        let first: number | undefined
        describe(span, request, outputLimit(request, client))
        if (content) span.attribute("gen_ai.input.messages", JSON.stringify(request.messages.map(messageOf(scrub))))
        return {
          client: under(client, span, () => (first ??= clock.currentTimeMillisUnsafe())),
          leave: Effect.fnUntraced(function* (ended) {
            const { error, reply } = ended
            const usage = Middleware.usageOf(ended)
            const failure = reply === undefined ? { "error.type": error?.reason._tag ?? "cancelled" } : {}
            const attributes = {
              ...labels,
              ...(reply?.model !== undefined && { "gen_ai.response.model": reply.model })
            }
            const since = (millis: number) => (millis - began) / 1000
            const seconds = since(clock.currentTimeMillisUnsafe())
            yield* Metric.update(Metric.withAttributes(duration, { ...attributes, ...failure }), seconds)
            if (first !== undefined) {
              yield* Metric.update(Metric.withAttributes(timeToFirstChunk, attributes), since(first))
              span.attribute("gen_ai.response.time_to_first_chunk", since(first))
            }
            yield* count(usage, attributes, failure)
            conclude(span, usage, reply)
            if (content && reply !== undefined) span.attribute("gen_ai.output.messages", outputOf(scrub, reply))
            for (const [name, value] of Object.entries(failure)) span.attribute(name, value)
            const said = error && (content ? scrub(error.message) : error.reason._tag)
            span.end(clock.currentTimeNanosUnsafe(), reply === undefined ? exitOf(error, said) : Exit.void)
          })
        }
      })
    )
}

/** The client within a span; `arrived` is told of the pieces of streams. */
const under = (client: LlmClient.Service, span: Span, arrived: () => void) =>
  LlmClient.make(
    (request) => Effect.withParentSpan(client.generate(request), span),
    (request) =>
      Stream.provideService(client.stream(request), ParentSpan, span).pipe(
        Stream.mapArray((parts) => {
          arrived()
          return parts
        })
      )
  )

const describe = (span: Span, { format, parameters }: LlmRequest, maxTokens: number | undefined) => {
  const { reasoningEffort } = parameters
  if (reasoningEffort !== undefined) span.attribute("gen_ai.request.reasoning.level", reasoningEffort)
  addGenAIAnnotations(span, {
    output: { type: format.type },
    request: {
      temperature: parameters.temperature,
      maxTokens,
      stopSequences: parameters.stop,
      seed: parameters.seed
    }
  })
}

const conclude = (span: Span, usage: Usage, reply: LlmReply | undefined) => {
  addGenAIAnnotations(span, {
    response: { id: reply?.id, model: reply?.model, finishReasons: [reply?.finishReason ?? "error"] },
    usage: { inputTokens: usage.input, outputTokens: usage.output }
  })
  for (const [name, value] of [
    ["cache_read.input_tokens", usage.cachedInput],
    ["cache_write.input_tokens", usage.cacheWrite],
    ["reasoning.output_tokens", usage.reasoning]
  ] as const) {
    if (value !== undefined) span.attribute(`gen_ai.usage.${name}`, value)
  }
}

const count = Effect.fnUntraced(function* (
  usage: Usage,
  attributes: Readonly<Record<string, string>>,
  failure: Readonly<Record<string, string>>
) {
  for (const kind of ["input", "cachedInput", "cacheWrite", "output", "reasoning"] as const) {
    const value = usage[kind]
    if (value !== undefined) yield* Metric.update(Metric.withAttributes(tokens[kind], attributes), value)
  }
  for (const kind of ["input", "output"] as const) {
    const value = usage[kind]
    const of = Metric.withAttributes(tokensOfCall[kind], { ...attributes, ...failure })
    if (value !== undefined) yield* Metric.update(of, value)
  }
})

const messageOf =
  (scrub: (text: string) => string) =>
  ({ content, role }: { readonly role: string; readonly content: string }) => ({
    role,
    parts: [{ type: "text", content: scrub(content) }]
  })

const outputOf = (scrub: (text: string) => string, { finishReason, text }: LlmReply) =>
  JSON.stringify([{ ...messageOf(scrub)({ role: "assistant", content: text }), finish_reason: finishReason }])

/** How a span ends that has no reply: its error is no more than its kind and what is to be said of it. */
const exitOf = (error: LlmError | undefined, said = ""): Exit.Exit<never, Error> =>
  error === undefined ? Exit.interrupt() : Exit.fail({ name: error.reason._tag, message: said, stack: "" })
