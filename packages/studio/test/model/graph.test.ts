import { describe, expect, it } from "vitest"
import { type Box, find, layout, within } from "../../src/model/graph.ts"
import { isIn } from "../../src/model/path.ts"
import type { Folding } from "../../src/model/rows.ts"
import { group, step, treeOf } from "../support/places.ts"

const folding: Folding = { chosen: new Map(), held: [], lookOf: () => "done", found: undefined }
const everything = { left: -Infinity, top: -Infinity, right: Infinity, bottom: Infinity }
const named = (root: Box) => new Map(within(root, everything).drawn.map((one) => [one.box.place.path, one]))

describe("layout", () => {
  it("puts a sequence from above to below", () => {
    const boxes = named(layout(treeOf([], step("a"), step("b")), folding))
    expect(boxes.get("a")!.x).toBe(boxes.get("b")!.x)
    expect(boxes.get("b")!.y).toBeGreaterThan(boxes.get("a")!.y + boxes.get("a")!.box.height)
  })

  it("puts side by side what may go on at a time", () => {
    const tree = treeOf([], { kind: "all", path: "", parts: [[step("a")], [step("b")]] })
    const boxes = named(layout(tree, folding))
    expect(boxes.get("a")!.y).toBe(boxes.get("b")!.y)
    expect(boxes.get("b")!.x).toBeGreaterThanOrEqual(boxes.get("a")!.x + boxes.get("a")!.box.width)
  })

  it("puts what is in a group inside its box, and lets no two boxes overlap", () => {
    const tree = treeOf(
      ["all/1", "all/2", "all/3", "all/4", "all/5"],
      group("g", step("g/a"), {
        kind: "branch",
        path: "g/b",
        cases: [step("g/b/yes"), group("g/b/no", step("g/b/no/x"))]
      }),
      { ...step("all/*"), each: "forEach" },
      step("z")
    )
    const boxes = [...named(layout(tree, folding)).values()]
    expect(boxes).toHaveLength(13)
    const edges = ({ box, x, y }: (typeof boxes)[number]) => ({
      left: x,
      top: y,
      right: x + box.width,
      bottom: y + box.height,
      path: box.place.path
    })
    const isRight = (a: ReturnType<typeof edges>, b: ReturnType<typeof edges>) => {
      if (isIn(b.path, a.path)) return true
      return isIn(a.path, b.path)
        ? a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom
        : a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top
    }
    const all = boxes.map(edges)
    expect(all.flatMap((a) => all.filter((b) => !isRight(a, b)).map((b) => [a.path, b.path]))).toEqual([])
  })
})

describe("within", () => {
  const keys = Array.from({ length: 10_000 }, (_, i) => `all/${i}`)
  const tree = treeOf(keys, step("all/*", { each: "forEach" }))
  const root = layout(tree, { ...folding, chosen: new Map([["all", true]]) })

  it("draws only what touches the window", () => {
    const { drawn } = within(root, { left: 0, top: 5000, right: 1500, bottom: 6000 })
    expect(drawn.length).toBeGreaterThan(50)
    expect(drawn.length).toBeLessThan(200)
  })

  it("joins what comes one after the other with arrows", () => {
    const { arrows } = within(layout(treeOf([], step("a"), step("b"), step("c")), folding), everything)
    expect(arrows.match(/M/g)).toHaveLength(2)
    expect(within(root, everything).arrows).toBe("")
  })

  it("finds the box of a path, or the one around it", () => {
    expect(find(root, "all/5000", isIn)!.box.place.path).toBe("all/5000")
    expect(
      find(layout(tree, { ...folding, chosen: new Map([["all", false]]) }), "all/5000", isIn)!.box.place.path
    ).toBe("all")
  })
})
