import type { LlmRequest } from "@stepwright/core/LlmRequest"
import { Fixtures } from "@stepwright/core/testing"

/** A request of a step, with what a test does not care about filled in. */
export const request = (
  step: string,
  content = `Please do ${step}.`,
  fields: Partial<Omit<LlmRequest, "metadata">> = {},
  metadata: Partial<LlmRequest["metadata"]> = {}
): LlmRequest => Fixtures.request(content, { ...fields, metadata: { run: "run-1", path: step, step, ...metadata } })
