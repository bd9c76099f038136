import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, PlatformError } from "effect"
import * as NodeJournal from "../../../src/NodeJournal.ts"
import { initialized } from "../../support/events.ts"

describe("a journal that cannot be begun", () => {
  it.effect("takes no event after that", () =>
    Effect.gen(function* () {
      const directory = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "writer "))),
        (made) => Effect.sync(() => rmSync(made, { recursive: true }))
      )
      const fs = yield* FileSystem.FileSystem
      let isFull = true
      const full = PlatformError.systemError({ _tag: "Unknown", module: "FileSystem", method: "rename" })
      const journal = yield* NodeJournal.make(directory).pipe(
        Effect.provideService(FileSystem.FileSystem, {
          ...fs,
          rename: (from, to) => (isFull && to.endsWith(".jsonl") ? Effect.fail(full) : fs.rename(from, to))
        })
      )
      const run = "r"
      yield* Effect.flip(journal.append(run, initialized))
      isFull = false
      yield* Effect.flip(journal.append(run, { _tag: "StepStarted", path: "a", step: "s", at: 1 }))
      assert.isFalse(existsSync(join(directory, run, "events.jsonl")))
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
  )
})
