import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Queue } from "effect"
import * as files from "../../../src/cli/watch/files.ts"
import type { Event } from "../../../src/cli/watch/inbox.ts"

/** A folder with files in it, and what is told of those that are watched. */
const inFolder = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "stepwright-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true }))
  )
  const inbox = yield* Queue.unbounded<Event>()
  const { set } = yield* files.make(inbox)
  const path = (name: string) => join(folder, name)
  const write = (name: string, text: string) => writeFileSync(path(name), text)
  for (const name of ["a.md", "b.md"]) write(name, name)
  /** Waits until a file is told of; gives all that were until then. */
  const told = (name: string) =>
    Effect.gen(function* () {
      const all = new Set<string>()
      while (!all.has(path(name))) {
        const event = yield* Queue.take(inbox)
        if (event._tag === "Changed") for (const file of event.files) all.add(file)
      }
      return [...all]
    })
  /** Names files, which are as they were when they were read. */
  const watch = (...names: ReadonlyArray<string>) => set(names.map(path), Date.now())
  return { path, set, told, watch, write }
})

const live = (name: string, work: (here: Effect.Success<typeof inFolder>) => Effect.Effect<void>) =>
  it.live(name, () => Effect.scoped(Effect.flatMap(inFolder, work)))

describe("a file that is watched", () => {
  live("is told of when it is written, removed, and there again", ({ path, told, watch, write }) =>
    Effect.gen(function* () {
      watch("a.md", "b.md")
      write("b.md", "other")
      yield* told("b.md")
      rmSync(path("a.md"))
      yield* told("a.md")
      write("a.md", "again")
      yield* told("a.md")
    })
  )

  live("is told of whenever another one takes its place, as editors save", ({ path, told, watch, write }) =>
    Effect.gen(function* () {
      watch("a.md")
      for (const text of ["one", "two", "six"]) {
        write(".a.md.tmp", text)
        renameSync(path(".a.md.tmp"), path("a.md"))
        yield* told("a.md")
      }
    })
  )

  live("is told of when it comes, also with its folder", ({ path, told, watch, write }) =>
    Effect.gen(function* () {
      watch("new/later.md", "later.md")
      write("later.md", "there")
      yield* told("later.md")
      mkdirSync(path("new"))
      write("new/later.md", "there")
      yield* told("new/later.md")
    })
  )

  live("is told of when it is another by then than what was read", ({ path, set, told }) =>
    Effect.gen(function* () {
      set([path("a.md")], Date.now() - 60_000)
      yield* told("a.md")
    })
  )

  live("is not told of any more once it is not named", ({ path, told, watch, write }) =>
    Effect.gen(function* () {
      watch("a.md")
      watch("b.md")
      write("a.md", "other")
      write("b.md", "other")
      assert.deepStrictEqual(yield* told("b.md"), [path("b.md")])
    })
  )
})

describe("a folder that is watched", () => {
  live("has told what comes into it, but for what is hidden or generated", ({ path, told, watch, write }) =>
    Effect.gen(function* () {
      mkdirSync(path("docs"))
      watch("docs", "a.md")
      mkdirSync(path("docs/node_modules"))
      write("docs/.hidden", "no")
      write("a.md", "other")
      assert.deepStrictEqual(yield* told("a.md"), [path("a.md")])
      write("docs/two.md", "two")
      yield* told("docs")
    })
  )
})
