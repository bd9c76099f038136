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
  saysSomething,
  Text,
  textOf,
  Tier,
  tierOf,
  Tokens,
  totalled
} from "../structured/lenient.ts"
import type { Format } from "../structured/structuredOutput.ts"
import { type Collector, isDone } from "../provider/wireFormat.ts"
import type { Asked, OpenAiApi } from "./api.ts"

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

/** A message, or the empty list that PHP makes of an object without fields. */
const Said = maybe(Schema.Union([Message, Schema.Tuple([])]))

const Choice = Schema.Struct({
  finish_reason: Schema.optionalKey(Schema.Unknown),
  delta: Said,
  // Of a whole reply that comes as one event too; some servers repeat the text so far in it.
  message: Said,
  /** Of Completions, which some servers answer with. */
  text: Schema.optionalKey(Schema.Unknown),
  usage: Schema.optionalKey(Schema.Unknown)
})

const Completion = Schema.Struct({ id: Name, model: Name, choices: Schema.NonEmptyArray(Choice) })

const decode = Schema.decodeUnknownEffect(Completion)

const messageIn = (said: typeof Message.Type | readonly [] | null | undefined): typeof Message.Type | undefined =>
  said && "length" in said ? {} : (said ?? undefined)

const calls = ({ function_call, tool_calls }: typeof Message.Type): boolean =>
  saysSomething(function_call) || saysSomething(tool_calls)

const reply = Effect.fnUntraced(function* (body: unknown, { quote }: Faults): Effect.fn.Return<LlmReply, LlmError> {
  const spent = usage(body)
  const completion = yield* Effect.mapError(decode(body), (issue) => noReply(spent).misfit(issue, body, quote))
  const { delta, finish_reason, message, text } = completion.choices[0]
  const said = messageIn(message) ?? messageIn(delta) ?? { content: text }
  return yield* concluded(
    {
      text: textOf(said.content),
      finish: finish_reason,
      refusal: said.refusal ?? refusalOf(said.content),
      calls: calls(said),
      name: named(completion),
      usage: spent
    },
    quote
  )
})

const decodeUsage = Schema.decodeUnknownOption(
  Schema.Struct({
    usage: Schema.Struct({
      prompt_tokens: Tokens,
      prompt_tokens_details: lenient(Schema.Struct({ cached_tokens: Tokens, cache_write_tokens: Tokens })),
      completion_tokens: Tokens,
      completion_tokens_details: lenient(Schema.Struct({ reasoning_tokens: Tokens })),
      total_tokens: Tokens,
      // By the names of other APIs, and those of DeepSeek, Moonshot and LiteLLM.
      input_tokens: Tokens,
      output_tokens: Tokens,
      prompt_cache_hit_tokens: Tokens,
      cached_tokens: Tokens,
      cache_read_input_tokens: Tokens,
      cache_creation_input_tokens: Tokens
    }),
    service_tier: Tier
  })
)

const usage: OpenAiApi["usage"] = (body) => {
  const { service_tier, usage: said = {} } = Option.getOrUndefined(decodeUsage(body)) ?? {}
  const { prompt_tokens_details: of } = said
  const counts = {
    input: said.prompt_tokens ?? said.input_tokens,
    cachedInput:
      of?.cached_tokens ?? said.prompt_cache_hit_tokens ?? said.cached_tokens ?? said.cache_read_input_tokens,
    cacheWrite: of?.cache_write_tokens ?? said.cache_creation_input_tokens,
    output: said.completion_tokens ?? said.output_tokens,
    reasoning: said.completion_tokens_details?.reasoning_tokens
  }
  return known({ ...counts, ...totalled(counts, said.total_tokens), serviceTier: tierOf(service_tier) })
}

const Chunk = Schema.Struct({
  id: Name,
  model: Name,
  choices: maybe(Schema.Array(Choice)),
  usage: maybe(Schema.Unknown),
  x_groq: lenient(Schema.Struct({ usage: Schema.optionalKey(Schema.Unknown) })),
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
      const choice = chunk.choices?.[0]
      spent = [chunk.usage, choice?.usage, chunk.x_groq?.usage].find(saysSomething) ?? spent
      tier = chunk.service_tier ?? tier
      if (choice === undefined) return ""
      begun = true
      finished = finishOf(choice.finish_reason) ?? finished
      const said = messageIn(choice.delta) ?? messageIn(choice.message) ?? { content: choice.text }
      refusal += said.refusal ?? ""
      called ||= calls(said)
      const text = textOf(said.content)
      content += text
      return text
    },
    body: (done) => {
      if (!done && finished === undefined) return undefined
      const message = { content, refusal, function_call: called }
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
