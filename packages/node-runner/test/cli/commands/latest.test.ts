import { writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { call, inFolder } from "../../support/commandLine.ts"
import { saying } from "../../support/saying.ts"

const bound = saying()

/** A folder with a run, and its id. */
const started = Effect.gen(function* () {
  writeFileSync("doc.md", "Say it.")
  const { out } = yield* call(["run", "doc.md", "--json"], bound)
  const { run }: { readonly run: string } = JSON.parse(out)
  return run
})

describe("RUN left out", () => {
  it.effect("is the run that was used last, as `latest` is", () =>
    Effect.gen(function* () {
      const run = yield* started
      for (const args of [["plan"], ["resume"], ["export"], ["status"], ["graph"], ["show", "first"]]) {
        const left = yield* call(args, bound)
        assert.strictEqual(left.status, 0, `${args.join(" ")}: ${left.err}`)
        const [name, ...rest] = args
        const named = yield* call([name!, "latest", ...rest], bound)
        const told = ({ out }: typeof left) => out.replaceAll(/\d+ ms|\d\.\d s/g, "")
        assert.strictEqual(told(left), told(named), name)
      }
      const step = yield* call(["step", "first"], bound)
      assert.deepStrictEqual([step.status, step.out], [0, "said\n"])
      writeFileSync("mine.txt", "mine")
      const set = yield* call(["set", "first", "mine.txt"], bound)
      assert.strictEqual(set.status, 0, set.err)
      assert.include(set.err + set.out, run)
      assert.strictEqual((yield* call(["show", "first"], bound)).out, "mine\n")
    }).pipe(inFolder)
  )

  it.effect("is not guessed where a run is named and the rest is missing", () =>
    Effect.gen(function* () {
      const run = yield* started
      for (const args of [
        ["show", "latest"],
        ["step", run],
        ["set", "latest", "doc.md"],
        ["set", run, "first"]
      ]) {
        const { err, status } = yield* call(args, bound)
        assert.strictEqual(status, 2, args.join(" "))
        assert.match(err, /^stepwright: .*(PATH|FILE)/, args.join(" "))
      }
      const nothing = yield* call(["show"], bound)
      assert.strictEqual(nothing.status, 2)
      assert.match(nothing.err, /PATH.*first/)
      assert.strictEqual((yield* call(["set", "first"], bound)).status, 2)
    }).pipe(inFolder)
  )

  it.effect("says that there is none where there is none", () =>
    Effect.gen(function* () {
      for (const args of [["plan"], ["resume"], ["export"], ["status"], ["show", "first"], ["step", "first"]]) {
        const { err, status } = yield* call(args, bound)
        assert.strictEqual(status, 2)
        assert.match(err, /^stepwright: there are no runs here .*start one with `stepwright run` or `stepwright watch`/)
      }
    }).pipe(inFolder)
  )

  it.effect("lists all paths of the run where a path is unknown, the nearest first", () =>
    Effect.gen(function* () {
      yield* started
      for (const command of ["step", "show"]) {
        const { err, status } = yield* call([command, "latest", "lats"], bound)
        assert.strictEqual(status, 2)
        assert.match(err, /lats.*\blast, .*first/)
        assert.include(err, "each/a")
        assert.include(err, "each/b")
      }
    }).pipe(inFolder)
  )
})
