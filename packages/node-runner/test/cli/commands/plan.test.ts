import { writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { asking, askingFor, askingForFour, person } from "../../support/asking.ts"
import { call, inFolder } from "../../support/commandLine.ts"

describe("plan", () => {
  it.effect("names what is to be decided, with its question, and what hangs on it", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "A shelf")
      yield* call(["run", "doc.md"], asking)
      const { out } = yield* call(["plan"], asking)
      const lines = out.split("\n").map((line) => line.trim().split(/ {2,}/).join("|"))
      assert.deepStrictEqual(lines.slice(0, 5), [
        "reuse|design",
        "decide|approval|it waits for a decision",
        "title: A shelf",
        'parts: ["one","two"]',
        "perhaps|build|reads approval"
      ])
      const [, gate] = JSON.parse((yield* call(["plan", "--json"], asking)).out)
      assert.deepStrictEqual(gate.question, { title: "A shelf", parts: ["one", "two"] })
    }).pipe(inFolder)
  )

  it.effect("tells many that perhaps run for one reason by the first of them, and as JSON each", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "A shelf")
      yield* call(["run", "doc.md"], askingForFour)
      const { out } = yield* call(["plan"], askingForFour)
      assert.match(out, /\nperhaps +one +reads approval, and 3 more after it\n$/)
      assert.strictEqual(JSON.parse((yield* call(["plan", "--json"], askingForFour)).out).length, 5)
    }).pipe(inFolder)
  )

  it.effect("cuts a long question short", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", `${"word ".repeat(100)}\n`.repeat(100))
      const bound = askingFor(Schema.Boolean)
      yield* call(["run", "doc.md"], bound)
      const { out } = yield* call(["plan"], bound)
      assert.strictEqual(out.trimEnd().split("\n").length, 7)
      assert.isTrue(out.split("\n").every((line) => line.length <= 120))
      assert.isTrue(out.trimEnd().endsWith("…"))
    }).pipe(inFolder)
  )

  it.effect("has the reason for which a gate waits again, and so has who is asked", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "A shelf")
      const before = askingFor(Schema.Boolean)
      yield* call(["run", "doc.md"], before)
      yield* call(["decide", "approval", "yes"], before)
      const after = askingFor(Schema.String)
      const [{ action, why }] = JSON.parse((yield* call(["plan", "--json"], after)).out)
      assert.strictEqual(action, "decide")
      const reason = why.replace("it waits for a decision", "")
      assert.match((yield* call(["status"], after)).out, new RegExp(`\n\\? approval +waits for a decision`))
      assert.include((yield* call(["status"], after)).out, `waits for a decision${reason}`)
      const { err } = yield* person("").there(call(["decide", "approval"], after))
      assert.include(err, `approval waits for a decision${reason}:\n  A shelf\nbefore: true\n`)
    }).pipe(inFolder)
  )
})
