import { describe, expect, it } from "vitest"
import { age, count, duration, things, tokens, usd } from "../../src/model/figures.ts"

describe("count", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [1000, "1k"],
    [12_345, "12.3k"],
    [99_960, "100k"],
    [999_499, "999k"],
    [999_500, "1M"],
    [2_340_000, "2.3M"]
  ])("%i is %s", (value, text) => expect(count(value)).toBe(text))
})

describe("duration", () => {
  it.each([
    [0, "0 ms"],
    [999.4, "999 ms"],
    [1000, "1 s"],
    [9_940, "9.9 s"],
    [59_940, "60 s"],
    [60_000, "1 m"],
    [119_600, "2 m"],
    [3_599_600, "1 h"],
    [5_400_000, "1 h 30 m"],
    [90_000_000, "1 d 1 h"]
  ])("%i ms is %s", (value, text) => expect(duration(value)).toBe(text))
})

describe("age", () => {
  it.each([
    [-5, "now"],
    [4_999, "now"],
    [59_999, "59 s ago"],
    [3_600_000, "1 h ago"],
    [172_800_000, "2 d ago"]
  ])("%i ms ago is %s", (value, text) => expect(age(value)).toBe(text))
})

describe("tokens", () => {
  it("tells what is known and no more", () => {
    expect(tokens({ input: 1200, output: 3 })).toBe("1.2k in, 3 out")
    expect(tokens({ output: 3 })).toBe("3 out")
    expect(tokens({})).toBeUndefined()
  })
})

describe("things and usd", () => {
  it("are in words and in cents", () => {
    expect([things(1, "step"), things(12_000, "step"), things(2, "reply", "replies")]).toEqual([
      "1 step",
      "12,000 steps",
      "2 replies"
    ])
    expect([usd(0), usd(0.00123), usd(12.345)]).toEqual(["$0.00", "$0.0012", "$12.35"])
  })
})
