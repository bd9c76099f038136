import * as Schema from "effect/Schema"
import * as canonical from "./internal/json/canonical.ts"
import { optional } from "./internal/words/field.ts"

export const Message = Schema.Struct({
  role: Schema.Literals(["system", "user", "assistant"]),
  content: Schema.String
})
export type Message = typeof Message.Type

/** What the reply must be: free text, or JSON that fits a JSON Schema (draft 2020-12). */
export const ResponseFormat = Schema.Union([
  Schema.Struct({ type: Schema.Literal("text") }),
  Schema.Struct({ type: Schema.Literal("json"), name: Schema.String, schema: Schema.Json })
])
export type ResponseFormat = typeof ResponseFormat.Type

export const Parameters = Schema.Struct({
  temperature: optional(Schema.Finite, "How freely the model chooses its words; 0 is least."),
  maxOutputTokens: optional(Schema.Int.check(Schema.isGreaterThan(0)), "The most tokens that a reply may have."),
  stop: optional(Schema.Array(Schema.String), "Texts before which a reply ends."),
  seed: optional(Schema.Int, "What random choices start from, where the provider knows it."),
  reasoningEffort: optional(
    Schema.Literals(["none", "minimal", "low", "medium", "high", "xhigh"]),
    "How much the model is to think before it answers."
  )
}).annotate({
  identifier: "Parameters",
  description: "How the model is to answer. What is absent is left to the provider."
})
export type Parameters = typeof Parameters.Type

/** Where a request comes from: for logs, journals and mocks, and no part of its identity. */
export const Metadata = Schema.Struct({
  run: Schema.String,
  path: Schema.String,
  step: Schema.String,
  /** 1 for the first message of a step, 2 and more for repairs. */
  turn: Schema.Int,
  /** The step asks anew: what answered this request before was of no use, or is not wanted. */
  fresh: Schema.optionalKey(Schema.Boolean)
})
export type Metadata = typeof Metadata.Type

/** What a language model is asked. `model` is an alias that the client resolves. */
export const LlmRequest = Schema.Struct({
  model: Schema.String,
  messages: Schema.Array(Message),
  format: ResponseFormat,
  parameters: Parameters,
  metadata: Metadata
})
export type LlmRequest = typeof LlmRequest.Type

/** Canonical JSON of all that decides what is asked: the whole request except its metadata. */
export const identity = ({ metadata: _, ...asked }: LlmRequest): string => canonical.stringify(asked)

/** More tokens than a text is likely to have: two characters each, and two tokens for each that is not ASCII. */
export const atMostTokens = (text: string): number => {
  const others = text.match(/[^\0-\x7f]/gu)?.length ?? 0
  return Math.ceil((text.length - others) / 2) + 2 * others
}

/** More input tokens than a request is likely to have, its format and a little for each message included. */
export const atMostInputTokens = ({ messages, format }: Pick<LlmRequest, "messages" | "format">): number =>
  messages.reduce((sum, message) => sum + 8 + atMostTokens(message.content), 0) +
  (format.type === "json" ? atMostTokens(JSON.stringify(format.schema)) : 0)
