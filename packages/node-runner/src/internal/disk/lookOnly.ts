import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Struct from "effect/Struct"

/**
 * A file system on which nothing changes. Who would try whether a folder can be written is told what the system says of
 * that.
 */
export const lookOnly = (fs: FileSystem.FileSystem): FileSystem.FileSystem =>
  FileSystem.makeNoop({
    ...Struct.pick(fs, ["access", "exists", "stat", "readLink", "realPath"]),
    ...Struct.pick(fs, ["readDirectory", "readFile", "readFileString", "stream"]),
    makeTempDirectory: ({ directory = ".", prefix = "" } = {}) =>
      Effect.as(fs.access(directory, { writable: true }), join(directory, prefix))
  })
