import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, type FileSystem, Stream } from "effect"
import * as claim from "../../../src/internal/journal/claim.ts"
import * as inbox from "../../../src/internal/journal/inbox.ts"

const inFolder = <A, E>(use: (folder: string) => Effect.Effect<A, E, FileSystem.FileSystem>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "inbox "))),
    use,
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
  ).pipe(Effect.provide(NodeFileSystem.layer))

const cancel = { _tag: "Cancel", by: "somebody" } as const

/** Answers so many requests, in words. */
const answering = (folder: string, count: number) =>
  inbox.requests(folder).pipe(
    Stream.take(count),
    Stream.runForEach(({ answer, request }) => answer({ isDone: true, detail: `${request._tag} of ${request.by}` }))
  )

describe("inbox", () => {
  it.live("brings a request to who holds the run, and the answer back", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        yield* claim.acquire("r", folder)
        yield* Effect.forkChild(answering(folder, 2))
        const asked = Effect.all([inbox.ask(folder, cancel), inbox.ask(folder, { ...cancel, by: "another" })], {
          concurrency: 2
        })
        const answers = (yield* asked).map((answer) => answer?.detail)
        assert.sameMembers(answers, ["Cancel of somebody", "Cancel of another"])
        assert.deepStrictEqual(readdirSync(join(folder, "inbox")), [])
      }).pipe(Effect.scoped)
    )
  )

  it.live("says at once where nobody holds the run, and soon where nobody does any more", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        assert.isUndefined(yield* inbox.ask(folder, cancel))
        const asking = yield* Effect.scoped(
          Effect.andThen(claim.acquire("r", folder), Effect.forkDetach(inbox.ask(folder, cancel)))
        )
        assert.isUndefined(yield* Fiber.join(asking))
      })
    )
  )

  it.live("asks the next process where the last one did not come to it", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        yield* claim.acquire("r", folder)
        const asking = yield* Effect.forkChild(inbox.ask(folder, cancel))
        yield* Effect.yieldNow
        yield* inbox.clear(folder)
        yield* Effect.forkChild(answering(folder, 1))
        assert.strictEqual((yield* Fiber.join(asking))?.detail, "Cancel of somebody")
      }).pipe(Effect.scoped)
    )
  )

  it.live("refuses what is no request, and passes over other files", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        yield* claim.acquire("r", folder)
        mkdirSync(join(folder, "inbox"))
        writeFileSync(join(folder, "inbox/1-1.json"), "{}")
        writeFileSync(join(folder, "inbox/note.txt"), "mine")
        yield* Effect.forkChild(answering(folder, 1))
        assert.isTrue((yield* inbox.ask(folder, cancel))?.isDone)
        assert.sameMembers(readdirSync(join(folder, "inbox")), ["1-1.answer.json", "note.txt"])
      }).pipe(Effect.scoped)
    )
  )
})
