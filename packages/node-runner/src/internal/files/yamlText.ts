import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type ParsedNode, visit } from "yaml"

/** A key of an object, or an index of a list. */
export type Key = string | number

/** One thing that is wrong with a text. **Units** lines and columns from 1. */
export interface Problem {
  readonly line: number
  readonly column: number
  /** The keys under which it is. */
  readonly keys: ReadonlyArray<Key>
  readonly detail: string
}

export type Place = Pick<Problem, "line" | "column">

/** What a text holds, and where in it a value is, or its key; where there is none, the value around it. */
export interface Held {
  /** `null` in place of what is no JSON; of values under one key the last. */
  readonly value: Schema.Json
  /** What is wrong in it that it could be read past. */
  readonly problems: ReadonlyArray<Problem>
  readonly placeOf: (keys: ReadonlyArray<Key>, of?: "value" | "key") => Place
}

/** The most characters of a text: reading takes longer than its length says. */
const mostCharacters = 1_000_000
/** The most values in a text, each counted as often as it stands for something: aliases may multiply them. */
const mostValues = 100_000
/** The most levels: what reads a value takes some of the stack for each. */
const deepest = 100

const start: Place = { line: 1, column: 1 }

/** What a text in YAML, which all JSON is, holds. **Fails with** what keeps it from being read, and where. */
export const parse = (text: string): Result.Result<Held, ReadonlyArray<Problem>> => {
  const refuse = (detail: string, place = start) => Result.fail([{ ...place, keys: [], detail }])
  if (text.length > mostCharacters) return refuse(`it has ${text.length} characters; the most are ${mostCharacters}`)
  const control = text.search(/(?![\t\n\r\x7f-\x9f])\p{Cc}/u)
  const lines = new LineCounter()
  if (control !== -1) {
    const code = text.charCodeAt(control).toString(16).padStart(4, "0")
    return refuse(`it has the control character U+${code}`, placeIn(text, control))
  }
  // their own look at keys takes the square of their number
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: false,
    logLevel: "error"
  })
  const at = (offset: number): Place => {
    const { col, line } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const wrong = [...document.errors, ...document.warnings]
  const [first] = wrong
  if (first?.code === "RESOURCE_EXHAUSTION") return refuse(tooDeep, at(first.pos[0]))
  if (wrong.length > 0) {
    return Result.fail(wrong.map(({ message, pos }) => ({ ...at(pos[0]), keys: [], detail: message })))
  }
  if (document.contents === null) return refuse("it holds nothing")
  const root: ParsedNode = document.contents
  const targets = new Map<Node, Node | undefined>()
  const anchors = new Map<string, Node>()
  // by itself each alias would look through the whole document
  visit(document, {
    Alias: (_, alias) => void targets.set(alias, anchors.get(alias.source)),
    Value: (_, node) => void (node.anchor !== undefined && anchors.set(node.anchor, node))
  })
  const problems: Array<Problem> = []
  const add = (node: Node, keys: ReadonlyArray<Key>, detail: string) => {
    problems.push({ ...at(node.range?.[0] ?? 0), keys, detail })
    return null
  }
  let values = 0
  const valueOf = (node: Node | null, keys: ReadonlyArray<Key>): Schema.Json => {
    if (++values > mostValues || node === null) return null
    if (keys.length > deepest) return add(node, keys, tooDeep)
    if (isAlias(node)) {
      const target = targets.get(node)
      return target === undefined ? add(node, keys, `there is no anchor &${node.source}`) : valueOf(target, keys)
    }
    if (isSeq<Node>(node)) return node.items.map((item, index) => valueOf(item, [...keys, index]))
    if (isMap<Node, Node | null>(node)) {
      const members = new Map<string, Schema.Json>()
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? key.value : undefined
        if (typeof name !== "string") {
          add(key, keys, "a key must be a text")
          continue
        }
        if (members.has(name)) add(key, [...keys, name], `${JSON.stringify(name)} is there twice`)
        members.set(name, valueOf(value, [...keys, name]))
      }
      return Object.fromEntries(members)
    }
    const value = isScalar(node) ? node.value : undefined
    if (value === null || typeof value === "string" || typeof value === "boolean") return value
    if (typeof value === "number" && Number.isFinite(value)) return value
    return add(node, keys, "this is neither a text, a number, true, false nor null")
  }
  const value = valueOf(root, [])
  if (values > mostValues) return refuse(`it holds more than ${mostValues} values, each as often as aliases name it`)
  const placeOf: Held["placeOf"] = (keys, of = "value") => {
    let place = at(root.range[0])
    let node: Node | null | undefined = root
    for (const [depth, key] of keys.entries()) {
      if (isAlias(node)) node = targets.get(node)
      if (isSeq<Node>(node)) node = node.items[Number(key)]
      else if (isMap<Node, Node | null>(node)) {
        const pair: { readonly key: Node; readonly value: Node | null } | undefined = node.items.findLast(
          ({ key: name }) => isScalar(name) && name.value === key
        )
        if (pair !== undefined) place = at(pair.key.range?.[0] ?? 0)
        node = pair?.value
      } else return place
      if (node === undefined || (of === "key" && depth === keys.length - 1)) return place
      if (node?.range) place = at(node.range[0])
    }
    return place
  }
  return Result.succeed({ value, problems, placeOf })
}

const tooDeep = `it is nested deeper than ${deepest} levels`

const placeIn = (text: string, offset: number): Place => {
  const before = text.slice(0, offset).split("\n")
  return { line: before.length, column: before.at(-1)!.length + 1 }
}
