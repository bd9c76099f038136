import { writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Step, Workflow } from "@stepwright/core"
import { Effect, Schema } from "effect"
import { asking, askingFor, person, program } from "../../support/asking.ts"
import { call, inFolder } from "../../support/commandLine.ts"

type Codec = Schema.Codec<unknown, unknown>

const Nested = Schema.Struct({
  who: Schema.Struct({ name: Schema.String, email: Schema.optionalKey(Schema.String) }),
  list: Schema.Array(Schema.Struct({ n: Schema.Int, note: Schema.optionalKey(Schema.String) }))
})

class Signed extends Schema.Class<Signed>("Signed")({ by: Schema.String, note: Schema.optionalKey(Schema.String) }) {}

const Either = Schema.Union([
  Schema.Struct({ _tag: Schema.tag("Ok"), note: Schema.optionalKey(Schema.String) }),
  Schema.Struct({ _tag: Schema.tag("No"), reason: Schema.optionalKey(Schema.String) })
])

describe("a field that there is not", () => {
  const given: ReadonlyArray<readonly [Codec, unknown, ...ReadonlyArray<string>]> = [
    [
      Schema.Struct({ ok: Schema.Boolean, note: Schema.optionalKey(Schema.String) }),
      { ok: true, nte: "x" },
      'it has no field "nte"; did you mean "note"?'
    ],
    [
      Schema.Struct({ approved: Schema.Boolean }),
      { aproved: true },
      'it has no field "aproved"; did you mean "approved"?'
    ],
    [Schema.Struct({ ok: Schema.Boolean }), { ok: true, whatever: 1 }, 'it has no field "whatever"'],
    [Nested, { who: { name: "a", emial: "b" }, list: [] }, 'no field "emial" in who; did you mean "email"?'],
    [Nested, { who: { name: "a" }, list: [{ n: 1, nott: "" }] }, 'no field "nott" in list/0; did you mean "note"?'],
    [Signed, { by: "me", Note: "x" }, 'no field "Note"; did you mean "note"?'],
    [Either, { _tag: "No", reson: "x" }, 'no field "reson"; did you mean "reason"?']
  ]
  it.effect.each(given)("is refused in a decision: %#", ([decision, value, ...said]) =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "A shelf")
      writeFileSync("d.json", JSON.stringify(value))
      const bound = askingFor(decision)
      yield* call(["run", "doc.md"], bound)
      for (const words of [JSON.stringify(value), "@d.json"]) {
        const { err, status } = yield* call(["decide", "approval", words], bound)
        assert.strictEqual(status, 2, err)
        for (const part of said) assert.include(err, part)
      }
      assert.include((yield* call(["plan"], bound)).out, "decide   approval")
    }).pipe(inFolder)
  )

  it.effect("is none where any name is a field", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "A shelf")
      const bound = askingFor(
        Schema.StructWithRest(Schema.Struct({ ok: Schema.Boolean }), [Schema.Record(Schema.String, Schema.Json)])
      )
      yield* call(["run", "doc.md"], bound)
      const { err, out, status } = yield* call(["decide", "approval", '{"ok": true, "any": 1}'], bound)
      assert.strictEqual(status, 0, err)
      assert.include(out, '{"ok":true,"any":1}')
    }).pipe(inFolder)
  )

  it.effect("is told to the person who is asked", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "A shelf")
      const { there } = person('{"approved": true, "noet": "x"}', '{"approved": true, "note": "x"}')
      const { err, status } = yield* there(call(["run", "doc.md"], asking))
      assert.strictEqual(status, 0, err)
      assert.include(err, 'it has no field "noet"; did you mean "note"?')
    }).pipe(inFolder)
  )

  const Design = Schema.Struct({ title: Schema.String, subtitle: Schema.optionalKey(Schema.String) })
  const designed = program(
    Workflow.make("designed", { input: Design }).pipe(
      Workflow.bind(
        "design",
        Step.effect("design", { input: Design, output: Design, run: (design) => Effect.succeed(design) }),
        "input"
      )
    )
  )
  it.effect("is refused in a result, and in an input, that is set by hand", () =>
    Effect.gen(function* () {
      yield* call(["run", "--input", '{"title": "A"}'], designed)
      writeFileSync("mine.json", '{"title": "B", "subtitel": "C"}')
      for (const path of ["design", "input"]) {
        const { err, status } = yield* call(["set", path, "mine.json"], designed)
        assert.strictEqual(status, 2, path)
        assert.include(err, 'mine.json: it has no field "subtitel"; did you mean "subtitle"?')
      }
      assert.deepStrictEqual(JSON.parse((yield* call(["show", "design"], designed)).out), { title: "A" })
    }).pipe(inFolder)
  )
})

describe("a field with a wrong value", () => {
  it.effect("is told as that, whatever else could be meant", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "A shelf")
      const bound = askingFor(Schema.Union([Schema.Struct({ a: Schema.Int }), Schema.Struct({ b: Schema.Int })]))
      yield* call(["run", "doc.md"], bound)
      const { err } = yield* call(["decide", "approval", '{"a": "x"}'], bound)
      assert.notInclude(err, "no field")
    }).pipe(inFolder)
  )
})

describe("a decision", () => {
  it.effect("is shown as it is recorded", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "A shelf")
      const bound = askingFor(Schema.Struct({ at: Schema.Date, a: Schema.Trim }))
      yield* call(["run", "doc.md"], bound)
      const given = '{"a": " x ", "at": "2026-01-02"}'
      const recorded = { at: "2026-01-02T00:00:00.000Z", a: "x" }
      const { out } = yield* call(["decide", "approval", given, "--json"], bound)
      assert.deepStrictEqual(JSON.parse(out).decision, recorded)
      const again = yield* call(["decide", "approval", given], bound)
      assert.include(again.out, `approval stays decided: ${JSON.stringify(recorded)}`)
    }).pipe(inFolder)
  )
})
