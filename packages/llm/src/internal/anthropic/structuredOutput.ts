import * as AnthropicStructuredOutput from "effect/ai/AnthropicStructuredOutput"
import type { Dialect } from "../structured/structuredOutput.ts"

/** What the format of a Messages request can express. */
export const strictMode: Dialect = {
  otherwise: '"instructions"',
  toCodec: (schema) => {
    const { codec, jsonSchema } = AnthropicStructuredOutput.toCodecAnthropic(schema)
    if (jsonSchema["type"] !== "object") throw new Error("the root is no object")
    return { codec, jsonSchema }
  }
}
