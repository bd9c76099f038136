// A decision as a form that a client shows: fields of texts, numbers, choices, and yes or no. What is deeper than that is none.

import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"

type Json = Readonly<Record<string, unknown>>

interface Field {
  /** What the form has of it. */
  readonly shown: Json
  /** Whether it may be left out, and what it is then. */
  readonly isOptional: boolean
  readonly empty?: null
}

/** How a decision is asked for, and what the values of the form stand for. */
export interface Form {
  readonly requestedSchema: Json
  readonly read: (values: Json) => Schema.Json
}

const kept = ["title", "description", "default", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems"]

const formats = new Set(["email", "uri", "date", "date-time"])

const isTexts = (values: unknown): values is ReadonlyArray<string> =>
  Array.isArray(values) && values.every((value) => typeof value === "string")

/** What the form has of a value that is no object; `undefined` where it cannot ask for it. */
const shownOf = (schema: Json, at: (schema: unknown) => Json): Json | undefined => {
  const told = Object.fromEntries(kept.flatMap((name) => (name in schema ? [[name, schema[name]]] : [])))
  const { enum: choices, format, items, type } = schema
  switch (type) {
    case "string": {
      if (choices !== undefined) return isTexts(choices) ? { type, ...told, enum: choices } : undefined
      return { type, ...told, ...(typeof format === "string" && formats.has(format) && { format }) }
    }
    case "number":
    case "integer":
    case "boolean":
      return choices === undefined ? { type, ...told } : undefined
    case "array": {
      const { enum: some } = at(items)
      return isTexts(some) ? { type, ...told, items: { type: "string", enum: some } } : undefined
    }
    default:
      return undefined
  }
}

const fieldOf = (given: unknown, isRequired: boolean, at: (schema: unknown) => Json): Field | undefined => {
  const { anyOf, ...schema } = at(given)
  if (!Array.isArray(anyOf)) {
    const shown = shownOf(schema, at)
    return shown && { shown, isOptional: !isRequired }
  }
  const others = anyOf.map(at).filter(({ type }) => type !== "null")
  const [one] = others
  if (one === undefined || others.length > 1) return undefined
  const shown = shownOf({ ...one, ...schema }, at)
  return shown && { shown, isOptional: true, ...(isRequired && others.length < anyOf.length && { empty: null }) }
}

/** The form for decisions of a JSON Schema; `undefined` where no form can ask for them. */
export const formOf = (decision: Schema.Json): Form | undefined => {
  const { $defs = {}, ...root } = decision as Json
  const at = (schema: unknown): Json => {
    const { $ref, ...own } = Predicate.isReadonlyObject(schema) ? (schema as Json) : {}
    const named = typeof $ref === "string" ? ($defs as Json)[$ref.slice("#/$defs/".length)] : undefined
    return named === undefined ? own : { ...at(named), ...own }
  }
  const { properties, required, type } = at(root)
  if (type !== "object") {
    const only = fieldOf(root, true, at)
    if (only === undefined) return undefined
    const form = ofFields([["decision", only]])
    return { ...form, read: (values) => (form.read(values) as Record<string, Schema.Json>)["decision"] ?? null }
  }
  const names = isTexts(required) ? required : []
  const fields: Array<readonly [string, Field]> = []
  for (const [name, schema] of Object.entries((properties ?? {}) as Json)) {
    const field = fieldOf(schema, names.includes(name), at)
    if (field !== undefined) fields.push([name, field])
    // what may be left out is left out
    else if (names.includes(name)) return undefined
  }
  return fields.length === 0 ? undefined : ofFields(fields)
}

const ofFields = (fields: ReadonlyArray<readonly [string, Field]>): Form => ({
  requestedSchema: {
    type: "object",
    properties: Object.fromEntries(fields.map(([name, { shown }]) => [name, shown])),
    required: fields.flatMap(([name, { isOptional }]) => (isOptional ? [] : [name]))
  },
  read: (values) =>
    Object.fromEntries(
      fields.flatMap(([name, { empty, isOptional }]) => {
        const value = values[name] as Schema.Json | undefined
        // a field that nobody filled in may come as an empty text
        const isEmpty = value === undefined || (isOptional && value === "")
        if (!isEmpty) return [[name, value]]
        return empty === undefined ? [] : [[name, empty]]
      })
    )
})
