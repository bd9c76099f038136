import { writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import {
  asking,
  askingAlike,
  askingFirst,
  askingFor,
  askingInRounds,
  askingNamed,
  person
} from "../../support/asking.ts"
import { call, inFolder } from "../../support/commandLine.ts"

/** A folder with a run that waits for a decision, and its id. */
const suspended = Effect.fnUntraced(function* (bound = asking) {
  writeFileSync("doc.md", "A shelf")
  const { out } = yield* call(["run", "doc.md", "--json"], bound)
  const { run }: { readonly run: string } = JSON.parse(out)
  return run
})

describe("decide, before all is decided", () => {
  it.effect("tells what runs for sure from what hangs on that, and counts the rest of a long list", () =>
    Effect.gen(function* () {
      const bound = askingFirst(10)
      yield* suspended(bound)
      const { out } = yield* call(["decide", "first", "a"], bound)
      assert.strictEqual(
        out,
        'first is decided: "a"\nwill run with `resume`: after\nwaits for a decision: second\n' +
          "perhaps then: tries/1, tries/2, tries/3 and 7 more that hang on these\n"
      )
      const { pending, perhaps, undecided } = JSON.parse((yield* call(["decide", "first", "b", "--json"], bound)).out)
      assert.deepStrictEqual([pending, undecided, perhaps.length], [["after"], ["second"], 10])
      const last = yield* call(["decide", "second", "c"], bound)
      assert.match(last.out, /^second is decided: "c"\nwill run with `resume`: after, tries\/1, .*tries\/10\n$/)
    }).pipe(inFolder)
  )

  it.effect("tells of the rounds that may come", () =>
    Effect.gen(function* () {
      yield* suspended(askingInRounds)
      const { out } = yield* call(["decide", "rounds/1/look", "again"], askingInRounds)
      assert.match(out, /\nwill run with `resume`: rounds\/2\/revised\nperhaps then: rounds\/2\/look, /)
      const done = yield* call(["decide", "rounds/1/look", "done", "--json"], askingInRounds)
      const { pending, perhaps, undecided } = JSON.parse(done.out)
      assert.deepStrictEqual([pending, undecided, perhaps], [[], ["publish"], ["end/true", "end/false"]])
    }).pipe(inFolder)
  )

  it.effect("is told alike of a result that is set by hand", () =>
    Effect.gen(function* () {
      yield* suspended()
      yield* call(["decide", "approval", "yes"], asking)
      yield* call(["resume"], asking)
      writeFileSync("design.json", '{"title": "B", "parts": []}')
      const told = yield* call(["set", "design", "design.json"], asking)
      assert.strictEqual(
        told.out,
        "design is set from design.json\nwaits for a decision: approval\nperhaps then: build\n"
      )
      const { pending, perhaps, undecided } = JSON.parse(
        (yield* call(["set", "design", "design.json", "--json"], asking)).out
      )
      assert.deepStrictEqual([pending, perhaps, undecided], [[], ["build"], ["approval"]])
      const same = yield* call(["set", "other", "doc.md"], asking)
      assert.match(same.out, /^other is set from doc\.md\n/)
    }).pipe(inFolder)
  )
})

describe("decide, once more", () => {
  const decided = Effect.fnUntraced(function* (bound = asking, path = "approval", value = "yes") {
    const run = yield* suspended(bound)
    yield* call(["decide", path, value], bound)
    return run
  })

  it.effect("shows a person what is decided, and asks for another", () =>
    Effect.gen(function* () {
      yield* decided()
      const { asked, there } = person("no", "too large")
      const { err, out, status } = yield* there(call(["decide", "approval"], asking))
      assert.strictEqual(status, 0, err)
      assert.match(err, /approval is decided:\n {2}title: A shelf\n {2}parts: .*\nnow: {"approved":true}\n/)
      assert.strictEqual(asked.length, 2)
      assert.match(out, /^approval is decided: {"approved":false,"note":"too large"} \(was: {"approved":true}\)\n/)
    }).pipe(inFolder)
  )

  it.effect("leaves it as it is where a person answers nothing", () =>
    Effect.gen(function* () {
      yield* decided()
      const before = JSON.parse((yield* call(["export"], asking)).out)
      const { err, out, status } = yield* person("").there(call(["decide", "approval"], asking))
      assert.strictEqual(status, 0, err)
      assert.match(out, /^approval stays decided: {"approved":true}\nwill run with `resume`: build\n$/)
      assert.notInclude(err, "undecided")
      assert.deepStrictEqual(JSON.parse((yield* call(["export"], asking)).out), before)
    }).pipe(inFolder)
  )

  it.effect("replaces it for a script, and says what it was", () =>
    Effect.gen(function* () {
      yield* decided()
      const { out } = yield* call(["decide", "approval", "no", "--json"], asking)
      const document = JSON.parse(out)
      assert.deepStrictEqual([document.decision, document.replaced], [{ approved: false }, { approved: true }])
      const told = yield* call(["decide", "approval", "yes"], asking)
      assert.match(told.out, /^approval is decided: {"approved":true} \(was: {"approved":false}\)\n/)
      assert.strictEqual((yield* call(["decide", "approval"], asking)).status, 2)
    }).pipe(inFolder)
  )

  it.effect("says that the same one stands", () =>
    Effect.gen(function* () {
      yield* decided()
      const { out } = yield* call(["decide", "approval", '{"approved": true}', "--json"], asking)
      const document = JSON.parse(out)
      assert.deepStrictEqual(
        [document.decision, document.stands, "replaced" in document],
        [{ approved: true }, true, false]
      )
      assert.match((yield* call(["decide", "approval", "yes"], asking)).out, /^approval stays decided: /)
    }).pipe(inFolder)
  )

  it.effect("knows a decision that is false, or null, and one of a run that is done", () =>
    Effect.gen(function* () {
      const bound = askingFor(Schema.NullOr(Schema.Boolean))
      yield* decided(bound, "approval", "null")
      const { out } = yield* call(["decide", "approval", "no", "--json"], bound)
      assert.strictEqual(JSON.parse(out).replaced, null)
      yield* call(["resume"], bound)
      const done = yield* call(["decide", "approval", "yes", "--json"], bound)
      assert.strictEqual(JSON.parse(done.out).replaced, false)
      assert.strictEqual(JSON.parse((yield* call(["status", "--json"], bound)).out).status, "STOPPED")
    }).pipe(inFolder)
  )

  it.effect("finds it where the gate has another name by now", () =>
    Effect.gen(function* () {
      yield* decided(askingNamed("old"), "old", "yes")
      const { err, out } = yield* call(["decide", "new", "no"], askingNamed("new"))
      assert.match(out, /^new is decided: false \(was: true\)\n/, err)
    }).pipe(inFolder)
  )

  it.effect("finds it where it is that of an earlier round", () =>
    Effect.gen(function* () {
      yield* decided(askingAlike, "rounds/1/ok", "yes")
      yield* call(["resume"], askingAlike)
      const { err, out, status } = yield* call(["decide", "rounds/2/ok", "no"], askingAlike)
      assert.strictEqual(status, 0, err)
      assert.match(out, /^rounds\/2\/ok is decided: false \(was: true\)\n/)
      const stands = yield* call(["decide", "rounds/2/ok", "no", "--json"], askingAlike)
      assert.strictEqual(JSON.parse(stands.out).stands, true)
    }).pipe(inFolder)
  )

  it.effect("shows the decision that there was where another is asked for", () =>
    Effect.gen(function* () {
      yield* decided()
      yield* call(["step", "approval", "--force"], asking)
      const { there } = person("")
      const { err, status } = yield* there(call(["decide", "approval"], asking))
      assert.strictEqual(status, 4)
      assert.match(
        err,
        /approval waits for a decision.*:\n {2}title: A shelf\n {2}parts: .*\nbefore: {"approved":true}\n/
      )
      const resumed = yield* there(call(["resume"], asking))
      assert.include(resumed.err, '\nbefore: {"approved":true}\n')
      const again = yield* call(["decide", "approval", "no"], asking)
      assert.match(again.out, /^approval is decided: {"approved":false}\n/)
    }).pipe(inFolder)
  )
})
