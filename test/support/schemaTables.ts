/** A part of a JSON Schema, as far as the Schemas of states and events make use of it. */
export interface Json {
  readonly $ref?: string
  readonly type?: string
  readonly enum?: ReadonlyArray<unknown>
  readonly anyOf?: ReadonlyArray<Json>
  readonly items?: Json
  readonly properties?: Readonly<Record<string, Json>>
  readonly required?: ReadonlyArray<string>
  readonly additionalProperties?: Json | boolean
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly description?: string
  readonly $defs?: Readonly<Record<string, Json>>
}

/** What a field holds, in a word or two. */
const kindOf = (json: Json): string => {
  if (json.$ref !== undefined) {
    const name = json.$ref.split("/").at(-1)!
    return `[${name}](#${name.toLowerCase()})`
  }
  if (json.enum !== undefined) return json.enum.map((value) => `\`${JSON.stringify(value)}\``).join(", ")
  if (json.anyOf !== undefined) return json.anyOf.map(kindOf).join(" or ")
  switch (json.type) {
    case undefined:
      return "any JSON"
    case "array":
      return `list: ${kindOf(json.items!)}`
    case "object":
      return typeof json.additionalProperties === "object" ? `by name: ${kindOf(json.additionalProperties)}` : "object"
    case "integer":
      if (json.maximum === 8.64e15) return "time"
      if (json.exclusiveMinimum === 0) return "integer from 1"
      return json.minimum === 0 ? "integer from 0" : "integer"
    default:
      return json.type === "string" ? "text" : json.type
  }
}

/** A row for each field, those of an object in it included, which has no name of its own. */
const rowsOf = ({ properties = {}, required = [] }: Json, before = ""): ReadonlyArray<string> =>
  Object.entries(properties).flatMap(([name, field]) => {
    const mark = required.includes(name) ? "" : "?"
    return [
      `| \`${before}${name}${mark}\` | ${kindOf(field)} | ${field.description ?? ""} |`,
      ...rowsOf(field, `${before}${name}.`)
    ]
  })

const section = (name: string, json: Json): string => {
  const body = typeof json.additionalProperties === "object" ? json.additionalProperties : json
  const rows = rowsOf(body).filter((row) => !row.startsWith("| `_tag`"))
  const lines = [`### ${name}`, "", json.description ?? "", "", "| field | holds | meaning |", "| --- | --- | --- |"]
  return [...lines, ...rows, ""].join("\n")
}

/** The tables of a document: all parts of a state, from the whole on, and all events. */
export const sections = ({ event, state }: { readonly event: Json; readonly state: Json }): string => {
  const [parts, events] = [state.$defs ?? {}, event.$defs ?? {}]
  const tagged = event.anyOf!.map(({ $ref = "" }) => $ref.split("/").at(-1)!)
  return [
    "## State",
    "",
    ...Object.keys(parts)
      .toReversed()
      .map((name) => section(name, parts[name]!)),
    "## Events",
    "",
    ...tagged.map((name) => section(name, events[name]!))
  ].join("\n")
}
