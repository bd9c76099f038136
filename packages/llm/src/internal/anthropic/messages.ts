import type Anthropic from "@anthropic-ai/sdk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { LlmError } from "@stepwright/core/LlmError"
import type { FinishReason, LlmReply } from "@stepwright/core/LlmReply"
import type { Message, Parameters } from "@stepwright/core/LlmRequest"
import type { Faults } from "../provider/fault.ts"
import { known, lenient, maybe, Tier, tierOf, Tokens } from "../provider/lenient.ts"
import { noReply } from "../provider/noReply.ts"
import type { Format } from "../provider/structuredOutput.ts"
import type { Api, Collector } from "../provider/wireFormat.ts"

type Params = Anthropic.MessageCreateParams

interface Asked {
  readonly model: string
  readonly messages: ReadonlyArray<Message>
  readonly parameters: Parameters
  readonly format: Format
  /** The output limit of a request that has none, as the API needs one. */
  readonly maxOutputTokens: number
  readonly promptCaching: boolean
}

export const body = ({ model, messages, parameters, format, maxOutputTokens, promptCaching }: Asked) => {
  const { reasoningEffort, stop } = parameters
  const effort = reasoningEffort === undefined ? undefined : efforts[reasoningEffort]
  const system = messages.flatMap(({ role, content }) => (role === "system" ? [content] : []))
  const others = messages.flatMap(({ role, content }) => (role === "system" ? [] : [{ role, content }]))
  const before = promptCaching ? others.length - 2 : undefined
  return {
    model,
    max_tokens: parameters.maxOutputTokens ?? maxOutputTokens,
    messages: others.map(({ content, role }, index) => ({ role, content: index === before ? kept(content) : content })),
    ...(system.length > 0 && { system: promptCaching ? kept(system.join("\n\n")) : system.join("\n\n") }),
    ...(stop !== undefined && { stop_sequences: [...stop] }),
    ...(reasoningEffort === "none" && { thinking: { type: "disabled" } }),
    ...((effort !== undefined || format.type === "json_schema") && {
      output_config: {
        ...(effort !== undefined && { effort }),
        ...(format.type === "json_schema" && { format: { type: format.type, schema: { ...format.schema } } })
      }
    })
  } satisfies Params
}

/** A text up to whose end the API is to keep the prompt; it keeps none that is empty. */
const kept = (text: string) =>
  text === "" ? text : [{ type: "text" as const, text, cache_control: { type: "ephemeral" as const } }]

/** The API's efforts by ours. To have no reasoning at all is another parameter there. */
const efforts = {
  none: undefined,
  minimal: "low",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "xhigh"
} as const

/** The parameters that no model of the API takes. */
export const left = (parameters: Parameters): ReadonlyArray<keyof Parameters> =>
  (["temperature", "seed"] as const).filter((name) => parameters[name] !== undefined)

const Block = Schema.Struct({ type: Schema.String, text: maybe(Schema.String) })

const StopDetails = Schema.Struct({ category: maybe(Schema.String), explanation: maybe(Schema.String) })

const MessageBody = Schema.Struct({
  id: maybe(Schema.String),
  model: maybe(Schema.String),
  content: Schema.Array(Block),
  stop_reason: maybe(Schema.String),
  stop_details: maybe(StopDetails)
})

const decode = Schema.decodeUnknownEffect(MessageBody)

const reply = Effect.fnUntraced(function* (body: unknown, { quote }: Faults): Effect.fn.Return<LlmReply, LlmError> {
  const spent = usage(body)
  const { invalid, refused } = noReply(spent)
  const shown = () => quote(JSON.stringify(body), 200)

  const { content, id, model, stop_details, stop_reason } = yield* Effect.mapError(decode(body), (issue) =>
    invalid(`${quote(String(issue))}, in ${shown()}`, true)
  )
  if (stop_reason === "refusal") {
    const why = [stop_details?.category, stop_details?.explanation].filter((part) => part != null).join(": ")
    const detail = why === "" ? "the model refuses" : `the model refuses: ${quote(why)}`
    return yield* refused(detail)
  }
  if (stop_reason === "tool_use" || content.some(({ type }) => type.endsWith("tool_use"))) {
    return yield* invalid("the model calls a tool, and none was offered", true)
  }
  if (stop_reason === "pause_turn") return yield* invalid("the model pauses, and no tool was offered to wait for", true)
  const finishReason = finishReasons[stop_reason ?? ""] ?? "other"
  const texts = content.flatMap(({ type, text }) => (type === "text" && text != null ? [text] : []))
  if (texts.length === 0 && finishReason !== "length") {
    if (content.length === 0) return yield* invalid(`the content is empty, in ${shown()}`, true)
    return yield* invalid("the reply has neither content nor refusal", false)
  }
  return { text: texts.join(""), finishReason, ...(model && { model }), ...(id && { id }), usage: spent }
})

const finishReasons: Readonly<Record<string, FinishReason>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length"
}

const decodeUsage = Schema.decodeUnknownOption(
  Schema.Struct({
    usage: Schema.Struct({
      input_tokens: Tokens,
      cache_creation_input_tokens: Tokens,
      cache_creation: lenient(Schema.Struct({ ephemeral_5m_input_tokens: Tokens, ephemeral_1h_input_tokens: Tokens })),
      cache_read_input_tokens: Tokens,
      output_tokens: Tokens,
      output_tokens_details: lenient(Schema.Struct({ thinking_tokens: Tokens })),
      service_tier: Tier,
      speed: Tier
    })
  })
)

/** The API counts input apart that it reads from its cache or writes to it; here `input` is all of it. */
const usage: Api["usage"] = (body) => {
  const said = Option.getOrUndefined(decodeUsage(body))?.usage
  const { cache_creation: by, cache_read_input_tokens: read, input_tokens: rest } = said ?? {}
  const hour = by?.ephemeral_1h_input_tokens
  const written = said?.cache_creation_input_tokens ?? (by && (by.ephemeral_5m_input_tokens ?? 0) + (hour ?? 0))
  return known({
    input: rest !== undefined ? rest + (written ?? 0) + (read ?? 0) : undefined,
    cachedInput: read,
    cacheWrite: written,
    cacheWriteHour: hour,
    output: said?.output_tokens,
    reasoning: said?.output_tokens_details?.thinking_tokens,
    serviceTier: tierOf(said?.speed === "fast" ? said.speed : said?.service_tier)
  })
}

const Delta = Schema.Struct({
  type: maybe(Schema.String),
  text: maybe(Schema.String),
  stop_reason: maybe(Schema.String),
  stop_details: maybe(StopDetails)
})

const Event = Schema.Struct({
  type: Schema.String,
  message: maybe(
    Schema.Struct({
      id: maybe(Schema.String),
      model: maybe(Schema.String),
      usage: lenient(Schema.Record(Schema.String, Schema.Unknown))
    })
  ),
  content_block: maybe(Block),
  delta: maybe(Delta),
  usage: lenient(Schema.Record(Schema.String, Schema.Unknown))
})

const decodeEvent = Schema.decodeUnknownOption(Event)

const collect = (): Collector => {
  let head: Pick<typeof MessageBody.Type, "id" | "model"> = {}
  let begun = false
  const content: Array<typeof Block.Type> = []
  let end: typeof Delta.Type = {}
  let spent: Record<string, unknown> | undefined
  const count = (usage: Readonly<Record<string, unknown>> | null | undefined) => {
    for (const [name, tokens] of Object.entries(usage ?? {})) if (tokens !== null) (spent ??= {})[name] = tokens
  }
  return {
    add: (raw) => {
      const event = Option.getOrUndefined(decodeEvent(raw))
      if (event === undefined) return undefined
      const { content_block: block, delta, message, type } = event
      count(message?.usage)
      count(event.usage)
      if (type === "message_start") {
        begun = true
        head = { ...(message?.id && { id: message.id }), ...(message?.model && { model: message.model }) }
      }
      if (type === "message_delta" && delta?.stop_reason != null) end = delta
      if (type === "content_block_start" && block) {
        content.push(block)
        return block.type === "text" ? (block.text ?? "") : ""
      }
      if (type !== "content_block_delta" || delta?.type !== "text_delta") return ""
      if (typeof delta.text !== "string") return undefined
      content.push({ type: "text", text: delta.text })
      return delta.text
    },
    body: (done) =>
      done || end.stop_reason != null
        ? {
            ...head,
            ...(begun && { content }),
            stop_reason: end.stop_reason ?? null,
            stop_details: end.stop_details ?? null,
            ...(spent !== undefined && { usage: spent })
          }
        : undefined,
    spent: () => ({ usage: spent })
  }
}

/** **Source** https://platform.claude.com/docs/en/api/messages */
export const api: Api = {
  path: "/v1/messages",
  streamed: { stream: true },
  reply,
  usage,
  collect,
  isEnd: ({ event }) => event === "message_stop"
}
