import { writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Step, Workflow } from "@stepwright/core"
import { Effect, Schema } from "effect"
import type { Loaded } from "../../../src/cli/module/workflowModule.ts"
import { asking, askingFirst, askingInRounds, program } from "../../support/asking.ts"
import { call, inFolder } from "../../support/commandLine.ts"

const Text = Schema.Struct({ text: Schema.String })
const code = (name: string) =>
  Step.effect(name, { input: Schema.String, output: Schema.String, run: (text) => Effect.succeed(text) })

const item = Workflow.make("item", { input: Schema.String }).pipe(
  Workflow.bind("size", code("size"), "input"),
  Workflow.gate("ok", { question: Schema.String, input: "size", decision: Schema.Boolean })
)

/** Items with keys of all kinds, which are known once their list is there, and a step after them. */
const listing = program(
  Workflow.make("listing", { input: Text }).pipe(
    Workflow.bind(
      "list",
      Step.effect("list", {
        input: Text,
        output: Schema.Array(Schema.String),
        run: ({ text }) => Effect.succeed(text.trim().split("|"))
      }),
      "input"
    ),
    Workflow.forEach("each", item, { items: "list", key: (key) => key, input: "item" }),
    Workflow.bind("last", code("last"), ({ each }) => each.map(({ ok, size }) => `${size} ${ok}`).join())
  )
)

const started = Effect.fnUntraced(function* (bound: Loaded, text = "A shelf") {
  writeFileSync("doc.md", text)
  const { out } = yield* call(["run", "doc.md", "--json"], bound)
  const { run }: { readonly run: string } = JSON.parse(out)
  return run
})

const refused = Effect.fnUntraced(function* (bound: Loaded, ...args: ReadonlyArray<string>) {
  const { err, status } = yield* call(args, bound)
  assert.strictEqual(status, 2, `${args.join(" ")}: ${err}`)
  return err
})

describe("what a gate is needed for", () => {
  it.effect("is said with the command that decides it", () =>
    Effect.gen(function* () {
      const run = yield* started(askingInRounds)
      writeFileSync("true.json", "true")
      const fix = `decide that first, with \`node asking.ts decide ${run} rounds/1/look VALUE\``
      for (const args of [
        ["decide", "publish", "yes"],
        ["step", "publish"],
        ["set", "publish", "true.json"],
        ["decide", "rounds/2/look", "done"]
      ]) {
        const err = yield* refused(askingInRounds, ...args)
        assert.include(err, `it needs the decision of "rounds/1/look", which has none yet: ${fix}`, args.join(" "))
      }
      const { error } = JSON.parse((yield* call(["decide", "publish", "yes", "--json"], askingInRounds)).out)
      assert.include(error.fix, `node asking.ts decide ${run} rounds/1/look VALUE`)
      assert.include(yield* refused(asking, "step", (yield* started(asking)) && "build"), 'the decision of "approval"')
    }).pipe(inFolder)
  )

  it.effect("is said where that hangs on something else itself", () =>
    Effect.gen(function* () {
      const run = yield* started(askingInRounds)
      yield* call(["decide", "rounds/1/look", "again"], askingInRounds)
      const err = yield* refused(askingInRounds, "decide", "publish", "yes")
      assert.include(err, 'it needs the decision of "rounds/2/look", which is not asked yet: ')
      assert.include(err, `go on with \`node asking.ts resume ${run}\``)
      const step = yield* refused(askingInRounds, "decide", "rounds/2/look", "done")
      assert.include(step, 'it needs the result of "rounds/2/revised", which has none yet; run that step first')
    }).pipe(inFolder)
  )
})

describe("a path that can never be", () => {
  it.effect("of a round or a sample is told with how many there are", () =>
    Effect.gen(function* () {
      yield* started(askingInRounds)
      for (const round of ["7", "4", "0", "x", "01", "-1"]) {
        for (const command of [
          ["decide", `rounds/${round}/look`, "done"],
          ["step", `rounds/${round}/revised`]
        ]) {
          const err = yield* refused(askingInRounds, ...command)
          assert.include(err, "no step has this path; the rounds of rounds are numbered from 1 to at most 3", round)
        }
      }
      assert.include(yield* refused(askingInRounds, "decide", "rounds/3/look", "done"), "it needs the decision of")
      const bound = askingFirst(10)
      yield* started(bound)
      assert.include(yield* refused(bound, "step", "tries/11"), "the samples of tries are numbered from 1 to 10")
    }).pipe(inFolder)
  )

  it.effect("has a * in it", () =>
    Effect.gen(function* () {
      yield* started(askingInRounds)
      for (const command of [
        ["decide", "rounds/*/look", "done"],
        ["step", "rounds/*/look"],
        ["show", "rounds/*/look"]
      ]) {
        const err = yield* refused(askingInRounds, ...command)
        assert.match(err, /rounds\/\*\/look: no step has this path; it stands for every item.*rounds\/1\/look/)
      }
      yield* started(listing, "a|*")
      assert.strictEqual((yield* call(["show", "each/%2A/size"], listing)).out, "*\n")
      assert.strictEqual((yield* call(["show", "each/*/size"], listing)).out, "*\n")
    }).pipe(inFolder)
  )
})

describe("the paths that are suggested", () => {
  const listed = (err: string) => /[Tt]here are ([^;]*?)\n/.exec(err)?.[1]?.split(", ") ?? []

  it.effect("are such as can be typed", () =>
    Effect.gen(function* () {
      for (const [bound, text] of [
        [askingInRounds, "x"],
        [askingFirst(2), "x"],
        [listing, "a/b.py|c d|e, f|*|%|"]
      ] as const) {
        yield* started(bound, text)
        const suggested = new Set<string>()
        for (const command of ["step", "fork", "show"]) {
          const paths = listed(yield* refused(bound, command, "nowhere/at/all"))
          assert.isAbove(paths.length, 1)
          for (const path of paths) suggested.add(path)
        }
        for (const path of suggested) {
          const { err } = yield* call(["step", path], bound)
          assert.notInclude(err, "no step has this path", path)
          assert.notInclude(path, "*")
          assert.notInclude(path, "KEY")
        }
      }
    }).pipe(inFolder)
  )

  it.effect("are none of items and ways that the run does not come by any more", () =>
    Effect.gen(function* () {
      yield* started(listing, "a|b")
      writeFileSync("doc.md", "b")
      yield* call(["set", "input", "doc.md"], listing)
      yield* call(["resume"], listing)
      const err = yield* refused(listing, "step", "each/c/size")
      assert.include(err, 'did you mean "each/b/size"?')
      assert.notInclude(err, "each/a")
      yield* started(askingInRounds)
      yield* call(["decide", "rounds/1/look", "done"], askingInRounds)
      yield* call(["decide", "publish", "no"], askingInRounds)
      yield* call(["resume"], askingInRounds)
      const way = yield* refused(askingInRounds, "step", "end/treu")
      assert.deepStrictEqual([way.includes("end/false"), way.includes("end/true")], [true, false])
      assert.include(yield* refused(askingInRounds, "step", "end/true"), "end/true: the run does not come by this step")
    }).pipe(inFolder)
  )

  it.effect("are none of items that are not known", () =>
    Effect.gen(function* () {
      yield* started(listing, "a")
      writeFileSync("doc.md", "b")
      yield* call(["set", "input", "doc.md"], listing)
      const err = yield* refused(listing, "step", "lats")
      assert.include(err, 'did you mean "last"?')
      for (const word of ["KEY", "*"]) assert.notInclude(err, word)
    }).pipe(inFolder)
  )

  it.effect("are gates where one is to be decided", () =>
    Effect.gen(function* () {
      yield* started(listing, "a/b.py|c")
      const err = yield* refused(listing, "decide", "eech/c/ok", "yes")
      assert.include(err, 'no gate has this path; did you mean "each/c/ok"?: name one of each/c/ok, each/a%2Fb.py/ok')
      yield* call(["decide", "each/c/ok", "yes"], listing)
      yield* call(["decide", "each/a/b.py/ok", "yes"], listing)
      yield* call(["resume"], listing)
      const none = yield* refused(listing, "decide", "nowhere", "yes")
      assert.match(none, /name one of each\/(c|a%2Fb\.py)\/ok, each\/(c|a%2Fb\.py)\/ok\n/)
    }).pipe(inFolder)
  )
})

describe("a group", () => {
  it.effect("is told as one, with what is in it", () =>
    Effect.gen(function* () {
      yield* started(listing, "a/b.py|c")
      for (const [path, inside] of [
        ["each", "each/a%2Fb.py, each/c"],
        ["each/c", "each/c/size, each/c/ok"],
        ["each/a/b.py", "each/a%2Fb.py/size, each/a%2Fb.py/ok"]
      ] as const) {
        for (const command of [
          ["show", path],
          ["step", path],
          ["fork", path],
          ["set", path, "doc.md"]
        ]) {
          assert.include(yield* refused(listing, ...command), ` is a group: name one of ${inside}`, command.join(" "))
        }
        assert.include(yield* refused(listing, "decide", path, "yes"), " is a group: name one of ")
      }
    }).pipe(inFolder)
  )

  it.effect("of ways and rounds is one too, before it is come by", () =>
    Effect.gen(function* () {
      yield* started(askingInRounds)
      assert.include(yield* refused(askingInRounds, "show", "end"), "end is a group: name one of end/true, end/false")
      assert.include(yield* refused(askingInRounds, "show", "rounds"), "rounds is a group: name one of rounds/1")
      assert.include(yield* refused(askingInRounds, "show", "rounds/1"), "name one of rounds/1/revised, rounds/1/look")
    }).pipe(inFolder)
  )

  it.effect("is no step that has not started", () =>
    Effect.gen(function* () {
      yield* started(askingInRounds)
      const err = yield* refused(askingInRounds, "show", "end/true")
      assert.include(err, "end/true has no result: it has not started yet")
      assert.notInclude(err, "no step has this path")
      yield* started(listing, "a")
      assert.include(yield* refused(listing, "show", "last"), "last has no result: it has not started yet")
    }).pipe(inFolder)
  )
})
