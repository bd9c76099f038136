import { Buffer } from "node:buffer"
import { basename, isAbsolute, join, relative, resolve, sep } from "node:path"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import { refuse } from "@stepwright/core/Workspace"
import { type CliError, usage } from "../base/cliError.ts"
import { Seen } from "../../internal/files/seen.ts"
import * as textFile from "../base/textFile.ts"
import { reasonOf } from "../../internal/disk/systemError.ts"
import { isByproduct } from "../../internal/disk/byproducts.ts"

/** What a person named for a project: files, and folders of them. */
export interface Given {
  readonly documents: ReadonlyArray<string>
  readonly design: ReadonlyArray<string>
  readonly samples: ReadonlyArray<string>
}

/** A file with its path as the person named it: below the working folder, with `/`. */
export type File = { readonly path: string; readonly text: string }

export type Project = { readonly [K in keyof Given]: ReadonlyArray<File> }

/** How large a file may be. **Units** bytes */
const mostOfFile = 1024 ** 2

/** How large they may be together, which is more than any model takes, and who is told of more. **Units** megabytes */
const limits = {
  documents: { most: 10, are: "the documents are", target: "FILE" },
  design: { most: 10, are: "the design is", target: "--design" },
  samples: { most: 8, are: "the samples are", target: "--sample" }
} as const

/** How many files a line names that are left out. */
const mostTold = 10

/** A file where it is on the disk, with its path. */
interface Entry {
  readonly file: string
  readonly path: string
  /** Whether the person named it, not a folder that it is in. */
  readonly isNamed: boolean
  /** Why it is left out, where it is: hidden or generated, or in words. */
  readonly leftOut?: string
}

/**
 * The files that a person named, those of a folder in the order of their names. What is hidden, generated or a link, and
 * what holds nothing, is left out of a folder, of one of documents what is no text too; a line says so. Whatever else
 * cannot be used is refused.
 */
export const read = Effect.fnUntraced(function* (
  given: Given
): Effect.fn.Return<Project, CliError, FileSystem.FileSystem> {
  yield* checkInputs(given)
  const entries = {
    documents: yield* entriesOf(given.documents, textFile.notForReading, "document"),
    design: yield* entriesOf(given.design, textFile.notForReading, "document"),
    samples: yield* entriesOf(given.samples, textFile.holdsNothing, "sample")
  }
  const leftOut = Object.values(entries).flat().filter(isLeftOut)
  const more = leftOut.length > mostTold ? ` and ${leftOut.length - mostTold} more` : ""
  if (leftOut.length > 0) {
    yield* Console.error(`left out: ${leftOut.slice(0, mostTold).map(toldOf).join(", ")}${more}`)
  }
  const project = {
    documents: yield* textsOf(entries.documents, textFile.document, limits.documents),
    design: yield* textsOf(entries.design, textFile.document, limits.design),
    samples: yield* textsOf(entries.samples, textFile.exact, limits.samples)
  }
  yield* checkSamples(project.samples)
  return project
})

/** Which documents have the paths of files in the folders that a person named, where no such file is any more. */
export const goneFrom = Effect.fnUntraced(function* (
  names: ReadonlyArray<string>,
  documents: ReadonlyArray<File>
): Effect.fn.Return<ReadonlyArray<File>, never, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const placesOf = ({ path }: File) =>
    names.flatMap((name) => {
      const folder = pathOf(name) === "" ? "" : `${pathOf(name)}/`
      return path.startsWith(folder) ? [join(name, path.slice(folder.length))] : []
    })
  return yield* Effect.filter(documents, (file) => {
    const places = placesOf(file)
    // what cannot be looked at may be there
    const areThere = Effect.forEach(places, (place) => Effect.orElseSucceed(fs.exists(place), () => true))
    return Effect.map(areThere, (found) => places.length > 0 && !found.includes(true))
  })
})

const textsOf = Effect.fnUntraced(function* (
  entries: ReadonlyArray<Entry>,
  textOf: typeof textFile.exact,
  { are, most, target }: (typeof limits)[keyof Given]
): Effect.fn.Return<ReadonlyArray<File>, CliError, FileSystem.FileSystem> {
  let size = 0
  const files: Array<File> = []
  for (const { file, path } of entries.filter((entry) => !isLeftOut(entry))) {
    const text = yield* textOf(file, mostOfFile)
    size += Buffer.byteLength(text)
    if (size > most * 1024 ** 2) {
      const fix = "give fewer files, or smaller ones"
      return yield* usage(`${are} larger than ${most} MB together`, { target, fix })
    }
    files.push({ path, text })
  }
  return files
})

const isLeftOut = ({ leftOut }: Entry): boolean => leftOut !== undefined

const toldOf = ({ leftOut = "", path }: Entry): string => (leftOut === "" ? path : `${path} (${leftOut})`)

const checkInputs = ({ design, documents, samples }: Given): Effect.Effect<void, CliError> => {
  const isInput = (name: string) => name === textFile.standardInput
  if (documents.length === 0) {
    return Effect.fail(usage("there is no document", { target: "FILE", fix: "name a file, or a folder with some" }))
  }
  if (samples.some(isInput)) {
    const fix = "save it as a file, and name that"
    return Effect.fail(usage("standard input has no name that a sample could have", { target: "--sample", fix }))
  }
  return [...documents, ...design].filter(isInput).length > 1
    ? Effect.fail(usage("standard input is named twice", { target: textFile.standardInput, fix: "name it once" }))
    : Effect.void
}

const checkSamples = (samples: ReadonlyArray<File>): Effect.Effect<void, CliError> => {
  const refusal = refuse(samples.map(({ path, text }) => ({ path, content: text })))
  if (refusal === undefined) return Effect.void
  const fix = "rename it, or leave it out"
  return Effect.fail(usage(`${refusal.path} cannot be a sample: ${refusal.detail}`, { target: refusal.path, fix }))
}

/** What is at the names, each path once; `reason` says of a file in a folder why it is left out, if it is. */
const entriesOf = Effect.fnUntraced(function* (
  names: ReadonlyArray<string>,
  reason: typeof textFile.notForReading,
  what: string
): Effect.fn.Return<ReadonlyArray<Entry>, CliError, FileSystem.FileSystem> {
  const entries = yield* Effect.forEach(
    names,
    Effect.fnUntraced(function* (name) {
      const found = yield* Effect.forEach(yield* entriesAt(name), (entry) =>
        entry.isNamed || isLeftOut(entry)
          ? Effect.succeed(entry)
          : Effect.map(reason(entry.file), (leftOut): Entry => ({
              ...entry,
              ...(leftOut !== undefined && { leftOut })
            }))
      )
      if (!found.every(isLeftOut)) return found
      return yield* usage(`there is no ${what} in ${name}`, { target: name, fix: "put one there, or name another" })
    })
  )
  const all = entries.flat()
  const known = new Map<string, string>()
  for (const { file, path } of all.filter((entry) => !isLeftOut(entry))) {
    if (/[\p{Control}\u2028\u2029]/u.test(path)) {
      return yield* usage(`${JSON.stringify(path)} has a control character in its name`, {
        target: path,
        fix: "rename it"
      })
    }
    const other = known.get(path)
    if (other !== undefined) return yield* twice(path, other, file)
    known.set(path, file)
  }
  return all
})

const twice = (path: string, one: string, other: string) =>
  resolve(one) === resolve(other)
    ? usage(`${path} is named twice`, { target: path, fix: "name it once" })
    : usage(`${one} and ${other} would both be ${path}`, { target: path, fix: "name the folder that both are in" })

/** The file of this name, or those in the folder of it. */
const entriesAt = Effect.fnUntraced(function* (
  name: string
): Effect.fn.Return<ReadonlyArray<Entry>, CliError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const isInput = name === textFile.standardInput
  const type = isInput ? "" : (yield* Effect.orElseSucceed(fs.stat(name), () => undefined))?.type
  const path = isInput ? textFile.title(name) : pathOf(name)
  return type === "Directory" ? yield* below(name, path) : [{ file: name, path, isNamed: true }]
})

/** The path of what a person named: below the working folder, or else by its own name alone. */
const pathOf = (name: string): string => {
  const path = relative(".", name)
  const isElsewhere = isAbsolute(path) || /^\.\.(?:[\\/]|$)/.test(path)
  return (isElsewhere ? basename(resolve(name)) : path).split(sep).join("/")
}

const below = Effect.fnUntraced(function* (
  folder: string,
  path: string
): Effect.fn.Return<ReadonlyArray<Entry>, CliError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const refused = (cause: PlatformError) =>
    usage(`${folder} cannot be read: ${reasonOf(cause)}`, {
      target: folder,
      fix: "let it be read, or name another",
      cause
    })
  const seen = yield* Seen
  // files may come into it
  seen.add(folder)
  const names = yield* Effect.mapError(fs.readDirectory(folder), refused)
  const entries = yield* Effect.forEach(
    names.toSorted(),
    Effect.fnUntraced(function* (name) {
      const file = join(folder, name)
      const entry: Entry = { file, path: path === "" ? name : `${path}/${name}`, isNamed: false }
      if (isByproduct(name)) return [{ ...entry, leftOut: "" }]
      const isLink = yield* Effect.match(fs.readLink(file), { onFailure: () => false, onSuccess: () => true })
      if (isLink) return [{ ...entry, leftOut: "a link" }]
      const { type } = yield* Effect.mapError(fs.stat(file), refused)
      if (type === "Directory") return yield* below(file, entry.path)
      return [type === "File" ? entry : { ...entry, leftOut: "no file" }]
    })
  )
  return entries.flat()
})
