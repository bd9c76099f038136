import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { checkFolder } from "../../../src/cli/run/checkFolder.ts"
import { lookOnly } from "../../../src/internal/disk/lookOnly.ts"

const inFolder = (work: (folder: string) => Effect.Effect<void, unknown, NodeServices.NodeServices>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "stepwright-"))),
    (folder) => work(folder).pipe(Effect.updateService(FileSystem.FileSystem, lookOnly)),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
  ).pipe(Effect.provide(NodeServices.layer))

describe("lookOnly", () => {
  it.effect("lets what would try a folder know whether it can be written, and leaves it as it was", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const before = statSync(folder, { bigint: true }).mtimeNs
        yield* checkFolder("runs are kept in", join(folder, "a/b"))
        const refused = yield* checkFolder("runs are kept in", join(folder, "a/b")).pipe(
          Effect.updateService(FileSystem.FileSystem, lookOnly),
          // the system lets root write everywhere
          Effect.updateService(FileSystem.FileSystem, (fs) => ({ ...fs, access: () => fs.access("/no/such") })),
          Effect.flip
        )
        assert.include(refused.message, "which cannot be written")
        assert.strictEqual(statSync(folder, { bigint: true }).mtimeNs, before)
      })
    )
  )

  it.effect("writes and removes nothing", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        assert.isTrue(yield* fs.exists(folder))
        yield* Effect.flip(fs.writeFileString(join(folder, "a"), "a"))
        yield* Effect.exit(fs.makeDirectory(join(folder, "b")))
        yield* Effect.exit(fs.remove(folder, { recursive: true }))
        assert.deepStrictEqual(readdirSync(folder), [])
      })
    )
  )
})
