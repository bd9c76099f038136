import { describe, expect, it } from "vitest"
import { whyNotOn } from "../../src/run/acts.ts"

describe("whyNotOn", () => {
  it("says why a run cannot go on, and nothing where it can", () => {
    expect(whyNotOn("RUNNING", undefined)).toBe("it goes on already")
    expect(whyNotOn("COMPLETED", undefined)).toBe("it is complete")
    expect(whyNotOn("SUSPENDED", "Undecided")).toBe("it waits for a decision")
    expect(whyNotOn("SUSPENDED", "BudgetExceeded")).toBeUndefined()
    for (const status of ["INITIALIZED", "STOPPED", "FAILED", "CANCELLED"] as const) {
      expect(whyNotOn(status, undefined)).toBeUndefined()
    }
  })
})
