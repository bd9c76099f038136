import { createReadStream, fstatSync } from "node:fs"
import * as NodeStream from "@effect/platform-node/NodeStream"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { type CliError, usage } from "./cliError.ts"
import { type FileFormat, formatOf, headLength } from "../../internal/disk/fileFormat.ts"
import { reasonOf } from "../../internal/disk/systemError.ts"
import { Seen } from "../../internal/files/seen.ts"

/** The name for standard input in place of that of a file. */
export const standardInput = "-"

const megabyte = 1024 ** 2

/** How large a text may be that a model is to read: far more than any takes. **Units** bytes */
const mostOfText = 10 * megabyte

/** How large what a program wrote may be. **Units** bytes */
export const mostOfData = 500 * megabyte

/** What a person calls a file that was named. */
export const title = (file: string): string => (file === standardInput ? "standard input" : file)

/**
 * The text of a file, or of standard input: UTF-8, or UTF-16 by its mark. What is no text, empty, blank, or cannot be
 * read is refused.
 */
export const read = Effect.fnUntraced(function* (
  file: string,
  most: number = mostOfText
): Effect.fn.Return<string, CliError, FileSystem.FileSystem> {
  return yield* told(file, decode(yield* bytesIn(file, most)))
})

/** The same with every byte of it: UTF-8, of which a mark at the beginning is a part. */
export const exact = Effect.fnUntraced(function* (
  file: string,
  most: number
): Effect.fn.Return<string, CliError, FileSystem.FileSystem> {
  return yield* told(file, decodeExactly(yield* bytesIn(file, most)))
})

/** The text of a document: the same whatever its line ends are, as are the requests that it becomes a part of. */
export const document = (file: string, most?: number) =>
  Effect.map(read(file, most), (text) => text.replaceAll(/\r\n?/g, "\n"))

/** The text of a file that something else than arguments names, where `-` is a name like any other. */
export const named = (file: string, most: number = mostOfText) =>
  Effect.flatMap(bytesNamed(file, most), (bytes) => told(titleNamed(file), decode(bytes)))

/** The same with every byte of it. */
export const exactNamed = (file: string, most: number) =>
  Effect.flatMap(bytesNamed(file, most), (bytes) => told(titleNamed(file), decodeExactly(bytes)))

const titleNamed = (file: string) => (file === standardInput ? `./${file}` : file)

const bytesNamed = Effect.fnUntraced(function* (
  file: string,
  most: number
): Effect.fn.Return<Uint8Array, CliError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const found = yield* Effect.orElseSucceed(fs.stat(file), () => undefined)
  // nobody is there to write into it
  if (found?.type === "FIFO") return yield* usage(`${file} is a pipe, no file`, { target: file, fix: "name a file" })
  return yield* bytesOf(file, most, "")
})

/** The text of a template, without the line end that editors put at its end. */
export const template = (file: string, most?: number) =>
  Effect.map(named(file, most), (text) => text.replaceAll(/\r\n?/g, "\n").replace(/\n$/u, ""))

const headOf = Effect.fnUntraced(function* (file: string): Effect.fn.Return<Buffer, CliError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const head = Stream.runCollect(fs.stream(file, { bytesToRead: headLength }))
  return Buffer.concat(yield* Effect.mapError(head, unreadable(file)))
})

const nothingIn = (head: Buffer): string | undefined => {
  if (head.length === 0) return "empty"
  return head.length < headLength && head.toString().trim() === "" ? "blank" : undefined
}

/** Whether a file is empty or blank, as far as its beginning tells. */
export const holdsNothing = (file: string): Effect.Effect<string | undefined, CliError, FileSystem.FileSystem> =>
  Effect.map(headOf(file), nothingIn)

/** Why a file that nobody named is none to be read; what somebody meant to be read and is no text is to be an error. */
export const notForReading = (file: string): Effect.Effect<string | undefined, CliError, FileSystem.FileSystem> =>
  Effect.map(headOf(file), (head) => {
    const format = formatOf(head)
    if (format?.holdsText === true) return undefined
    const isMarked = Object.values(marks).some(([first, second]) => head[0] === first && head[1] === second)
    const isNoText = format !== undefined || (head.includes(0) && !isMarked)
    return isNoText && !texts.test(file) ? "no text" : nothingIn(head)
  })

/** Names of files that somebody meant to be read. */
const texts = /\.(?:md|markdown|txt|rst|adoc|puml|json|ya?ml|docx?|odt|rtf|pdf)$/i

interface Refusal {
  readonly is: string
  readonly fix: string
}

const told = (file: string, text: Result.Result<string, Refusal>): Effect.Effect<string, CliError> => {
  if (Result.isFailure(text)) {
    const { fix, is } = text.failure
    return Effect.fail(usage(`${title(file)} ${is}`, { target: file, fix }))
  }
  if (text.success.trim() !== "") return Effect.succeed(text.success)
  const fix = "write into it what is to be read"
  return Effect.fail(usage(`${title(file)} is ${text.success === "" ? "empty" : "blank"}`, { target: file, fix }))
}

const bytesIn = (file: string, most: number) => (file === standardInput ? bytesOfInput(most) : bytesOf(file, most))

/** What stands for standard input among arguments, for those who name a file that is none. */
const orInput = ", or - for standard input"

const bytesOf = Effect.fnUntraced(function* (
  file: string,
  most: number,
  otherwise = orInput
): Effect.fn.Return<Uint8Array, CliError, FileSystem.FileSystem> {
  if (file.trim() === "") return yield* usage("FILE names nothing", { target: "FILE", fix: "name a file" })
  const fs = yield* FileSystem.FileSystem
  const seen = yield* Seen
  seen.add(file)
  const found = yield* Effect.orElseSucceed(fs.stat(file), () => undefined)
  if (found?.type === "Directory") {
    return yield* usage(`${file} is a folder`, { target: file, fix: "name a file in it" })
  }
  if (found?.type === "CharacterDevice" || found?.type === "BlockDevice") {
    const fix = `name a file${otherwise}`
    return yield* usage(`${file} is a device, no file`, { target: file, fix })
  }
  // a pipe with a name has no size, and no place in it that could be sought
  if (found?.type === "FIFO") {
    const piped = NodeStream.fromReadable<Uint8Array, unknown>({
      evaluate: () => createReadStream(file),
      onError: (cause) => cause
    })
    return yield* collect(file, piped, most)
  }
  if (found !== undefined && found.size > most) return yield* tooLarge(file, most)
  return yield* Effect.mapError(fs.readFile(file), unreadable(file, otherwise))
})

const tooLarge = (file: string, most: number) =>
  usage(`${title(file)} is larger than ${most / megabyte} MB`, { target: file, fix: "give a part of it" })

/** All bytes of a stream, which is read no further than is needed to know that it is too large. */
const collect = (file: string, stream: Stream.Stream<Uint8Array, unknown>, most: number) =>
  Effect.suspend(() => {
    let size = 0
    return Stream.runCollect(Stream.takeUntil(stream, (chunk) => (size += chunk.length) > most)).pipe(
      Effect.mapError(unreadable(file)),
      Effect.flatMap((chunks) =>
        size > most ? Effect.fail(tooLarge(file, most)) : Effect.succeed(Buffer.concat(chunks))
      )
    )
  })

const unreadable =
  (file: string, otherwise = orInput) =>
  (cause: unknown) => {
    const reason = reasonOf(cause)
    return /^(no such file|not a dir)/.test(reason)
      ? usage(`there is no file ${file}`, { target: file, fix: `name one that is there${otherwise}`, cause })
      : usage(`${title(file)} cannot be read: ${reason}`, {
          target: file,
          fix: "make it readable, or name another",
          cause
        })
  }

const bytesOfInput = Effect.fnUntraced(function* (most: number) {
  // whatever provides files on Node provides this
  const { stdin, stdinIsTerminal } = yield* Effect.orDie(
    Effect.flatMap(Effect.serviceOption(Stdio.Stdio), Effect.fromOption)
  )
  // a stream of it is empty
  if (fstatSync(0, { throwIfNoEntry: false })?.isDirectory() === true) {
    return yield* usage(`${title(standardInput)} is a folder`, { target: standardInput, fix: "name a file in it" })
  }
  if (yield* stdinIsTerminal) yield* Console.error("reading standard input: end it with Ctrl-D")
  return yield* collect(standardInput, stdin, most)
})

const marks = { "utf-16le": [0xff, 0xfe], "utf-16be": [0xfe, 0xff] } as const

const noText = ({ fix, is }: FileFormat): Refusal => ({ is: `${is}, no text`, fix })

const unlike = (is: string): Refusal => ({ is, fix: "save it as UTF-8" })

/** The text that bytes are, without a mark at its beginning, or what is the matter with them. */
const decode = (bytes: Uint8Array): Result.Result<string, Refusal> => {
  const format = formatOf(bytes)
  if (format !== undefined) return Result.fail(noText(format))
  for (const encoding of ["utf-16le", "utf-16be"] as const) {
    const [first, second] = marks[encoding]
    if (bytes[0] !== first || bytes[1] !== second) continue
    return Result.try({
      try: () => new TextDecoder(encoding, { fatal: true }).decode(bytes),
      catch: () => unlike("is no UTF-16 text")
    }).pipe(
      Result.filterOrFail(
        (text) => !text.includes("\0"),
        () => unlike("is no UTF-16 text")
      )
    )
  }
  return decodeUtf8(bytes, false)
}

const decodeExactly = (bytes: Uint8Array): Result.Result<string, Refusal> => {
  const format = formatOf(bytes)
  return format === undefined ? decodeUtf8(bytes, true) : Result.fail(noText(format))
}

const decodeUtf8 = (bytes: Uint8Array, keepsMark: boolean): Result.Result<string, Refusal> => {
  const text = new TextDecoder().decode(bytes)
  const wrong = text.search(/[\0\ufffd]/) === -1 ? undefined : firstWrong(bytes, text)
  if (wrong !== undefined) return Result.fail(unlike(`is no UTF-8 text (byte ${wrong})`))
  return Result.succeed(keepsMark ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes) : text)
}

/** The first byte that is no UTF-8, or none that a text has. */
const firstWrong = (bytes: Uint8Array, decoded: string): number | undefined => {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  let at = start
  let from = 0
  for (const { 0: found, index } of decoded.matchAll(/[\0\ufffd]/g)) {
    at += Buffer.byteLength(decoded.slice(from, index))
    from = index
    const isReplaced = found !== "\0" && !(bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd)
    if (found === "\0" || isReplaced) return at
  }
  return undefined
}
