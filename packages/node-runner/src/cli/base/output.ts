import { Console } from "node:console"
import { fstatSync, writeSync } from "node:fs"
import process from "node:process"
import { Writable } from "node:stream"
import * as EffectConsole from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { reasonOf } from "../../internal/disk/systemError.ts"
import * as terminal from "./terminal.ts"

/** The streams that cannot be written any more, each with the reason; that nobody wants it is none to speak of. */
const lost = new Map<NodeJS.WriteStream, string | undefined>()

/** The streams that something was written to. */
const used = new Set<NodeJS.WriteStream>()

/** What writes to standard output once the code of users does not. */
let direct: typeof process.stdout.write | undefined

const writerOf = (stream: NodeJS.WriteStream): typeof stream.write =>
  (stream === process.stdout ? direct : undefined) ?? stream.write.bind(stream)

/** A stream as a screen takes it. */
const piped = (stream: NodeJS.WriteStream): terminal.Output => ({
  isTTY: stream.isTTY,
  get columns() {
    return stream.columns
  },
  get rows() {
    return stream.rows
  },
  write: (text) => writerOf(stream)(text)
})

/** A file, of which Node's own stream takes the part that the disk still had room for, for the whole. */
const file = (stream: NodeJS.WriteStream, descriptor: number): terminal.Output => ({
  columns: 0,
  rows: 0,
  write: (text) => {
    let rest = Buffer.from(text)
    const written = Result.try(() => {
      while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest))
    })
    return Result.isSuccess(written) || stream.emit("error", written.failure)
  }
})

const guarded = (stream: NodeJS.WriteStream, descriptor: number, options?: terminal.ScreenOptions): terminal.Screen => {
  const isFile = fstatSync(descriptor).isFile()
  const screen = terminal.screen(isFile ? file(stream, descriptor) : piped(stream), process.env, options)
  const write = (text: string) => {
    used.add(stream)
    if (!lost.has(stream)) screen.write(text)
  }
  return { ...screen, write }
}

/** Whether standard output still goes somewhere. */
export const isRead = (): boolean => !lost.has(process.stdout)

export const stdout = (): terminal.Screen => guarded(process.stdout, 1)
/** A screen on which nothing is drawn where standard output goes to the same terminal, meanwhile. */
export const beside = (screen: terminal.Screen): terminal.Screen =>
  process.stdout.isTTY ? { ...screen, isTerminal: false } : screen

export const stderr = (): terminal.Screen => guarded(process.stderr, 2, { isForPerson: true })

const writable = (screen: () => terminal.Screen) =>
  new Writable({
    decodeStrings: false,
    write: (text, _, done) => {
      screen().write(String(text))
      done()
    }
  })

/** Standard output as a program takes it that is spoken with: as it is, and apart from what the code of users prints. */
export const spoken = (): Writable =>
  new Writable({
    decodeStrings: false,
    write: (text: string | Uint8Array, _, done) => void writerOf(process.stdout)(text, done)
  })

/** Prints what a person reads, wherever it goes: what a program reads, or is a document, is printed as it is. */
export const report = (text: string) => EffectConsole.log(terminal.visible(text))

/** The console of a command: all that it prints goes through the screens. */
export const console = new Console({ stdout: writable(stdout), stderr: writable(stderr), ignoreErrors: false })

const errors = new Console({ stdout: writable(stderr), stderr: writable(stderr), ignoreErrors: false })

/** For the code of users: what it prints with effect's console goes where that goes which it prints otherwise. */
export const layerOfUsers = Layer.unwrap(
  Effect.sync(() => (direct === undefined ? Layer.empty : Layer.succeed(EffectConsole.Console, errors)))
)

/**
 * From now on a stream that cannot be written ends nothing. What is wrong with it is told once on the other one, unless
 * that is for programs alone; then what the code of users prints goes to standard error.
 */
export const watch = (name: string, isForPrograms: boolean): void => {
  if (isForPrograms) {
    direct = process.stdout.write.bind(process.stdout)
    process.stdout.write = process.stderr.write.bind(process.stderr)
  }
  const listen = (stream: NodeJS.WriteStream, title: string, tell: (text: string) => void) =>
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (lost.has(stream)) return
      // its reader has gone, or it was never there for writing, as without standard error some programs are started
      const isUnwanted = error.code === "EPIPE" || (error.code === "EBADF" && stream === process.stderr)
      const reason = isUnwanted ? undefined : reasonOf(error)
      lost.set(stream, reason)
      if (reason !== undefined) tell(`${name}: ${title} cannot be written: ${reason}\n`)
    })
  listen(process.stdout, "standard output", (text) => stderr().write(text))
  listen(process.stderr, "standard error", (text) => (isForPrograms ? undefined : stdout().write(text)))
}

/** Calls back when all that was written has gone out, with whether something is missing that somebody wanted. */
export const flushed = (then: (isWhole: boolean) => void): void => {
  const isUsed = (stream: NodeJS.WriteStream) => used.has(stream) || stream.writableLength > 0
  const pending = new Set([process.stdout, process.stderr].filter((stream) => isUsed(stream) && !lost.has(stream)))
  const settle = () => {
    if (pending.size === 0) then([...lost.values()].every((reason) => reason === undefined))
  }
  for (const stream of pending) {
    writerOf(stream)("", () => {
      pending.delete(stream)
      // what is wrong with a stream is said a tick later
      setImmediate(settle)
    })
  }
  if (pending.size === 0) settle()
}
