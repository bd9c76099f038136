import type * as JsonSchema from "effect/JsonSchema"

type Node = JsonSchema.JsonSchema

/** A JSON Schema as the type that a person would write, with descriptions and limits as comments. */
export const outline = ({ definitions, schema }: JsonSchema.Document<"draft-2020-12">): string => {
  const recursive = new Set(Object.keys(definitions).filter((name) => reaches(definitions[name], name, definitions)))
  const write = writer(definitions, recursive)
  const root = [write(schema, "")]
  for (const name of recursive) root.push(`where ${name} is\n${write(definitions[name]!, "")}`)
  const about = notes(flat(schema, definitions, recursive))
  return (about === "" ? "" : `// ${about}\n`) + root.join("\n\n")
}

const writer = (definitions: JsonSchema.Definitions, recursive: ReadonlySet<string>) => {
  const write = (schema: unknown, indent: string): string => {
    if (!isNode(schema)) return "any JSON value"
    const node = flat(schema, definitions, recursive)
    if (typeof node["$ref"] === "string") return refName(node["$ref"])
    if ("const" in node) return JSON.stringify(node["const"])
    if (Array.isArray(node["enum"])) return node["enum"].map((member) => JSON.stringify(member)).join(" | ")
    const members = node["anyOf"] ?? node["oneOf"]
    if (Array.isArray(members)) return members.map((member) => write(member, indent)).join(" | ")
    const type = node["type"]
    if (Array.isArray(type)) return type.map((type) => write({ ...node, type }, indent)).join(" | ")
    if (type === "object") return object(node, indent)
    if (type === "array") return array(node, indent)
    return typeof type === "string" ? type : "any JSON value"
  }

  const object = (node: Node, indent: string): string => {
    const inner = `${indent}  `
    const required = Array.isArray(node["required"]) ? node["required"] : []
    const rest = [node["additionalProperties"], ...entries(node["patternProperties"]).map(([, schema]) => schema)]
    const members = [
      ...entries(node["properties"]).map(
        ([name, schema]) => [`${JSON.stringify(name)}${required.includes(name) ? "" : "?"}`, schema] as const
      ),
      ...rest.filter(isNode).map((schema) => ["[any key]", schema] as const)
    ]
    if (members.length === 0) return "{}"
    const lines = members.map(([name, schema], i) => line(inner, name, schema, i === members.length - 1 ? "" : ","))
    return `{\n${lines.join("\n")}\n${indent}}`
  }

  const line = (indent: string, name: string, schema: unknown, comma: string): string => {
    const about = isNode(schema) ? notes(flat(schema, definitions, recursive), definitions, recursive) : ""
    const [first = "", ...rest] = `${indent}${name}: ${write(schema, indent)}${comma}`.split("\n")
    return [about === "" ? first : `${first} // ${about}`, ...rest].join("\n")
  }

  const array = (node: Node, indent: string): string => {
    const prefix = node["prefixItems"]
    if (!Array.isArray(prefix)) return `Array<${write(node["items"], indent)}>`
    const rest = isNode(node["items"]) ? [`...Array<${write(node["items"], indent)}>`] : []
    return `[${[...prefix.map((item) => write(item, indent)), ...rest].join(", ")}]`
  }
  return write
}

/** The node with references followed, unless they recur, and with the members of `allOf` in it. */
const flat = (node: Node, definitions: JsonSchema.Definitions, recursive: ReadonlySet<string>): Node => {
  const { allOf, $ref, ...own } = node
  const parts: Array<Node> = Array.isArray(allOf) ? allOf.filter(isNode) : []
  if (typeof $ref === "string") {
    const target = definitions[refName($ref)]
    parts.push(target === undefined || recursive.has(refName($ref)) ? { $ref } : target)
    if (parts.length === 1 && parts[0]!["$ref"] === $ref) return { ...own, $ref }
  }
  if (parts.length === 0) return own
  return Object.assign({}, ...parts.map((part) => flat(part, definitions, recursive)), own)
}

const notes = (
  node: Node,
  definitions: JsonSchema.Definitions = {},
  recursive: ReadonlySet<string> = new Set()
): string => {
  const items = isNode(node["items"]) ? notes(flat(node["items"], definitions, recursive)) : ""
  const said = [node["description"], ...limits(node), items === "" ? undefined : `each: ${items}`]
  return said
    .filter((part): part is string => typeof part === "string")
    .map((part) => part.replace(/\s+/g, " "))
    .join("; ")
}

const limits = (node: Node): ReadonlyArray<string> => {
  const say = (key: string, text: (value: string) => string): ReadonlyArray<string> => {
    const limit = node[key]
    if (limit === undefined || limit === Number.MAX_SAFE_INTEGER || limit === Number.MIN_SAFE_INTEGER) return []
    return [text(typeof limit === "string" ? limit : JSON.stringify(limit))]
  }
  return [
    ...say("minLength", (n) => (n === "1" ? "not empty" : `at least ${n} characters`)),
    ...say("maxLength", (n) => `at most ${n} characters`),
    ...say("pattern", (pattern) => `matches /${pattern}/`),
    ...say("format", (format) => `format ${format}`),
    ...say("minimum", (n) => `at least ${n}`),
    ...say("exclusiveMinimum", (n) => `more than ${n}`),
    ...say("maximum", (n) => `at most ${n}`),
    ...say("exclusiveMaximum", (n) => `less than ${n}`),
    ...say("multipleOf", (n) => `a multiple of ${n}`),
    ...(Array.isArray(node["prefixItems"]) ? [] : say("minItems", (n) => `at least ${n} in number`)),
    ...(Array.isArray(node["prefixItems"]) ? [] : say("maxItems", (n) => `at most ${n} in number`)),
    ...(node["uniqueItems"] === true ? ["no two alike"] : []),
    ...(Array.isArray(node["examples"]) ? say("examples", (list) => `for example ${list.slice(1, -1)}`) : [])
  ]
}

const reaches = (schema: unknown, name: string, definitions: JsonSchema.Definitions): boolean => {
  const seen = new Set<string>()
  const visit = (value: unknown): boolean => {
    if (typeof value !== "object" || value === null) return false
    return Object.entries(value).some(([key, inner]) => {
      if (key !== "$ref" || typeof inner !== "string") return visit(inner)
      const target = refName(inner)
      if (target === name) return true
      if (seen.has(target)) return false
      seen.add(target)
      return visit(definitions[target])
    })
  }
  return visit(schema)
}

const refName = (ref: string): string =>
  decodeURIComponent(ref.slice(ref.lastIndexOf("/") + 1))
    .replaceAll("~1", "/")
    .replaceAll("~0", "~")

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value)

const entries = (value: unknown): ReadonlyArray<readonly [string, unknown]> =>
  isNode(value) ? Object.entries(value) : []
