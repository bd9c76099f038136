import { Clock, Effect, FileSystem, Option, PlatformError } from "effect"

/** A file system in memory, with times from the clock; only what the relay needs of it. */
export const memoryFiles = Effect.map(Clock.Clock, (clock) => {
  const files = new Map<string, { readonly text: string; readonly mtime: number }>()
  const notFound = (method: string, path: string) =>
    PlatformError.systemError({ _tag: "NotFound", module: "FileSystem", method, pathOrDescriptor: path })
  const find = (method: string, path: string) =>
    Effect.suspend(() => {
      const file = files.get(path)
      return file === undefined ? Effect.fail(notFound(method, path)) : Effect.succeed(file)
    })
  const write = (path: string, text: string) =>
    Effect.sync(() => void files.set(path, { text, mtime: clock.currentTimeMillisUnsafe() }))
  const fs = FileSystem.makeNoop({
    makeDirectory: () => Effect.void,
    exists: (path) => Effect.sync(() => files.has(path)),
    readFileString: (path) => Effect.map(find("readFileString", path), (file) => file.text),
    writeFileString: write,
    // A file is written at once, and nothing else is done with it.
    open: (path) => {
      const file: Pick<FileSystem.File, "writeAll" | "sync"> = {
        writeAll: (bytes) => write(path, new TextDecoder().decode(bytes)),
        sync: Effect.void
      }
      return Effect.succeed(file as FileSystem.File)
    },
    chmod: () => Effect.void,
    rename: (from, to) =>
      Effect.map(find("rename", from), (file) => {
        files.delete(from)
        files.set(to, file)
      }),
    readDirectory: (directory) =>
      Effect.sync(() =>
        [...files.keys()]
          .filter((path) => path.startsWith(`${directory}/`))
          .map((path) => path.slice(directory.length + 1))
      ),
    utimes: (path, _, mtime) =>
      Effect.map(find("utimes", path), ({ text }) => void files.set(path, { text, mtime: Number(mtime) })),
    remove: (path) => Effect.sync(() => void files.delete(path)),
    // The relay reads the time of the last change only.
    stat: (path) =>
      Effect.map(find("stat", path), (file) => ({ mtime: Option.some(new Date(file.mtime)) }) as FileSystem.File.Info)
  })
  return fs
})
