import { writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { asking, askingFor, person } from "../../support/asking.ts"
import { call, inFolder } from "../../support/commandLine.ts"

type Codec = Schema.Codec<unknown, unknown>

const Verdict = Schema.Struct({
  verdict: Schema.Literals(["go", "stop"]),
  who: Schema.Struct({ name: Schema.String, age: Schema.Finite }),
  tags: Schema.Array(Schema.String),
  why: Schema.optionalKey(Schema.String)
})

const Either = Schema.Union([
  Schema.Struct({ _tag: Schema.tag("Ok") }),
  Schema.Struct({ _tag: Schema.tag("No"), why: Schema.String })
])

interface Tree {
  readonly name: string
  readonly below: ReadonlyArray<Tree>
}
const Tree = Schema.Struct({
  name: Schema.String,
  below: Schema.Array(Schema.suspend((): Schema.Codec<Tree> => Tree))
})

const suspended = Effect.fnUntraced(function* (decision: Codec) {
  writeFileSync("doc.md", "A shelf")
  const bound = askingFor(decision)
  return { bound, ...(yield* call(["run", "doc.md"], bound)) }
})

describe("the shape of a decision", () => {
  const shapes: ReadonlyArray<readonly [Codec, string]> = [
    [Schema.Boolean, "true|false"],
    [Schema.String, '"…"'],
    [Schema.Finite, "number"],
    [Schema.Int.check(Schema.isGreaterThan(0)), "integer"],
    [Schema.Literals([1, 2, 3]), "1|2|3"],
    [Schema.Literals(["yes", 1]), '"yes"|1'],
    [Schema.Null, "null"],
    [Schema.TemplateLiteral(["v", Schema.Finite]), '"…"'],
    [Schema.NullOr(Schema.String), '"…"|null'],
    [Schema.Array(Schema.String), '["…", …]'],
    [Schema.Tuple([Schema.String, Schema.Int]), '["…", integer]'],
    [Schema.Record(Schema.String, Schema.Finite), '{"…": number, …}'],
    [Either, '{"_tag": "Ok"}|{"_tag": "No", "why": "…"}'],
    [Verdict, '{"verdict": "go"|"stop", "who": {"name": "…", "age": number}, "tags": ["…", …], "why"?: "…"}'],
    [Tree, '{"name": "…", "below": [{"name": "…", "below": […, …]}, …]}'],
    [Schema.Array(Schema.Literals(["a", "b"])), '["a"|"b", …]'],
    [Schema.Json, "JSON"]
  ]
  it.effect.each(shapes)("says of what it is made: %#", ([decision, shape]) =>
    Effect.gen(function* () {
      const { out } = yield* suspended(decision)
      assert.include(out, `(VALUE: ${shape})`)
    }).pipe(inFolder)
  )
})

describe("a plain answer", () => {
  const given: ReadonlyArray<readonly [Codec, string, unknown]> = [
    [Schema.Literals(["Bug", "question"]), "BUG", "Bug"],
    [Schema.Literals(["yes", "no"]), "YES", "yes"],
    [Schema.Literals(["a", "A", "b"]), "A", "A"],
    [Schema.Struct({ kind: Schema.Literals(["bug", "question"]) }), "Question", { kind: "question" }],
    [Schema.Literals([1, 2, 3]), "2", 2],
    [Schema.Struct({ stars: Schema.Int, note: Schema.optionalKey(Schema.String) }), "4", { stars: 4 }],
    [Schema.Struct({ level: Schema.Literals([1, 2]) }), "2", { level: 2 }],
    [Schema.NullOr(Schema.String), "null", null],
    [Schema.TemplateLiteral(["v", Schema.Finite]), "v2", "v2"],
    [Schema.NullOr(Schema.String), "as it is", "as it is"],
    [Schema.Struct({ to: Schema.NullOr(Schema.Boolean) }), "No", { to: false }],
    [Schema.Null, "null", null]
  ]
  it.effect.each(given)("stands for what alone it can mean: %#", ([decision, value, decided]) =>
    Effect.gen(function* () {
      const { bound } = yield* suspended(decision)
      const { err, out, status } = yield* call(["decide", "approval", value, "--json"], bound)
      assert.strictEqual(status, 0, err)
      assert.deepStrictEqual(JSON.parse(out).decision, decided)
    }).pipe(inFolder)
  )

  it.effect("is refused where it can mean two things", () =>
    Effect.gen(function* () {
      const { bound } = yield* suspended(Schema.Literals(["go", "GO"]))
      const { err, status } = yield* call(["decide", "approval", "Go"], bound)
      assert.strictEqual(status, 2)
      assert.include(err, 'give "go"|"GO"')
    }).pipe(inFolder)
  )
})

describe("a question on the terminal", () => {
  const one = (decision: Codec) => Schema.Struct({ it: decision })
  const prompts: ReadonlyArray<readonly [Codec, string, string, unknown]> = [
    [Schema.Finite, "a number: ", "3.5", 3.5],
    [one(Schema.Int), "it (an integer): ", "3", { it: 3 }],
    [one(Schema.Literals([1, 2])), "it (1, 2): ", "2", { it: 2 }],
    [one(Schema.NullOr(Schema.String)), "it (null or a text): ", "null", { it: null }],
    [one(Schema.NullOr(Schema.String)), "it (null or a text): ", "hi", { it: "hi" }],
    [one(Schema.Array(Schema.String)), 'it (JSON: ["…", …]): ', '["a"]', { it: ["a"] }],
    [Either, 'JSON: {"_tag": "Ok"}|{"_tag": "No", "why": "…"}: ', '{"_tag": "Ok"}', { _tag: "Ok" }],
    [one(Either), 'it (JSON: {"_tag": "Ok"}|{"_tag": "No", "why": "…"}): ', '{"_tag": "Ok"}', { it: { _tag: "Ok" } }],
    [Schema.Null, "null: ", "null", null],
    [Schema.Literals(["Bug", "question"]), "Bug, question: ", "bug", "Bug"],
    [Schema.Literals(["bug", "question"]), "bug, question: ", '"bug"', "bug"]
  ]
  it.effect.each(prompts)("says what can be given: %#", ([decision, prompt, answer, decided]) =>
    Effect.gen(function* () {
      const { bound } = yield* suspended(decision)
      const { asked, there } = person(answer)
      const { err, out, status } = yield* there(call(["decide", "approval"], bound))
      assert.strictEqual(status, 0, err)
      assert.deepStrictEqual(asked, [prompt])
      assert.include(out, `approval is decided: ${JSON.stringify(decided)}\n`)
    }).pipe(inFolder)
  )

  const Rated = Schema.Struct({
    stars: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 5 })),
    by: Schema.NonEmptyString,
    note: Schema.optionalKey(Schema.String)
  })
  it.effect("is asked again at once where the answer does not do", () =>
    Effect.gen(function* () {
      const { bound } = yield* suspended(Rated)
      const { asked, there } = person("9", "five", "5", "me", "")
      const { err, out, status } = yield* there(call(["decide", "approval"], bound))
      assert.strictEqual(status, 0, err)
      const stars = "stars (an integer): "
      assert.deepStrictEqual(asked, [stars, stars, stars, "by: ", "note (may be left empty): "])
      assert.match(err, /5/)
      assert.include(out, '{"stars":5,"by":"me"}')
    }).pipe(inFolder)
  )

  it.effect("takes the whole decision as JSON at any time", () =>
    Effect.gen(function* () {
      const { bound } = yield* suspended(Rated)
      for (const answers of [['{"stars": 4, "by": "me"}'], ["3", '{"stars": 4, "by": "me"}']]) {
        const { asked, there } = person(...answers)
        const { err, out, status } = yield* there(call(["decide", "approval"], bound))
        assert.strictEqual(status, 0, err)
        assert.strictEqual(asked.length, answers.length)
        assert.include(out, '{"stars":4,"by":"me"}')
      }
    }).pipe(inFolder)
  )

  it.effect("says of a whole decision what is wrong with it, and asks again", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "A shelf")
      yield* call(["run", "doc.md"], asking)
      const { asked, there } = person('{"aproved": true}', '{"approved": 1}', "yes", '{"approved": false}')
      const { err, out, status } = yield* there(call(["decide", "approval"], asking))
      assert.strictEqual(status, 0, err)
      assert.include(err, "approved")
      assert.strictEqual(asked.length, 4)
      assert.include(out, '{"approved":false}')
    }).pipe(inFolder)
  )

  it.effect("asks all again where the fields do not go together", () =>
    Effect.gen(function* () {
      const Range = Schema.Struct({ from: Schema.Int, to: Schema.Int }).check(
        Schema.makeFilter(({ from, to }) => (from < to ? undefined : "from comes before to"))
      )
      const { bound } = yield* suspended(Range)
      const { asked, there } = person("5", "1", "1", "5")
      const { err, status } = yield* there(call(["decide", "approval"], bound))
      assert.strictEqual(status, 0, err)
      assert.include(err, "from comes before to")
      assert.strictEqual(asked.length, 4)
    }).pipe(inFolder)
  )
})
