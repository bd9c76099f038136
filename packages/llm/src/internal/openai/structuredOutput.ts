import * as OpenAiStructuredOutput from "effect/ai/OpenAiStructuredOutput"
import type { Dialect } from "../provider/structuredOutput.ts"

/** What OpenAI's strict mode can express. */
export const strictMode: Dialect = {
  otherwise: '"json" or "instructions"',
  toCodec: OpenAiStructuredOutput.toCodecOpenAI
}
