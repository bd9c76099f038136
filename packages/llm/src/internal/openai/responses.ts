import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type OpenAI from "openai"
import { LlmError } from "@stepwright/core/LlmError"
import type { FinishReason, LlmReply } from "@stepwright/core/LlmReply"
import { type Faults, reasonOfEvent } from "../provider/fault.ts"
import { known, lenient, maybe, Tier, tierOf, Tokens } from "../provider/lenient.ts"
import { noReply } from "../provider/noReply.ts"
import type { Format } from "../provider/structuredOutput.ts"
import type { Collector } from "../provider/wireFormat.ts"
import { type Asked, isDone, type OpenAiApi } from "./api.ts"

type Params = OpenAI.Responses.ResponseCreateParams

// The API has neither stop sequences nor seeds. Nothing is to be kept at the provider.
const body = ({ model, messages, parameters, format }: Asked) => {
  const { temperature, maxOutputTokens, reasoningEffort } = parameters
  return {
    model,
    input: messages.map(({ role, content }) => ({ role, content })),
    store: false,
    ...(format.type !== "text" && { text: { format: textFormat(format) } }),
    ...(temperature !== undefined && { temperature }),
    ...(maxOutputTokens !== undefined && { max_output_tokens: maxOutputTokens }),
    ...(reasoningEffort !== undefined && { reasoning: { effort: reasoningEffort } })
  } satisfies Params
}

const textFormat = (format: Format): OpenAI.Responses.ResponseFormatTextConfig =>
  format.type === "json_schema" ? { ...format, schema: { ...format.schema } } : format

const Response = Schema.Struct({
  id: maybe(Schema.String),
  model: maybe(Schema.String),
  status: maybe(Schema.String),
  error: maybe(Schema.Unknown),
  incomplete_details: maybe(Schema.Struct({ reason: maybe(Schema.String) })),
  output: Schema.Array(
    Schema.Struct({
      type: Schema.String,
      phase: maybe(Schema.String),
      content: maybe(
        Schema.Array(Schema.Struct({ type: Schema.String, text: maybe(Schema.String), refusal: maybe(Schema.String) }))
      )
    })
  )
})

const decode = Schema.decodeUnknownEffect(Response)

const reply = Effect.fnUntraced(function* (body: unknown, faults: Faults): Effect.fn.Return<LlmReply, LlmError> {
  const spent = usage(body)
  const { invalid, refused } = noReply(spent)
  const { quote } = faults
  const shown = quote(JSON.stringify(body), 200)

  const response = yield* Effect.mapError(decode(body), (issue) =>
    invalid(`${quote(String(issue))}, in ${shown}`, true)
  )
  const { status, output } = response
  if (status === "failed") {
    const reason = reasonOfEvent(response.error, faults)
    return yield* new LlmError({ reason, ...(Object.keys(spent).length > 0 && { usage: spent }) })
  }
  if (typeof status === "string" && status !== "completed" && status !== "incomplete") {
    return yield* invalid(`the response is ${quote(status)}`, true)
  }
  const parts = output.flatMap((item) =>
    item.type === "message" && item.phase !== "commentary" ? (item.content ?? []) : []
  )
  const refusal = parts.find((part) => part.type === "refusal")?.refusal
  if (refusal) return yield* refused(`the model refuses: ${quote(refusal)}`)
  const cut = status === "incomplete" ? response.incomplete_details?.reason : undefined
  if (cut === "content_filter") return yield* refused("the provider's content filter cut the reply")
  if (output.some(({ type }) => type.endsWith("_call"))) {
    return yield* invalid("the model calls a tool, and none was offered", true)
  }
  const finishReason: FinishReason = status === "completed" ? "stop" : cut === "max_output_tokens" ? "length" : "other"
  const texts = parts.flatMap((part) => (part.type === "output_text" && part.text != null ? [part.text] : []))
  if (texts.length === 0 && finishReason !== "length") {
    if (output.length === 0) return yield* invalid(`the output is empty, in ${shown}`, true)
    return yield* invalid("the reply has neither content nor refusal", false)
  }
  return {
    text: texts.join(""),
    finishReason,
    ...(response.model && { model: response.model }),
    ...(response.id && { id: response.id }),
    usage: spent
  }
})

const decodeUsage = Schema.decodeUnknownOption(
  Schema.Struct({
    usage: Schema.Struct({
      input_tokens: Tokens,
      input_tokens_details: lenient(Schema.Struct({ cached_tokens: Tokens, cache_write_tokens: Tokens })),
      output_tokens: Tokens,
      output_tokens_details: lenient(Schema.Struct({ reasoning_tokens: Tokens }))
    }),
    service_tier: Tier
  })
)

const usage: OpenAiApi["usage"] = (body) => {
  const { service_tier, usage: said } = Option.getOrUndefined(decodeUsage(body)) ?? {}
  return known({
    input: said?.input_tokens,
    cachedInput: said?.input_tokens_details?.cached_tokens,
    cacheWrite: said?.input_tokens_details?.cache_write_tokens,
    output: said?.output_tokens,
    reasoning: said?.output_tokens_details?.reasoning_tokens,
    serviceTier: tierOf(service_tier)
  })
}

const Event = Schema.Struct({
  type: Schema.String,
  delta: maybe(Schema.Unknown),
  output_index: maybe(Schema.Finite),
  item: maybe(Schema.Struct({ phase: maybe(Schema.String) })),
  response: maybe(Schema.Unknown)
})

const decodeEvent = Schema.decodeUnknownOption(Event)

const collect = (): Collector => {
  const commentary = new Set<unknown>()
  let whole: unknown
  return {
    add: (raw) => {
      const event = Option.getOrUndefined(decodeEvent(raw))
      if (event === undefined) return undefined
      if (event.item?.phase === "commentary") commentary.add(event.output_index)
      if (/^response\.(?:completed|incomplete|failed)$/u.test(event.type)) whole = event.response ?? {}
      if (event.type !== "response.output_text.delta" || commentary.has(event.output_index)) return ""
      return typeof event.delta === "string" ? event.delta : undefined
    },
    body: () => whole,
    // It is said with the end only.
    spent: () => undefined
  }
}

/** **Source** https://platform.openai.com/docs/api-reference/responses */
export const api: OpenAiApi = {
  path: "/responses",
  body,
  streamed: { stream: true },
  reply,
  usage,
  collect,
  isEnd: isDone
}
