import * as Effect from "effect/Effect"
import { LlmError, NetworkFailure } from "@stepwright/core/LlmError"
import type { FinishReason, LlmReply } from "@stepwright/core/LlmReply"
import type { Usage } from "@stepwright/core/Usage"
import { noReply } from "../provider/ending.ts"
import { known } from "../structured/lenient.ts"
import type { Content, GenerateResult, Part, ResponseMetadata, TokenUsage } from "./model.ts"

/** What the parts of one reply of the AI SDK add up to. */
export interface Collector {
  /** The text that a part adds to the reply. */
  readonly add: (part: Content | Part) => string
  /** Whether the model has said why it stopped. */
  readonly isFinished: () => boolean
  /**
   * The reply.
   *
   * **Fails with** InvalidResponse, when it is none; ContentRefused, when the model or its filter refused.
   */
  readonly reply: Effect.Effect<LlmReply, LlmError>
}

type Finish = Pick<Extract<Part, { readonly type: "finish" }>, "finishReason" | "usage">

export const collect = (): Collector => {
  let text = ""
  let called = false
  let head: Pick<LlmReply, "model" | "id"> = {}
  let finish: Finish | undefined

  const add = (part: Content | Part): string => {
    switch (part.type) {
      case "text":
        text += part.text
        return part.text
      case "text-delta":
        text += part.delta
        return part.delta
      case "response-metadata":
        head = { ...head, ...headOf(part) }
        return ""
      case "tool-call":
        // What the provider calls itself, such as a search, is over when the reply is there.
        called ||= !("providerExecuted" in part && part.providerExecuted === true)
        return ""
      case "finish":
        finish = part
        return ""
      default:
        return ""
    }
  }

  // a stream that breaks off is ended by most providers as if for no reason
  const isFinished = () => finish !== undefined && (finish.finishReason.unified !== "other" || isSaid(finish))

  const reply = Effect.suspend(() => conclude({ text, called, head, finish: finish ?? nothing }))

  return { add, isFinished, reply }
}

const isSaid = ({ finishReason }: Finish) => finishReason.raw !== undefined && finishReason.raw !== ""

const nothing: Finish = {
  finishReason: { unified: "other", raw: undefined },
  usage: {
    inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: undefined, text: undefined, reasoning: undefined }
  }
}

/** The reply that a result holds. **Fails with** what `Collector.reply` does. */
export const ofResult = ({ content, finishReason, response, structuredOutputText, usage }: GenerateResult) => {
  const collector = collect()
  for (const part of content) collector.add(part)
  if (response !== undefined) collector.add({ type: "response-metadata", ...response })
  collector.add({ type: "finish", finishReason, usage })
  return structuredOutputText === undefined
    ? collector.reply
    : Effect.map(collector.reply, (reply) => ({ ...reply, text: structuredOutputText }))
}

interface Said {
  readonly text: string
  readonly called: boolean
  readonly head: Pick<LlmReply, "model" | "id">
  readonly finish: Finish
}

const conclude = ({ called, finish, head, text }: Said): Effect.Effect<LlmReply, LlmError> => {
  const usage = usageOf(finish.usage)
  const { unified } = finish.finishReason
  const finishReason = finishReasons[unified] ?? "other"
  const { failed, invalid, refused } = noReply(usage)

  if (finishReason === "content-filter") return Effect.fail(refused("the model refuses, or its filter cut the reply"))
  if (unified === "interrupted") return Effect.fail(tooEarly(true))
  if (unified === "error") return Effect.fail(failed("the reply was given up"))
  if (called || finishReason === "tool-calls") {
    return Effect.fail(invalid("the model calls a tool, and none was offered", true))
  }
  if (text.trim() === "" && finishReason !== "length") {
    return Effect.fail(invalid("the reply has neither content nor refusal", false))
  }
  return Effect.succeed({ text, finishReason, ...head, usage })
}

export const tooEarly = (begun: boolean) =>
  new LlmError({
    reason: new NetworkFailure({
      detail: begun ? "the stream ended before the reply was whole" : "the stream ended before it began",
      once: true
    })
  })

const headOf = ({ id, modelId }: ResponseMetadata) => ({
  ...(modelId && { model: modelId }),
  ...(id && { id })
})

const finishReasons: { readonly [R in Finish["finishReason"]["unified"]]: FinishReason } = {
  stop: "stop",
  length: "length",
  "content-filter": "content-filter",
  "tool-calls": "tool-calls",
  error: "other",
  interrupted: "other",
  other: "other"
}

/** A count of tokens; what is none is unknown. */
const tokens = (count: number | undefined) => (Number.isSafeInteger(count) && Number(count) >= 0 ? count : undefined)

const usageOf = ({ inputTokens, outputTokens }: TokenUsage): Usage =>
  known({
    input: tokens(inputTokens.total),
    cachedInput: tokens(inputTokens.cacheRead),
    cacheWrite: tokens(inputTokens.cacheWrite),
    output: tokens(outputTokens.total),
    reasoning: tokens(outputTokens.reasoning)
  })
