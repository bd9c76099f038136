import type { Parameters } from "@stepwright/core/LlmRequest"
import type { Asked } from "./api.ts"

/** A model's own name, without the names of gateways, providers and organisations before it. */
const ownName = (model: string): string =>
  model
    .slice(model.lastIndexOf("/") + 1)
    .toLowerCase()
    .replace(/^ft:/u, "")

/**
 * Whether a model reasons before it answers, by OpenAI's names, which deployments have within their own: `my-gpt5`.
 * Others have an `-o1` at the end of theirs.
 */
export const reasons = (model: string): boolean =>
  /^o1(?!\d)|(?<![a-z\d])(?:o[2-9]|gpt-?[5-9])(?!\d)(?!.*-chat)/u.test(ownName(model))

/**
 * Which field of Chat Completions limits the output. OpenAI's newer models refuse `max_tokens`; Ollama and LM Studio
 * know only that, and would answer without a limit.
 */
export const limitField = (model: string, official: boolean, reasoning: boolean): Asked["limitField"] =>
  official || reasoning || /^(?:gpt-\d|chatgpt-)/u.test(ownName(model)) ? "max_completion_tokens" : "max_tokens"

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
