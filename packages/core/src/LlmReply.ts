import * as Schema from "effect/Schema"
import { Usage } from "./Usage.ts"

/** Why a model stopped. `length`: the reply was cut off. */
export const FinishReason = Schema.Literals(["stop", "length", "content-filter", "tool-calls", "other"])
export type FinishReason = typeof FinishReason.Type

/** What a language model answered. `model` and `id` are the provider's own, absent where it does not say. */
export const LlmReply = Schema.Struct({
  text: Schema.String,
  finishReason: FinishReason,
  model: Schema.optionalKey(Schema.String),
  id: Schema.optionalKey(Schema.String),
  usage: Usage
})
export type LlmReply = typeof LlmReply.Type
