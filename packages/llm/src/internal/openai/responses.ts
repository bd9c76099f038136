import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type OpenAI from "openai"
import type { LlmError } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import { snakeCase } from "../provider/problem.ts"
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
  id: Name,
  model: Name,
  status: Text,
  incomplete_details: lenient(Schema.Struct({ reason: Schema.optionalKey(Schema.Unknown) })),
  output: Schema.Array(
    Schema.NullOr(Schema.Struct({ type: Schema.String, phase: Text, content: Schema.optionalKey(Schema.Unknown) }))
  )
})

const decode = Schema.decodeUnknownEffect(Response)

const reply = Effect.fnUntraced(function* (body: unknown, { quote }: Faults): Effect.fn.Return<LlmReply, LlmError> {
  const spent = usage(body)
  const { failed, invalid, misfit } = noReply(spent)
  const response = yield* Effect.mapError(decode(body), (issue) => misfit(issue, body, quote))
  const { incomplete_details } = response
  const status = response.status === undefined ? undefined : snakeCase(response.status)
  const output = response.output.filter(Predicate.isNotNull)
  if (status === "failed") return yield* failed("the response failed, and nothing says why")
  if (status !== undefined && status !== "completed" && status !== "incomplete") {
    return yield* invalid(`the response is ${quote(status)}`, true)
  }
  const content = output.flatMap(({ content, phase, type }) =>
    type === "message" && phase !== "commentary" ? content : []
  )
  const said = {
    text: textOf(content),
    finish: status === "incomplete" ? (finishOf(incomplete_details?.reason) ?? "failed") : status,
    refusal: refusalOf(content),
    calls: output.some(({ type }) => type.endsWith("_call")),
    name: named(response),
    usage: spent
  }
  return yield* concluded(said, quote)
})

const decodeUsage = Schema.decodeUnknownOption(
  Schema.Struct({
    usage: Schema.Struct({
      input_tokens: Tokens,
      input_tokens_details: lenient(Schema.Struct({ cached_tokens: Tokens, cache_write_tokens: Tokens })),
      output_tokens: Tokens,
      output_tokens_details: lenient(Schema.Struct({ reasoning_tokens: Tokens })),
      total_tokens: Tokens
    }),
    service_tier: Tier
  })
)

const usage: OpenAiApi["usage"] = (body) => {
  const { service_tier, usage: said } = Option.getOrUndefined(decodeUsage(body)) ?? {}
  const counts = {
    input: said?.input_tokens,
    cachedInput: said?.input_tokens_details?.cached_tokens,
    cacheWrite: said?.input_tokens_details?.cache_write_tokens,
    output: said?.output_tokens,
    reasoning: said?.output_tokens_details?.reasoning_tokens
  }
  return known({ ...counts, ...totalled(counts, said?.total_tokens), serviceTier: tierOf(service_tier) })
}

const Event = Schema.Struct({
  type: Schema.String,
  delta: maybe(Schema.Unknown),
  output_index: maybe(Schema.Finite),
  item: maybe(
    Schema.StructWithRest(Schema.Struct({ phase: maybe(Schema.String) }), [
      Schema.Record(Schema.String, Schema.Unknown)
    ])
  ),
  response: maybe(Schema.Unknown)
})

const decodeEvent = Schema.decodeUnknownOption(Event)

const collect = (): Collector => {
  const commentary = new Set<unknown>()
  const items: Array<unknown> = []
  let text = ""
  let whole: unknown
  return {
    add: (raw) => {
      const event = Option.getOrUndefined(decodeEvent(raw))
      if (event === undefined) return undefined
      if (event.item?.phase === "commentary") commentary.add(event.output_index)
      if (event.type === "response.output_item.done") items.push(event.item)
      if (/^response\.(?:completed|done|incomplete|failed)$/u.test(event.type)) whole = event.response ?? {}
      if (event.type !== "response.output_text.delta" || commentary.has(event.output_index)) return ""
      if (typeof event.delta !== "string") return undefined
      text += event.delta
      return event.delta
    },
    // Some servers, which keep nothing either, leave the output out of the end.
    body: () =>
      Predicate.isReadonlyObject(whole) && !saysSomething(whole["output"])
        ? { ...whole, output: items.length > 0 ? items : [{ type: "message", content: text }] }
        : whole,
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
