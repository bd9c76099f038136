import { describe, expect, it } from "vitest"
import type { Place } from "../../src/model/tree.ts"
import { group, step, treeOf } from "../support/places.ts"

/** The places as lines, indented. */
const lines = (place: Place, depth = 0): ReadonlyArray<string> =>
  place.children.flatMap((child) => [
    `${"  ".repeat(depth)}${child.kind} ${child.name}`.trimEnd(),
    ...lines(child, depth + 1)
  ])

describe("make", () => {
  it("nests as the definition does, and leaves values out", () => {
    const tree = treeOf([], step("a"), { kind: "let", path: "b" }, group("c", step("c/d"), group("c/e", step("c/e/f"))))
    expect(lines(tree)).toEqual(["step a", "workflow c", "  step d", "  workflow e", "    step f"])
  })

  it("has the items that are known, by their keys, in the order in which they came", () => {
    const tree = treeOf(["all/b%2Fc", "all/a", "all/%"], step("all/*", { each: "forEach" }))
    expect(lines(tree)).toEqual(["forEach all", "  step b/c", "  step a", "  step (empty)"])
  })

  it("has rounds in the order of their numbers", () => {
    const tree = treeOf(["r/10", "r/2"], step("r/*", { each: "iterate", count: 12 }))
    expect(lines(tree)).toEqual(["rounds r", "  step 2", "  step 10"])
  })

  it("has what an item holds at its own path", () => {
    const tree = treeOf(["all/x/one"], { ...group("all/*", step("all/*/one"), step("all/*/two")), each: "forEach" })
    expect(lines(tree)).toEqual(["forEach all", "  workflow x", "    step one", "    step two"])
    expect(tree.children[0]!.children[0]!.children.map(({ path }) => path)).toEqual(["all/x/one", "all/x/two"])
  })

  it("has parts side by side, and the ways of a branch", () => {
    const tree = treeOf(
      [],
      { kind: "all", path: "", parts: [[step("a")], [step("b"), step("c")]] },
      { kind: "branch", path: "d", cases: [step("d/yes"), step("d/no")] }
    )
    expect(lines(tree)).toEqual([
      "all",
      "  part",
      "    step a",
      "  part",
      "    step b",
      "    step c",
      "branch d",
      "  step yes",
      "  step no"
    ])
    expect(new Set(idsOf(tree)).size).toBe(idsOf(tree).length)
  })

  it("shows last what the definition does not have", () => {
    expect(lines(treeOf(["a", "gone/x", "b/left"], step("a"), group("b", step("b/c"))))).toEqual([
      "step a",
      "workflow b",
      "  step c",
      "workflow gone",
      "  step x",
      "step b/left"
    ])
  })

  it("nests by paths where there is no definition", () => {
    expect(lines(treeOf(["a", "b/c", "b/d"]))).toEqual(["step a", "workflow b", "  step c", "  step d"])
  })

  it("takes ten thousand items", () => {
    const paths = Array.from({ length: 10_000 }, (_, i) => `all/${i}`)
    expect(treeOf(paths, step("all/*", { each: "forEach" })).children[0]!.children).toHaveLength(10_000)
  })
})

const idsOf = (place: Place): ReadonlyArray<string> => [place.id, ...place.children.flatMap(idsOf)]
