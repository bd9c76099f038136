import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type OpenAI from "openai"
import type { LlmError } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import { concluded, finishOf, noReply } from "../provider/ending.ts"
import type { Faults } from "../provider/fault.ts"
import {
  known,
  lenient,
  maybe,
  Name,
  named,
  refusalOf,
  Text,
  textOf,
  Tier,
  tierOf,
  Tokens
} from "../provider/lenient.ts"
import type { Format } from "../provider/structuredOutput.ts"
import type { Collector } from "../provider/wireFormat.ts"
import { type Asked, isDone, type OpenAiApi } from "./api.ts"

type Params = OpenAI.ChatCompletionCreateParams

const body = ({ model, messages, parameters, format, limitField }: Asked) => {
  const { temperature, maxOutputTokens, stop, seed, reasoningEffort } = parameters
  return {
    model,
    messages: messages.map(({ role, content }) => ({ role, content })),
    ...(format.type !== "text" && { response_format: responseFormat(format) }),
    ...(temperature !== undefined && { temperature }),
    ...(maxOutputTokens !== undefined && { [limitField]: maxOutputTokens }),
    ...(stop !== undefined && { stop: [...stop] }),
    ...(seed !== undefined && { seed }),
    ...(reasoningEffort !== undefined && { reasoning_effort: reasoningEffort })
  } satisfies Params
}

const responseFormat = (format: Format): NonNullable<Params["response_format"]> => {
  if (format.type !== "json_schema") return format
  const { type, ...json_schema } = format
  return { type, json_schema: { ...json_schema, schema: { ...json_schema.schema } } }
}

const Message = Schema.Struct({
  content: Schema.optionalKey(Schema.Unknown),
  refusal: Text,
  tool_calls: Schema.optionalKey(Schema.Unknown),
  function_call: Schema.optionalKey(Schema.Unknown)
})

const Completion = Schema.Struct({
  id: Name,
  model: Name,
  choices: Schema.NonEmptyArray(Schema.Struct({ finish_reason: Schema.optionalKey(Schema.Unknown), message: Message }))
})

const decode = Schema.decodeUnknownEffect(Completion)

const calls = ({ function_call, tool_calls }: typeof Message.Type): boolean =>
  Boolean(function_call) || (Array.isArray(tool_calls) && tool_calls.length > 0)

const reply = Effect.fnUntraced(function* (body: unknown, { quote }: Faults): Effect.fn.Return<LlmReply, LlmError> {
  const spent = usage(body)
  const completion = yield* Effect.mapError(decode(body), (issue) =>
    noReply(spent).invalid(`${quote(String(issue))}, in ${quote(JSON.stringify(body), 200)}`, false)
  )
  const { finish_reason, message } = completion.choices[0]
  const said = {
    text: textOf(message.content),
    finish: finish_reason,
    refusal: message.refusal ?? refusalOf(message.content),
    calls: calls(message),
    name: named(completion),
    usage: spent
  }
  return yield* concluded(said, quote)
})

const decodeUsage = Schema.decodeUnknownOption(
  Schema.Struct({
    usage: Schema.Struct({
      prompt_tokens: Tokens,
      prompt_tokens_details: lenient(Schema.Struct({ cached_tokens: Tokens, cache_write_tokens: Tokens })),
      completion_tokens: Tokens,
      completion_tokens_details: lenient(Schema.Struct({ reasoning_tokens: Tokens }))
    }),
    service_tier: Tier
  })
)

const usage: OpenAiApi["usage"] = (body) => {
  const { service_tier, usage: said } = Option.getOrUndefined(decodeUsage(body)) ?? {}
  return known({
    input: said?.prompt_tokens,
    cachedInput: said?.prompt_tokens_details?.cached_tokens,
    cacheWrite: said?.prompt_tokens_details?.cache_write_tokens,
    output: said?.completion_tokens,
    reasoning: said?.completion_tokens_details?.reasoning_tokens,
    serviceTier: tierOf(service_tier)
  })
}

const Chunk = Schema.Struct({
  id: Name,
  model: Name,
  choices: maybe(
    Schema.Array(
      Schema.Struct({
        finish_reason: Schema.optionalKey(Schema.Unknown),
        delta: maybe(Message),
        // Of a whole reply that comes as one event; some servers repeat the text so far in it.
        message: maybe(Message)
      })
    )
  ),
  usage: maybe(Schema.Unknown),
  service_tier: Tier
})

const decodeChunk = Schema.decodeUnknownOption(Chunk)

const collect = (): Collector => {
  let head: Pick<typeof Chunk.Type, "id" | "model"> = {}
  let begun = false
  let finished: unknown
  let content = ""
  let refusal = ""
  let called = false
  let spent: unknown
  let tier: string | undefined
  return {
    add: (event) => {
      const chunk = Option.getOrUndefined(decodeChunk(event))
      if (chunk === undefined) return undefined
      head = { ...head, ...named(chunk) }
      spent = chunk.usage ?? spent
      tier = chunk.service_tier ?? tier
      const choice = chunk.choices?.[0]
      if (choice === undefined) return ""
      begun = true
      finished = finishOf(choice.finish_reason) ?? finished
      const said = choice.delta ?? choice.message ?? {}
      refusal += said.refusal ?? ""
      called ||= calls(said)
      const text = textOf(said.content)
      content += text
      return text
    },
    body: (done) => {
      if (!done && finished === undefined) return undefined
      const message = { content, refusal, tool_calls: called ? [{}] : [] }
      const choices = begun ? [{ finish_reason: finished ?? null, message }] : []
      return { ...head, choices, usage: spent, service_tier: tier }
    },
    spent: () => ({ usage: spent, service_tier: tier })
  }
}

/** **Source** https://platform.openai.com/docs/api-reference/chat */
export const api: OpenAiApi = {
  path: "/chat/completions",
  body,
  streamed: { stream: true, stream_options: { include_usage: true } },
  reply,
  usage,
  collect,
  isEnd: isDone
}
