import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  stringify,
  type YAMLMap
} from "yaml"
import { partAt } from "./remainder.ts"
import { type Key, parse } from "./yamlText.ts"

/**
 * A text in YAML or JSON with another value at a place; all else of it stays as it is, layout and comments included.
 * `undefined` where that cannot be done.
 */
export const set = (text: string, keys: ReadonlyArray<Key>, value: Schema.Json): string | undefined => {
  const before = held(text)
  const is = (after: string | undefined): after is string =>
    after !== undefined && Equal.equals(held(after), withPart(before, keys, value))
  if (before === undefined && text.trim() !== "" && parseDocument(text).contents !== null) return undefined
  const spliced = splice(text, keys, value)
  if (is(spliced)) return spliced
  // what stands in an unusual way is written anew, with its comments
  const document = parseDocument(text)
  const written = Result.try(() => {
    // below what is empty nothing can be put
    const empty = keys.findIndex((_, i) => i > 0 && document.getIn(keys.slice(0, i)) == null)
    const until = empty === -1 ? keys.length : empty
    document.setIn(keys.slice(0, until), document.createNode(nested(keys.slice(until), value)))
    return document.toString({ lineWidth: 0 })
  })
  return Result.isSuccess(written) && is(written.success) ? written.success : undefined
}

const held = (text: string): Schema.Json | undefined =>
  Result.getOrUndefined(Result.map(parse(text), ({ problems, value }) => (problems.length === 0 ? value : undefined)))

/** A value with another part, and with the objects that lead there. */
const withPart = (
  whole: Schema.Json | undefined,
  [key, ...rest]: ReadonlyArray<Key>,
  part: Schema.Json
): Schema.Json => {
  if (key === undefined) return part
  const inner = whole === undefined ? undefined : partAt(whole, [key])
  const made = withPart(inner, rest, part)
  if (Array.isArray(whole)) return whole.map((one: Schema.Json, i) => (i === key ? made : one))
  return { ...(typeof whole === "object" && whole), [key]: made }
}

const splice = (text: string, keys: ReadonlyArray<Key>, value: Schema.Json): string | undefined => {
  const document: Document = parseDocument(text)
  let node: unknown = document.contents
  let depth = 0
  let pair: Pair | undefined
  let isFlow = false
  while (depth < keys.length) {
    const key = keys[depth]!
    isFlow ||= isCollection(node) && node.flow === true
    const next = isMap(node) ? node.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined
    if (next !== undefined) pair = next
    const inner = isSeq(node) && typeof key === "number" ? node.items[key] : next?.value
    if (inner === undefined || inner === null) break
    node = inner
    depth++
  }
  const rest = keys.slice(depth)
  if (rest.length === 0 && isNode(node)) return replaced(text, node, isFlow ? undefined : pair, value)
  if (document.contents === null)
    return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${rendered(keys, value)}`
  return isMap(node) && node.items.length > 0 ? inserted(text, node, rest, value) : undefined
}

type Map = YAMLMap<unknown, unknown>

const isNode = (value: unknown): value is Node & { readonly range: [number, number, number] } =>
  typeof value === "object" && value !== null && "range" in value && Array.isArray(value.range)

/** What an entry is as text. */
const rendered = (keys: ReadonlyArray<Key>, value: Schema.Json): string =>
  stringify(nested(keys, value), { lineWidth: 0 })

const nested = (keys: ReadonlyArray<Key>, value: Schema.Json): Schema.Json =>
  keys.reduceRight<Schema.Json>((inner, key) => ({ [key]: inner }), value)

const columnOf = (text: string, at: number): number => at - (text.lastIndexOf("\n", at - 1) + 1)

const indented = (text: string, column: number): string => text.replaceAll(/\n(?=[^\n])/gu, `\n${" ".repeat(column)}`)

const replaced = (
  text: string,
  node: Node & { readonly range: [number, number, number] },
  pair: Pair | undefined,
  value: Schema.Json
): string | undefined => {
  const [start, end] = node.range
  const old = text.slice(start, end)
  const key = pair?.key
  if (!isNode(key)) return text.slice(0, start) + JSON.stringify(value) + text.slice(end)
  const made = rendered(["k"], value).slice("k:".length).trimEnd().replace(/^ /u, "")
  const inner = indented(made, columnOf(text, key.range[0]))
  return text.slice(0, start) + inner + (old.endsWith("\n") ? "\n" : "") + text.slice(end)
}

const inserted = (text: string, map: Map, keys: ReadonlyArray<Key>, value: Schema.Json): string | undefined => {
  const [first] = map.items
  const last = map.items.at(-1)
  const lastNode = last?.value ?? last?.key
  if (!isNode(first?.key) || !isNode(lastNode) || !isNode(map)) return undefined
  const column = columnOf(text, first.key.range[0])
  if (map.flow === true) {
    const [, end] = lastNode.range
    const isSpread = text.slice(map.range[0], first.key.range[0]).includes("\n")
    const json = JSON.stringify(nested(keys.slice(1), value), null, isSpread ? 2 : 0)
    const entry = `${JSON.stringify(String(keys[0]))}: ${isSpread ? indented(json, column) : json}`
    return `${text.slice(0, end)},${isSpread ? `\n${" ".repeat(column)}` : " "}${entry}${text.slice(end)}`
  }
  const [, end] = lastNode.range
  const line = text[end - 1] === "\n" ? end : text.indexOf("\n", end) + 1
  const at = line === 0 ? text.length : line
  const entry = `${" ".repeat(column)}${indented(rendered(keys, value).trimEnd(), column)}\n`
  return `${text.slice(0, at)}${line === 0 ? "\n" : ""}${entry}${text.slice(at)}`
}
