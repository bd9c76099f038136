import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { call, inFolder } from "../../support/commandLine.ts"
import { delivered, withoutBye, write } from "../../support/delivered.ts"

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
