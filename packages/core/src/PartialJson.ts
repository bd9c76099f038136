import { dual } from "effect/Function"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { StreamPart } from "./LlmClient.ts"
import * as answerReader from "./internal/json/answerReader.ts"
import * as jsonReader from "./internal/json/reader.ts"
import { fromAst } from "./internal/json/shape.ts"
import { read } from "./internal/parser/json.ts"

/**
 * What is known of a JSON value while its text still comes. Any key may be missing and any string, a literal too, may be
 * its beginning; numbers, booleans and null come whole. A tuple is a list, and the objects of a union are one.
 */
export type PartialJson<A> = unknown extends A
  ? unknown
  : PartialScalar<A> | PartialList<Extract<A, ReadonlyArray<unknown>>> | PartialObject<Exclude<A, NoObject>>

type PartialScalar<A> = A extends string
  ? string
  : A extends number
    ? number
    : A extends boolean
      ? boolean
      : Extract<A, null>

type PartialList<A extends ReadonlyArray<unknown>> = [A] extends [never]
  ? never
  : ReadonlyArray<PartialJson<Exclude<A[number], undefined>>>

type PartialObject<A> = [A] extends [never]
  ? never
  : { readonly [K in KeyOf<A>]?: PartialJson<Exclude<ValueAt<A, K>, undefined>> }

type NoObject = string | number | boolean | null | undefined | bigint | symbol | ReadonlyArray<unknown>

type KeyOf<A> = A extends unknown ? keyof A : never

type ValueAt<A, K> = A extends unknown ? (K extends keyof A ? A[K] : string extends K ? A[keyof A] : never) : never

/** Reads a value of `A`, as it is encoded, in a text that comes in pieces. */
export interface Reader<A> {
  /** What is known after some more text. */
  readonly feed: (text: string) => PartialJson<A> | undefined
  /** What is known when no more text comes: the value that `OutputParser.json` takes, if it takes one. */
  readonly end: () => PartialJson<A> | undefined
}

type AnySchema = Schema.ConstraintCodec<unknown, unknown>

/**
 * Reads the first JSON object or list of the Schema's shape that stands by itself, or any JSON where the text starts with
 * it, and ends with the value that `OutputParser.json` takes. It takes time linear in the text, however that is cut, and
 * never throws.
 *
 * Reasoning before the value is passed over; where only its closing tag shows that it was some, the value starts anew.
 *
 * **Shape** One value that grows: each call gives the same list or object, and what it held stays a part of what it
 * holds later. Copy what is to stay as it is. Kinds and keys are those of the Schema's encoded side, its checks are not
 * made. What does not fit is left out: in an object the key, in a list that element and all after it. Where the text stops
 * being JSON, or goes more than 500 levels deep, the value stops to grow.
 */
export const make = <S extends AnySchema>(schema: S): Reader<S["Encoded"]> => {
  const shape = fromAst(schema.ast)
  const reader = answerReader.make(shape)
  const pieces: Array<string> = []
  const end = () => {
    const known = reader.end()
    const value = reader.isAll() ? undefined : Result.getOrUndefined(read(schema)(pieces.join("")))
    if (value === undefined) return known
    const json = jsonReader.make(shape)
    json.feed(JSON.stringify(value))
    const taken = json.end()
    return JSON.stringify(taken) === JSON.stringify(known) ? known : taken
  }
  const feed = (text: string) => {
    pieces.push(text)
    return reader.feed(text)
  }
  // The reader puts nothing where the shape does not admit its kind.
  return { feed, end } as Reader<S["Encoded"]>
}

/**
 * What is known of a streamed reply after each of its parts. It is `undefined` before the value starts, and again after
 * `Discarded`, when another value starts.
 */
export const fromStream: {
  <S extends AnySchema>(
    schema: S
  ): <E, R>(parts: Stream.Stream<StreamPart, E, R>) => Stream.Stream<PartialJson<S["Encoded"]> | undefined, E, R>
  <S extends AnySchema, E, R>(
    parts: Stream.Stream<StreamPart, E, R>,
    schema: S
  ): Stream.Stream<PartialJson<S["Encoded"]> | undefined, E, R>
} = dual(2, <S extends AnySchema, E, R>(parts: Stream.Stream<StreamPart, E, R>, schema: S) =>
  Stream.mapAccum(
    // A part at a time, so that who reads each value at once sees it as it is then.
    Stream.rechunk(parts, 1),
    () => make(schema),
    (reader, part) => {
      if (part._tag === "Discarded") return [make(schema), [undefined]]
      return [reader, [part._tag === "Delta" ? reader.feed(part.text) : reader.end()]]
    }
  )
)
