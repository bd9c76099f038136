import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Semaphore from "effect/Semaphore"
import { Hasher } from "@stepwright/core/Hasher"
import { type SourceFile, Workspace, WorkspaceError, type Written } from "@stepwright/core/Workspace"
import * as manifest from "./internal/disk/manifest.ts"
import * as workspacePath from "./internal/disk/workspacePath.ts"
import { writeWhole } from "./internal/disk/writeWhole.ts"

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

type Deed = Written & { readonly content: string }

const make = Effect.fnUntraced(function* ({ force = false, root }: Options) {
  const fs = yield* FileSystem.FileSystem
  const { sep } = yield* Path.Path
  const hash = yield* Hasher
  const oneAtATime = Semaphore.withPermits(yield* Semaphore.make(1), 1)

  /** What the disk says against a path below the root: a link that leads out, another case, a file for a folder. */
  const look = Effect.fnUntraced(function* (path: string) {
    const refuse = (detail: string) => new WorkspaceError({ path, detail })
    const problem = workspacePath.problem(path)
    if (problem !== undefined) return yield* refuse(problem)
    if (!(yield* fs.exists(root))) return
    const top = yield* fs.realPath(root)
    const names = path.split("/")
    let folder = root
    for (const [i, name] of names.entries()) {
      const here = `${folder}/${name}`
      const entries = yield* fs.readDirectory(folder)
      if (!entries.includes(name)) {
        const other = entries.find((entry) => workspacePath.fold(entry) === workspacePath.fold(name))
        if (other !== undefined) return yield* refuse(`"${other}" is there, which differs in case only`)
        return
      }
      const real = yield* Effect.option(fs.realPath(here))
      if (real._tag === "None") return yield* refuse(`"${name}" is a link that leads nowhere`)
      if (real.value !== top && !real.value.startsWith(top.endsWith(sep) ? top : top + sep)) {
        return yield* refuse(`"${name}" is a link that leads out of the workspace`)
      }
      const isFolder = (yield* fs.stat(here)).type === "Directory"
      if (isFolder && i === names.length - 1) return yield* refuse("a folder is there")
      if (!isFolder && i < names.length - 1) return yield* refuse(`"${name}" is a file, not a folder`)
      folder = here
    }
  })

  const textOf = Effect.fnUntraced(function* (path: string) {
    const file = `${root}/${path}`
    return (yield* fs.exists(file)) ? yield* fs.readFileString(file) : undefined
  })

  /** A file that holds the text already, that is not there, or that is as it was written, is the workspace's own. */
  const isOwn = (path: string, content: string, written: Readonly<Record<string, string>>) =>
    Effect.map(textOf(path), (text) => text === undefined || text === content || written[path] === hash(text))

  const decide = Effect.fnUntraced(function* (
    { content, path }: SourceFile,
    written: Readonly<Record<string, string>>,
    isTaken: (path: string) => boolean
  ): Effect.fn.Return<Deed, WorkspaceError | PlatformError> {
    if ((yield* textOf(path)) === content) return { path, content, outcome: "unchanged" }
    if (force || (yield* isOwn(path, content, written))) return { path, content, outcome: "written" }
    for (let n = 1; ; n++) {
      const beside = `${path}.new${n === 1 ? "" : n}`
      if (isTaken(beside)) continue
      yield* look(beside)
      if (yield* isOwn(beside, content, written)) return { path, content, outcome: "kept", beside }
    }
  })

  const write = Effect.fnUntraced(function* (files: ReadonlyArray<SourceFile>) {
    const paths = files.map(({ path }) => path)
    const conflict = workspacePath.conflict(paths)
    if (conflict !== undefined) return yield* new WorkspaceError(conflict)
    yield* fs.makeDirectory(root, { recursive: true })
    for (const { path } of files) yield* look(path)
    const written = yield* manifest.read(root)
    const deeds = yield* Effect.forEach(files, (file) => decide(file, written, (path) => paths.includes(path)))
    const hashes: Record<string, string> = { ...written }
    for (const { beside, content, outcome, path } of deeds) {
      const target = beside ?? path
      if (outcome !== "unchanged") yield* writeWhole(`${root}/${target}`, content)
      hashes[target] = hash(content)
    }
    yield* manifest.write(root, hashes)
    return deeds.map(({ content: _, ...written }): Written => written)
  })

  const service = Workspace.of({
    write: (files) => oneAtATime(Effect.uninterruptible(known(files[0]?.path ?? ".", write(files)))),
    read: (path) => known(path, Effect.andThen(look(path), textOf(path)))
  })
  const known = <A>(path: string, effect: Effect.Effect<A, WorkspaceError | PlatformError, FileSystem.FileSystem>) =>
    effect.pipe(
      Effect.provideService(FileSystem.FileSystem, fs),
      Effect.mapError((error) =>
        error._tag === "WorkspaceError" ? error : new WorkspaceError({ path, detail: error.message })
      )
    )
  return service
})
