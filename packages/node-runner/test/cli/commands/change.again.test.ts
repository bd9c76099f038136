import { readFileSync, rmSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import type { ChangeWorkflow } from "@stepwright/steps"
import { Effect } from "effect"
import { call, inFolder } from "../../support/commandLine.ts"
import { delivered, documents, withoutBye, write } from "../../support/delivered.ts"

/** A run `made`, and one `second` which is to change it, as nobody asks for `bye()` any more. */
const begun = Effect.gen(function* () {
  yield* delivered()
  write("docs/more.md", "It ends.")
  const { err, status } = yield* call(["change", "docs/more.md", "--run", "second"])
  assert.strictEqual(status, 0, err)
})

describe("a run that was changed by another", () => {
  it.effect("is not gone on with once that has delivered into the same folder", () =>
    Effect.gen(function* () {
      yield* begun
      yield* withoutBye("second")
      write("PRD.md", "It begins.")
      const refusal = "run made was changed by run second, which delivers into the same folder: "
      for (const [command = "", ...args] of [
        ["resume"],
        ["step", "requirement"],
        ["set", "input", "PRD.md"],
        ["decide", "requirement", "yes"],
        ["change", "PRD.md"]
      ]) {
        const { err, status } = yield* call([command, "made", ...args])
        assert.strictEqual(status, 2, command)
        const fix = command === "change" ? "change that, by `stepwright change second FILE`" : "go on with that"
        assert.include(err, `${refusal}${fix}, or remove it`)
      }
      assert.strictEqual((yield* call(["change", "second", "PRD.md"])).status, 0)
    }).pipe(inFolder)
  )

  it.effect("is gone on with until then, and where that delivers elsewhere or is gone", () =>
    Effect.gen(function* () {
      yield* begun
      const goneOnWith = Effect.map(call(["set", "made", "input", "PRD.md"]), ({ status }) => status === 0)
      assert.isTrue(yield* goneOnWith)
      yield* withoutBye("second")
      assert.isFalse(yield* goneOnWith)
      const file = ".stepwright/runs/second/run.json"
      const settings = readFileSync(file, "utf8")
      write(file, settings.replace("out/made", "out/second"))
      assert.isTrue(yield* goneOnWith)
      write(file, settings)
      assert.isFalse(yield* goneOnWith)
      yield* call(["rm", "second", "--yes"])
      assert.isTrue(yield* goneOnWith)
    }).pipe(inFolder)
  )
})

describe("resume of a change", () => {
  const resumed = call(["resume", "second", "--relay", "answers", "--max-calls", "0"])
  const begunFrom = Effect.map(call(["export", "second"]), ({ out }): ChangeWorkflow.Input => JSON.parse(out).input)

  it.effect("of which nothing is done yet goes on from files as they are by then", () =>
    Effect.gen(function* () {
      const names = { path: "data/names.csv", text: "Ann\n" }
      yield* delivered(documents, { samples: [names, { path: "data/new.csv", text: "Bea\n" }] })
      write("docs/more.md", "It ends.")
      yield* call(["change", "docs/more.md", "--run", "second"])
      write("out/made/greet/hello.py", "# mine\n")
      write("out/made/data/names.csv", "Ann\nBob\n")
      rmSync("out/made/tests/test_hello.py")
      const first = yield* resumed
      assert.strictEqual(first.status, 4, first.err)
      assert.include(first.err, "edited since; the change goes on from these: greet/hello.py, data/names.csv\n")
      assert.include(first.err, "gone since, and written again: tests/test_hello.py\n")
      const { previous, samples } = yield* begunFrom
      assert.strictEqual(previous.code["greet/hello.py"], "# mine\n")
      assert.deepStrictEqual(previous.edited, ["greet/hello.py", "data/names.csv"])
      assert.deepStrictEqual(
        samples.map(({ text }) => text),
        ["Ann\nBob\n", "Bea\n"]
      )
      write("out/made/greet/hello.py", "# later\n")
      const second = yield* resumed
      assert.notInclude(second.err, "edited since")
      assert.strictEqual((yield* begunFrom).previous.code["greet/hello.py"], "# mine\n")
    }).pipe(inFolder)
  )

  it.effect("is refused where another one has changed the same run meanwhile", () =>
    Effect.gen(function* () {
      yield* begun
      yield* call(["change", "made", "docs/more.md", "--run", "third"])
      yield* withoutBye("third")
      const { err, status } = yield* resumed
      assert.strictEqual(status, 2)
      assert.include(err, "run made was changed by run third, which delivers into the same folder")
      assert.include(err, "change that, by `stepwright change third FILE`, and remove run second")
    }).pipe(inFolder)
  )
})

describe("change of a change", () => {
  it.effect("which has changed nothing yet, is one of the run that it is a change of", () =>
    Effect.gen(function* () {
      yield* begun
      write("docs/more.md", "It ends well.")
      const { err, out, status } = yield* call(["change", "docs/more.md", "--run", "third", "--json"])
      assert.strictEqual(status, 0, err)
      assert.include(err, "run second, which has changed nothing yet, is left; from run made\n")
      assert.strictEqual(JSON.parse(out).origin, "made")
      const named = yield* call(["change", "second", "docs/more.md"])
      assert.strictEqual(named.status, 2)
      assert.include(
        named.err,
        "run second has made no project yet: go on with it first, by `resume`, or leave it: `stepwright change made FILE`, and `stepwright rm second`"
      )
    }).pipe(inFolder)
  )
})
