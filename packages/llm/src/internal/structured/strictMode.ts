import * as OpenAiStructuredOutput from "effect/ai/OpenAiStructuredOutput"
import type { Dialect } from "./structuredOutput.ts"

/** What OpenAI's strict mode can express, and that of the many who took it over. */
export const strictMode: Dialect = {
  otherwise: '"json" or "instructions"',
  toCodec: OpenAiStructuredOutput.toCodecOpenAI
}
