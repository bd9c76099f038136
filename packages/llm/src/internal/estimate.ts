import type { LlmRequest } from "@stepwright/core/LlmRequest"

/** A rough count of a text's tokens: four characters each, rounded up. */
export const tokens = (text: string): number => Math.ceil(text.length / 4)

/** A rough count of a request's input tokens. */
export const inputTokens = ({ messages }: LlmRequest): number =>
  messages.reduce((sum, message) => sum + tokens(message.content), 0)

/** More tokens than a text is likely to have: two characters each, and two tokens for each that is not ASCII. */
export const atMostTokens = (text: string): number => {
  const others = text.match(/[^\0-\x7f]/gu)?.length ?? 0
  return Math.ceil((text.length - others) / 2) + 2 * others
}

/** More input tokens than a request is likely to have, its format and a little for each message included. */
export const atMostInputTokens = ({ messages, format }: LlmRequest): number =>
  messages.reduce((sum, message) => sum + 8 + atMostTokens(message.content), 0) +
  (format.type === "json" ? atMostTokens(JSON.stringify(format.schema)) : 0)
