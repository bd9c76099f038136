import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs"
import { resolve } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { TestRunner } from "@stepwright/core"
import { ConfigProvider, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { layer } from "../../../src/internal/services/testRunners.ts"
import { inFolder } from "../../support/commandLine.ts"

describe("layer", () => {
  it.effect("takes Pyodide where bubblewrap hangs", () =>
    inFolder(
      Effect.gen(function* () {
        mkdirSync("bin")
        writeFileSync("bin/bwrap", "#!/bin/sh\n: > started\nexec /bin/sleep 600\n")
        chmodSync("bin/bwrap", 0o700)
        const path = ConfigProvider.fromUnknown({ PATH: resolve("bin") })
        const identity = yield* TestRunner.TestRunner.pipe(
          Effect.map((runner) => runner.identity),
          Effect.provide(layer("auto")),
          Effect.provideService(ConfigProvider.ConfigProvider, path),
          Effect.forkChild
        )
        while (!existsSync("started") && identity.pollUnsafe() === undefined) {
          yield* Effect.promise(() => new Promise(setImmediate))
        }
        yield* TestClock.adjust("10 seconds")
        assert.match(yield* Fiber.join(identity), /^pyodide@/)
      })
    )
  )
})
