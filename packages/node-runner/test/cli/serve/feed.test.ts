import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { NodeFileSystem } from "@effect/platform-node"
import { type WorkflowEvent } from "@stepwright/core"
import * as feed from "../../../src/cli/serve/feed.ts"
import * as folder from "../../../src/cli/run/store/folder.ts"
import type { RunStore } from "../../../src/cli/run/store/runStore.ts"
import * as replies from "../../../src/cli/act/replies.ts"
import { NodeJournal } from "@stepwright/node-runner"

const run = "some"

const initialized: WorkflowEvent.WorkflowEvent = {
  _tag: "RunInitialized",
  format: 2,
  run,
  workflow: "w",
  version: 1,
  definition: "0".repeat(64),
  input: null,
  at: 0
}
const started = (i: number): WorkflowEvent.WorkflowEvent => ({ _tag: "StepStarted", path: `s${i}`, step: "s", at: i })

/** A folder with a run, its journal and its feed. */
const made = Effect.gen(function* () {
  const directory = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "feed-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
  )
  mkdirSync(join(directory, run))
  const journal = yield* NodeJournal.make(directory)
  yield* journal.append(run, initialized)
  const coming = replies.make()
  const all = yield* feed.make(folder.make(Effect.succeed(directory)), run, coming)
  return { all, coming, directory, journal }
})

const textOf = (parts: ReadonlyArray<Uint8Array>) => parts.map((part) => Buffer.from(part).toString()).join("")
const pathsIn = (text: string) => [...text.matchAll(/"path":"(\w+)"/gu)].map(([, path]) => path)

describe("feed", () => {
  it.effect("reads the file of a run once and encodes an event once, however many read", () =>
    Effect.gen(function* () {
      const { all, journal } = yield* made
      const readers = yield* Effect.all(Array.from({ length: 50 }, () => all.read(0, () => {})))
      for (let i = 0; i < 20; i++) yield* journal.append(run, started(i))
      yield* all.look
      const { encoded, reads } = all.counts
      for (const { next } of readers) {
        assert.deepStrictEqual(
          pathsIn(textOf(yield* next)),
          Array.from({ length: 20 }, (_, i) => `s${i}`)
        )
      }
      assert.deepStrictEqual([all.counts.encoded, all.counts.reads], [encoded, reads])
      assert.strictEqual(encoded, 21)
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
  )

  it.effect("encodes an event once, though several look at a time at what takes time to be read", () =>
    Effect.gen(function* () {
      const { directory, journal } = yield* made
      const slowly = (read: ReturnType<RunStore["read"]>): ReturnType<RunStore["read"]> =>
        Effect.andThen(
          Effect.yieldNow,
          Effect.map(read, (found) => found && { ...found, next: slowly(found.next) })
        )
      const { read } = folder.make(Effect.succeed(directory))
      const all = yield* feed.make({ read: (run) => slowly(read(run)) }, run, replies.make())
      for (let i = 0; i < 3; i++) yield* journal.append(run, started(i))
      yield* Effect.all([all.look, all.look, all.look], { concurrency: "unbounded" })
      assert.strictEqual(all.counts.encoded, 4)
      const { next } = yield* all.read(0, () => {})
      assert.deepStrictEqual(pathsIn(textOf(yield* next)), ["s0", "s1", "s2"])
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
  )

  it.effect("sends what there is of a reply first, then each piece, to whoever has all events", () =>
    Effect.gen(function* () {
      const { all, coming } = yield* made
      coming.add(run, { path: "s", turn: 1, text: "It " })
      coming.add(run, { path: "s", turn: 1, text: "rai" })
      const { next } = yield* all.read(0, () => {})
      assert.match(textOf(yield* next), /event: partial\ndata: \{"path":"s","turn":1,"text":"It rai"\}\n\n/)
      coming.add(run, { path: "s", turn: 1, text: "ns" })
      assert.strictEqual(textOf(yield* next), 'event: delta\ndata: {"path":"s","turn":1,"text":"ns"}\n\n')
      coming.add(run, { path: "s", turn: 1 })
      assert.strictEqual(textOf(yield* next), 'event: discarded\ndata: {"path":"s","turn":1}\n\n')
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
  )

  it.effect("drops who takes nothing while a megabyte is sent, and nobody else", () =>
    Effect.gen(function* () {
      const { all, coming } = yield* made
      const dropped: Array<string> = []
      const quick = yield* all.read(0, () => void dropped.push("quick"))
      const slow = yield* all.read(0, () => void dropped.push("slow"))
      yield* quick.next
      yield* slow.next
      let taken = 0
      for (let i = 0; i < 120; i++) {
        coming.add(run, { path: "s", turn: 1, text: "x".repeat(10_000) })
        taken += textOf(yield* quick.next).length
        if (i % 10 === 0) yield* all.look
      }
      assert.deepStrictEqual(dropped, ["slow"])
      assert.isAbove(taken, 1_200_000)
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
  )

  it.effect("drops nobody who had no time to take what came at once", () =>
    Effect.gen(function* () {
      const { all, coming } = yield* made
      let isDropped = false
      const { next } = yield* all.read(0, () => (isDropped = true))
      yield* next
      for (let i = 0; i < 300; i++) coming.add(run, { path: "s", turn: 1, text: "x".repeat(10_000) })
      assert.isAbove(textOf(yield* next).length, 3_000_000)
      assert.isFalse(isDropped)
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
  )

  it.effect("drops everybody where events were taken back, and knows positions that are none by now", () =>
    Effect.gen(function* () {
      const { all, directory, journal } = yield* made
      yield* journal.append(run, started(1))
      yield* all.look
      let isDropped = false
      const { next } = yield* all.read(0, () => (isDropped = true))
      const ids = [...textOf(yield* next).matchAll(/^id: (.*)$/gmu)].map(([, id]) => feed.parseId(id!)!)
      assert.deepStrictEqual(ids.map(all.lost), [undefined, undefined])
      assert.strictEqual(all.lost({ ...ids[1]!, run: "other" }), "Foreign")
      const fs = yield* FileSystem.FileSystem
      const file = join(directory, run, "events.jsonl")
      const [header, first] = (yield* fs.readFileString(file)).split("\n")
      yield* fs.writeFileString(file, `${header}\n${first}\n`)
      yield* all.look
      assert.isTrue(isDropped)
      assert.deepStrictEqual(ids.map(all.lost), [undefined, "TakenBack"])
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
  )

  it.effect("leaves a line that is not whole yet, and reads it when it is", () =>
    Effect.gen(function* () {
      const { all, directory, journal } = yield* made
      yield* journal.append(run, started(1))
      const fs = yield* FileSystem.FileSystem
      const file = join(directory, run, "events.jsonl")
      const text = yield* fs.readFileString(file)
      yield* fs.writeFileString(file, text.slice(0, -7))
      const { next } = yield* all.read(0, () => {})
      yield* all.look
      assert.strictEqual(textOf(yield* next).match(/^id: /gmu)?.length, 1)
      yield* fs.writeFileString(file, text.slice(-7), { flag: "a" })
      yield* all.look
      assert.match(textOf(yield* next), /^id: some\/2\//u)
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
  )

  it.effect("says that a run is at rest after all that happened, also to who was busy", () =>
    Effect.gen(function* () {
      const { all, journal } = yield* made
      const { next } = yield* all.read(0, () => {})
      yield* next
      yield* journal.append(run, started(1))
      yield* journal.append(run, { _tag: "RunEnded", status: "CANCELLED", orphaned: [], at: 2 })
      yield* all.look
      assert.match(textOf(yield* next), /"s1"[^]*RunEnded[^]*event: rest\n/u)
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
  )

  it.effect("gives a large event in parts, and nothing between them", () =>
    Effect.gen(function* () {
      const { all, coming, journal } = yield* made
      const { next } = yield* all.read(0, () => {})
      yield* next
      yield* journal.append(run, { ...started(1), step: "x".repeat(200_000) } as WorkflowEvent.WorkflowEvent)
      yield* all.look
      coming.add(run, { path: "s1", turn: 1, text: "It" })
      const parts: Array<string> = []
      while (!parts.at(-1)?.includes("delta")) parts.push(textOf(yield* next))
      assert.isAtMost(Math.max(...parts.map(({ length }) => length)), 70_000)
      const short = parts.join("").replace("x".repeat(200_000), "large")
      assert.match(short, /^id: some\/2\/.*\nevent: event\ndata: .*"step":"large".*\n\nevent: delta\n/u)
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
  )

  it.effect("waits for no pipe where the file of a run is expected, and sends who reads away", () =>
    Effect.gen(function* () {
      const { all, directory } = yield* made
      let isDropped = false
      yield* all.read(0, () => (isDropped = true))
      rmSync(join(directory, run, "events.jsonl"))
      execFileSync("sh", ["-c", `mkfifo "${join(directory, run, "events.jsonl")}"`])
      yield* all.look
      assert.isTrue(isDropped)
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
  )
})
