import { describe, expect, it } from "vitest"
import { sentenceOf } from "../../src/model/outlook.ts"

describe("sentenceOf", () => {
  it("says what a change comes to", () => {
    const run = "r"
    expect(sentenceOf({ run, pending: ["sent"], perhaps: [], undecided: [] })).toBe(
      "Once the run goes on, 1 step runs (sent)."
    )
    expect(sentenceOf({ run, pending: ["a", "b", "c", "d", "e"], perhaps: ["f"], undecided: ["g", "h"] })).toBe(
      "Once the run goes on, 5 steps run (a, b, c and 2 more); perhaps then f; g, h still wait for a decision."
    )
    expect(sentenceOf({ run, pending: [], perhaps: [], undecided: [] })).toBe(
      "Nothing more runs: go on, and the run is done."
    )
  })
})
