import { describe, expect, it } from "vitest"
import { differ, differing } from "../../../src/model/edits/differ.ts"

describe("two texts", () => {
  it("differ in words", () => {
    const pieces = differ("be brief", "be very brief")
    expect(pieces.filter(({ of }) => of !== "both")).toEqual([{ text: "very ", of: "other" }])
    expect(differing(pieces)).toBe(5)
    expect(differing(differ("a", "a"))).toBe(0)
  })

  it("are both whole, whatever differs and however long they are", () => {
    const long = (word: string) => Array.from({ length: 9000 }, (_, i) => `${word} ${i}`).join("\n")
    for (const [one, other] of [
      ["", "x"],
      ["a b\n\nc", "b c\n"],
      [long("a"), long("b")],
      [long("a"), `${long("a")}\nz`]
    ] as const) {
      const pieces = differ(one, other)
      const side = (of: "one" | "other") =>
        pieces.flatMap((piece) => (piece.of === "both" || piece.of === of ? [piece.text] : [])).join("")
      expect([side("one") === one, side("other") === other]).toEqual([true, true])
    }
  })
})
