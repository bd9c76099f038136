import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as sdk from "../../../src/internal/provider/sdk.ts"

describe("sdk", () => {
  describe("load", () => {
    const load = (name: string, failure: unknown) =>
      Effect.flip(sdk.load({ name, load: () => Promise.reject(failure) }, "key", undefined))

    it.effect("is Misconfigured where the package is not installed, and says how to install it", () =>
      Effect.gen(function* () {
        const path: string = "not-an-sdk"
        const failure = yield* Effect.promise(() => import(path).then(String, (failure: unknown) => failure))
        const { isRetryable, reason } = yield* load(path, failure)
        expect([reason._tag, isRetryable]).toEqual(["Misconfigured", false])
        expect(reason.detail).toBe("the package not-an-sdk is not installed: npm install not-an-sdk")
      })
    )

    it.effect("says what else went wrong with it", () =>
      Effect.gen(function* () {
        const { reason } = yield* load("not-an-sdk", new Error("Unexpected token"))
        expect(reason.detail).toBe("the package not-an-sdk cannot be loaded: Unexpected token")
      })
    )
  })

  it("is loaded by import() alone: no module needs an SDK to be there", () => {
    const src = join(import.meta.dirname, "../../../src")
    const files = globSync("**/*.ts", { cwd: src })
    const needing = files.filter((file) =>
      /^(?:import|export) (?!type).*"(?:openai|@anthropic-ai\/sdk)/mu.test(readFileSync(join(src, file), "utf8"))
    )
    expect(files.length).toBeGreaterThan(50)
    expect(needing).toEqual([])
  })
})
