import type { Json } from "./schemaTables.ts"

/** A JSON Schema's parts, each that has a name by it. */
const partsOf = (json: Json, at: string): ReadonlyArray<readonly [string, Json]> => {
  const { additionalProperties, anyOf = [], items, properties = {} } = json
  return [
    ...Object.entries(properties).map(([name, field]) => [`${at}.${name}`, field] as const),
    ...[...anyOf, ...(items ? [items] : [])].map((inner) => [at, inner] as const),
    ...(typeof additionalProperties === "object" ? [[at, additionalProperties] as const] : [])
  ]
}

/** The names of all fields of a JSON Schema, such as `StepRecord.requests.started`. */
export const fieldsOf = ({ $defs = {} }: Json): ReadonlySet<string> => {
  const within = ([at, json]: readonly [string, Json]): ReadonlyArray<string> => [
    at,
    ...partsOf(json, at).flatMap(within)
  ]
  return new Set(Object.entries($defs).flatMap(within))
}

/** Which of its fields some JSON has that keeps to it. */
export const fieldsIn = (schema: Json, document: unknown): ReadonlySet<string> => {
  const { $defs = {} } = schema
  const used = new Set<string>()
  const fits = ({ $ref, properties = {}, required = [] }: Json, value: object): boolean =>
    $ref === undefined
      ? required.every((name) => name in value) &&
        (properties["_tag"]?.enum?.includes((value as { readonly _tag?: unknown })._tag) ?? true)
      : fits($defs[$ref.split("/").at(-1)!]!, value)
  const visit = (json: Json, value: unknown, at: string): void => {
    used.add(at)
    if (json.$ref !== undefined) {
      const name = json.$ref.split("/").at(-1)!
      return visit($defs[name]!, value, name)
    }
    if (typeof value !== "object" || value === null) return
    for (const one of json.anyOf ?? []) if (fits(one, value)) visit(one, value, at)
    for (const [name, inner] of Object.entries(value)) {
      const field = json.properties?.[name]
      if (field !== undefined) visit(field, inner, `${at}.${name}`)
      else if (json.items !== undefined) visit(json.items, inner, at)
      else if (typeof json.additionalProperties === "object") visit(json.additionalProperties, inner, at)
    }
  }
  visit(schema, document, "")
  return used
}
