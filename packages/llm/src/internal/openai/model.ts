import type { Parameters } from "@stepwright/core/LlmRequest"
import type { Asked } from "./api.ts"

/** Whether a model reasons before it answers, by OpenAI's names. */
export const reasons = (model: string): boolean => /^(?:openai\/)?(?:ft:)?(?:o\d|gpt-[5-9])(?!.*-chat)/u.test(model)

/**
 * Which field of Chat Completions limits the output. OpenAI's newer models refuse `max_tokens`; Ollama and LM Studio
 * know only that, and would answer without a limit.
 */
export const limitField = (model: string, official: boolean, reasoning: boolean): Asked["limitField"] =>
  official || reasoning || /^(?:openai\/)?(?:ft:)?(?:gpt-\d|chatgpt-)/u.test(model)
    ? "max_completion_tokens"
    : "max_tokens"

/** Parameters less those that the API lacks or a reasoning model rejects; `left` names them. */
export const accepted = (parameters: Parameters, api: "responses" | "chat", reasoning: boolean) => {
  const { temperature, stop, seed, ...taken } = parameters
  const samples = !reasoning || parameters.reasoningEffort === "none"
  const given: Parameters = {
    ...(temperature !== undefined && samples && { temperature }),
    ...(stop !== undefined && api === "chat" && !reasoning && { stop }),
    ...(seed !== undefined && api === "chat" && { seed })
  }
  const left = (["temperature", "stop", "seed"] as const).filter(
    (name) => parameters[name] !== undefined && given[name] === undefined
  )
  return { parameters: { ...taken, ...given }, left }
}
