import type { Json } from "./json.ts"
import type { Message } from "@stepwright/core/LlmRequest"

/** The messages that a text of the journal holds; one message where it is not what is expected. */
export const messagesOf = (text: string): ReadonlyArray<Message> => {
  const found = parsed(text)
  return Array.isArray(found) && found.every(isMessage) ? found : [{ role: "user", content: text }]
}

const isMessage = (value: unknown): value is Message =>
  typeof value === "object" &&
  value !== null &&
  "role" in value &&
  "content" in value &&
  typeof value.content === "string"

/** What JSON text holds; `undefined` where it is none. */
export const parsed = (text: string): Json | undefined => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
