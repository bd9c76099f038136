import { describe, expect, it } from "vitest"
import { find, type Folding, step as move, visible } from "../../src/model/rows.ts"
import { summarise } from "../../src/model/standing.ts"
import type { Place } from "../../src/model/tree.ts"
import { group, standings, step, treeOf } from "../support/places.ts"

const keys = Array.from({ length: 20 }, (_, i) => `all/${i}`)
const many = treeOf(keys, step("first"), step("all/*", { each: "forEach" }), step("last"))
const done = Object.fromEntries(keys.map((path) => [path, "done" as const]))

const folding = (tree: Place, looks: Parameters<typeof standings>[0], more: Partial<Folding> = {}): Folding => {
  const summaries = summarise(tree, standings(looks))
  const lookOf = ({ id }: Place) => summaries.get(id)!.look
  return { chosen: new Map(), held: [], lookOf, found: undefined, ...more }
}
const paths = (tree: Place, how: Folding) => visible(tree, how).map(({ place }) => place.path)

describe("visible", () => {
  it("shows of many items those that ask for somebody's eye", () => {
    const how = folding(many, { ...done, "all/3": "failed", "all/7": "running" })
    expect(paths(many, how)).toEqual(["first", "all", "all/3", "all/7", "last"])
    expect(visible(many, how)[1]).toMatchObject({ isGroup: true, opening: "some", depth: 0, position: 2, siblings: 3 })
  })

  it("shows besides what somebody is at", () => {
    expect(paths(many, folding(many, done, { held: ["all/12"] }))).toEqual(["first", "all", "all/12", "last"])
  })

  it("shows only the first of many that failed", () => {
    const wide = Array.from({ length: 100 }, (_, i) => `all/${i}`)
    const tree = treeOf(wide, step("all/*", { each: "forEach" }))
    const how = folding(tree, Object.fromEntries(wide.map((path) => [path, "failed" as const])))
    expect(paths(tree, how)).toHaveLength(26)
  })

  it("shows what somebody opened, and hides what they closed", () => {
    expect(paths(many, folding(many, done, { chosen: new Map([["all", true]]) }))).toHaveLength(23)
    const how = folding(many, { "all/3": "failed" }, { chosen: new Map([["all", false]]) })
    expect(paths(many, how)).toEqual(["first", "all", "last"])
  })

  it("shows few items at once", () => {
    const few = treeOf(["all/a", "all/b"], step("all/*", { each: "forEach" }))
    expect(paths(few, folding(few, {}))).toEqual(["all", "all/a", "all/b"])
  })

  it("folds a way that is not taken, until somebody is in it", () => {
    const tree = treeOf([], {
      kind: "branch",
      path: "b",
      cases: [group("b/yes", step("b/yes/x")), group("b/no", step("b/no/y"))]
    })
    const looks = { "b/yes/x": "done" } as const
    expect(paths(tree, folding(tree, looks))).toEqual(["b", "b/yes", "b/yes/x", "b/no"])
    expect(paths(tree, folding(tree, looks, { held: ["b/no/y"] }))).toContain("b/no/y")
  })

  it("tells what stands side by side one after the other", () => {
    const tree = treeOf([], { kind: "all", path: "", parts: [[step("a")], [step("b")]] }, step("c"))
    expect(visible(tree, folding(tree, {})).map(({ depth, place, siblings }) => [place.path, depth, siblings])).toEqual(
      [
        ["a", 0, 3],
        ["b", 0, 3],
        ["c", 0, 3]
      ]
    )
  })
})

describe("find", () => {
  const tree = treeOf(["all/a%2Fb", "all/c"], group("outline", step("outline/draft")), {
    kind: "all",
    path: "",
    parts: [[step("index")], [{ ...group("all/*", step("all/*/text")), each: "forEach" }]]
  })
  const shown = (text: string) => {
    const { count, found } = find(tree, text)
    return { count, paths: paths(tree, folding(tree, {}, { found })) }
  }

  it("shows the steps whose path has the words in it, in what they are in", () => {
    expect(shown("draft")).toEqual({ count: 1, paths: ["outline", "outline/draft"] })
    expect(shown("TEXT a/b")).toEqual({ count: 1, paths: ["all", "all/a%2Fb", "all/a%2Fb/text"] })
    expect(shown("outline")).toEqual({ count: 1, paths: ["outline", "outline/draft"] })
    expect(shown("index")).toEqual({ count: 1, paths: ["index"] })
  })

  it("shows nothing where there is none", () => expect(shown("nowhere")).toEqual({ count: 0, paths: [] }))
})

describe("step", () => {
  it("goes into a group and out of it, and stays where there is nothing", () => {
    const tree = treeOf([], group("g", step("g/a"), step("g/b")), step("z"))
    const rows = visible(tree, folding(tree, {}))
    expect(move(rows, 0, "child")).toBe(1)
    expect(move(rows, 2, "parent")).toBe(0)
    expect(move(rows, 3, "parent")).toBe(3)
    expect(move(rows, 3, "child")).toBe(3)
  })
})
