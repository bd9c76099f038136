import { spawn } from "node:child_process"
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger, Schema } from "effect"
import { Engine, Journal, type LlmClient, PromptTemplate, ResultCache, Step, Workflow } from "@stepwright/core"
import { ResultCacheConformance } from "@stepwright/core/testing"
import { MockLlm } from "@stepwright/llm"
import { NodeHasher, NodeResultCache } from "@stepwright/node-runner"
import { Period } from "../src/internal/cache/waiting.ts"
import { conforms } from "../../../test/support/conformance.ts"

const key = (question: string, ordinal = 0): ResultCache.Key => ({ question, ordinal })
const entry = (output: Schema.Json, path = "a"): ResultCache.Entry => ({
  output,
  by: "model",
  run: "r",
  path,
  usage: {},
  startedAt: 1,
  at: 2
})

const inFolder = <A, E>(use: (directory: string) => Effect.Effect<A, E>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "cache "))),
    (folder) => use(join(folder, "cache")),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
  )

/** Uses a cache as a process does. */
const using = <A, E>(
  directory: string,
  use: (cache: ResultCache.Service) => Effect.Effect<A, E>,
  limit?: number
): Effect.Effect<A, E> =>
  Effect.flatMap(ResultCache.ResultCache, use).pipe(
    Effect.provide(NodeResultCache.layer({ directory, ...(limit !== undefined && { limit }) }))
  )

/** The files below a folder. */
const filesIn = (directory: string) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile() && found.name !== "CACHEDIR.TAG")
    .map(({ name, parentPath }) => join(parentPath, name))

const claim = (cache: ResultCache.Service, question: string) => Effect.scoped(cache.claim(key(question)))

const until = (isTrue: () => boolean) =>
  Effect.promise(async () => {
    while (!isTrue()) {
      // oxlint-disable-next-line no-await-in-loop -- another fiber is waited for
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })

describe("NodeResultCache", () => {
  describe("as every cache", () => {
    const folder = Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "cache "))),
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
    )
    conforms(ResultCacheConformance.suite(Effect.map(folder, (directory) => NodeResultCache.layer({ directory }))))
  })

  it.live("keeps prompts and replies from everybody else", () =>
    inFolder((directory) =>
      Effect.gen(function* () {
        yield* using(directory, (cache) => cache.put(key("q"), entry("one")))
        assert.deepStrictEqual(new Set(filesIn(directory).map((file) => statSync(file).mode & 0o777)), new Set([0o600]))
      })
    )
  )

  it.live("takes damage for a miss, which the next entry mends", () =>
    inFolder((directory) =>
      using(directory, (cache) =>
        Effect.gen(function* () {
          yield* cache.put(key("q"), entry("text"))
          const [file] = filesIn(directory)
          const bytes = readFileSync(file!)
          bytes[100]! ^= 1
          writeFileSync(file!, bytes)
          assert.isUndefined(yield* cache.get(key("q")))
          assert.deepStrictEqual(yield* cache.look("q"), [])
          assert.isUndefined(yield* claim(cache, "q"))
          yield* cache.put(key("q"), entry("text"))
          assert.strictEqual((yield* cache.get(key("q")))?.output, "text")
        })
      )
    )
  )

  it.live("has nothing of whoever lacks its secret, and makes that anew", () =>
    inFolder((directory) =>
      Effect.gen(function* () {
        const usingSecret = <A, E>(
          secret: Uint8Array | undefined,
          use: (cache: ResultCache.Service) => Effect.Effect<A, E>
        ) =>
          Effect.flatMap(ResultCache.ResultCache, use).pipe(
            Effect.provide(NodeResultCache.layer({ directory, ...(secret && { secret }) }))
          )
        const [mine, theirs] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
        for (const other of [undefined, theirs]) {
          yield* usingSecret(other, (cache) => cache.put(key("q"), entry("forged")))
          yield* usingSecret(mine, (cache) =>
            Effect.gen(function* () {
              assert.deepStrictEqual(yield* cache.look("q"), [])
              assert.isUndefined(yield* cache.get(key("q")))
              assert.isUndefined(yield* claim(cache, "q"))
              yield* cache.put(key("q"), entry("mine"))
            })
          )
          assert.strictEqual((yield* usingSecret(mine, (cache) => cache.get(key("q"))))?.output, "mine")
          assert.isUndefined(yield* usingSecret(other, (cache) => cache.get(key("q"))))
        }
      })
    )
  )

  it.live("gives a claim to one process at a time, and the others what that has made", () =>
    inFolder((directory) =>
      using(directory, (first) =>
        using(directory, (second) =>
          Effect.gen(function* () {
            let got: unknown = "waits"
            const made = yield* Effect.forkChild(
              Effect.scoped(
                Effect.gen(function* () {
                  assert.isUndefined(yield* first.claim(key("q")))
                  const waiting = yield* Effect.forkDetach(
                    Effect.tap(claim(second, "q"), (found) => Effect.sync(() => void (got = found?.output)))
                  )
                  // it has looked more than once by then
                  yield* Effect.sleep(150)
                  assert.strictEqual(got, "waits")
                  yield* first.put(key("q"), entry("made"))
                  yield* Fiber.join(waiting)
                })
              )
            )
            yield* Fiber.join(made)
            assert.strictEqual(got, "made")
            // one that made nothing leaves it to the next
            assert.isUndefined(yield* claim(first, "p"))
            assert.isUndefined(yield* claim(second, "p"))
            assert.deepStrictEqual(readdirSync(join(directory, "claims")), [])
          })
        )
      )
    )
  )

  it.live("says for whom it waits, and frees the claim of a process that was killed", () =>
    inFolder((directory) =>
      Effect.gen(function* () {
        const child = spawn(
          process.execPath,
          [join(import.meta.dirname, "../../../test/fixtures/holds-claim.ts"), directory, "q"],
          {
            stdio: ["ignore", "pipe", "inherit"]
          }
        )
        let isHeld = false
        let isGone = false
        child.stdout.on("data", () => (isHeld = true))
        child.on("exit", () => (isGone = true))
        yield* until(() => isHeld || isGone)
        assert(isHeld)
        const said: Array<unknown> = []
        const logged = Logger.make<unknown, void>(({ message }) => void said.push(message))
        yield* using(directory, (cache) =>
          Effect.gen(function* () {
            let isMine = false
            const waiting = yield* Effect.forkChild(
              Effect.tap(claim(cache, "q"), () => Effect.sync(() => void (isMine = true)))
            )
            yield* until(() => said.length > 0)
            assert.match(String(said), new RegExp(`^waits for process ${child.pid}, which asks the same`))
            assert.isFalse(isMine)
            child.kill("SIGKILL")
            assert.isUndefined(yield* Fiber.join(waiting))
            assert.lengthOf(said, 1)
          })
        ).pipe(Effect.provideService(Period, 1), Effect.provide(Logger.layer([logged])))
      })
    )
  )

  it.live("drops what was not used for longest once it is over its limit", () =>
    inFolder((directory) =>
      Effect.gen(function* () {
        const text = "x".repeat(1000)
        yield* using(directory, (cache) =>
          Effect.forEach(Array.from({ length: 10 }).keys(), (i) => cache.put(key(`q${i}`), entry(text)))
        )
        const old = new Date(Date.now() - 100_000)
        for (const file of filesIn(directory)) utimesSync(file, old, old)
        yield* using(directory, (cache) => cache.get(key("q3")))
        const { before } = yield* NodeResultCache.trim(directory)
        assert.strictEqual(before.entries, 10)
        const dry = yield* NodeResultCache.trim(directory, { limit: before.bytes / 2, dryRun: true })
        assert.strictEqual(dry.removed.entries, 6)
        assert.strictEqual(filesIn(directory).length, 10)
        // who writes sees to it
        yield* using(
          directory,
          (cache) =>
            Effect.andThen(
              cache.put(key("new"), entry(text)),
              until(() => filesIn(directory).length < 10)
            ),
          before.bytes / 2
        )
        yield* NodeResultCache.trim(directory, { limit: before.bytes / 2 })
        yield* using(directory, (cache) =>
          Effect.gen(function* () {
            assert.isDefined(yield* cache.get(key("q3")))
            assert.isDefined(yield* cache.get(key("new")))
          })
        )
        assert.isAtMost(filesIn(directory).length, 5)
      })
    )
  )

  it.live("removes what killed processes left", () =>
    inFolder((directory) =>
      Effect.gen(function* () {
        yield* using(directory, (cache) => cache.put(key("q"), entry("x")))
        const [file] = filesIn(directory)
        const part = join(file!, `../.${basename(file!)}.1234567890.part`)
        writeFileSync(part, "half")
        assert.deepStrictEqual((yield* NodeResultCache.trim(directory)).leftovers, [])
        utimesSync(part, 1, 1)
        assert.deepStrictEqual((yield* NodeResultCache.trim(directory)).leftovers, [part])
        assert.deepStrictEqual(filesIn(directory), [file])
        // one that is not there has nothing
        assert.strictEqual((yield* NodeResultCache.trim(join(directory, "none"))).before.entries, 0)
      })
    )
  )

  const Item = Schema.Struct({ text: Schema.String })
  const each = Workflow.make("many", { input: Schema.Array(Schema.String) }).pipe(
    Workflow.forEach(
      "each",
      Step.make("say", {
        input: Item,
        output: Schema.String,
        prompt: PromptTemplate.make("Say {{text}}"),
        variables: ({ text }) => ({ text })
      }),
      { items: "input", key: (item) => item, input: { text: "item" }, concurrency: 50 }
    )
  )

  const run = (directory: string, layer: Layer.Layer<LlmClient.LlmClient>, count: number) =>
    Effect.gen(function* () {
      const items = Array.from({ length: count }, (_, i) => `item ${i}`)
      const state = yield* Engine.initialize(each, items, { run: "r" })
      return yield* Engine.run(each, state)
    }).pipe(Effect.provide([layer, NodeHasher.layer, NodeResultCache.layer({ directory }), Journal.layerMemory]))

  it.live("asks nothing in a second run of 1,000 steps, in another journal", () =>
    inFolder((directory) =>
      Effect.gen(function* () {
        let asked = 0
        const model = MockLlm.layer(() => `said ${asked++}`)
        const first = yield* run(directory, model, 1000)
        assert.strictEqual(asked, 1000)
        const second = yield* run(directory, model, 1000)
        assert.strictEqual(asked, 1000)
        assert.strictEqual(second.cached.length, 1000)
        assert.deepStrictEqual(second.ending, first.ending)
      })
    )
  )

  it.live("that cannot be written to holds no run up", () =>
    inFolder((directory) =>
      Effect.gen(function* () {
        writeFileSync(directory, "a file")
        const { ending } = yield* run(
          directory,
          MockLlm.layer(() => "said"),
          2
        )
        assert.strictEqual(ending._tag, "Completed")
        const error = yield* Effect.flip(using(directory, (cache) => cache.put(key("q"), entry("x"))))
        assert.match(error.message, /^cache of results: .* is no folder$/u)
        chmodSync(directory, 0o600)
      })
    )
  )
})
