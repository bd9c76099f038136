import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { type Entry, type Key, ResultCache, type Service } from "../ResultCache.ts"
import * as Fixtures from "./Fixtures.ts"
import { holds, same, testCase } from "./internal/check.ts"
import type { TestCase } from "./TestCase.ts"

/**
 * What every `ResultCache` that keeps results does, as tests: it serves what was put for a key and nothing else, and of
 * those who want the same at once one makes it. `store` makes a new, empty place; the layer that it gives opens that.
 *
 * ```ts
 * const inMemory = Effect.sync(() => Layer.succeed(ResultCache.ResultCache, ResultCache.makeMemory()))
 * const cases = ResultCacheConformance.suite(inMemory)
 * ```
 */
export const suite = (
  store: Effect.Effect<Layer.Layer<never, unknown>, unknown, Scope.Scope>
): ReadonlyArray<TestCase> => {
  const withStore = (name: string, body: (open: Open) => Effect.Effect<void, unknown>) =>
    testCase(
      name,
      Effect.flatMap(store, (layer) =>
        body((use) => Effect.provide(Effect.flatMap(ResultCache, use), Layer.fresh(layer)))
      )
    )
  const once = (name: string, use: (cache: Service) => Effect.Effect<void, unknown>) =>
    withStore(name, (open) => open(use))

  return [
    once("gives back any entry as it was put", (cache) =>
      Effect.gen(function* () {
        for (const [i, output] of outputs.entries()) {
          const key = keyOf(`question ${i}`)
          yield* cache.put(key, entryOf({ output }))
          yield* same("the entry", yield* cache.get(key), entryOf({ output }))
        }
        for (const [i, output] of outputs.entries()) {
          yield* same("the entry, later", yield* cache.get(keyOf(`question ${i}`)), entryOf({ output }))
        }
      })
    ),
    once("has nothing that was not put", (cache) =>
      Effect.gen(function* () {
        yield* same("the entry", yield* cache.get(keyOf("q")), undefined)
        yield* same("what there is", yield* cache.look("q"), [])
      })
    ),
    once("keeps questions and ordinals apart", (cache) =>
      Effect.gen(function* () {
        const keys = [keyOf("q"), keyOf("q", 1), keyOf("Q"), keyOf("q 1"), keyOf("q", 10)]
        for (const [i, key] of keys.entries()) yield* cache.put(key, entryOf({ output: i }))
        for (const [i, key] of keys.entries()) {
          yield* same(`the output of ${key.question}, ${key.ordinal}`, (yield* cache.get(key))?.output, i)
        }
      })
    ),
    once("looks up the entries of a question, with ordinal and path", (cache) =>
      Effect.gen(function* () {
        yield* cache.put(keyOf("q"), entryOf({ path: "a" }))
        yield* cache.put(keyOf("q", 2), entryOf({ path: "b" }))
        yield* cache.put(keyOf("other"), entryOf({ path: "c" }))
        const found = (yield* cache.look("q")).toSorted((a, b) => a.ordinal - b.ordinal)
        yield* same("what there is", found, [
          { ordinal: 0, path: "a" },
          { ordinal: 2, path: "b" }
        ])
      })
    ),
    once("puts an entry in the place of the one before", (cache) =>
      Effect.gen(function* () {
        for (const output of ["first", "second"]) yield* cache.put(keyOf("q"), entryOf({ output, path: output }))
        yield* same("the entry", (yield* cache.get(keyOf("q")))?.output, "second")
        yield* same("what there is", yield* cache.look("q"), [{ ordinal: 0, path: "second" }])
      })
    ),
    once("serves nothing that was removed, and leaves the rest", (cache) =>
      Effect.gen(function* () {
        for (const ordinal of [0, 1]) yield* cache.put(keyOf("q", ordinal), entryOf({ output: ordinal }))
        yield* cache.remove(keyOf("q"))
        yield* cache.remove(keyOf("nothing"))
        yield* same("what was removed", yield* cache.get(keyOf("q")), undefined)
        yield* same("the claim of it", yield* Effect.scoped(cache.claim(keyOf("q"))), undefined)
        yield* same("the other one", (yield* cache.get(keyOf("q", 1)))?.output, 1)
        yield* same("what there is", yield* cache.look("q"), [{ ordinal: 1, path: "step" }])
      })
    ),
    withStore("has all entries when it is opened again", (open) =>
      Effect.gen(function* () {
        yield* open((cache) => cache.put(keyOf("q"), entryOf({ output: "kept" })))
        yield* open((cache) =>
          Effect.gen(function* () {
            yield* same("the output", (yield* cache.get(keyOf("q")))?.output, "kept")
            yield* same("what there is", yield* cache.look("q"), [{ ordinal: 0, path: "step" }])
          })
        )
      })
    ),
    once("gives a claim the entry that is there", (cache) =>
      Effect.gen(function* () {
        yield* cache.put(keyOf("q"), entryOf({ output: "there" }))
        const claimed = yield* Effect.scoped(cache.claim(keyOf("q")))
        yield* same("what the claim gives", claimed?.output, "there")
      })
    ),
    once("lets one of many make an entry, and gives it to the others", (cache) =>
      Effect.gen(function* () {
        let made = 0
        const want = Effect.scoped(
          Effect.gen(function* () {
            const claimed = yield* cache.claim(keyOf("q"))
            if (claimed !== undefined) return claimed.output
            const output = ++made
            for (let i = 0; i < 10; i++) yield* Effect.yieldNow
            yield* cache.put(keyOf("q"), entryOf({ output }))
            return output
          })
        )
        const got = yield* Effect.all(
          Array.from({ length: 10 }, () => want),
          { concurrency: "unbounded" }
        )
        yield* same("how often it was made", made, 1)
        yield* same(
          "what each got",
          got,
          Array.from({ length: 10 }, () => 1)
        )
      })
    ),
    once("passes a claim on whose owner made nothing, or was interrupted", (cache) =>
      Effect.gen(function* () {
        for (const end of [Exit.void, Exit.interrupt()]) {
          const owner = yield* Scope.make()
          const first = yield* Scope.provide(cache.claim(keyOf("q")), owner)
          yield* same("what the owner is given", first, undefined)
          const waiting = yield* Effect.forkChild(Effect.scoped(cache.claim(keyOf("q"))), { startImmediately: true })
          yield* Effect.yieldNow
          yield* holds(waiting.pollUnsafe() === undefined, "the claim of another to wait", "one that has ended")
          yield* Scope.close(owner, end)
          yield* same("what the other is given", yield* Fiber.join(waiting), undefined)
        }
      })
    ),
    once("lets claims of different keys be held at once", (cache) =>
      Effect.scoped(
        Effect.gen(function* () {
          for (const key of [keyOf("q"), keyOf("q", 1), keyOf("other")]) {
            yield* same("what the claim gives", yield* cache.claim(key), undefined)
          }
        })
      )
    )
  ]
}

type Open = <A, E, R>(use: (cache: Service) => Effect.Effect<A, E, R>) => Effect.Effect<A, unknown, R>

const keyOf = (question: string, ordinal = 0): Key => ({ question, ordinal })

const entryOf = (fields: Partial<Entry>): Entry => ({
  output: null,
  by: "model",
  run: "run",
  path: "step",
  model: "default",
  usage: Fixtures.usage(),
  startedAt: 0,
  at: 1,
  ...fields
})

const outputs: ReadonlyArray<Schema.Json> = [
  null,
  "",
  '\ufeff\0\u2028 \u00e9e\u0301 \u{1f600} \\"\r\n',
  { "": [1e21, -1.5e-7, true, null], constructor: { a: [] } },
  "a long one\n".repeat(10_000)
]
