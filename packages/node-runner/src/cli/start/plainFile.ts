// What comes with a folder that somebody else made may be a link to anywhere, a pipe or a device, which has no end: looked
// at before it is opened, and read as far as it is large.

import { Buffer } from "node:buffer"
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from "node:fs"

/** What is at a path itself, no link followed; `undefined` where nothing is. */
export const kindAt = (path: string): "file" | "folder" | "link" | "other" | undefined => {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  if (found.isSymbolicLink()) return "link"
  if (found.isDirectory()) return "folder"
  return found.isFile() ? "file" : "other"
}

/** Why a file is none to read, after its name. */
const problems = { folder: "is a folder", link: "is a link", other: "is no file" }

/**
 * What a file holds, of at most so many bytes; `undefined` where nothing is. **Fails with** what is wrong with it, after
 * its name.
 */
export const readPlain = (path: string, most: number): Buffer | undefined => {
  const kind = kindAt(path)
  if (kind === undefined) return undefined
  if (kind !== "file") throw new Error(problems[kind])
  // of what takes its place meanwhile neither is waited for
  const file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  try {
    const { size } = fstatSync(file)
    if (size > most) throw new Error(`is larger than ${most / 1_000_000} MB`)
    const bytes = Buffer.alloc(size)
    let length = 0
    for (let read = -1; read !== 0 && length < size; length += read)
      read = readSync(file, bytes, length, size - length, length)
    return bytes.subarray(0, length)
  } finally {
    closeSync(file)
  }
}
