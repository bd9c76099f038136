import { createServer, type ServerResponse } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Console, Deferred, Effect, Exit, Fiber, Scope } from "effect"
import { TestClock } from "effect/testing"
import * as Layer from "effect/Layer"
import * as otlp from "../../../src/internal/services/otlp.ts"

/** A collector that does as told with what it gets, until the scope ends. */
const collector = (answer: (response: ServerResponse) => void) =>
  Effect.gen(function* () {
    const asked = yield* Deferred.make<void>()
    const url = yield* Effect.acquireRelease(
      Effect.callback<{ readonly url: string; readonly close: () => void }>((resume) => {
        const server = createServer((request, response) => {
          request.resume()
          Deferred.doneUnsafe(asked, Effect.void)
          answer(response)
        })
        const close = () => {
          server.closeAllConnections()
          server.close()
        }
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          const port = typeof address === "object" ? address?.port : undefined
          resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, close }))
        })
      }),
      ({ close }) => Effect.sync(close)
    )
    return { url: url.url, asked: Deferred.await(asked) }
  })

/** Some work with spans that are sent to an address, up to the end of that; and what was said on standard error. */
const sent = Effect.fnUntraced(function* (url: string, env: Readonly<Record<string, string>> = {}) {
  const said: Array<string> = []
  const quiet: Console.Console = Object.assign(Object.create(console), {
    error: (line: string) => void said.push(line)
  })
  const scope = yield* Scope.make()
  const layer = Layer.provide(otlp.layer(url), ConfigProvider.layer(ConfigProvider.fromEnv({ env })))
  const context = yield* Effect.provideService(Layer.buildWithScope(layer, scope), Console.Console, quiet)
  yield* Effect.provide(Effect.withSpan(Effect.void, "work"), context)
  return { ending: yield* Effect.forkChild(Scope.close(scope, Exit.void)), said }
})

describe("otlp", () => {
  describe("layer", () => {
    it.effect(
      "waits two seconds at the end for a collector that does not answer, however long its variables allow",
      () =>
        Effect.gen(function* () {
          const { asked, url } = yield* collector(() => {})
          const { ending, said } = yield* sent(url, { OTEL_EXPORTER_OTLP_TIMEOUT: "60000" })
          yield* asked
          yield* TestClock.adjust("1999 millis")
          assert.isUndefined(ending.pollUnsafe())
          yield* TestClock.adjust("1 millis")
          yield* Fiber.join(ending)
          assert.deepStrictEqual(said, [
            `stepwright: spans or metrics did not reach the collector at ${url}: it did not answer in time`
          ])
        }).pipe(Effect.scoped)
    )

    it.effect("waits for nothing where the collector answers, or is not there", () =>
      Effect.gen(function* () {
        const there = yield* collector((response) => void response.end())
        const kept = yield* sent(there.url)
        yield* Fiber.join(kept.ending)
        assert.deepStrictEqual(kept.said, [])

        const { url } = yield* Effect.scoped(collector(() => {}))
        const lost = yield* sent(url)
        yield* Fiber.join(lost.ending)
        assert.match(
          lost.said.join("\n"),
          /^stepwright: .* did not reach the collector at http:\S+: it cannot be reached$/
        )
      }).pipe(Effect.scoped)
    )

    it.effect("does nothing without an address", () =>
      Effect.gen(function* () {
        const tracer = yield* Effect.provide(Effect.tracer, otlp.layer(undefined))
        assert.strictEqual(tracer, yield* Effect.tracer)
      }).pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env: {} }))))
    )
  })
})
