import * as Equal from "effect/Equal"
import type * as JsonSchema from "effect/JsonSchema"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { shorten } from "../around/shownRequest.ts"
import { parseJson } from "../structured/lenient.ts"
import * as structuredOutput from "../structured/structuredOutput.ts"

/** How an object is asked for whose value, or a field of it, is what a JSON Schema says. */
export interface Asked {
  readonly schema: Schema.Codec<unknown, Readonly<Record<string, unknown>>>
  /** The text of a reply as it was asked for: `text` itself where it is the same value. */
  readonly restore: (text: string, value: unknown) => string
  /** The same for a text that the schema does not fit. */
  readonly unwrap: (text: string) => string
}

const asked = new WeakMap<object, Result.Result<Asked, string>>()

/** What to ask for to get JSON that fits `schema`, or why it cannot be asked for. */
export const of = (schema: Schema.Json): Result.Result<Asked, string> => {
  if (!structuredOutput.isObject(schema)) return Result.fail("it says nothing about the value")
  const before = asked.get(schema)
  if (before !== undefined) return before
  const made = Result.try({ try: () => make(schema), catch: (failure) => shorten(String(failure), 300) })
  asked.set(schema, made)
  return made
}

const make = (json: JsonSchema.JsonSchema): Asked => {
  const value = structuredOutput.imported(json)
  // Models give objects with known fields; any other value is wrapped in one.
  if (json.type === "object" && structuredOutput.isObject(json.properties)) {
    // The schema is that of an object.
    return { schema: value as Asked["schema"], restore, unwrap: (text) => text }
  }
  const schema = Schema.Struct({ value })
  const isWrapped = Schema.is(Schema.Struct({ value: Schema.Unknown }))
  return {
    schema,
    restore: (text, object) => restore(text, isWrapped(object) ? object.value : object),
    unwrap: (text) => {
      const object = Option.getOrUndefined(parseJson(text))
      return isWrapped(object) && Object.keys(object).length === 1 ? JSON.stringify(object.value) : text
    }
  }
}

const restore: Asked["restore"] = (text, value) => {
  const said = parseJson(text)
  return Option.isSome(said) && Equal.equals(said.value, value) ? text : JSON.stringify(value)
}
