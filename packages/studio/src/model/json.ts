import type { StepResult } from "@stepwright/core/WorkflowState"

// JSON as lines of one height, of which only those that are seen are drawn

export type Json = StepResult["output"]

export interface Line {
  /** Where it is: the keys from the root on, as JSON; a line of a text has its number besides. */
  readonly id: string
  readonly depth: number
  readonly key: string | undefined
  readonly text: string
  readonly kind: "list" | "object" | "text" | "line" | "number" | "word"
  readonly isGroup: boolean
  readonly isOpen: boolean
}

const isGroup = (value: Json): boolean =>
  typeof value === "string"
    ? value.includes("\n") || value.length > widest
    : typeof value === "object" && value !== null && size(value) > 0

const size = (value: object): number => (Array.isArray(value) ? value.length : Object.keys(value).length)

const longest = 200
/** A text longer than this is told in lines of this length. */
const widest = 100

/** The lines of a text, long ones broken where there is a space. */
const linesOf = (text: string): ReadonlyArray<string> =>
  text.split("\n").flatMap((line) => {
    const broken: Array<string> = []
    let rest = line
    while (rest.length > widest) {
      const space = rest.lastIndexOf(" ", widest)
      const at = space < widest / 2 ? widest : space + 1
      broken.push(rest.slice(0, at))
      rest = rest.slice(at)
    }
    return [...broken, rest]
  })

/** What a value is, in one line. */
const preview = (value: Json): string => {
  if (typeof value === "string") {
    const lines = value.split("\n")
    if (lines.length > 1) return `${lines.length.toLocaleString("en")} lines`
    return JSON.stringify(value.length > longest ? `${value.slice(0, longest)}…` : value)
  }
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `[${value.length.toLocaleString("en")}]`
  if (typeof value === "object" && value !== null) {
    const keys = Object.keys(value)
    const names = keys.slice(0, 6).join(", ")
    return keys.length === 0 ? "{}" : `{${names.slice(0, longest)}${keys.length > 6 ? ", …" : ""}}`
  }
  return JSON.stringify(value)
}

const kindOf = (value: Json): Line["kind"] =>
  typeof value === "string"
    ? "text"
    : typeof value === "number"
      ? "number"
      : Array.isArray(value)
        ? "list"
        : typeof value === "object" && value !== null
          ? "object"
          : "word"

/** Children from this many on are folded until somebody opens them. */
const many = 50

/** The lines of a value. `chosen`: what somebody opened or closed, by id. */
export const lines = (value: Json, chosen: ReadonlyMap<string, boolean> = new Map()): ReadonlyArray<Line> => {
  const found: Array<Line> = []
  const visit = (one: Json, id: string, key: string | undefined, depth: number) => {
    const group = isGroup(one)
    const isOpen = group && (chosen.get(id) ?? opensAtFirst(one, depth))
    found.push({ id, depth, key, text: preview(one), kind: kindOf(one), isGroup: group, isOpen })
    if (!isOpen) return
    if (typeof one === "string") {
      linesOf(one).forEach((text, i) => {
        const line = { depth: depth + 1, key: undefined, text, kind: "line", isGroup: false, isOpen: false } as const
        found.push({ ...line, id: `${id}:${i}` })
      })
    } else if (Array.isArray(one)) {
      one.forEach((item: Json, i) => visit(item, `${id}/${i}`, String(i), depth + 1))
    } else if (typeof one === "object" && one !== null) {
      for (const [name, item] of Object.entries(one)) visit(item, `${id}/${encodeURIComponent(name)}`, name, depth + 1)
    }
  }
  visit(value, "", undefined, 0)
  return found
}

const opensAtFirst = (value: Json, depth: number): boolean =>
  depth === 0 || (depth <= 2 && (typeof value !== "object" || value === null || size(value) <= many))
