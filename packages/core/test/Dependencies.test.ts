import { Dependencies } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"

const needs = (record: Readonly<Record<string, ReadonlyArray<string>>>) => new Map(Object.entries(record))

describe("Dependencies", () => {
  describe("findCircle", () => {
    it("gives the names along a circle, the first again at the end", () => {
      const circle = Dependencies.findCircle(needs({ a: ["b"], b: ["c"], c: ["d"], d: ["b"], e: [] }))
      assert.deepStrictEqual(circle, ["b", "c", "d", "b"])
      assert.deepStrictEqual(Dependencies.findCircle(needs({ a: ["a"] })), ["a", "a"])
    })

    it("gives nothing where there is none, whatever is needed from elsewhere", () => {
      assert.isUndefined(Dependencies.findCircle(needs({ a: ["b", "elsewhere"], b: ["c"], c: [] })))
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
        const circle = Dependencies.findCircle(graph)
        assert.strictEqual(
          circle !== undefined,
          [...graph.keys()].some((name) => reach(name).has(name))
        )
        circle?.slice(1).forEach((name, i) => assert.isTrue(graph.get(circle[i]!)?.includes(name)))
      },
      { arbitrary: { runs: 300 } }
    )
  })
})
