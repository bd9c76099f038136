import { assert, describe, it } from "@effect/vitest"
import { ownKeys } from "../../../src/testing/simulate/keys.ts"
import type { Items, Trace } from "../../../src/testing/simulate/base/trace.ts"

/** A run of which only the items of one `forEach` are looked at. */
const trace = (items: Items) => ({ items: new Map([["each", items]]) }) as unknown as Trace

const keysOf = <A>(key: (item: A, at: number) => string, then: ReadonlyArray<A>, now: ReadonlyArray<A>) => {
  const [before, after] = [then, now].map((items) => trace({ items: [...items], keys: items.map(key) }))
  return ownKeys(before!, after!)?.law
}

const [a, b, c] = ["a", "b", "c"].map((id) => ({ id, text: `mail ${id}`, mark: 3 }))
const law = "a key is an item's own"

describe("keys", () => {
  describe("ownKeys", () => {
    it("finds keys by the place, whatever is written around it", () => {
      assert.strictEqual(
        keysOf((_, at) => `n-${at}`, [a, b], [c, a, b]),
        law
      )
      assert.strictEqual(
        keysOf((item, at) => `${item?.id}-${at}`, [a, b], [c, a, b]),
        law
      )
    })

    it("takes no key for one by the place that an item has wherever it is", () => {
      const own = (item: typeof a) => item?.id ?? ""
      assert.isUndefined(keysOf(own, [a, b], [c, a, b]))
      assert.isUndefined(keysOf(own, [a, b], [a, b, c]))
    })

    it("does not tell two items apart by what both of them have", () => {
      const like = { id: "like a", text: "mail a", mark: 3 }
      assert.isUndefined(keysOf((item) => item?.id ?? "", [a, b], [a, like, b]))
    })
  })
})
