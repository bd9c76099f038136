import { describe, expect, it } from "vitest"
import { StepPath } from "@stepwright/core"
import { readable } from "../../src/model/path.ts"

describe("readable", () => {
  it.each(["a/b", "..", "ü *", "100%"])("gives the key back that core writes: %s", (key) => {
    expect(readable(StepPath.encodeKey(key))).toBe(key)
  })
  it("says of the empty key that it is, and leaves half a character alone", () => {
    expect(readable(StepPath.encodeKey(""))).toBe("(empty)")
    expect(readable(StepPath.encodeKey("\ud800"))).toBe("%ud800")
  })
})
