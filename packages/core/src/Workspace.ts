import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

/** A file by its path below the workspace's root: relative, with `/` between names. */
export const SourceFile = Schema.Struct({ path: Schema.NonEmptyString, content: Schema.String })
export type SourceFile = typeof SourceFile.Type

/**
 * What became of a file: `written`, `unchanged` (it held this text already), or `kept`: a person changed it since it
 * was written, so it was left alone and the new text stands in the file `beside`.
 */
export const Written = Schema.Struct({
  path: Schema.String,
  outcome: Schema.Literals(["written", "unchanged", "kept"]),
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

/** Where a workflow delivers its files. */
export class Workspace extends Context.Service<
  Workspace,
  {
    /** Writes all files, or none when one of the paths is refused. */
    readonly write: (files: ReadonlyArray<SourceFile>) => Effect.Effect<ReadonlyArray<Written>, WorkspaceError>
    /** The text of a file, `undefined` where there is none. */
    readonly read: (path: string) => Effect.Effect<string | undefined, WorkspaceError>
  }
>()("@stepwright/core/Workspace") {}

/** A workspace in memory, for tests; `files` is what it holds, and may be looked at and changed. */
export const layerMemory = (files: Map<string, string> = new Map()): Layer.Layer<Workspace> =>
  Layer.succeed(Workspace, {
    write: (sources) =>
      Effect.sync(() =>
        sources.map(({ content, path }): Written => {
          const outcome = files.get(path) === content ? "unchanged" : "written"
          files.set(path, content)
          return { path, outcome }
        })
      ),
    read: (path) => Effect.sync(() => files.get(path))
  })
