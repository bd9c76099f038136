import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssue from "effect/SchemaIssue"
import type { StandardSchemaV1 } from "effect/StandardSchema"
import type { AnyCodec } from "../json/codec.ts"
import * as exact from "../json/exact.ts"
import { type Origin, refusal, TypeId } from "./origin.ts"
import { annotation } from "./told.ts"
import { messageOf } from "../words/messageOf.ts"

/** A Schema of any JSON that is told as a Standard Schema says. */
const toldAs = (origin: Origin): Schema.Codec<Schema.Json> => Schema.Json.annotate({ [annotation]: origin })

/** A Schema of the JSON that a Standard Schema takes, as it is given. */
export const givenOf = (origin: Origin): Schema.Codec<Schema.Json> =>
  toldAs(origin).pipe(
    Schema.decodeTo(Schema.Json, {
      decode: SchemaGetter.transformEffect((json: Schema.Json) =>
        Effect.as(Effect.fromResult(validate(origin, json)), json)
      ),
      encode: SchemaGetter.passthrough()
    })
  )

/**
 * A Schema from the JSON that a Standard Schema takes to the JSON that it gives. There is no way back in a Standard Schema:
 * a value is written as it is, where taking it changes nothing.
 */
export const make = (origin: Origin): AnyCodec => {
  const decode = (json: unknown) => Effect.fromResult(validate(origin, json))
  const schema = toldAs(origin).pipe(
    Schema.decodeTo(Schema.Unknown, {
      decode: SchemaGetter.transformEffect(decode),
      encode: SchemaGetter.transformEffect((value: unknown) =>
        Effect.flatMap(decode(value), (taken) => (Equal.equals(taken, value) ? asJson(value) : lossy))
      )
    })
  )
  return Schema.make<AnyCodec>(schema.ast, { [TypeId]: { ...origin, ast: schema.ast } })
}

// what was taken is JSON
const asJson = (value: unknown) => Effect.succeed(value as Schema.Json)

const lossy = Effect.fail(
  new SchemaIssue.InvalidValue({
    message:
      "a Standard Schema that changes what it takes does not say how that is undone: use it alone, not inside another"
  })
)

/** What a Standard Schema gives for JSON, or what is wrong with it. Throws where it can give no result, or none that is JSON. */
const validate = (origin: Origin, value: unknown): Result.Result<unknown, SchemaIssue.Issue> => {
  // it may change what it is given
  const result = run(origin, exact.copy(value))
  if (result.issues !== undefined) return Result.fail(issueOf(result.issues))
  return Result.succeed(
    Result.getOrThrowWith(
      Result.try(() => exact.copy(result.value)),
      (error) => noJson(origin, notJsonIn(error))
    )
  )
}

/** What a Standard Schema says of a value at once. */
export const run = (origin: Origin, given: unknown): StandardSchemaV1.Result<unknown> => {
  const result = origin.schema["~standard"].validate(given)
  if (isPromise(result)) throw waiting(origin, result, given)
  return result
}

export const noJson = (origin: Origin, what: string) =>
  refusal(origin, `gives ${what}, which no JSON is: let it give JSON, and make the rest of it where that is used`)

/** What cannot be in JSON, by the message of `exact.copy`. */
const notJsonIn = (error: unknown) => messageOf(error).replace(/^JSON cannot hold (.*?): .*$/s, "$1")

const isPromise = (value: unknown): value is Promise<unknown> => Predicate.hasProperty(value, "then")

/** Why there is no result yet: what a function of the schema threw, where its library can tell, or that it waits. */
const waiting = (origin: Origin, promise: Promise<unknown>, given: unknown): unknown => {
  // what becomes of it is of no interest any more
  void promise.then(undefined, () => undefined)
  const { schema } = origin
  const thrown =
    Predicate.hasProperty(schema, "safeParse") && Predicate.isFunction(schema.safeParse)
      ? // zod validates once more, asynchronously, whatever a function of it throws
        Result.try(() => void Reflect.apply(schema.safeParse as () => unknown, schema, [given]))
      : Result.void
  return Result.isFailure(thrown) && !isAsync(thrown.failure)
    ? thrown.failure
    : refusal(origin, "validates asynchronously, and a value of a run is validated at once: leave out what waits")
}

const isAsync = (error: unknown) => Predicate.isError(error) && error.constructor.name.endsWith("AsyncError")

const issueOf = (issues: ReadonlyArray<StandardSchemaV1.Issue>): SchemaIssue.Issue => {
  const all = issues.map(({ message, path = [] }) => {
    const issue = new SchemaIssue.InvalidValue({ message })
    const keys = path.map((segment) => (typeof segment === "object" ? segment.key : segment))
    return keys.length === 0 ? issue : new SchemaIssue.Pointer(keys, issue)
  })
  return Arr.isArrayNonEmpty(all)
    ? new SchemaIssue.Composite(Schema.Json.ast, all)
    : new SchemaIssue.InvalidValue({ message: "it does not fit" })
}
