import { writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { asking, askingFor, askingTwice, person, slowPerson } from "../../support/asking.ts"
import { call, inFolder } from "../../support/commandLine.ts"

/** A folder with a run that waits for a decision, and its id. */
const suspended = Effect.fnUntraced(function* (bound = asking) {
  writeFileSync("doc.md", "A shelf")
  const { out } = yield* call(["run", "doc.md", "--json"], bound)
  const { run }: { readonly run: string } = JSON.parse(out)
  return run
})

const shown = Effect.fnUntraced(function* (path: string, bound = asking) {
  return (yield* call(["show", path], bound)).out.trimEnd()
})

describe("run", () => {
  it.effect("ends with status 4 where a decision is missing, and tells the question and what decides it", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "A shelf")
      const { err, out, status } = yield* call(["run", "doc.md", "--out", "o"], asking)
      assert.strictEqual(status, 4)
      assert.match(out, /^SUSPENDED in .*: 2 steps run/)
      assert.match(out, /\nwaits for a decision: approval\n {2}title: A shelf\n {2}parts: \["one","two"\]\n/)
      assert.match(out, /\n {2}node asking\.ts decide \S+ approval VALUE {2}.*"approved": true\|false/)
      assert.match(
        err,
        /suspended: it waits for a decision: "approval"\n.*asking\.ts decide \S+ approval VALUE.*resume/
      )
      assert.strictEqual(yield* shown("other"), "A shelf")
    }).pipe(inFolder)
  )

  it.effect("tells a script the questions, and what decides them", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "A shelf")
      const { out, status } = yield* call(["run", "doc.md", "--json"], asking)
      const { error, run, undecided, ...document } = JSON.parse(out)
      const fix = `node asking.ts decide ${run} approval VALUE`
      assert.deepStrictEqual([status, document.status], [4, "SUSPENDED"])
      assert.deepStrictEqual(undecided, [
        { path: "approval", question: { title: "A shelf", parts: ["one", "two"] }, fix }
      ])
      assert.deepStrictEqual([error.code, error.target, error.fix], ["Undecided", "approval", fix])
      const standing = JSON.parse((yield* call(["status", "--json"], asking)).out)
      assert.deepStrictEqual(standing.undecided, undecided)
      assert.strictEqual(standing.error.fix, fix)
    }).pipe(inFolder)
  )

  it.effect("cuts a long question short", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", `${"word ".repeat(100)}\n`.repeat(100))
      const { out } = yield* call(["run", "doc.md"], askingFor(Schema.Boolean))
      assert.isBelow(out.split("\n").length, 12)
      assert.isTrue(out.split("\n").every((line) => line.length <= 120))
      assert.include(out, "…")
    }).pipe(inFolder)
  )

  it.effect("asks a person who is there when all else is done, and goes on with the decision", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "A shelf")
      const { asked, there } = person("yes", "with care")
      const { err, out, status } = yield* there(call(["run", "doc.md"], asking))
      assert.strictEqual(status, 0, err)
      assert.match(out, /^COMPLETED in .*: 3 steps run/)
      assert.match(err, /approval waits for a decision:\n {2}title: A shelf\n/)
      assert.deepStrictEqual(asked, ["approved (yes/no): ", "note (may be left empty): "])
      assert.strictEqual(yield* shown("build"), "built, with care")
      assert.deepStrictEqual(JSON.parse(yield* shown("approval")), { approved: true, note: "with care" })
    }).pipe(inFolder)
  )

  it.effect("goes on with what was decided elsewhere while a person thought", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "A shelf")
      const { there } = slowPerson(Effect.ignore(call(["decide", "approval", "no"], asking)), "yes", "with care")
      const { err, status } = yield* there(call(["run", "doc.md"], asking))
      assert.strictEqual(status, 0, err)
      assert.include(err, 'approval was decided meanwhile: {"approved":false}')
      assert.deepStrictEqual(JSON.parse(yield* shown("approval")), { approved: false })
    }).pipe(inFolder)
  )

  it.effect("leaves the run suspended where nothing is answered, and asks of each gate once", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "A shelf")
      const { asked, there } = person("", "yes")
      const { err, out, status } = yield* there(call(["run", "doc.md"], askingTwice))
      assert.strictEqual(status, 4, err)
      assert.deepStrictEqual(asked, ["yes or no: ", "yes or no: "])
      assert.include(out, "waits for a decision: first")
      assert.notInclude(out, "waits for a decision: second")
      const resumed = yield* there(call(["resume"], askingTwice))
      assert.strictEqual(resumed.status, 4)
    }).pipe(inFolder)
  )

  it.effect("asks nobody with --no-input and for a script", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "A shelf")
      const { asked, there } = person("yes", "")
      for (const args of [
        ["run", "doc.md", "--json"],
        ["run", "doc.md", "--no-input"],
        ["resume", "--no-input"]
      ]) {
        assert.strictEqual((yield* there(call(args, asking))).status, 4)
      }
      assert.deepStrictEqual(asked, [])
      assert.strictEqual((yield* there(call(["resume"], asking))).status, 0)
    }).pipe(inFolder)
  )
})

describe("decide", () => {
  it.effect("decides a gate, and says what runs then and how to go on", () =>
    Effect.gen(function* () {
      const run = yield* suspended()
      const { err, out, status } = yield* call(["decide", run, "approval", '{"approved": true}'], asking)
      assert.strictEqual(status, 0, err)
      assert.strictEqual(out, 'approval is decided: {"approved":true}\nwill run with `resume`: build\n')
      assert.include(err, `go on with: node asking.ts resume ${run}`)
      const standing = JSON.parse((yield* call(["status", "--json"], asking)).out)
      assert.notProperty(standing, "error")
      assert.notProperty(standing, "undecided")
      assert.strictEqual((yield* call(["resume"], asking)).status, 0)
      assert.strictEqual(yield* shown("build"), "built, no note")
    }).pipe(inFolder)
  )

  it.effect("takes the run used last, and prints a document", () =>
    Effect.gen(function* () {
      const run = yield* suspended(askingTwice)
      const { err, out, status } = yield* call(["decide", "second", "no", "--json"], askingTwice)
      assert.strictEqual(status, 0, err)
      assert.deepStrictEqual(JSON.parse(out), {
        run,
        path: "second",
        decision: false,
        pending: [],
        perhaps: [],
        undecided: ["first"]
      })
      const told = yield* call(["decide", "latest", "second", "yes"], askingTwice)
      assert.include(told.out, "waits for a decision: first\n")
    }).pipe(inFolder)
  )

  const Kinds = Schema.Literals(["bug", "question"])
  const forms: ReadonlyArray<readonly [Schema.Codec<unknown, unknown>, string, unknown]> = [
    [Schema.Boolean, "true", true],
    [Schema.Boolean, "no", false],
    [Kinds, "bug", "bug"],
    [Kinds, '"question"', "question"],
    [Schema.String, "as it is", "as it is"],
    [Schema.String, "true", "true"],
    [Schema.Finite, "3", 3],
    [Schema.Array(Schema.String), '["a"]', ["a"]],
    [Schema.Struct({ approved: Schema.Boolean }), "yes", { approved: true }],
    [Schema.Struct({ kind: Kinds, note: Schema.optionalKey(Schema.String) }), "bug", { kind: "bug" }],
    [Schema.Struct({ text: Schema.String }), '{"text": "t"}', { text: "t" }],
    [Schema.Struct({ text: Schema.String }), "@given.txt", { text: "from a file" }],
    [Schema.Struct({ a: Schema.Finite, b: Schema.Finite }), "@given.json", { a: 1, b: 2 }],
    [Schema.String, "@given.txt", "from a file"]
  ]
  it.effect.each(forms)("takes JSON, a plain answer or a file: %#", ([decision, given, decided]) =>
    Effect.gen(function* () {
      writeFileSync("given.txt", "from a file")
      writeFileSync("given.json", '{"a": 1, "b": 2}')
      const bound = askingFor(decision)
      yield* suspended(bound)
      const { err, out, status } = yield* call(["decide", "approval", given, "--json"], bound)
      assert.strictEqual(status, 0, err)
      assert.deepStrictEqual(JSON.parse(out).decision, decided)
    }).pipe(inFolder)
  )

  it.effect("refuses what it cannot do, and says what can be given", () =>
    Effect.gen(function* () {
      const run = yield* suspended()
      const shape = '{"approved": true|false, "note"?: "…"}'
      for (const [args, ...said] of [
        [[], "PATH is missing", "approval"],
        [[run], "PATH is missing", "approval"],
        [["approval"], "VALUE is missing", shape],
        [[run, "approval"], "VALUE is missing", shape],
        [["aproval", "true"], "no gate has this path", '"approval"'],
        [["design", "true"], "no gate has this path", "approval"],
        [["approval", "maybe"], "approval", shape],
        [["approval", '{"approved": 1}'], "approved", shape],
        [["approval", '{"approved"'], "JSON", shape],
        [["approval", "@none.json"], "there is no file none.json"],
        [["approval", ""], "approval", shape]
      ] as ReadonlyArray<readonly [ReadonlyArray<string>, ...ReadonlyArray<string>]>) {
        const { err, status } = yield* call(["decide", ...args], asking)
        assert.strictEqual(status, 2, `${args.join(" ")}: ${err}`)
        for (const words of said) assert.include(err, words, args.join(" "))
      }
      assert.include((yield* call(["plan"], asking)).out, "decide   approval")
    }).pipe(inFolder)
  )

  it.effect("says what has to come first where the question is not known yet", () =>
    Effect.gen(function* () {
      yield* suspended()
      yield* call(["set", "input", "doc.md"], asking)
      const { err, status } = yield* call(["decide", "build", "true"], asking)
      assert.deepStrictEqual([status, err.includes("no gate has this path")], [2, true])
    }).pipe(inFolder)
  )

  it.effect("shows a person the question and asks field by field, again where an answer does not do", () =>
    Effect.gen(function* () {
      yield* suspended()
      const { asked, there } = person("maybe", "n", "")
      const { err, out, status } = yield* there(call(["decide", "approval"], asking))
      assert.strictEqual(status, 0, err)
      assert.include(err, "title: A shelf")
      assert.include(err, 'neither yes nor no: "maybe"')
      assert.deepStrictEqual(asked, ["approved (yes/no): ", "approved (yes/no): ", "note (may be left empty): "])
      assert.match(out, /^approval is decided: {"approved":false}\n/)
    }).pipe(inFolder)
  )

  it.effect("leaves a gate as it is where a person answers nothing", () =>
    Effect.gen(function* () {
      yield* suspended()
      const { err, status } = yield* person("").there(call(["decide", "approval"], asking))
      assert.strictEqual(status, 4)
      assert.include(err, "approval is left undecided")
      assert.include((yield* call(["plan"], asking)).out, "decide   approval")
    }).pipe(inFolder)
  )
})

describe("step", () => {
  it.effect("says of a gate that it waits, with what decides it, and asks anew with --force", () =>
    Effect.gen(function* () {
      const run = yield* suspended()
      const waiting = yield* call(["step", "approval"], asking)
      assert.deepStrictEqual([waiting.status, waiting.out], [4, ""])
      assert.include(waiting.err, `decide with \`node asking.ts decide ${run} approval VALUE\``)
      yield* call(["decide", "approval", "yes"], asking)
      const kept = yield* call(["step", "approval"], asking)
      assert.deepStrictEqual([kept.status, JSON.parse(kept.out)], [0, { approved: true }])
      const again = yield* call(["step", "approval", "--force", "--json"], asking)
      assert.strictEqual(again.status, 4, again.err)
      const { error } = JSON.parse(again.out)
      assert.deepStrictEqual([error.code, error.fix], ["Undecided", `node asking.ts decide ${run} approval VALUE`])
      assert.include((yield* call(["plan"], asking)).out, "decide   approval")
      assert.match(
        (yield* call(["status"], asking)).out,
        /\n\? approval +waits for a decision: a new result was asked for\n/
      )
    }).pipe(inFolder)
  )
})

describe("show", () => {
  it.effect("shows what a gate asks with --prompt, and says that it waits", () =>
    Effect.gen(function* () {
      const run = yield* suspended()
      const { err, status } = yield* call(["show", "approval"], asking)
      assert.strictEqual(status, 2)
      assert.include(
        err,
        `approval waits for a decision: decide it with \`node asking.ts decide ${run} approval VALUE\``
      )
      const question = { title: "A shelf", parts: ["one", "two"] }
      assert.deepStrictEqual(JSON.parse(yield* prompt("approval")), question)
      yield* call(["decide", "approval", "yes"], asking)
      assert.deepStrictEqual(JSON.parse(yield* prompt("approval")), question)
      yield* call(["fork", "approval", "--run", "second"], asking)
      assert.deepStrictEqual(JSON.parse(yield* prompt("approval")), question)
    }).pipe(inFolder)
  )
})

const prompt = Effect.fnUntraced(function* (path: string) {
  return (yield* call(["show", path, "--prompt"], asking)).out
})
