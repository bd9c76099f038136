import { readFile } from "node:fs/promises"
import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { reasonOf } from "../../../src/internal/disk/systemError.ts"

describe("systemError", () => {
  it.effect("says in the system's words why it refused something", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      assert.strictEqual(reasonOf(yield* Effect.flip(fs.readFile("no/such"))), "no such file or directory")
      assert.strictEqual(reasonOf(yield* Effect.flip(fs.writeFileString("/dev/full", "a"))), "no space left on device")
      const direct = yield* Effect.promise(() => readFile(".").catch((error: unknown) => error))
      assert.strictEqual(reasonOf(direct), "illegal operation on a directory")
      assert.strictEqual(reasonOf(new Error("something else")), "something else")
      assert.strictEqual(reasonOf("a text"), "a text")
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})
