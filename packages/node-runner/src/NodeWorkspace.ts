import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { Hasher } from "@stepwright/core/Hasher"
import {
  besides,
  isReserved,
  isSameName,
  refuse,
  refusePath,
  type SourceFile,
  Workspace,
  WorkspaceError,
  type Written
} from "@stepwright/core/Workspace"
import * as folders from "./internal/disk/folders.ts"
import * as manifest from "./internal/disk/manifest.ts"
import { reasonOf } from "./internal/disk/systemError.ts"
import { hold } from "./internal/disk/heldFolder.ts"
import { replace } from "./internal/disk/writeWhole.ts"

export interface Options {
  /** The folder below which everything is written, and nothing else; made when it is not there. */
  readonly root: string
  /** Overwrites files that a person changed, or that were there before. */
  readonly force?: boolean
}

/**
 * A workspace below one folder of the disk. It keeps the hash of each file that it wrote in `.stepwright/files.json`:
 * a file that is not as it was written is a person's, and the new text goes into a file beside it, `NAME.new`.
 */
export const layer = (options: Options): Layer.Layer<Workspace> =>
  Layer.effect(Workspace, make(options)).pipe(Layer.provide(NodeServices.layer))

// a mark of byte order at the beginning belongs to the text
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const decode = Option.liftThrowable((bytes: Uint8Array) => decoder.decode(bytes))

type Deed = Written & { readonly content: string }

/** Texts that are nobody's change: those that were written, and those that others come in the place of. */
interface Known {
  readonly written: manifest.Written
  readonly replaced: ReadonlyMap<string, string>
}

/** How many files are on their way to the disk at a time. */
const concurrency = 8

/** The workspace on any file system. */
export const make = Effect.fnUntraced(function* ({ force = false, root }: Options) {
  const fs = yield* FileSystem.FileSystem
  const { basename, dirname, relative, sep } = yield* Path.Path
  const hash = yield* Hasher
  const oneAtATime = Semaphore.withPermits(yield* Semaphore.make(1), 1)

  const check = (path: string) => {
    const refusal = refusePath(path)
    return refusal === undefined ? Effect.void : Effect.fail(refusal)
  }

  /**
   * What the disk says against a path below the root: a link that leads out, another case, a file for a folder. Gives the
   * path without links.
   */
  const look = Effect.fnUntraced(function* (path: string): Effect.fn.Return<string, WorkspaceError | PlatformError> {
    const no = (detail: string) => new WorkspaceError({ path, detail })
    if (!(yield* fs.exists(root))) return path
    const top = yield* fs.realPath(root)
    const names = path.split("/")
    let folder = root
    let place = top
    let depth = 0
    for (const [i, name] of names.entries()) {
      const here = `${folder}/${name}`
      const entries = yield* fs.readDirectory(folder)
      if (!entries.includes(name)) {
        const other = entries.find((entry) => isSameName(entry, name))
        if (other !== undefined)
          return yield* no(`"${other}" is there, which differs in case only, or in Unicode's form`)
        break
      }
      const real = yield* Effect.option(fs.realPath(here))
      if (real._tag === "None") return yield* no(`"${name}" is a link that leads nowhere`)
      if (real.value !== top && !real.value.startsWith(top.endsWith(sep) ? top : top + sep)) {
        return yield* no(`"${name}" is a link that leads out of the workspace`)
      }
      const hidden = relative(top, real.value).split(sep).find(isReserved)
      if (hidden !== undefined) return yield* no(`"${name}" is a link that leads into ${hidden}`)
      const { type } = yield* fs.stat(here)
      if (type !== "File" && type !== "Directory") return yield* no(`"${name}" is neither a file nor a folder`)
      const isFolder = type === "Directory"
      if (isFolder && i === names.length - 1) return yield* no("a folder is there")
      if (!isFolder && i < names.length - 1) return yield* no(`"${name}" is a file, not a folder`)
      if (!isFolder) break
      place = real.value
      folder = here
      depth++
    }
    const target = [place, ...names.slice(depth)].join("/")
    const real = relative(top, target).replaceAll(sep, "/")
    const refusal = real === path ? undefined : refusePath(real)
    return refusal === undefined ? target : yield* no(`it is "${real}", by a link: ${refusal.detail}`)
  })

  /** The folders that a path below the root is in. */
  const foldersOf = (path: string): ReadonlyArray<string> =>
    path === "." ? [] : [dirname(`${root}/${path}`), ...foldersOf(dirname(path))]

  const bytesOf = Effect.fnUntraced(function* (path: string) {
    const file = `${root}/${path}`
    return (yield* fs.exists(file)) ? yield* fs.readFile(file) : undefined
  })

  const textOf = Effect.fnUntraced(function* (path: string) {
    const bytes = yield* bytesOf(path)
    const text = bytes && decode(bytes)
    if (Option.isOption(text) && Option.isNone(text)) {
      return yield* new WorkspaceError({ path, detail: "it is no text in UTF-8" })
    }
    return text?.value
  })

  /** Whether a file holds the text, is not there, is as it was written or is to be replaced, or is a person's. */
  const compare = Effect.fnUntraced(function* (path: string, content: string, { replaced, written }: Known) {
    const bytes = yield* bytesOf(path)
    if (bytes === undefined) return "own"
    const text = decode(bytes)
    if (Option.isNone(text)) return "kept"
    if (text.value === content) return "unchanged"
    const isOwn = text.value === replaced.get(path) || manifest.has(written, path, hash(text.value))
    return isOwn ? "own" : "kept"
  })

  /** Whether nothing but a file can be at a path. */
  const isFree = (path: string) =>
    look(path).pipe(
      Effect.as(true),
      Effect.catchTag("WorkspaceError", () => Effect.succeed(false))
    )

  const decide = Effect.fnUntraced(function* (
    { content, path }: SourceFile,
    known: Known,
    isTaken: (path: string) => boolean
  ): Effect.fn.Return<Deed, WorkspaceError | PlatformError> {
    const found = yield* compare(path, content, known)
    if (found === "unchanged") return { path, content, outcome: found }
    if (force || found === "own") return { path, content, outcome: "written" }
    for (let n = 1; ; n++) {
      const beside = besides(path, n)
      if (isTaken(beside) || !(yield* isFree(beside))) continue
      if ((yield* compare(beside, content, known)) !== "kept") return { path, content, outcome: "kept", beside }
    }
  })

  /** What the disk refuses, told of the file. */
  const told = <A, R>(path: string, effect: Effect.Effect<A, WorkspaceError | PlatformError, R>) =>
    Effect.mapError(effect, (error) => {
      if (error._tag === "WorkspaceError") return error
      const place = "pathOrDescriptor" in error.reason ? `${error.reason.pathOrDescriptor}` : ""
      const isBelow = place.startsWith(`${root}/`)
      return new WorkspaceError({ path: isBelow ? place.slice(root.length + 1) : path, detail: reasonOf(error) })
    })

  /** Writes files into a folder, whose path has no links in it. */
  const writeInto = Effect.fnUntraced(function* (place: string, deeds: ReadonlyArray<Deed>) {
    const first = deeds[0]?.path ?? "."
    const { check, path: folder } = yield* told(first, hold(place, first))
    yield* Effect.forEach(
      deeds,
      ({ beside, content, path }) => told(path, replace(`${folder}/${basename(beside ?? path)}`, content, { check })),
      { concurrency, discard: true }
    )
  }, Effect.scoped)

  /** Removes a file that no other comes in the place of, unless a person changed it. */
  const remove = Effect.fnUntraced(function* (
    { content, path }: SourceFile,
    known: Known
  ): Effect.fn.Return<Option.Option<Written>, WorkspaceError | PlatformError, FileSystem.FileSystem | Scope.Scope> {
    const place = yield* Effect.option(look(path))
    // what a person put in the place of a file is none to remove
    if (Option.isNone(place)) return Option.some({ path, outcome: "kept" })
    if ((yield* bytesOf(path)) === undefined) return Option.none()
    if ((yield* compare(path, content, known)) === "kept") return Option.some({ path, outcome: "kept" })
    const folder = yield* hold(dirname(place.value), path)
    yield* fs.remove(`${folder.path}/${basename(place.value)}`)
    yield* folders.flush(folder.path)
    return Option.some({ path, outcome: "removed" })
  }, Effect.scoped)

  const write = Effect.fnUntraced(function* (files: ReadonlyArray<SourceFile>, others: ReadonlyArray<SourceFile> = []) {
    const refusal = refuse(files) ?? refuse(others)
    if (refusal !== undefined) return yield* refusal
    yield* folders.make(root)
    const top = yield* fs.realPath(root)
    const places = new Map<string, string>()
    const placeOf = new Map<string, string>()
    for (const { path } of files) {
      const place = yield* look(path)
      const other = places.get(place)
      if (other !== undefined)
        return yield* new WorkspaceError({ path, detail: `it is the file "${other}", by a link` })
      places.set(place, path)
      placeOf.set(path, place)
    }
    const written = yield* manifest.read(root)
    const paths = new Set(files.map(({ path }) => path))
    const known = { written, replaced: new Map(others.map(({ content, path }) => [path, content])) }
    const deeds = yield* Effect.forEach(files, (file) => decide(file, known, (path) => paths.has(path)))
    const hashes = deeds.map(({ beside, content, path }) => [beside ?? path, hash(content)] as const)
    const record = (written: manifest.Written) => told(manifest.place, manifest.write(top, written))
    // what a kill leaves half done is still known as the workspace's own
    yield* record({ ...written, writing: new Map(hashes) })
    // a killed one may have made folders whose names are not on the disk yet
    if (written.files.size === 0) yield* Effect.forEach([dirname(root), root], folders.flush, { discard: true })
    const changed = deeds.filter(({ outcome }) => outcome !== "unchanged")
    yield* Effect.forEach(
      Map.groupBy(changed, ({ path }) => dirname(placeOf.get(path)!)),
      ([folder, deeds]) => writeInto(folder, deeds),
      { concurrency, discard: true }
    )
    // what is said to be delivered is on the disk, though a killed one wrote it
    const unsure = hashes.flatMap(([path, hash]) => (written.files.get(path) === hash ? [] : [path]))
    const touched = [...changed.map(({ path }) => dirname(`${root}/${path}`)), ...unsure.flatMap(foldersOf)]
    yield* Effect.forEach(new Set(touched), folders.flush, { concurrency, discard: true })
    const old = others.filter(({ path }) => !paths.has(path))
    const ends = (yield* Effect.forEach(old, (file) => told(file.path, remove(file, known)))).flatMap(Option.toArray)
    const isGone = (path: string) =>
      old.some((file) => file.path === path) && !ends.some((end) => end.path === path && end.outcome === "kept")
    const left = [...written.files, ...hashes].filter(([path]) => !isGone(path))
    yield* record({ files: new Map(left), writing: new Map() })
    return [...deeds.map(({ content: _, ...written }): Written => written), ...ends]
  })

  const onDisk = Effect.provideService(FileSystem.FileSystem, fs)
  return Workspace.of({
    write: (files, replaced) =>
      oneAtATime(Effect.uninterruptible(told(files[0]?.path ?? ".", onDisk(write(files, replaced))))),
    read: (path) => told(path, check(path).pipe(Effect.andThen(look(path)), Effect.andThen(textOf(path))))
  })
})
