import { orderProblem } from "../../../src/internal/definition/order.ts"
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"

const problem = (needs: Readonly<Record<string, ReadonlyArray<string>>>) => orderProblem(Object.entries(needs))

describe("orderProblem", () => {
  it("gives the names along a circle, the first again at the end", () => {
    const names = ["b", "c", "d", "b"]
    assert.deepStrictEqual(problem({ a: ["b"], b: ["c"], c: ["d"], d: ["b"], e: [] }), { _tag: "Circle", names })
    assert.deepStrictEqual(problem({ a: ["a"] }), { _tag: "Circle", names: ["a", "a"] })
  })

  it("tells a name that is there twice before all else, then one that is needed and not there", () => {
    const items: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
      ["a", ["a", "x"]],
      ["a", []]
    ]
    assert.deepStrictEqual(orderProblem(items), { _tag: "Duplicate", name: "a" })
    assert.deepStrictEqual(problem({ a: ["a"], b: ["x"] }), { _tag: "Unknown", name: "b", needed: "x" })
  })

  it("finds nothing where each can come after what it needs", () => {
    assert.isUndefined(problem({ a: ["b", "c"], b: ["c"], c: [] }))
  })

  const index = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 7 }))
  it.prop(
    "finds one if and only if following needs can come back",
    { edges: Arbitrary.schema(Schema.Array(Schema.Tuple([index, index])).check(Schema.isMaxLength(14))) },
    ({ edges }) => {
      const graph = new Map(
        Array.from({ length: 8 }, (_, i) => [`${i}`, edges.flatMap(([a, b]) => (a === i ? [`${b}`] : []))])
      )
      const reach = (from: string, seen = new Set<string>()): Set<string> => {
        for (const next of graph.get(from) ?? []) {
          if (seen.has(next)) continue
          seen.add(next)
          reach(next, seen)
        }
        return seen
      }
      const found = orderProblem(graph)
      const circle = found?._tag === "Circle" ? found.names : undefined
      assert.strictEqual(
        circle !== undefined,
        [...graph.keys()].some((name) => reach(name).has(name))
      )
      circle?.slice(1).forEach((name, i) => assert.isTrue(graph.get(circle[i]!)?.includes(name)))
    },
    { arbitrary: { runs: 300 } }
  )
})
