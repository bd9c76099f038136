import type { Json } from "../json.ts"
import { type Definitions, isSame, type JsonSchema, resolve, type Told, typesOf } from "./schema.ts"

// a form as data: what there is to fill in

interface Common {
  /** What its place in a value is called, and what people are told in place of that. */
  readonly name: string
  readonly label: string
  readonly description: string | undefined
  /** What has to hold of a value by itself. */
  readonly schema: Told
  /** What has to hold of a value that is written as JSON. */
  readonly whole: JsonSchema
}

/** What there is to fill in. */
export type Field = Common &
  (
    | { readonly kind: "text" }
    | { readonly kind: "number" }
    | { readonly kind: "choice"; readonly options: ReadonlyArray<Json> }
    | {
        readonly kind: "list"
        /** What stands at the first places; nothing else does where there is no `item`. */
        readonly first: ReadonlyArray<Field>
        readonly item: Field | undefined
        /** Whether an item is a file: its path and its text. */
        readonly isOfFiles: boolean
      }
    | { readonly kind: "object"; readonly members: ReadonlyArray<Member>; readonly others: Field | undefined }
    | { readonly kind: "union"; readonly ways: ReadonlyArray<Field> }
    | { readonly kind: "json" }
  )

export interface Member {
  readonly field: Field
  readonly isRequired: boolean
}

export type FieldOf<K extends Field["kind"]> = Extract<Field, { readonly kind: K }>

export interface Form {
  readonly root: Field
  readonly definitions: Definitions
}

/** How many fields one schema may come to; what is deeper in it is filled in as JSON. */
const mostFields = 500

/** The form of a JSON Schema. */
export const make = (schema: JsonSchema, name: string): Form => {
  const definitions = typeof schema === "boolean" ? {} : (schema.$defs ?? {})
  let count = 0
  const fieldOf = (given: JsonSchema, name: string, open: ReadonlySet<string>): Field => {
    const { refs, told } = plain(given, definitions)
    const common = { name, label: told.title ?? name, description: descriptionOf(told), schema: told, whole: given }
    // what is in itself has no end
    if (++count > mostFields || refs.some((ref) => open.has(ref))) return { ...common, kind: "json" }
    const inner = new Set([...open, ...refs])
    const fields = (schemas: ReadonlyArray<JsonSchema>, name: (i: number) => string) =>
      schemas.map((one, i) => fieldOf(one, name(i), inner))
    const options = told.enum ?? (told.const === undefined ? undefined : [told.const])
    if (options !== undefined) return { ...common, kind: "choice", options }
    const ways = waysOf(told)
    if (ways !== undefined) {
      const found = fields(ways, () => "")
      const choices = found.flatMap((one) => (one.kind === "choice" ? one.options : []))
      if (found.every(({ kind }) => kind === "choice")) return { ...common, kind: "choice", options: choices }
      return { ...common, kind: "union", ways: found.map((one) => ({ ...one, label: wayName(one) })) }
    }
    switch (typesOf(told)?.[0]) {
      case "string":
        return { ...common, kind: "text" }
      case "number":
      case "integer":
        return { ...common, kind: "number" }
      case "boolean":
        return { ...common, kind: "choice", options: [true, false] }
      case "null":
        return { ...common, kind: "choice", options: [null] }
      case "array": {
        const { items, prefixItems = [] } = told
        const isFirstLikeRest = prefixItems.every((one) => JSON.stringify(one) === JSON.stringify(items))
        const first = isFirstLikeRest ? [] : fields(prefixItems, (i) => String(i + 1))
        const hasMore = items !== false && (prefixItems.length === 0 || (items !== undefined && !isFull(told)))
        const item = hasMore ? fieldOf(items ?? true, "item", inner) : undefined
        return { ...common, kind: "list", first, item, isOfFiles: item !== undefined && isFile(item) }
      }
      case "object": {
        const { additionalProperties: rest, patternProperties, properties = {}, required = [] } = told
        if (patternProperties !== undefined) return { ...common, kind: "json" }
        const members = Object.entries(properties).map(([name, one]) => ({
          field: { ...fieldOf(required.includes(name) ? one : withoutNull(one), name, inner), whole: one },
          isRequired: required.includes(name)
        }))
        const isOpen = typeof rest === "object" || (members.length === 0 && rest !== false)
        const others = isOpen ? fieldOf(rest ?? true, "value", inner) : undefined
        return { ...common, kind: "object", members, others }
      }
      default:
        return { ...common, kind: "json" }
    }
  }
  return { root: fieldOf(schema, name, new Set()), definitions }
}

const isFull = ({ maxItems = Infinity, prefixItems = [] }: Told) => maxItems <= prefixItems.length

/** A schema with what it refers to and what is all of it, where that makes one. */
const plain = (
  given: JsonSchema,
  definitions: Definitions
): { readonly told: Told; readonly refs: ReadonlyArray<string> } => {
  const refs: Array<string> = []
  let told: Told = given === true ? {} : given === false ? { not: {} } : given
  while (told.$ref !== undefined && !refs.includes(told.$ref)) {
    const { $ref, ...more } = told
    refs.push($ref)
    const found = resolve($ref, definitions)
    told = { ...(typeof found === "object" && found), ...more }
  }
  const { allOf = [], ...rest } = told
  const merged: Told = { ...rest }
  for (const part of allOf) {
    if (typeof part === "boolean" || part.$ref !== undefined || part.allOf !== undefined) return { told, refs }
    const clash = Object.entries(part).some(
      ([key, value]) => key in merged && key !== "description" && !isSame(value, (merged as Record<string, Json>)[key])
    )
    // what says two things of one is for those who check values
    if (clash) return { told: { allOf: [rest, ...allOf] }, refs }
    Object.assign(merged, part)
  }
  return { told: merged, refs }
}

const descriptionOf = ({ description, examples = [] }: Told): string | undefined => {
  const such = examples.length === 0 ? [] : [`Such as ${examples.map((one) => labelOf(one)).join(", ")}.`]
  const all = [...(description === undefined ? [] : [description]), ...such]
  return all.length === 0 ? undefined : all.join(" ")
}

/** Numbers that JSON does not have are written as texts, and are for who writes JSON. */
const isOddNumber = (one: JsonSchema) =>
  typeof one === "object" &&
  one.enum?.every((value) => ["Infinity", "-Infinity", "NaN"].includes(String(value))) === true
const isNull = (one: JsonSchema) => typeof one === "object" && one.type === "null"

/** The schemas of which a value has to fit one. */
const waysOf = (told: Told): ReadonlyArray<JsonSchema> | undefined => {
  const { anyOf, oneOf, type, ...rest } = told
  const ways = anyOf ?? oneOf ?? (typeof type === "object" ? type.map((one) => ({ ...rest, type: one })) : undefined)
  if (ways === undefined) return undefined
  const hasNumber = ways.some((one) => typeof one === "object" && one.type === "number")
  const { default: _, description: __, title: ___, ...own } = anyOf === undefined && oneOf === undefined ? {} : rest
  const found = hasNumber ? ways.filter((one) => !isOddNumber(one)) : ways
  // what is said of all is said of each
  return Object.keys(own).length === 0
    ? found
    : found.map((one) => (typeof one === "object" ? { ...own, ...one } : one === true ? own : one))
}

/** What may be left out need not be told as nothing besides. */
const withoutNull = (one: JsonSchema): JsonSchema => {
  if (typeof one === "boolean" || one.anyOf?.some(isNull) !== true) return one
  const { anyOf, ...rest } = one
  const others = anyOf.filter((way) => !isNull(way))
  return others.length === 1 && typeof others[0] === "object" ? { ...others[0], ...rest } : { ...rest, anyOf: others }
}

/** What a value of a choice is called. */
export const labelOf = (value: Json): string =>
  value === true
    ? "yes"
    : value === false
      ? "no"
      : value === null
        ? "nothing"
        : typeof value === "string"
          ? value || "(empty)"
          : JSON.stringify(value)

const kindNames: Readonly<Record<Field["kind"], string>> = {
  text: "text",
  number: "number",
  choice: "choice",
  list: "list",
  object: "object",
  union: "one of several",
  json: "JSON"
}

/** What one way of a union is called: by its name, by the mark that tells it, or by what it is. */
const wayName = (field: Field): string => {
  if (field.label !== "") return field.label
  if (field.kind === "choice") return field.options.map(labelOf).join(" or ")
  if (field.kind !== "object") return kindNames[field.kind]
  const mark = field.members.find(({ field, isRequired }) => isRequired && isMark(field))
  if (mark?.field.kind === "choice") return labelOf(mark.field.options[0]!)
  return field.members.map(({ field }) => field.label).join(", ") || kindNames.object
}

/** Whether there is one value only. */
export const isMark = (field: Field): boolean => field.kind === "choice" && field.options.length === 1

const isFile = (field: Field): boolean =>
  field.kind === "object" &&
  field.members.filter(({ isRequired }) => isRequired).length === 2 &&
  ["path", "text"].every((name) => field.members.some((one) => one.field.name === name && one.field.kind === "text"))

/** Whether a field is made of others: it is left out as a whole, or not at all. */
export const isGroup = ({ kind }: Field): boolean => kind === "list" || kind === "object"

/** Whether a field is drawn as several. */
export const isMade = (field: Field): boolean => isGroup(field) || field.kind === "union"

export const itemOf = ({ first, item }: FieldOf<"list">, index: number): Field => first[index] ?? item ?? first[0]!
