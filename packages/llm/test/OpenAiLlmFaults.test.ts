import { describe } from "@effect/vitest"
import { faultMatrix } from "./faultMatrix.ts"
import { wires } from "./openAiWire.ts"

describe("OpenAiLlm", () => {
  faultMatrix(wires, { atLeast: 191 })
})
