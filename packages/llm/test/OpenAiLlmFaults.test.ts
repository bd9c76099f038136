import { describe } from "@effect/vitest"
import { faultMatrix } from "./support/faultMatrix.ts"
import { wires } from "./support/openAiWire.ts"

describe("OpenAiLlm", () => {
  faultMatrix(wires, { atLeast: 191 })
})
