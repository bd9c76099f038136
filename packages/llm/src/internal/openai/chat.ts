import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type OpenAI from "openai"
import type { LlmError } from "@stepwright/core/LlmError"
import type { FinishReason, LlmReply } from "@stepwright/core/LlmReply"
import type { Faults } from "../provider/fault.ts"
import { known, lenient, maybe, Tier, tierOf, Tokens } from "../provider/lenient.ts"
import { noReply } from "../provider/noReply.ts"
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

const Completion = Schema.Struct({
  id: maybe(Schema.String),
  model: maybe(Schema.String),
  choices: Schema.NonEmptyArray(
    Schema.Struct({
      finish_reason: maybe(Schema.String),
      message: Schema.Struct({
        content: maybe(Schema.String),
        refusal: maybe(Schema.String),
        tool_calls: maybe(Schema.Array(Schema.Unknown)),
        function_call: maybe(Schema.Unknown)
      })
    })
  )
})

const decode = Schema.decodeUnknownEffect(Completion)

const reply = Effect.fnUntraced(function* (body: unknown, { quote }: Faults): Effect.fn.Return<LlmReply, LlmError> {
  const spent = usage(body)
  const { invalid, refused } = noReply(spent)

  const completion = yield* Effect.mapError(decode(body), (issue) =>
    invalid(`${quote(String(issue))}, in ${quote(JSON.stringify(body), 200)}`, true)
  )
  const { finish_reason, message } = completion.choices[0]
  if (message.refusal) return yield* refused(`the model refuses: ${quote(message.refusal)}`)
  if (finish_reason === "content_filter") return yield* refused("the provider's content filter cut the reply")
  if (message.function_call || (message.tool_calls && message.tool_calls.length > 0)) {
    return yield* invalid("the model calls a tool, and none was offered", true)
  }
  const finishReason = finishReasons[finish_reason ?? ""] ?? "other"
  if (typeof message.content !== "string" && finishReason !== "length") {
    return yield* invalid("the reply has neither content nor refusal", false)
  }
  return {
    text: message.content ?? "",
    finishReason,
    ...(completion.model && { model: completion.model }),
    ...(completion.id && { id: completion.id }),
    usage: spent
  }
})

const finishReasons: Readonly<Record<string, FinishReason>> = {
  stop: "stop",
  length: "length",
  tool_calls: "tool-calls",
  function_call: "tool-calls"
}

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
  id: maybe(Schema.String),
  model: maybe(Schema.String),
  choices: maybe(
    Schema.Array(
      Schema.Struct({
        finish_reason: maybe(Schema.String),
        delta: maybe(
          Schema.Struct({
            content: maybe(Schema.String),
            refusal: maybe(Schema.String),
            tool_calls: maybe(Schema.Array(Schema.Unknown)),
            function_call: maybe(Schema.Unknown)
          })
        )
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
  let finished: string | undefined
  let content: string | undefined
  let refusal = ""
  let called = false
  let spent: unknown
  let tier: string | undefined
  return {
    add: (event) => {
      const chunk = Option.getOrUndefined(decodeChunk(event))
      if (chunk === undefined) return undefined
      head = { ...head, ...(chunk.id && { id: chunk.id }), ...(chunk.model && { model: chunk.model }) }
      spent = chunk.usage ?? spent
      tier = chunk.service_tier ?? tier
      const choice = chunk.choices?.[0]
      if (choice === undefined) return ""
      begun = true
      finished = choice.finish_reason ?? finished
      refusal += choice.delta?.refusal ?? ""
      called ||= Boolean(choice.delta?.function_call) || (choice.delta?.tool_calls?.length ?? 0) > 0
      const text = choice.delta?.content
      if (typeof text === "string") content = (content ?? "") + text
      return text ?? ""
    },
    body: (done) => {
      if (!done && finished === undefined) return undefined
      const message = { content: content ?? null, refusal, tool_calls: called ? [{}] : [] }
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
