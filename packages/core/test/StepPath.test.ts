import { Schema } from "effect"
import { StepPath } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { runs, texts } from "./support/texts.ts"

const keys = texts(["", ".", "..", "*", "%", "%u", "%ud83d", "/", "\ud83d", "\ude00", "😀", "__proto__"])

describe("StepPath", () => {
  it.prop(
    "a key comes back from its segment, which is one name of a path, not `*`, `.` or `..`",
    { key: keys },
    ({ key }) => {
      const segment = StepPath.encodeKey(key)
      assert.strictEqual(StepPath.decodeKey(segment), key)
      assert.match(segment, /^[^/*\s]+$/)
      assert.notInclude([".", ".."], segment)
    },
    runs(1000)
  )

  it("a segment that no key is written as stands for itself", () => {
    for (const segment of ["%zz", "%ff", "a%", "%u12"]) assert.strictEqual(StepPath.decodeKey(segment), segment)
  })

  it.prop(
    "different keys have different segments",
    { a: keys, b: keys },
    ({ a, b }) => assert.strictEqual(StepPath.encodeKey(a) === StepPath.encodeKey(b), a === b),
    runs(1000)
  )

  it("join leaves out the root", () => {
    assert.strictEqual(StepPath.join("", "a"), "a")
    assert.strictEqual(StepPath.join("a", "b"), "a/b")
  })

  it("matches takes `*` for one segment", () => {
    assert.isTrue(StepPath.matches("code/*/x", "code/a%2Fb/x"))
    assert.isFalse(StepPath.matches("code/*", "code/a/x"))
    assert.isFalse(StepPath.matches("code/*", "codes/a"))
  })

  it("keys of ordinary file names stay readable", () => {
    assert.strictEqual(StepPath.encodeKey("src/ledger.py"), "src%2Fledger.py")
    assert.strictEqual(Schema.is(Schema.String)(StepPath.encodeKey("a b")), true)
  })
})
