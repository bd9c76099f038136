import { describe } from "@effect/vitest"
import { wires } from "./anthropicWire.ts"
import { faultMatrix } from "./faultMatrix.ts"

describe("AnthropicLlm", () => {
  faultMatrix(wires, { atLeast: 85 })
})
