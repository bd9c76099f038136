import { describe } from "@effect/vitest"
import { wires } from "./support/aiSdkWire.ts"
import { faultMatrix } from "./support/faultMatrix.ts"

describe("AiSdkBridge", () => {
  faultMatrix(wires, { atLeast: 1 })
})
