import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Option } from "effect"
import { afterAll } from "vitest"
import * as pyodideSnapshot from "../../../src/internal/sandbox/pyodideSnapshot.ts"

const memory = new Uint8Array(1_000).fill(7)

const folders: Array<string> = []
const newFolder = () => {
  folders.push(mkdtempSync(join(tmpdir(), "stepwright cache ")))
  return folders.at(-1)!
}

/** Asks for a snapshot as often as is said, all at once, and counts how often one was made. */
const ask = (env: Readonly<Record<string, string>>, { times = 1, version = "1.0.0", madeBy = ["a"] } = {}) => {
  let made = 0
  const make = Effect.andThen(
    Effect.yieldNow,
    Effect.sync(() => {
      made++
      return memory
    })
  )
  return Effect.gen(function* () {
    const snapshotOf = yield* pyodideSnapshot.make
    const asks = Array.from({ length: times }, () => snapshotOf(version, madeBy, make))
    const found = yield* Effect.all(asks, { concurrency: "unbounded" })
    return { files: found.map(Option.getOrUndefined), made }
  }).pipe(Effect.provide(Layer.merge(NodeServices.layer, ConfigProvider.layer(ConfigProvider.fromEnv({ env })))))
}

/** Asks below a folder of its own. */
const askIn = (folder: string, options?: Parameters<typeof ask>[1]) => ask({ XDG_CACHE_HOME: folder }, options)

const memoryIn = (file: string | undefined) => new Uint8Array(readFileSync(file!).subarray(pyodideSnapshot.start))

describe("pyodideSnapshot", () => {
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })))

  it.live("is made once for all that ask, and kept", () =>
    Effect.gen(function* () {
      const folder = newFolder()
      const first = yield* askIn(folder, { times: 3 })
      const file = first.files[0]
      assert.deepStrictEqual(first, { files: [file, file, file], made: 1 })
      assert.deepStrictEqual(memoryIn(file), memory)
      assert.deepStrictEqual(yield* askIn(folder), { files: [file], made: 0 })
      assert.lengthOf(readdirSync(join(folder, "stepwright")), 1)
    })
  )

  it.live("is whole whoever makes it at the same time", () =>
    Effect.gen(function* () {
      const folder = newFolder()
      const all = yield* Effect.all([askIn(folder), askIn(folder), askIn(folder)], { concurrency: "unbounded" })
      for (const { files } of all) assert.deepStrictEqual(memoryIn(files[0]), memory)
      assert.lengthOf(readdirSync(join(folder, "stepwright")), 1)
    })
  )

  it.live("is another one for another version, of Pyodide or of what it is made by", () =>
    Effect.gen(function* () {
      const folder = newFolder()
      const asked = [{}, { version: "2.0.0" }, { madeBy: ["b"] }, { madeBy: ["a", ""] }]
      const all = yield* Effect.forEach(asked, (options) => askIn(folder, options))
      assert.strictEqual(new Set(all.map(({ files }) => files[0])).size, asked.length)
      assert.isTrue(all.every(({ made }) => made === 1))
    })
  )

  for (const [name, damage] of [
    ["changed in one place", (file) => writeFileSync(file, readFileSync(file).fill(8, 500, 501))],
    ["of another hash", (file) => writeFileSync(file, readFileSync(file).fill(8, 0, 1))],
    ["cut short", (file) => truncateSync(file, 900)],
    ["cut within its hash", (file) => truncateSync(file, 20)],
    ["empty", (file) => truncateSync(file, 0)],
    ["longer", (file) => writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.alloc(10)]))],
    ["something else", (file) => writeFileSync(file, "no snapshot")]
  ] satisfies ReadonlyArray<[string, (file: string) => void]>) {
    it.live(`is made anew where it is ${name}`, () =>
      Effect.gen(function* () {
        const folder = newFolder()
        const { files } = yield* askIn(folder)
        damage(files[0]!)
        assert.deepStrictEqual(yield* askIn(folder), { files, made: 1 })
        assert.deepStrictEqual(memoryIn(files[0]), memory)
      })
    )
  }

  it.live("is none where it cannot be kept, and is not made for nothing then", () =>
    Effect.gen(function* () {
      const folder = newFolder()
      writeFileSync(join(folder, "file"), "")
      assert.deepStrictEqual(yield* askIn(join(folder, "file")), { files: [undefined], made: 0 })
      writeFileSync(join(folder, "stepwright"), "")
      assert.deepStrictEqual(yield* askIn(folder), { files: [undefined], made: 0 })
    })
  )

  it.live("is none where a folder is in its place", () =>
    Effect.gen(function* () {
      const folder = newFolder()
      const { files } = yield* askIn(folder)
      rmSync(files[0]!)
      mkdirSync(files[0]!)
      assert.deepStrictEqual((yield* askIn(folder)).files, [undefined])
      assert.lengthOf(readdirSync(join(folder, "stepwright")), 1)
    })
  )

  it.live("is nobody's but the user's", () =>
    Effect.gen(function* () {
      const folder = newFolder()
      yield* askIn(folder)
      assert.strictEqual(statSync(join(folder, "stepwright")).mode & 0o077, 0)
    })
  )

  it.live("is in the home of the user where no folder is named that can be meant", () =>
    Effect.gen(function* () {
      const { HOME } = process.env
      const home = newFolder()
      process.env["HOME"] = home
      yield* Effect.addFinalizer(() => Effect.sync(() => (process.env["HOME"] = HOME)))
      for (const env of [{}, { XDG_CACHE_HOME: "" }, { XDG_CACHE_HOME: "cache" }]) {
        const { files } = yield* ask(env)
        assert.strictEqual(files[0], join(home, ".cache/stepwright", readdirSync(join(home, ".cache/stepwright"))[0]!))
      }
    })
  )

  it.live("takes those with it that no version has made for a month", () =>
    Effect.gen(function* () {
      const folder = newFolder()
      const path = (name: string) => join(folder, "stepwright", name)
      mkdirSync(join(folder, "stepwright"))
      const old = ["pyodide-0.1.0-0.snapshot", ".pyodide-0.1.0-0.snapshot.1234567890.part"]
      for (const name of [...old, "notes", "pyodide-0.2.0-0.snapshot"]) writeFileSync(path(name), "")
      for (const name of [...old, "notes"]) utimesSync(path(name), 0, 0)
      const { files } = yield* askIn(folder)
      assert.sameMembers(readdirSync(join(folder, "stepwright")).map(path), [
        path("notes"),
        path("pyodide-0.2.0-0.snapshot"),
        files[0]!
      ])
    })
  )
})
