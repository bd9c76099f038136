import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Result from "effect/Result"
import type { LlmRequest, Message } from "@stepwright/core/LlmRequest"
import { strictMode } from "../structured/strictMode.ts"
import * as structuredOutput from "../structured/structuredOutput.ts"
import type { CallOptions, PromptMessage, ProviderOptions, Warning } from "./model.ts"

interface Settings {
  readonly structuredOutput?: "strict" | "object" | "instructions"
  readonly providerOptions?: ProviderOptions
}

interface Prepared {
  readonly call: CallOptions
  readonly restore: structuredOutput.Restore
}

/** A request as a model of the AI SDK takes it, and how the text of its reply is turned back. */
export const prepare = (request: LlmRequest, settings: Settings): Prepared => {
  const { maxOutputTokens, reasoningEffort, seed, stop, temperature } = request.parameters
  const { messages, responseFormat, restore } = formatted(request, settings.structuredOutput ?? "strict")
  const call: CallOptions = {
    prompt: messages.map(promptOf),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(stop !== undefined && { stopSequences: [...stop] }),
    ...(seed !== undefined && { seed }),
    ...(reasoningEffort !== undefined && { reasoning: reasoningEffort }),
    ...(responseFormat !== undefined && { responseFormat }),
    ...(settings.providerOptions !== undefined && { providerOptions: settings.providerOptions })
  }
  return { call, restore }
}

/**
 * Messages, and the schema that goes beside them. The AI SDK's interface has no word for strict mode, which many of its
 * providers ask for by themselves: so a schema is as strict mode wants it, where that can express it.
 */
const formatted = (request: LlmRequest, mode: NonNullable<Settings["structuredOutput"]>) => {
  const { format, messages } = request
  if (format.type === "text") return { messages, restore: identity }
  const name = structuredOutput.nameOf(format)
  const asItIs = {
    messages,
    responseFormat: {
      type: "json" as const,
      name,
      ...(structuredOutput.isObject(format.schema) && { schema: format.schema })
    },
    restore: identity
  }
  if (mode === "object") return asItIs
  return Result.match(structuredOutput.prepare(request, strictMode, { structuredOutput: mode }), {
    onFailure: () => asItIs,
    onSuccess: ({ format, messages, restore }) => ({
      messages,
      restore,
      ...(format.type === "json_schema" && { responseFormat: { type: "json" as const, name, schema: format.schema } })
    })
  })
}

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
