import type { LlmRequest } from "@stepwright/core/LlmRequest"

/** The text on one line, cut in the middle where it is longer than `limit` characters. */
export const shorten = (text: string, limit: number): string => {
  const line = text.replace(/\s+/gu, " ").trim()
  if (line.length <= limit) return line
  const half = Math.floor((limit - 3) / 2)
  return `${line.slice(0, half)} … ${line.slice(line.length - half)}`
}

/** Who asks: `step "draft" at article/draft, turn 1`. */
export const origin = ({ metadata }: LlmRequest): string => originOf(metadata)

/** Who asks, from what a request says of it. */
export const originOf = ({ path, step, turn }: Pick<LlmRequest["metadata"], "path" | "step" | "turn">): string =>
  `step ${JSON.stringify(step)} at ${path}, turn ${turn}`

/** The last message on one line. */
export const lastMessage = ({ messages }: LlmRequest): string => {
  const last = messages.at(-1)
  return last === undefined ? "no message at all" : `${last.role}: ${shorten(last.content, 240)}`
}
