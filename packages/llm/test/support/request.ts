import type { LlmRequest } from "@stepwright/core/LlmRequest"

/** A request of a step, with what a test does not care about filled in. */
export const request = (
  step: string,
  content = `Please do ${step}.`,
  fields: Partial<Omit<LlmRequest, "metadata">> = {},
  metadata: Partial<LlmRequest["metadata"]> = {}
): LlmRequest => ({
  model: "default",
  messages: [{ role: "user", content }],
  format: { type: "text" },
  parameters: {},
  ...fields,
  metadata: { run: "run-1", path: step, step, turn: 1, ...metadata }
})
