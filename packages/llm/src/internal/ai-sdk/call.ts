import * as Effect from "effect/Effect"
import type { LlmRequest, Message } from "@stepwright/core/LlmRequest"
import * as structuredOutput from "../provider/structuredOutput.ts"
import type { CallOptions, PromptMessage, ProviderOptions, Warning } from "./model.ts"

interface Settings {
  readonly structuredOutput?: "object" | "instructions"
  readonly providerOptions?: ProviderOptions
}

/** A request as a model of the AI SDK takes it. */
export const optionsOf = (request: LlmRequest, settings: Settings): CallOptions => {
  const { maxOutputTokens, reasoningEffort, seed, stop, temperature } = request.parameters
  const { format } = request
  const isTold = format.type === "json" && settings.structuredOutput === "instructions"
  const messages = isTold
    ? structuredOutput.described(request.messages, format, "instructions").messages
    : request.messages
  return {
    prompt: messages.map(promptOf),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(stop !== undefined && { stopSequences: [...stop] }),
    ...(seed !== undefined && { seed }),
    ...(reasoningEffort !== undefined && { reasoning: reasoningEffort }),
    ...(format.type === "json" && !isTold && { responseFormat: formatOf(format) }),
    ...(settings.providerOptions !== undefined && { providerOptions: settings.providerOptions })
  }
}

const formatOf = (format: Extract<LlmRequest["format"], { readonly type: "json" }>) => ({
  type: "json" as const,
  name: structuredOutput.nameOf(format),
  ...(structuredOutput.isObject(format.schema) && { schema: format.schema })
})

const promptOf = ({ content, role }: Message): PromptMessage =>
  role === "system" ? { role, content } : { role, content: [{ type: "text", text: content }] }

/** Logs once what a provider leaves out, or does otherwise. */
export const warner =
  (model: string, warned: Set<string>) =>
  (warnings: ReadonlyArray<Warning>): Effect.Effect<void> =>
    Effect.forEach(
      warnings,
      (warning) => {
        const text = `${model}: ${wordsOf(warning)}`
        if (warned.has(text)) return Effect.void
        warned.add(text)
        return Effect.logWarning(text)
      },
      { discard: true }
    )

const wordsOf = (warning: Warning): string => {
  switch (warning.type) {
    case "unsupported":
      return `it takes no ${warning.feature}${detailsOf(warning)}`
    case "compatibility":
      return `it takes ${warning.feature} otherwise${detailsOf(warning)}`
    case "deprecated":
      return `${warning.setting} is deprecated: ${warning.message}`
    default:
      return warning.message
  }
}

const detailsOf = ({ details }: { readonly details?: string }) => (details === undefined ? "" : `: ${details}`)
