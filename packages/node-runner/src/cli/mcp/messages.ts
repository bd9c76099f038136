// What comes over standard input: messages, a line each. One that nobody could read is answered, and the next is read.

import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"

/** How long a message may be, and how deep lists and objects may be in one another. **Units** bytes */
const most = { bytes: 8 * 1024 * 1024, levels: 500 }

type Id = string | number | null

/** What is wrong with a line, as the protocol says it. */
const refusal = (code: number, message: string, id: Id = null) => ({ jsonrpc: "2.0", id, error: { code, message } })

const newline = 10

/** The lines of a stream, `undefined` for one that is too long. */
const linesOf = <E>(input: Stream.Stream<Uint8Array, E>): Stream.Stream<Buffer | undefined, E> =>
  Stream.suspend(() => {
    let parts: Array<Buffer> = []
    let bytes = 0
    const add = (part: Buffer) => {
      bytes += part.length
      // of what is too long nothing is kept
      if (bytes > most.bytes) parts = []
      else parts.push(part)
    }
    const take = () => {
      const line = bytes > most.bytes ? undefined : Buffer.concat(parts)
      parts = []
      bytes = 0
      return line
    }
    const read = (chunk: Uint8Array) => {
      const lines: Array<Buffer | undefined> = []
      const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      let from = 0
      for (let to = buffer.indexOf(newline); to !== -1; to = buffer.indexOf(newline, from)) {
        add(buffer.subarray(from, to))
        lines.push(take())
        from = to + 1
      }
      add(buffer.subarray(from))
      return lines
    }
    return Stream.flatMap(input, (chunk) => Stream.fromIterable(read(chunk)))
  })

/** The messages of a stream, each with its line end; `refuse` sends the answer to one that is none. */
export const of = <E>(input: Stream.Stream<Uint8Array, E>, refuse: (answer: object) => Effect.Effect<void>) =>
  linesOf(input).pipe(
    Stream.filter((line) => line === undefined || line.toString().trim() !== ""),
    Stream.filterEffect((line) => {
      const problem =
        line === undefined ? refusal(-32_600, `a message is longer than ${most.bytes} bytes`) : problemOf(line)
      return problem === undefined ? Effect.succeed(true) : Effect.as(refuse(problem), false)
    }),
    Stream.map((line) => Buffer.concat([line!, Buffer.from("\n")]) as Uint8Array)
  )

const problemOf = (line: Buffer) => {
  const read = Result.try(() => JSON.parse(line.toString()) as unknown)
  if (Result.isFailure(read)) return refusal(-32_700, "a line is no JSON: a message is one line of it")
  const message = read.success
  if (!Predicate.isReadonlyObject(message)) return refusal(-32_600, "a message is an object")
  if (!isDeep(message)) return undefined
  return refusal(-32_600, `a message is nested more than ${most.levels} lists and objects deep`, idOf(message))
}

const idOf = ({ id }: { readonly id?: unknown }): Id => (Predicate.isString(id) || Predicate.isNumber(id) ? id : null)

const isDeep = (message: object): boolean => {
  let inner: ReadonlyArray<object> = [message]
  for (let level = 0; level < most.levels && inner.length > 0; level++) {
    inner = inner.flatMap((value) => Object.values(value).filter(Predicate.isObjectOrArray))
  }
  return inner.length > 0
}
