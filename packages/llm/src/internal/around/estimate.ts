import type { Service } from "@stepwright/core/LlmClient"
import type { LlmRequest } from "@stepwright/core/LlmRequest"

/** A rough count of a text's tokens: four characters each, rounded up. */
export const tokens = (text: string): number => Math.ceil(text.length / 4)

/** A rough count of a request's input tokens. */
export const inputTokens = ({ messages }: LlmRequest): number =>
  messages.reduce((sum, message) => sum + tokens(message.content), 0)

/** The `maxOutputTokens` of a request, or else that which the client says it asks the model, or any other, with. */
export const outputLimit = ({ model, parameters }: LlmRequest, client: Service): number | undefined =>
  parameters.maxOutputTokens ?? (client.parameters?.[model] ?? client.parameters?.["default"])?.maxOutputTokens
