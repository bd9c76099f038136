import { Effect, Exit, Fiber, Schema } from "effect"
import { ResultCache } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"

const entry = (output: Schema.Json, path = "a"): ResultCache.Entry => ({
  output,
  by: "model",
  run: "r",
  path,
  model: "default",
  nth: 0,
  usage: { input: 10, output: 5 },
  startedAt: 1,
  at: 2
})
const key = (question: string, ordinal = 0): ResultCache.Key => ({ question, ordinal })

describe("ResultCache", () => {
  it.effect("in memory drops what was not used for longest", () =>
    Effect.gen(function* () {
      const cache = ResultCache.makeMemory({ capacity: 2 })
      yield* cache.put(key("a"), entry(1))
      yield* cache.put(key("b"), entry(2))
      yield* cache.get(key("a"))
      yield* cache.put(key("c"), entry(3))
      const left = yield* Effect.forEach(["a", "b", "c"], (question) => cache.get(key(question)))
      assert.deepStrictEqual(
        left.map((it) => it?.output),
        [1, undefined, 3]
      )
      assert.deepStrictEqual(yield* cache.look("b"), [])
    })
  )

  it.effect("gives a claim to one at a time: to the next once it ends, or to all what was put", () =>
    Effect.gen(function* () {
      const cache = ResultCache.makeMemory()
      const got: Array<unknown> = []
      const wanting = (then: Effect.Effect<unknown, ResultCache.ResultCacheError>) =>
        Effect.scoped(
          Effect.flatMap(cache.claim(key("q")), (found) => {
            got.push(found?.output)
            return found === undefined ? then : Effect.void
          })
        )
      const first = yield* Effect.forkChild(wanting(Effect.never), { startImmediately: true })
      const rest = yield* Effect.forkChild(
        Effect.all([wanting(cache.put(key("q"), entry("made"))), wanting(Effect.void)], { concurrency: 2 }),
        { startImmediately: true }
      )
      assert.deepStrictEqual(got, [undefined])
      yield* Fiber.interrupt(first)
      yield* Fiber.join(rest)
      assert.deepStrictEqual(got, [undefined, undefined, "made"])
    })
  )

  it.effect("lets who waits for a claim be interrupted, which leaves the claim where it is", () =>
    Effect.gen(function* () {
      const cache = ResultCache.makeMemory()
      const owner = yield* Effect.forkChild(Effect.scoped(Effect.andThen(cache.claim(key("q")), Effect.never)), {
        startImmediately: true
      })
      const waiting = yield* Effect.forkChild(Effect.scoped(cache.claim(key("q"))), { startImmediately: true })
      yield* Fiber.interrupt(waiting)
      assert(Exit.hasInterrupts(yield* Fiber.await(waiting)))
      const other = yield* Effect.forkChild(Effect.scoped(cache.claim(key("q"))), { startImmediately: true })
      yield* cache.put(key("q"), entry("made"))
      yield* Fiber.interrupt(owner)
      assert.strictEqual((yield* Fiber.join(other))?.output, "made")
    })
  )

  it.effect("by default keeps nothing", () =>
    Effect.gen(function* () {
      const cache = yield* ResultCache.ResultCache
      assert(ResultCache.keepsNothing(cache))
      yield* cache.put(key("q"), entry(1))
      assert.isUndefined(yield* cache.get(key("q")))
      assert.deepStrictEqual(yield* cache.look("q"), [])
      assert.isUndefined(yield* Effect.scoped(cache.claim(key("q"))))
      yield* cache.remove(key("q"))
    })
  )

  it("has entries that go to JSON and back", () => {
    const decode = Schema.decodeUnknownSync(ResultCache.Entry)
    assert.deepStrictEqual(decode(JSON.parse(JSON.stringify(entry({ a: [1] })))), entry({ a: [1] }))
    assert.throws(() => decode({ ...entry(1), run: "../x" }))
  })
})
