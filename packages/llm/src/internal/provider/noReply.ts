import { ContentRefused, InvalidResponse, LlmError } from "@stepwright/core/LlmError"
import type { Usage } from "@stepwright/core/Usage"

/** The errors of a response that holds no reply, with what it says of its cost. */
export const noReply = (usage: Usage) => ({
  /** `permanent`: asking again would most likely give the same. */
  invalid: (detail: string, permanent: boolean) =>
    new LlmError({ reason: new InvalidResponse({ detail, usage, ...(permanent && { permanent }) }) }),
  refused: (detail: string) => new LlmError({ reason: new ContentRefused({ detail, usage }) })
})
