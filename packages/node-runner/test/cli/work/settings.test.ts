import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import type { Answering } from "../../../src/internal/services/answering.ts"
import { settingsOf } from "../../../src/cli/work/settings.ts"

const by = (told: Answering, wanted: object, variables: Readonly<Record<string, string>> = {}) =>
  settingsOf(told, { run: "r", out: "out/r", settings: JSON.stringify(wanted) }).pipe(
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromUnknown(variables)),
    Effect.provide(NodeServices.layer)
  )

describe("settingsOf", () => {
  it.effect("takes the smaller of two caps, and that of a variable too", () =>
    Effect.gen(function* () {
      const told = { maxUsd: 2, maxCalls: 10 }
      const now = yield* by(told, { maxUsd: 5, maxCalls: 4, maxTokens: 100 }, { STEPWRIGHT_MAX_TOKENS: "50" })
      assert.deepInclude(now, { maxUsd: 2, maxCalls: 4, maxTokens: 50 })
    })
  )

  it.effect("asks the model that a run wants, unless the worker was told who answers", () =>
    Effect.gen(function* () {
      const wanted = { provider: "anthropic", model: "opus", temperature: 0.2 } as const
      assert.deepInclude(yield* by({ maxCalls: 1 }, wanted), wanted)
      const own = yield* by({ model: "mine", temperature: 0.7 }, wanted)
      assert.deepInclude(own, { model: "mine", temperature: 0.7 })
      assert.isUndefined(own.provider)
      assert.isUndefined((yield* by({ relay: "box" }, wanted)).model)
    })
  )

  it.effect("takes no path, program, sandbox or address of a run", () =>
    Effect.gen(function* () {
      const wanted = {
        format: 1,
        module: "m.ts",
        program: "p.ts",
        out: "/elsewhere",
        replay: "tape",
        record: "tape",
        relay: "box",
        prices: "p.json",
        python: "./python",
        sandbox: "none",
        install: true,
        models: { default: { baseUrl: "http://elsewhere" } }
      }
      assert.deepStrictEqual(yield* by({}, wanted), { format: 1, out: "out/r" })
    })
  )

  it.effect("refuses settings that cannot be read, since a cap may be among them", () =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(by({}, { maxUsd: "much" }))
      assert.include(message, "its settings cannot be read: ")
      const none = settingsOf({}, { run: "r", out: "out/r", settings: undefined })
      assert.deepStrictEqual(yield* Effect.provide(none, NodeServices.layer), { format: 1, out: "out/r" })
    })
  )
})
