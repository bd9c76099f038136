import { DateTime, HashMap, Option, Result, Schema } from "effect"
import { madeBy, own } from "../../../src/internal/json/own.ts"
import { assert, describe, it } from "@effect/vitest"

class Point {
  readonly list = [1]
}

describe("own", () => {
  const value = {
    list: [{ a: 1 }],
    map: new Map([["k", [1]]]),
    set: new Set([[1]]),
    at: new Date(0),
    bytes: new Uint8Array([1]),
    bare: Object.assign(Object.create(null), { a: [1] }),
    match: /b(?<c>c)/.exec("abc"),
    __proto__: null
  }

  it("is equal, and what is changed in it is not changed in the original", () => {
    const copy = own(value)
    assert.deepStrictEqual(copy, value)
    copy.list[0]!.a = 2
    copy.map.get("k")!.push(2)
    copy.at.setFullYear(1)
    copy.bytes[0] = 2
    copy.bare.a.push(2)
    for (const list of copy.set) list.push(2)
    assert.deepStrictEqual([value.list[0]!.a, value.map.get("k"), value.at.getTime()], [1, [1], 0])
    assert.deepStrictEqual([...value.bytes, value.bare.a, ...value.set], [1, [1], [1]])
    assert.strictEqual(own(value).match?.groups?.["c"], "c")
  })

  it("takes what has a class of its own as it is", () => {
    for (const instance of [new Point(), DateTime.makeUnsafe(0), HashMap.make(["a", 1]), () => 1]) {
      assert.strictEqual(own({ instance }).instance, instance)
    }
  })

  it("makes it anew with what it is in, where it is known how", () => {
    const make = () => ({ a: { point: new Point() }, b: [1] })
    const value = madeBy(make(), make)
    const copies = own({ twice: [value, value], plain: madeBy({ c: [1] }, () => ({ c: [2] })) })
    assert.deepStrictEqual(copies, { twice: [make(), make()], plain: { c: [1] } })
    assert.notStrictEqual(copies.twice[0]?.a.point, value.a.point)
    assert.strictEqual(copies.twice[0], copies.twice[1])
  })

  it("copies what Effect and Schema make of values", () => {
    class Named extends Schema.Class<Named>("Named")({ list: Schema.Array(Schema.Unknown) }) {
      extra = 0
    }
    const value = {
      some: Option.some([1]),
      none: Option.none(),
      failed: Result.fail([1]),
      named: new Named({ list: [[1]] })
    }
    value.named.extra = 1
    const copy = own(value)
    assert.deepStrictEqual(copy, value)
    assert.notStrictEqual(copy.named.list[0], value.named.list[0])
    assert.notStrictEqual(Option.getOrThrow(copy.some), Option.getOrThrow(value.some))
  })

  it("keeps what holds itself, and what is there twice", () => {
    const shared = [1]
    const value: Record<string, unknown> = { a: shared, b: shared }
    value["self"] = value
    const copy = own(value)
    assert.strictEqual(copy["self"], copy)
    assert.strictEqual(copy["a"], copy["b"])
    assert.notStrictEqual(copy["a"], shared)
  })
})
