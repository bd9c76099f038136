import { Fingerprint } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"

const hash = (text: string) => `<${text}>`
const of = (parts: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}) =>
  Fingerprint.extend(hash, Fingerprint.make(hash, parts), Fingerprint.digests(hash, more))

describe("Fingerprint", () => {
  it("is the same whatever the order of names in its parts", () => {
    assert.deepStrictEqual(
      of({ prompt: { a: 1, b: [2, { d: 1, c: 2 }] }, parser: "x" }, { key: 1, input: 2 }),
      of({ parser: "x", prompt: { b: [2, { c: 2, d: 1 }], a: 1 } }, { input: 2, key: 1 })
    )
  })

  it("differs in its value when any part does, and names those parts", () => {
    const before = of({ step: ["a", 1], parser: "text@1" }, { prompt: "x" })
    for (const [after, names] of [
      [of({ step: ["a", 2], parser: "text@1" }, { prompt: "x" }), ["step"]],
      [of({ step: ["a", 1], parser: "text@1" }, { prompt: "y" }), ["prompt"]],
      [of({ step: ["a", 1] }, { prompt: "x" }), ["parser"]],
      [of({ step: ["a", 1], parser: "text@1" }, { prompt: "x", key: 1 }), ["key"]]
    ] as const) {
      assert.notStrictEqual(after.value, before.value)
      assert.deepStrictEqual(Fingerprint.changed(before, after), names)
      assert.deepStrictEqual(Fingerprint.changed(after, before), names)
    }
    assert.deepStrictEqual(Fingerprint.changed(before, before), [])
  })

  it("tells parts that differ only beyond what is kept of their digests apart", () => {
    const [a, b] = ["x".repeat(20), `${"x".repeat(20)}y`].map((prompt) => of({}, { prompt }))
    assert.deepStrictEqual(a?.parts, b?.parts)
    assert.notStrictEqual(a?.value, b?.value)
    assert.strictEqual(a?.parts["prompt"], `<${JSON.stringify("x".repeat(20))}`.slice(0, 8))
  })
})
