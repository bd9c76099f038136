import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, FileSystem, type PlatformError, Result, Schema } from "effect"
import * as disk from "./disk.ts"
import * as tree from "./tree.ts"

const Path = Schema.Literals(["a", "b", "f/a", "f/b", "f/g", "f/g/a", "f"])
const Flag = Schema.Literals(["w", "a", "wx", "ax"])

/** What our writers do with files. */
const Deed = Schema.Union([
  Schema.TaggedStruct("Make", { path: Path, recursive: Schema.Boolean }),
  Schema.TaggedStruct("Write", { path: Path, text: Schema.Literals(["", "one", "two\n"]), flag: Flag }),
  Schema.TaggedStruct("Rename", { path: Path, to: Path }),
  Schema.TaggedStruct("Remove", { path: Path, recursive: Schema.Boolean, force: Schema.Boolean }),
  Schema.TaggedStruct("Copy", { path: Path, to: Path }),
  Schema.TaggedStruct("Link", { path: Path, to: Path }),
  Schema.TaggedStruct("Mode", { path: Path, mode: Schema.Literals([0o600, 0o644]) }),
  Schema.TaggedStruct("Look", { path: Path }),
  /** A file stays open while something else is done. */
  Schema.TaggedStruct("Hold", { path: Path, to: Path, removed: Schema.Boolean })
])
type Deed = typeof Deed.Type

/** Does one thing, and gives what shows of it. */
const doing = (
  fs: FileSystem.FileSystem,
  base: string,
  deed: Deed
): Effect.Effect<unknown, PlatformError.PlatformError> => {
  const at = (path: string) => `${base}${path}`
  const path = at(deed.path)
  switch (deed._tag) {
    case "Make":
      return fs.makeDirectory(path, { recursive: deed.recursive })
    case "Write":
      return fs.writeFileString(path, deed.text, { flag: deed.flag })
    case "Rename":
      return fs.rename(path, at(deed.to))
    case "Remove":
      return fs.remove(path, { recursive: deed.recursive, force: deed.force })
    case "Copy":
      return Effect.flatMap(fs.stat(path), ({ type }) =>
        type === "File" ? fs.copyFile(path, at(deed.to)) : Effect.void
      )
    case "Link":
      return fs.link(path, at(deed.to))
    case "Mode":
      return Effect.flatMap(fs.stat(path), ({ type }) => (type === "File" ? fs.chmod(path, deed.mode) : Effect.void))
    case "Look":
      return Effect.gen(function* () {
        if (!(yield* fs.exists(path))) return "nothing"
        const { mode, size, type } = yield* fs.stat(path)
        return type === "File" ? [`${size}`, mode & 0o777, yield* fs.readFileString(path)] : type
      })
    case "Hold":
      return Effect.scoped(
        Effect.gen(function* () {
          const file = yield* fs.open(path, { flag: "a" })
          yield* file.writeAll(new TextEncoder().encode("before "))
          yield* Effect.ignore(deed.removed ? fs.remove(path) : fs.rename(path, at(deed.to)))
          yield* file.writeAll(new TextEncoder().encode("after"))
          yield* file.sync
        })
      )
  }
}

/** All that is there, by path. */
const shown = (fs: FileSystem.FileSystem, base: string): Effect.Effect<unknown, PlatformError.PlatformError> =>
  Effect.gen(function* () {
    const found: Record<string, unknown> = {}
    const look = (path: string): Effect.Effect<void, PlatformError.PlatformError> =>
      Effect.gen(function* () {
        for (const name of (yield* fs.readDirectory(`${base}${path}`)).toSorted()) {
          const inner = path === "" ? name : `${path}/${name}`
          const { type } = yield* fs.stat(`${base}${inner}`)
          found[inner] = type === "File" ? yield* fs.readFileString(`${base}${inner}`) : type
          if (type === "Directory") yield* look(inner)
        }
      })
    yield* look("")
    return found
  })

const codeOf = ({ reason }: PlatformError.PlatformError) =>
  reason._tag === "NotFound" || reason._tag === "AlreadyExists" ? reason._tag : "no"

/** What is said of each, as far as it may be relied on. */
const told = (fs: FileSystem.FileSystem, base: string, deeds: ReadonlyArray<Deed>) =>
  Effect.gen(function* () {
    const results: Array<unknown> = []
    for (const deed of deeds) {
      const result = yield* Effect.result(doing(fs, base, deed))
      results.push([
        deed._tag,
        Result.match(result, { onFailure: codeOf, onSuccess: (value) => (deed._tag === "Look" ? value : "yes") })
      ])
    }
    return { results, files: yield* shown(fs, base) }
  })

describe("a disk in memory", () => {
  it.effect.prop(
    "does what a file system does",
    { deeds: Arbitrary.schema(Schema.Array(Deed)) },
    ({ deeds }) =>
      Effect.gen(function* () {
        const folder = yield* Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(tmpdir(), "disk-"))),
          (made) => Effect.sync(() => rmSync(made, { recursive: true }))
        )
        const real = yield* told(yield* FileSystem.FileSystem, `${folder}/`, deeds)
        const { fileSystem } = disk.make(tree.folder())
        assert.deepStrictEqual(yield* told(fileSystem, "", deeds), real)
      }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer)),
    { arbitrary: { runs: 2000 } }
  )
})
