// A client as a model of the AI SDK: its calls as requests, replies as its results.

import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import { InvalidRequest, LlmError } from "@stepwright/core/LlmError"
import type { FinishReason as Finished, LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest, Message, Parameters, ResponseFormat } from "@stepwright/core/LlmRequest"
import type { Usage } from "@stepwright/core/Usage"
import type { FinishReason, GivenOptions, TokenUsage, Warning } from "./model.ts"

export interface Asked {
  readonly request: LlmRequest
  /** What of the call is not in the request. */
  readonly warnings: Array<Warning>
}

/** A call as a request. **Fails with** InvalidRequest, for tools and for what is no text. */
export const requestOf = (options: GivenOptions, model: string): Result.Result<Asked, LlmError> => {
  if ((options.tools ?? []).length > 0) return refuse("it takes no tools")
  const messages: Array<Message> = []
  for (const { content, role } of options.prompt) {
    if (role === "tool") return refuse("it takes no results of tools")
    const parts = typeof content === "string" ? [{ type: "text", text: content }] : content
    const stray = parts.find(({ type }) => type !== "text" && !(role === "assistant" && type === "reasoning"))
    if (stray !== undefined) return refuse(`it takes text alone, and a message has a part of type ${stray.type}`)
    const texts = parts.flatMap(({ text, type }) => (type === "text" ? [String(text)] : []))
    messages.push({ role, content: texts.join("\n") })
  }
  const warnings = unsupported.flatMap((feature): ReadonlyArray<Warning> =>
    options[feature] === undefined ? [] : [{ type: "unsupported", feature }]
  )
  const format = formatOf(options.responseFormat, warnings)
  const parameters = parametersOf(options, warnings)
  const metadata = { run: "", path: "", step: "", turn: 1 }
  return Result.succeed({ request: { model, messages, format, parameters, metadata }, warnings })
}

const refuse = (detail: string) => Result.fail(new LlmError({ reason: new InvalidRequest({ detail }) }))

const unsupported = ["topP", "topK", "presencePenalty", "frequencyPenalty"] as const

const formatOf = (asked: GivenOptions["responseFormat"], warnings: Array<Warning>): ResponseFormat => {
  if (asked === undefined || asked.type === "text") return { type: "text" }
  const { name = "reply", schema } = asked
  // a JSON Schema is JSON
  if (schema !== undefined) return { type: "json", name, schema: JSON.parse(JSON.stringify(schema)) as Schema.Json }
  warnings.push({
    type: "unsupported",
    feature: "responseFormat",
    details: "JSON without a schema is asked for as text"
  })
  return { type: "text" }
}

const parametersOf = (options: GivenOptions, warnings: Array<Warning>): Parameters => {
  const { maxOutputTokens, reasoning = "provider-default", seed, stopSequences, temperature } = options
  if (reasoning === "max") {
    warnings.push({ type: "compatibility", feature: "reasoning", details: "max is asked for as xhigh" })
  }
  return {
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(stopSequences !== undefined && { stop: stopSequences }),
    ...(seed !== undefined && { seed }),
    ...(reasoning !== "provider-default" && { reasoningEffort: reasoning === "max" ? "xhigh" : reasoning })
  }
}

/** How a reply ended, and what it cost, as the AI SDK says it. */
export const endOf = ({ finishReason, usage }: LlmReply) => ({
  finishReason: { unified: unifiedOf(finishReason), raw: finishReason } satisfies FinishReason,
  usage: tokensOf(usage)
})

/** The name of a reply. */
export const headOf = ({ id, model }: LlmReply) => ({
  ...(id !== undefined && { id }),
  ...(model !== undefined && { modelId: model })
})

const unifiedOf = (reason: Finished): FinishReason["unified"] => reason

const less = (total: number | undefined, ...parts: ReadonlyArray<number | undefined>) =>
  total === undefined || parts.includes(undefined)
    ? undefined
    : Math.max(0, total - parts.reduce<number>((sum, part) => sum + (part ?? 0), 0))

const tokensOf = ({ cacheWrite, cachedInput, input, output, reasoning }: Usage): TokenUsage => ({
  inputTokens: {
    total: input,
    noCache: less(input, cachedInput, cacheWrite ?? 0),
    cacheRead: cachedInput,
    cacheWrite
  },
  outputTokens: { total: output, text: less(output, reasoning), reasoning }
})
