import * as Selector from "../../../src/internal/definition/selector.ts"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"

interface Scope {
  readonly input: { readonly topic: string; readonly tags: ReadonlyArray<string> }
  readonly design: { readonly tasks: { readonly list: ReadonlyArray<number> }; readonly title: string }
}

const read = (selector: unknown, scope: unknown) => Selector.compile(selector as never).select(scope)

describe("Selector", () => {
  it("a wire names what has the type asked for, and nothing else", () => {
    expectTypeOf<Selector.PathTo<Scope, string>>().toEqualTypeOf<"input.topic" | "design.title">()
    expectTypeOf<Selector.PathTo<Scope, ReadonlyArray<number>>>().toEqualTypeOf<"design.tasks.list">()
    expectTypeOf<Selector.ValueAt<Scope, "design.tasks.list">>().toEqualTypeOf<ReadonlyArray<number>>()
    expectTypeOf<Selector.Wire<Scope, { readonly a: string }>>().toEqualTypeOf<{
      readonly a: "input.topic" | "design.title"
    }>()
  })

  it("a wire names what is there whatever the value is, and leaves nothing out", () => {
    interface Sometimes {
      readonly inner?: { readonly a: string }
      readonly none: { readonly a: string } | null
      readonly way: { readonly a: string; readonly b: string } | { readonly a: number; readonly b: string }
      readonly note?: string
    }
    expectTypeOf<Selector.PathTo<Sometimes, string>>().toEqualTypeOf<"way.b">()
    expectTypeOf<Selector.PathTo<Sometimes, string | number>>().toEqualTypeOf<"way.a" | "way.b">()
    expectTypeOf<Selector.Wire<Sometimes, { readonly note?: string }>>().toEqualTypeOf<{ readonly note?: "way.b" }>()
  })

  it("a dotted name, an object of them and a function all read the scope", () => {
    const scope = { a: { b: 1 }, c: 2 }
    assert.strictEqual(read("a.b", scope), 1)
    assert.deepStrictEqual(read({ x: "a.b", y: "c" }, scope), { x: 1, y: 2 })
    assert.strictEqual(
      read(({ c }: typeof scope) => c, scope),
      2
    )
  })

  it("keeps the wire as data, and has none for a function", () => {
    assert.deepStrictEqual(Selector.compile({ x: "a" }).wire, { x: "a" })
    assert.isUndefined(Selector.compile(({ a }: { readonly a: number }) => a).wire)
  })

  it("says where a wire leads nowhere", () => {
    assert.throws(() => read("a.x.c", { a: {} }), `the wire "a.x.c" leads nowhere: there is no "x"`)
    assert.throws(() => read("a.b", { a: null }), `there is no "b"`)
  })

  it("takes names that objects inherit for names like all others", () => {
    const scope: unknown = JSON.parse(`{"__proto__":1,"constructor":2}`)
    assert.deepStrictEqual(read({ toString: "constructor" }, scope), { toString: 2 })
    assert.strictEqual(read("__proto__", scope), 1)
  })
})
