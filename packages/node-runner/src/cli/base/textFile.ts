import { createReadStream, fstatSync } from "node:fs"
import * as NodeStream from "@effect/platform-node/NodeStream"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { type CliError, usage } from "./cliError.ts"
import { reasonOf } from "../../internal/disk/systemError.ts"

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
  const bytes = yield* file === standardInput ? bytesOfInput(most) : bytesOf(file, most)
  const text = decode(bytes)
  if (Result.isFailure(text)) {
    const fix = `save it as ${text.failure.startsWith("is a PDF") ? "plain text" : "UTF-8"}`
    return yield* usage(`${title(file)} ${text.failure}`, { target: file, fix })
  }
  if (text.success.trim() !== "") return text.success
  const fix = "write into it what is to be read"
  return yield* usage(`${title(file)} is ${text.success === "" ? "empty" : "blank"}`, { target: file, fix })
})

/** The text of a document: the same whatever its line ends are, as are the requests that it becomes a part of. */
export const document = (file: string) => Effect.map(read(file), (text) => text.replaceAll(/\r\n?/g, "\n"))

const bytesOf = Effect.fnUntraced(function* (
  file: string,
  most: number
): Effect.fn.Return<Uint8Array, CliError, FileSystem.FileSystem> {
  if (file.trim() === "") return yield* usage("FILE names nothing", { target: "FILE", fix: "name a file" })
  const fs = yield* FileSystem.FileSystem
  const found = yield* Effect.orElseSucceed(fs.stat(file), () => undefined)
  if (found?.type === "Directory") {
    return yield* usage(`${file} is a folder`, { target: file, fix: "name a file in it" })
  }
  if (found?.type === "CharacterDevice" || found?.type === "BlockDevice") {
    const fix = "name a file, or - for standard input"
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
  return yield* Effect.mapError(fs.readFile(file), unreadable(file))
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

const unreadable = (file: string) => (cause: unknown) => {
  const reason = reasonOf(cause)
  return /^(no such file|not a dir)/.test(reason)
    ? usage(`there is no file ${file}`, { target: file, fix: "name one that is there, or - for standard input", cause })
    : usage(`${title(file)} cannot be read: ${reason}`, { target: file, cause })
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

/** The text that bytes are, without a mark at its beginning, or what is the matter with them. */
const decode = (bytes: Uint8Array): Result.Result<string, string> => {
  if (Buffer.from(bytes.subarray(0, 5)).toString("latin1") === "%PDF-") return Result.fail("is a PDF, no text")
  for (const encoding of ["utf-16le", "utf-16be"] as const) {
    const [first, second] = marks[encoding]
    if (bytes[0] !== first || bytes[1] !== second) continue
    return Result.try({
      try: () => new TextDecoder(encoding, { fatal: true }).decode(bytes),
      catch: () => "is no UTF-16 text"
    }).pipe(
      Result.filterOrFail(
        (text) => !text.includes("\0"),
        () => "is no UTF-16 text"
      )
    )
  }
  const text = new TextDecoder().decode(bytes)
  const wrong = text.search(/[\0\ufffd]/) === -1 ? undefined : firstWrong(bytes, text)
  return wrong === undefined ? Result.succeed(text) : Result.fail(`is no UTF-8 text (byte ${wrong})`)
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
