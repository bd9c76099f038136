import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as workspacePath from "./internal/text/workspacePath.ts"

/** A file by its path below the workspace's root: relative, with `/` between names. */
export const SourceFile = Schema.Struct({ path: Schema.NonEmptyString, content: Schema.String })
export type SourceFile = typeof SourceFile.Type

/**
 * What became of a file: `written`, `unchanged` (it held this text already), `removed` (it was to be replaced, and by
 * none), or `kept`: a person changed it since it was written, so it was left alone and the new text, if there is one,
 * stands in the file `beside`.
 */
export const Written = Schema.Struct({
  path: Schema.String,
  outcome: Schema.Literals(["written", "unchanged", "removed", "kept"]),
  beside: Schema.optionalKey(Schema.String)
})
export type Written = typeof Written.Type

/** The output, or a part of it, of a step that delivers files. */
export const Delivered = Schema.Struct({ files: Schema.Array(Written) })
export type Delivered = typeof Delivered.Type

/** A path that the workspace refuses, or storage that failed. Nothing was written. */
export class WorkspaceError extends Schema.TaggedError<WorkspaceError>()("WorkspaceError", {
  path: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `${this.path}: ${this.detail}`
  }
}

/** Why a file cannot have this path in any workspace; `undefined` if it can. */
export const refusePath = (path: string): WorkspaceError | undefined => {
  const detail = workspacePath.problem(path)
  return detail === undefined ? undefined : new WorkspaceError({ path, detail })
}

/** Whether nothing may be written into a folder of this name: Git's, and the workspace's own. */
export const isReserved = (name: string): boolean => workspacePath.isReserved(name)

/** Why these files cannot be written together, each as it is; `undefined` if they can. */
export const refuse = (files: ReadonlyArray<SourceFile>): WorkspaceError | undefined => {
  for (const { content, path } of files) {
    const refusal = refusePath(path)
    if (refusal !== undefined) return refusal
    if (!content.isWellFormed()) {
      return new WorkspaceError({ path, detail: "its text has half a character in it, which UTF-8 cannot hold" })
    }
  }
  return conflict(files.map(({ path }) => path))
}

const conflict = (paths: ReadonlyArray<string>) => {
  const found = workspacePath.conflict(paths)
  return found && new WorkspaceError(found)
}

/** Whether some disk takes two names as one: it may ignore case, or Unicode's form. */
export const isSameName = (one: string, other: string): boolean => workspacePath.fold(one) === workspacePath.fold(other)

/** Where the `n`th text goes whose own file a person changed. */
export const besides = (path: string, n: number): string => `${path}.new${n === 1 ? "" : n}`

/** Where a workflow delivers its files. Each text comes back as it was written, or is refused before anything is. */
export class Workspace extends Context.Service<
  Workspace,
  {
    /**
     * Writes all files, or none when one of them is refused. They come in the place of those that they `replace`: of what
     * holds this text still, whoever wrote it, the new text takes the place, and where there is none it is removed.
     */
    readonly write: (
      files: ReadonlyArray<SourceFile>,
      replaced?: ReadonlyArray<SourceFile>
    ) => Effect.Effect<ReadonlyArray<Written>, WorkspaceError>
    /** The text of a file, `undefined` where there is none. **Fails with** `WorkspaceError` for what is no text. */
    readonly read: (path: string) => Effect.Effect<string | undefined, WorkspaceError>
  }
>()("@stepwright/core/Workspace") {}

/**
 * A workspace in memory, for tests, which takes and refuses what one on a disk does; `files` is what it holds, and may be
 * looked at and changed, as by a person.
 */
export const layerMemory = (files: Map<string, string> = new Map()): Layer.Layer<Workspace> =>
  Layer.sync(Workspace, () => {
    const written = new Map<string, string>()
    const write = (
      { content, path }: SourceFile,
      paths: ReadonlySet<string>,
      replaced: ReadonlyMap<string, string>
    ): Written => {
      const isOwn = (path: string) =>
        [undefined, content, written.get(path), replaced.get(path)].includes(files.get(path))
      const outcome = files.get(path) === content ? "unchanged" : "written"
      let target = path
      for (let n = 1; !isOwn(target) || (target !== path && paths.has(target)); n++) target = besides(path, n)
      files.set(target, content)
      written.set(target, content)
      return target === path ? { path, outcome } : { path, outcome: "kept", beside: target }
    }
    const remove = ({ content, path }: SourceFile): ReadonlyArray<Written> => {
      const found = files.get(path)
      if (found === undefined) return []
      const isOwn = found === content || found === written.get(path)
      if (isOwn) {
        files.delete(path)
        written.delete(path)
      }
      return [{ path, outcome: isOwn ? "removed" : "kept" }]
    }
    return {
      write: (sources, replaced = []) =>
        Effect.suspend(() => {
          const paths = new Set(sources.map(({ path }) => path))
          const gone = replaced.filter(({ path }) => !paths.has(path))
          const others = [...files.keys()].filter((path) => !paths.has(path))
          const refusal = refuse(sources) ?? refuse(replaced) ?? conflict([...others, ...paths])
          if (refusal !== undefined) return Effect.fail(refusal)
          const texts = new Map(replaced.map(({ content, path }) => [path, content]))
          return Effect.succeed([...sources.map((source) => write(source, paths, texts)), ...gone.flatMap(remove)])
        }),
      read: (path) => {
        const refusal = refusePath(path)
        return refusal === undefined ? Effect.sync(() => files.get(path)) : Effect.fail(refusal)
      }
    }
  })
