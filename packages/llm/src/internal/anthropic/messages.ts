import type Anthropic from "@anthropic-ai/sdk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { LlmError } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { Message, Parameters } from "@stepwright/core/LlmRequest"
import { concluded, endingOf, finishOf, noReply } from "../provider/ending.ts"
import type { Faults } from "../provider/fault.ts"
import {
  known,
  lenient,
  maybe,
  Name,
  named,
  saysSomething,
  Text,
  textOf,
  Tier,
  tierOf,
  Tokens
} from "../structured/lenient.ts"
import type { Format } from "../structured/structuredOutput.ts"
import { type Api, type Collector, isDone } from "../provider/wireFormat.ts"

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

const StopDetails = Schema.Struct({ category: Text, explanation: Text })

const MessageBody = Schema.Struct({
  id: Name,
  model: Name,
  content: Schema.optionalKey(Schema.Unknown),
  stop_reason: Schema.optionalKey(Schema.Unknown),
  stop_details: lenient(Schema.NullOr(StopDetails))
})

const decode = Schema.decodeUnknownEffect(MessageBody)

const calls = (content: unknown): boolean =>
  Array.isArray(content) &&
  content.some((block) => Predicate.isReadonlyObject(block) && String(block["type"]).endsWith("tool_use"))

const reply = Effect.fnUntraced(function* (body: unknown, { quote }: Faults): Effect.fn.Return<LlmReply, LlmError> {
  const spent = usage(body)
  const message = yield* Effect.mapError(decode(body), (issue) => noReply(spent).misfit(issue, body, quote))
  const { content, stop_details, stop_reason } = message
  const details = [stop_details?.category, stop_details?.explanation].filter(Boolean).join(": ")
  const said = {
    text: textOf(content),
    finish: stop_reason,
    refusal: endingOf(stop_reason) === "content-filter" ? details : undefined,
    calls: calls(content),
    name: named(message),
    usage: spent
  }
  return yield* concluded(said, quote)
})

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

const Block = Schema.Struct({ type: Schema.String, text: Text })

const Delta = Schema.Struct({
  type: Text,
  text: lenient(Schema.NullOr(Schema.String)),
  stop_reason: Schema.optionalKey(Schema.Unknown),
  stop_details: lenient(Schema.NullOr(StopDetails))
})

const Event = Schema.Struct({
  type: Schema.String,
  message: maybe(
    Schema.Struct({
      id: Name,
      model: Name,
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
    for (const [name, tokens] of Object.entries(usage ?? {})) {
      // A count only grows: zero after another is not said.
      if (saysSomething(tokens) || spent?.[name] === undefined) (spent ??= {})[name] = tokens
    }
  }
  return {
    add: (raw, name) => {
      // Some servers leave it out where its name says it.
      const event = Option.getOrUndefined(decodeEvent(Predicate.isReadonlyObject(raw) ? { type: name, ...raw } : raw))
      if (event === undefined) return undefined
      const { content_block: block, delta, message, type } = event
      count(message?.usage)
      count(event.usage)
      if (type === "message_start") {
        begun = true
        head = named(message ?? {})
      }
      if (type === "message_delta" && finishOf(delta?.stop_reason) !== undefined) end = delta ?? {}
      if (type === "content_block_start" && block) {
        content.push(block)
        return block.type === "text" ? (block.text ?? "") : ""
      }
      if (type !== "content_block_delta" || delta?.type !== "text_delta") return ""
      if (delta.text === undefined) return undefined
      content.push({ type: "text", text: delta.text ?? "" })
      return delta.text ?? ""
    },
    body: (done) =>
      done || finishOf(end.stop_reason) !== undefined
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
  // Some servers leave out the name of an event.
  isEnd: (event) =>
    event.event === "message_stop" || /^\{\s*"type"\s*:\s*"message_stop"/u.test(event.data) || isDone(event)
}
