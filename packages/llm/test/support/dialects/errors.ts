import type { LlmErrorReason } from "@stepwright/core/LlmError"

/** An error as a server words it, and what becomes of it. */
export interface ErrorDialect {
  readonly server: string
  /** Where the bytes are from; ours where it is left out: a case of the same kind that nobody reported. */
  readonly source?: string
  readonly status: number
  readonly body: unknown
  readonly want: LlmErrorReason["_tag"]
  /** What becomes of it in a 200 or a stream, where it is another: nothing but the status tells more. */
  readonly alone?: LlmErrorReason["_tag"] | "never"
  /** What the reason has besides. */
  readonly has?: object
}

export const issue = (path: string) => `https://github.com/${path}`

/** The error body of OpenAI's protocol. */
export const message = (message: string, more: object = {}) => ({ error: { message, ...more } })
