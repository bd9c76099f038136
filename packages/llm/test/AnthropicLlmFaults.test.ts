import { describe } from "@effect/vitest"
import { wires } from "./support/anthropicWire.ts"
import { faultMatrix } from "./support/faultMatrix.ts"

describe("AnthropicLlm", () => {
  faultMatrix(wires, { atLeast: 85 })
})
