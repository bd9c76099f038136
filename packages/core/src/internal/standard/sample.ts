import * as Predicate from "effect/Predicate"
import type { Document } from "./told.ts"

type Node = Readonly<Record<string, unknown>>

/** How deep a sample goes into a schema that holds itself. */
const deepest = 8

/** A value that a JSON Schema allows, more or less; `other` stands wherever it allows anything, `text` where any. */
export const sampleOf = ({ definitions, schema }: Document, other: unknown, text = "a"): unknown => {
  const sample = (value: unknown, depth: number): unknown => {
    if (!Predicate.isObject(value) || depth > deepest) return other
    const node: Node = value as Node
    const inside = (value: unknown) => sample(value, depth + 1)
    if (typeof node["$ref"] === "string") return inside(definitions[node["$ref"].replace("#/$defs/", "")])
    if ("const" in node) return node["const"]
    const [first] = listOf(node["enum"] ?? node["examples"])
    if (first !== undefined) return first
    const members = listOf(node["anyOf"] ?? node["oneOf"] ?? node["allOf"])
    // a member that allows anything says least
    const member = members.find((member) => Predicate.isObject(member) && Object.keys(member).length > 0) ?? members[0]
    if (member !== undefined) return inside(Predicate.isObject(member) ? { ...rest(node), ...member } : member)
    const type: unknown = Array.isArray(node["type"]) ? node["type"][0] : node["type"]
    if (type === "object") return mapped(node["properties"], inside)
    if (type === "array") return itemsOf(node, inside)
    if (type === "string") return textOf(node, text)
    if (type === "number" || type === "integer") return numberOf(node)
    if (type === "boolean") return true
    return type === "null" ? null : other
  }
  return sample(schema, 0)
}

const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

const rest = ({ anyOf: _, oneOf: __, allOf: ___, ...others }: Node): Node => others

const mapped = (properties: unknown, inside: (value: unknown) => unknown) =>
  Predicate.isObject(properties)
    ? Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, inside(schema)]))
    : {}

const itemsOf = (node: Node, inside: (value: unknown) => unknown): unknown => {
  const first = listOf(node["prefixItems"]).map(inside)
  const count = Math.max(1, numeral(node["minItems"]) ?? 1) - first.length
  return Predicate.isObject(node["items"])
    ? [...first, ...Array.from({ length: count }, () => inside(node["items"]))]
    : first
}

/** A text of each format. */
export const texts: Readonly<Record<string, string>> = {
  date: "2026-01-31",
  "date-time": "2026-01-31T12:00:00Z",
  duration: "PT1M",
  email: "someone@example.com",
  ipv4: "127.0.0.1",
  time: "12:00:00",
  uri: "https://example.com/",
  uuid: "6f1d2a3e-9c0b-4d5e-8f7a-1b2c3d4e5f60"
}

const textOf = (node: Node, text: string) =>
  texts[String(node["format"])] ?? text.padEnd(numeral(node["minLength"]) ?? 1, text)

const numberOf = (node: Node) => {
  const least = numeral(node["minimum"]) ?? (numeral(node["exclusiveMinimum"]) ?? -1) + 1
  const most = numeral(node["maximum"]) ?? (numeral(node["exclusiveMaximum"]) ?? least + 2) - 1
  const step = numeral(node["multipleOf"]) ?? 1
  const least0 = least <= 0 && most >= 0 ? 0 : least
  return Math.ceil(least0 / step) * step
}

const numeral = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined)
