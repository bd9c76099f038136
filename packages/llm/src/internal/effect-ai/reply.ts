import * as Effect from "effect/Effect"
import type * as Response from "effect/ai/Response"
import type { LlmError } from "@stepwright/core/LlmError"
import type { FinishReason, LlmReply } from "@stepwright/core/LlmReply"
import type { Usage } from "@stepwright/core/Usage"
import { shorten } from "../around/shownRequest.ts"
import { known } from "../structured/lenient.ts"
import { noReply } from "../provider/ending.ts"
import { tokens } from "./fault.ts"

/** What the parts of one reply of `effect/ai` add up to. */
export interface Collector {
  /** The text that a part adds to the reply. */
  readonly add: (part: Response.AnyPart) => string
  /** Whether the model has said why it stopped. */
  readonly isFinished: () => boolean
  /**
   * The reply.
   *
   * **Fails with** InvalidResponse, when it is none; ContentRefused, when the model or its filter refused.
   */
  readonly reply: Effect.Effect<LlmReply, LlmError>
}

export const collect = (): Collector => {
  let text = ""
  let called = false
  let refusal: string | undefined
  let head: Pick<LlmReply, "model" | "id"> = {}
  let finish: Response.FinishPart | undefined

  const add = (part: Response.AnyPart): string => {
    switch (part.type) {
      case "text":
      case "text-delta": {
        refusal ??= refusalIn(part.metadata)
        const added = part.type === "text" ? part.text : part.delta
        text += added
        return added
      }
      case "text-start":
      case "text-end":
        refusal ??= refusalIn(part.metadata)
        return ""
      case "response-metadata":
        head = { ...head, ...(part.modelId && { model: part.modelId }), ...(part.id && { id: part.id }) }
        return ""
      case "tool-call":
        // What the provider calls itself, such as a search, is over when the reply is there.
        called ||= part.providerExecuted !== true
        return ""
      case "finish":
        finish = part
        return ""
      default:
        return ""
    }
  }

  const reply = Effect.suspend(() => {
    const usage = usageOf(finish?.usage)
    const finishReason = finishReasons[finish?.reason ?? "unknown"]
    const { invalid, refused } = noReply(usage)

    if (refusal !== undefined) return Effect.fail(refused(`the model refuses: ${shorten(refusal, 300)}`))
    if (finishReason === "content-filter") return Effect.fail(refused("the provider's content filter cut the reply"))
    if (called) return Effect.fail(invalid("the model calls a tool, and none was offered", true))
    if (finish?.reason === "error") return Effect.fail(invalid("the model stopped because of an error", false))
    if (text === "" && finishReason !== "length")
      return Effect.fail(invalid("the reply has neither text nor refusal", false))
    return Effect.succeed({ text, finishReason, ...head, usage })
  })

  return { add, isFinished: () => finish !== undefined, reply }
}

const finishReasons: { readonly [R in Response.FinishReason]: FinishReason } = {
  stop: "stop",
  length: "length",
  "content-filter": "content-filter",
  "tool-calls": "tool-calls",
  error: "other",
  pause: "other",
  other: "other",
  unknown: "other"
}

const usageOf = (said: Response.Usage | undefined): Usage =>
  known({
    input: tokens(said?.inputTokens.total),
    cachedInput: tokens(said?.inputTokens.cacheRead),
    cacheWrite: tokens(said?.inputTokens.cacheWrite),
    output: tokens(said?.outputTokens.total),
    reasoning: tokens(said?.outputTokens.reasoning)
  })

/** Providers tell a refusal by a text of their own beside the reply's, `{ openai: { refusal } }`. */
const refusalIn = (metadata: Response.ProviderMetadata): string | undefined => {
  for (const own of Object.values(metadata)) {
    if (typeof own === "object" && own !== null && "refusal" in own && typeof own.refusal === "string") {
      return own.refusal
    }
  }
  return undefined
}
