import type { LlmRequest } from "./LlmRequest.ts"

/** More tokens than a text is likely to have: two characters each, and two tokens for each that is not ASCII. */
export const atMost = (text: string): number => {
  const others = text.match(/[^\0-\x7f]/gu)?.length ?? 0
  return Math.ceil((text.length - others) / 2) + 2 * others
}

/** More input tokens than a request is likely to have, its format and a little for each message included. */
export const atMostInput = ({ messages, format }: Pick<LlmRequest, "messages" | "format">): number =>
  messages.reduce((sum, message) => sum + 8 + atMost(message.content), 0) +
  (format.type === "json" ? atMost(JSON.stringify(format.schema)) : 0)
