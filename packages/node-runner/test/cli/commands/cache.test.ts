import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { assert, describe, it } from "@effect/vitest"
import { LlmClient } from "@stepwright/core"
import { Effect, Layer } from "effect"
import type { Loaded } from "../../../src/cli/module/workflowModule.ts"
import { call, inFolder } from "../../support/commandLine.ts"
import { saying } from "../../support/saying.ts"

/** A program whose client says whom it asks, and what was asked of that. */
const provided = (model = "m") => {
  const asked: Array<string> = []
  const client = LlmClient.make(({ metadata }) => {
    asked.push(metadata.path)
    return Effect.succeed({ text: "said", finishReason: "stop", usage: {} })
  })
  const identify = () => ({ provider: "p", model })
  const layer = Layer.succeed(LlmClient.LlmClient, { ...client, identify }) as Layer.Layer<never>
  const bound: Loaded = { ...saying(), layer }
  return { bound, take: () => asked.splice(0).length }
}

const started = (bound: Loaded, ...flags: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    writeFileSync("doc.md", "Say it.")
    const called = yield* call(["run", "doc.md", ...flags], bound)
    assert.strictEqual(called.status, 0, called.err)
    return called.out
  })

describe("the cache of a folder of runs", () => {
  it.effect("answers a second run, which says so, and of which run it has what", () =>
    Effect.gen(function* () {
      const { bound, take } = provided()
      const first = yield* started(bound)
      assert.strictEqual(take(), 4)
      assert.notInclude(first, "from the cache")
      const { out: id } = yield* call(["status", "--json"], bound)
      const { run } = JSON.parse(id)
      const second = yield* started(bound)
      assert.strictEqual(take(), 0)
      assert.match(second, /^COMPLETED in .*: 0 steps run, 0 reused, 4 from the cache\n/)
      const { out: events } = yield* call(["show", "first", "--events"], bound)
      assert.match(events, new RegExp(`StepSucceeded +first +from the cache, made by run ${run}\n`))
      const { out: status } = yield* call(["status"], bound)
      assert.include(status, `from the cache, made by run ${run}`)
      const { steps } = JSON.parse((yield* call(["status", "--json"], bound)).out)
      assert.deepInclude(steps[0], { path: "first", by: "cache", madeFor: run })
    }).pipe(inFolder)
  )

  it.effect("answers nobody but the person whose runs filled it, as it may have come with a clone", () =>
    Effect.gen(function* () {
      const { bound, take } = provided()
      yield* started(bound)
      take()
      const { XDG_CONFIG_HOME } = process.env
      const other = mkdtempSync(join(tmpdir(), "stepwright-home-"))
      process.env["XDG_CONFIG_HOME"] = other
      yield* Effect.ensuring(
        Effect.gen(function* () {
          yield* started(bound)
          assert.strictEqual(take(), 4)
          // where no secret can be kept there is none
          process.env["XDG_CONFIG_HOME"] = join(other, "stepwright/key")
          yield* started(bound)
          assert.strictEqual(take(), 4)
        }),
        Effect.sync(() => {
          process.env["XDG_CONFIG_HOME"] = XDG_CONFIG_HOME
          rmSync(other, { recursive: true })
        })
      )
    }).pipe(inFolder)
  )

  it.effect("is foretold by plan, asked by step, and left alone where that is forced", () =>
    Effect.gen(function* () {
      const { bound, take } = provided()
      yield* started(bound)
      const { run } = JSON.parse((yield* call(["status", "--json"], bound)).out)
      writeFileSync("state.json", (yield* call(["show", run, "--at", "1", "--json"], bound)).out)
      const { state } = JSON.parse(readFileSync("state.json", "utf8"))
      writeFileSync("state.json", JSON.stringify(state))
      yield* call(["import", "state.json"], bound)
      take()
      const { out: plan } = yield* call(["plan"], bound)
      assert.match(plan, new RegExp(`^reuse +first +cache, made by run ${run}\n`))
      const stepped = yield* call(["step", "first"], bound)
      assert.deepStrictEqual([stepped.out, take()], ["said\n", 0])
      assert.include(stepped.err, `first: from the cache, made by run ${run}; --force makes a new one`)
      yield* call(["step", "first", "--force"], bound)
      assert.strictEqual(take(), 1)
    }).pipe(inFolder)
  )

  it.effect(
    "is not asked with --no-cache, which a run remembers, nor for another model or while a cassette records",
    () =>
      Effect.gen(function* () {
        const { bound, take } = provided()
        yield* started(bound, "--no-cache")
        assert.strictEqual(take(), 4)
        assert.isFalse(JSON.parse(readFileSync(`.stepwright/runs/${yield* latest(bound)}/run.json`, "utf8")).cache)
        yield* started(bound)
        assert.strictEqual(take(), 4)
        yield* started(bound, "--no-cache")
        assert.strictEqual(take(), 4)
        yield* started(bound, "--record", "tape")
        assert.strictEqual(take(), 4)
        const other = provided("another")
        yield* started(other.bound)
        assert.strictEqual(other.take(), 4)
        // nobody knows who answers for a client that does not say it
        const mock = saying("mock")
        yield* started(mock)
        assert.notInclude(yield* started(mock), "from the cache")
      }).pipe(inFolder)
  )

  it.effect("is where stepwright.yaml says, or nowhere, unless a flag says otherwise", () =>
    Effect.gen(function* () {
      const { bound, take } = provided()
      writeFileSync("stepwright.yaml", "cache: {folder: kept, size: 1 MB}\n")
      yield* started(bound)
      assert.isFalse(existsSync(".stepwright/cache"))
      assert.include((yield* call(["gc"], bound)).out, "4 results for other runs in kept, ")
      yield* started(bound)
      assert.strictEqual(take(), 4)
      writeFileSync("stepwright.yaml", "cache: false\n")
      yield* started(bound)
      yield* started(bound)
      assert.strictEqual(take(), 8)
      yield* started(bound, "--cache")
      yield* started(bound, "--cache")
      assert.strictEqual(take(), 4)
    }).pipe(inFolder)
  )

  it.effect("is told by gc, and may be deleted", () =>
    Effect.gen(function* () {
      const { bound, take } = provided()
      assert.notInclude((yield* call(["gc"], bound)).out, "for other runs")
      yield* started(bound)
      take()
      assert.match((yield* call(["gc"], bound)).out, /^4 results for other runs in \.stepwright\/cache, \d/m)
      const { cache } = JSON.parse((yield* call(["gc", "--json"], bound)).out)
      assert.deepInclude(cache, { entries: 4, removed: { entries: 0, bytes: 0 } })
      rmSync(".stepwright/cache", { recursive: true })
      yield* started(bound)
      assert.strictEqual(take(), 4)
    }).pipe(inFolder)
  )
})

const latest = (bound: Loaded) =>
  Effect.map(call(["status", "--json"], bound), ({ out }): string => JSON.parse(out).run)
