import * as Cause from "effect/Cause"
import { identity } from "effect/Function"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import * as exact from "./exact.ts"
import { isOneWay, madeOf } from "./madeOf.ts"
import { madeBy, own } from "./own.ts"
import { messageOf } from "../words/messageOf.ts"

/** Any Schema that needs no services. */
export type AnyCodec = Schema.Codec<unknown, unknown>

/** A Schema between its values and JSON, compiled once: `encode(date)` is `"2026-11-21"`. */
export interface JsonCodec<out A> {
  readonly schema: AnyCodec
  /** The Schema of what `encode` takes: that of its values, or of a Standard Schema, which knows no way back, of its JSON. */
  readonly given: AnyCodec
  /** Throws where the value is not an `A`, and where JSON text would not give back what the Schema makes of it. */
  readonly encode: (value: unknown) => Schema.Json
  /** What it gives shares nothing with the JSON that it was made of. */
  readonly decode: (json: unknown) => Result.Result<A, Unfit>
  /** Whether values are plain objects, lists and leaves, which anyone can copy. */
  readonly isPlain: boolean
  /** Whether a value is, besides, what `encode` makes of it. */
  readonly isWritten: boolean
}

/** Why a value does not fit. */
export interface Unfit {
  readonly message: string
  /** What its Schema threw, if it did. */
  readonly cause?: unknown
}

const nothing = () => undefined

const leaves = new Set<SchemaAST.AST["_tag"]>(["String", "TemplateLiteral", "Literal", "Boolean", "Null", "Number"])

const isLeaf = ({ _tag }: SchemaAST.AST) => leaves.has(_tag)

/** Whether JSON holds every value of a leaf as it is: of numbers it has no -0, which is equal to the literal 0, too. */
const isExactLeaf = (ast: SchemaAST.AST) =>
  isLeaf(ast) && ast._tag !== "Number" && !(ast._tag === "Literal" && typeof ast.literal === "number")

export const make = <S extends AnyCodec>(schema: S): JsonCodec<S["Type"]> => {
  const codec = Schema.toCodecJson(schema)
  const encode = Schema.encodeUnknownSync(codec)
  const decode = Schema.decodeUnknownResult(codec)
  const explain = Schema.encodeUnknownResult(codec, { reportInput: true })
  const isNew = madeOf(codec.ast, isLeaf)
  const isWritten = isNew && isOneWay(codec.ast)
  const isExact = madeOf(SchemaAST.toEncoded(codec.ast), isExactLeaf)
  const asText = isExact
    ? identity
    : isNew
      ? (made: unknown) => exact.settle(made)
      : (made: unknown) => exact.copy(made)
  return {
    schema,
    given: schema,
    isPlain: isNew,
    isWritten,
    encode: (value) => {
      const encoded = Result.try(() => encode(value))
      if (Result.isSuccess(encoded)) return asText(encoded.success) as Schema.Json
      if (!Schema.isSchemaError(encoded.failure)) throw thrown(encoded.failure)
      const explained = explain(value)
      if (Result.isFailure(explained)) refuse(explained.failure.issue, [])
      throw encoded.failure
    },
    decode: (json) => {
      const decoded = Result.try({ try: () => decode(json), catch: thrown })
      if (Result.isFailure(decoded))
        return Result.fail(new Error(messageOf(decoded.failure), { cause: decoded.failure }))
      return isNew ? decoded.success : Result.map(decoded.success, (value) => own(value, nothing, nothing))
    }
  }
}

/** Whether `encode` takes what `decode` gives. */
export const goesBack = ({ given, schema }: JsonCodec<unknown>): boolean => given === schema

/** What `encode` takes of a value that was decoded. */
export const givenOf = (codec: JsonCodec<unknown>, json: unknown, value: unknown): unknown =>
  goesBack(codec) ? value : json

/** A value read from JSON that is kept, from which it can be had anew. */
export const readKept = <A>({ decode, isPlain }: JsonCodec<A>, json: unknown): Result.Result<A, Unfit> =>
  isPlain ? decode(json) : Result.map(decode(json), (value) => madeBy(value, () => Result.getOrThrow(decode(json))))

/** The same of what its Schema has just written: where that changed nothing, it has been looked at enough. */
export const reread = <A>(codec: JsonCodec<A>, json: Schema.Json): Result.Result<A, Unfit> =>
  // what is written is the value then
  codec.isWritten ? Result.succeed(anew(json) as A) : readKept(codec, json)

const anew = (json: unknown): unknown => {
  if (typeof json !== "object" || json === null) return json
  if (Array.isArray(json)) return json.map(anew)
  const copy: Record<string, unknown> = { ...json }
  for (const key of Object.keys(copy)) {
    const member = copy[key]
    if (typeof member === "object" && member !== null) exact.define(copy, key, anew(member))
  }
  return copy
}

/** What a Schema itself threw, out of what Effect wraps it in. */
export const thrown = (error: unknown): unknown => {
  const inner = Predicate.hasProperty(error, "cause") && Cause.isCause(error.cause) ? Cause.squash(error.cause) : error
  if (inner instanceof RangeError && inner.message.includes("stack")) {
    return new TypeError("it holds itself, or is nested too deep for its Schema", { cause: inner })
  }
  if (Predicate.isTagged(inner, "AsyncFiberError")) {
    return new TypeError("its Schema is asynchronous, which that of a value of a run must not be", { cause: inner })
  }
  return inner
}

/** A Schema of any JSON says only that a value is none: throws what in it is not, and where. */
const refuse = (issue: SchemaIssue.Issue, place: ReadonlyArray<PropertyKey>): void => {
  switch (issue._tag) {
    case "Pointer":
      return refuse(issue.issue, [...place, ...issue.path])
    case "Encoding":
    case "Filter":
      return refuse(issue.issue, place)
    case "Composite":
      return refuse(issue.issues[0], place)
    case "InvalidType":
      if (
        issue.ast.annotations?.["expected"] === Schema.Json.ast.annotations?.["expected"] &&
        SchemaIssue.hasInput(issue)
      ) {
        exact.copy(issue.input, place)
      }
  }
}
