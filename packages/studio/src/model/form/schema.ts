import type { Json } from "../json.ts"

/** A JSON Schema, as far as those go that a server tells of a workflow. */
export interface Told {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
  readonly title?: string
  readonly description?: string
  readonly default?: Json
  readonly examples?: ReadonlyArray<Json>
  readonly type?: string | ReadonlyArray<string>
  readonly enum?: ReadonlyArray<Json>
  readonly const?: Json
  readonly anyOf?: ReadonlyArray<JsonSchema>
  readonly oneOf?: ReadonlyArray<JsonSchema>
  readonly allOf?: ReadonlyArray<JsonSchema>
  readonly not?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: ReadonlyArray<string>
  readonly additionalProperties?: JsonSchema
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>
  readonly propertyNames?: JsonSchema
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly items?: JsonSchema
  readonly prefixItems?: ReadonlyArray<JsonSchema>
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly multipleOf?: number
}

export type JsonSchema = Told | boolean
export type Definitions = Readonly<Record<string, JsonSchema>>

/** Where something is in a value. */
export type Place = ReadonlyArray<string | number>

/** What is wrong with a value, and where in it. */
export interface Problem {
  readonly at: Place
  readonly message: string
}

/** Whether two values are the same JSON. */
export const isSame = (one: Json | undefined, other: Json | undefined): boolean => {
  if (one === other) return true
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false
    return one.every((item: Json, i) => isSame(item, other[i]))
  }
  const names = Object.keys(one)
  if (names.length !== Object.keys(other).length) return false
  return names.every((name) => Object.hasOwn(other, name) && isSame(member(one, name), member(other, name)))
}

/** A member of an object, of its own only. */
export const member = (value: Json, name: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined

export const isObject = (value: Json | undefined): value is Readonly<Record<string, Json>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const typesOf = ({ type }: Told): ReadonlyArray<string> | undefined =>
  type === undefined ? undefined : typeof type === "string" ? [type] : type

/** What a reference stands for. */
export const resolve = (ref: string, definitions: Definitions): JsonSchema =>
  definitions[
    decodeURIComponent(ref.slice(ref.lastIndexOf("/") + 1))
      .replaceAll("~1", "/")
      .replaceAll("~0", "~")
  ] ?? true

const isOfType = (value: Json, type: string): boolean => {
  switch (type) {
    case "null":
      return value === null
    case "integer":
      return Number.isInteger(value)
    case "array":
      return Array.isArray(value)
    case "object":
      return isObject(value)
    default:
      return typeof value === type
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  integer: "a whole number",
  boolean: "yes or no",
  null: "nothing",
  array: "a list",
  object: "an object"
}

const shown = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value))
const many = (count: number, what: string) => `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`

/** What is wrong with a value by itself, whatever is in it. */
export const wrong = (schema: Told, value: Json): ReadonlyArray<string> => {
  const types = typesOf(schema)
  if (types !== undefined && !types.some((type) => isOfType(value, type))) {
    return [`must be ${types.map((type) => kinds[type] ?? type).join(" or ")}`]
  }
  const found: Array<string> = []
  const unless = (fits: boolean, message: string) => void (fits || found.push(message))
  const among = schema.enum ?? (schema.const === undefined ? undefined : [schema.const])
  if (among !== undefined && !among.some((one) => isSame(one, value))) {
    return [among.length === 1 ? `must be ${shown(among[0]!)}` : `must be one of ${among.map(shown).join(", ")}`]
  }
  if (typeof value === "string") {
    const { maxLength = Infinity, minLength = 0, pattern } = schema
    if (value === "" && minLength > 0) return ["must not be empty"]
    unless(value.length >= minLength, `must have at least ${many(minLength, "character")}`)
    unless(value.length <= maxLength, `must have at most ${many(maxLength, "character")}, it has ${value.length}`)
    unless(pattern === undefined || isLike(pattern, value), `must be like ${pattern}`)
  } else if (typeof value === "number") {
    const { exclusiveMaximum = Infinity, exclusiveMinimum = -Infinity, multipleOf } = schema
    const { maximum = Infinity, minimum = -Infinity } = schema
    unless(value >= minimum, `must be ${minimum} or more`)
    unless(value <= maximum, `must be ${maximum} or less`)
    unless(value > exclusiveMinimum, `must be more than ${exclusiveMinimum}`)
    unless(value < exclusiveMaximum, `must be less than ${exclusiveMaximum}`)
    unless(
      multipleOf === undefined || Math.abs(value / multipleOf - Math.round(value / multipleOf)) < 1e-9,
      `must be a multiple of ${multipleOf}`
    )
  } else if (Array.isArray(value)) {
    const { maxItems = Infinity, minItems = 0, uniqueItems } = schema
    unless(value.length >= minItems, `must have at least ${many(minItems, "item")}`)
    unless(value.length <= maxItems, `must have at most ${many(maxItems, "item")}`)
    unless(
      uniqueItems !== true || value.every((item, i) => value.findIndex((other) => isSame(item, other)) === i),
      "must not have an item twice"
    )
  } else if (isObject(value)) {
    const { maxProperties = Infinity, minProperties = 0 } = schema
    const count = Object.keys(value).length
    unless(count >= minProperties, `must have at least ${many(minProperties, "entry").replace("entrys", "entries")}`)
    unless(count <= maxProperties, `must have at most ${many(maxProperties, "entry").replace("entrys", "entries")}`)
  }
  return found
}

const isLike = (pattern: string, text: string): boolean => {
  try {
    return new RegExp(pattern, "u").test(text)
  } catch {
    // what is no pattern here, the server knows
    return true
  }
}

/** What is wrong with a value, and with what is in it. */
export const check = (
  schema: JsonSchema,
  value: Json,
  definitions: Definitions,
  at: Place = []
): ReadonlyArray<Problem> => {
  if (schema === true) return []
  if (schema === false) return [{ at, message: "must be left out" }]
  const inside = (one: JsonSchema) => check(one, value, definitions, at)
  const own = wrong(schema, value)
  return [
    ...own.map((message) => ({ at, message })),
    ...(schema.$ref === undefined ? [] : inside(resolve(schema.$ref, definitions))),
    ...(schema.allOf ?? []).flatMap(inside),
    ...(schema.anyOf === undefined ? [] : best(schema.anyOf, value, definitions, at)),
    ...(schema.oneOf === undefined ? [] : best(schema.oneOf, value, definitions, at)),
    ...(schema.not !== undefined && inside(schema.not).length === 0 ? [{ at, message: "must be something else" }] : []),
    ...ofItems(schema, value, definitions, at),
    ...ofMembers(schema, value, definitions, at)
  ]
}

const ofItems = ({ items = true, prefixItems = [] }: Told, value: Json, definitions: Definitions, at: Place) =>
  Array.isArray(value)
    ? value.flatMap((item: Json, i) => check(prefixItems[i] ?? items, item, definitions, [...at, i]))
    : []

const ofMembers = (schema: Told, value: Json, definitions: Definitions, at: Place): ReadonlyArray<Problem> => {
  if (!isObject(value)) return []
  const { additionalProperties = true, patternProperties = {}, properties = {}, propertyNames, required = [] } = schema
  const patterns = Object.entries(patternProperties)
  return [
    ...required.flatMap((name) => (Object.hasOwn(value, name) ? [] : [{ at: [...at, name], message: "is missing" }])),
    ...Object.entries(value).flatMap(([name, one]) => {
      const place = [...at, name]
      const like = patterns.flatMap(([pattern, schema]) => (isLike(pattern, name) ? [schema] : []))
      const known = [...(Object.hasOwn(properties, name) ? [properties[name]!] : []), ...like]
      return [
        ...(known.length === 0 ? [additionalProperties] : known).flatMap((one_) =>
          check(one_, one, definitions, place)
        ),
        ...(propertyNames === undefined
          ? []
          : check(propertyNames, name, definitions, place).map(({ message }) => ({
              at: place,
              message: `its name ${message}`
            })))
      ]
    })
  ]
}

/** What is wrong with a value by the schema of several that it is nearest to. */
const best = (schemas: ReadonlyArray<JsonSchema>, value: Json, definitions: Definitions, at: Place) => {
  let found: { readonly problems: ReadonlyArray<Problem>; readonly far: number } | undefined
  for (const schema of schemas) {
    const problems = check(schema, value, definitions, at)
    if (problems.length === 0) return []
    // a value of another kind, or with another mark, is not what is meant
    const far = problems.reduce((sum, one) => {
      const isMark = one.at.length === at.length + 1 && one.message.startsWith("must be ")
      return sum + (one.at.length === at.length ? 100 : isMark ? 10 : 1)
    }, 0)
    if (found === undefined || far < found.far) found = { problems, far }
  }
  return found?.problems ?? []
}
