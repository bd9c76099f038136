import * as EffectRegExp from "effect/RegExp"
import * as Result from "effect/Result"
import * as fences from "../text/fences.ts"
import * as escapedLine from "../text/escapedLine.ts"
import { failure, answerParser, type OutputParser } from "./outputParser.ts"

/** A field as it is asked for: `- **Label**: description`. */
export interface Field {
  readonly label: string
  readonly description: string
  readonly optional?: boolean
}

export type FieldsSpec = Readonly<Record<string, Field>>

/** The text of each field; absent for an optional one that was left out. */
export type FieldsOf<Spec extends FieldsSpec> = {
  readonly [K in keyof Spec as Spec[K] extends { readonly optional: true } ? never : K]: string
} & {
  readonly [K in keyof Spec as Spec[K] extends { readonly optional: true } ? K : never]?: string
}

/**
 * Fields such as `- **Objective**: …`, each by its label.
 *
 * Read in any order and letter case, with any bullet, number, heading or none, in bold or not. A value goes on until the
 * next label that is indented no deeper than the first; lines that name no field of the `spec` belong to the value
 * above them, so that nothing is lost. Text before the first field is ignored, and behind a fence, a quotation or tags around
 * all of them. Values lose white space around them and
 * two spaces before their further lines; a list is printed below its label, and a value that would not come back so on
 * one line with escapes.
 *
 * **Fails with** the labels that are missing, as is a last one that is required and empty, or the one that comes twice with different values.
 */
export const fields = <const Spec extends FieldsSpec>(spec: Spec): OutputParser<FieldsOf<Spec>> => {
  const entries = Object.entries<Field>(spec)
  const match = labelMatcher(entries)
  const required = entries.filter(([, field]) => field.optional !== true)
  const expected = `a line \`- **Label**: value\` for each of ${required.map(([, { label }]) => label).join(", ")}`
  const shape = entries.map(([, { description, label, optional }]) => {
    return `- **${label}**: ${description}${optional === true ? " (may be left out)" : ""}`
  })

  const parse = (text: string) => {
    const values = new Map<string, string>()
    const plain = sections(inAnswer(text), match)
    const found = plain.length > 0 ? plain : sections(quoted(inFence(text)), match)
    const last = found.at(-1)
    for (const { key, isExact, line, value } of found) {
      // nothing tells a last field that was left empty from one that was not written any more
      if (value === "" && !isExact && line === last?.line && required.some(([name]) => name === key)) continue
      if ((values.get(key) ?? value) !== value) {
        const detail = `${spec[key]!.label} comes twice; write it once`
        return failure({ expected, found: value, place: `line ${line + 1}`, detail })
      }
      values.set(key, value)
    }
    const missing = required.filter(([key]) => !values.has(key)).map(([, { label }]) => label)
    if (missing.length > 0) {
      const place = values.size === 0 ? "" : "the fields"
      return failure({ expected, found: text, place, detail: `missing: ${missing.join(", ")}` })
    }
    // every required key of the spec is there, and no other
    return Result.succeed(Object.fromEntries(values) as FieldsOf<Spec>)
  }

  const write = (values: FieldsOf<Spec>, show: (value: string) => string) =>
    entries
      // FieldsOf has a string or nothing under each key
      .map(([key, { label }]) => [label, (values as Readonly<Record<string, string | undefined>>)[key]] as const)
      .flatMap(([label, value]) =>
        value === undefined ? [] : [`- **${label}**:${show(value).replace(/^(?=[^\n])/, " ")}`]
      )
      .join("\n")

  return answerParser({
    id: `fields@1(${entries.map(([key, { label, optional }]) => `${JSON.stringify(key)}${optional === true ? "?" : ""}:${JSON.stringify(label)}`).join(",")})`,
    format: "text",
    instructions: `Write these fields, each label exactly as it stands here, further lines of a value indented by two spaces:\n\n${shape.join("\n")}`,
    parse,
    print: (values) => {
      const plain = write(values, (value) =>
        `${listed.test(value) ? "\n" : ""}${value}`.replace(/\n(?=[^\n])/g, "\n  ")
      )
      const read = Result.getOrUndefined(parse(plain))
      const same = read !== undefined && write(read, JSON.stringify) === write(values, JSON.stringify)
      return same ? plain : write(values, escapedLine.encode)
    }
  })
}

interface Match {
  readonly key: string
  readonly indent: number
  readonly rest: string
}

/** The field that a line begins, if it begins one. */
const labelMatcher = (entries: ReadonlyArray<readonly [string, Field]>) => {
  const spaced = (label: string) => label.trim().split(/\s+/)
  const keys = new Map(entries.map(([key, { label }]) => [spaced(label).join(" ").toLowerCase(), key]))
  const labels = entries
    .map(([, { label }]) => spaced(label).map(EffectRegExp.escape).join("[ \\t]{1,3}"))
    .toSorted((a, b) => b.length - a.length)
    .join("|")
  const marked = new RegExp(
    `^([*_\`]{1,3})[ \\t]{0,3}(?:\\d{1,3}[.)][ \\t]{1,3})?(${labels})[ \\t]{0,3}(?:[:：][ \\t]?\\1|\\1[ \\t]{0,3}(?:[:：]|[–—-](?=\\s)|$))`,
    "iu"
  )
  const plain = new RegExp(`^()(${labels})[ \\t]{0,3}[:：]`, "iu")
  const heading = new RegExp(`^()(${labels})\\s{0,3}$`, "iu")
  return (line: string): Match | undefined => {
    const isHeading = /^\s*#{1,6}[ \t]/.test(line)
    const text = line
      .trimStart()
      .replace(/^(?:#{1,6}[ \t]{1,3}\d{1,3}[.)]|[-*+•]|\d{1,3}[.)]|#{1,6})[ \t]/, "")
      .trimStart()
      .replace(/^\[[ xX]\][ \t]+/, "")
    const found = marked.exec(text) ?? plain.exec(text) ?? (isHeading ? heading.exec(text) : null)
    const key = found === null ? undefined : keys.get(found[2]!.toLowerCase().replace(/[ \t]+/g, " "))
    return found === null || key === undefined
      ? undefined
      : { key, indent: fences.indentOf(line), rest: text.slice(found[0].length).trimStart() }
  }
}

/** What stands in the one fence of a text, in its lines. */
const inFence = (text: string): string => {
  const lines = text.split("\n")
  const isOne = lines.filter(fences.isFence).length === 2
  const [open, close] = [lines.findIndex(fences.isFence), lines.findLastIndex(fences.isFence)]
  return isOne ? lines.map((line, i) => (i > open && i < close ? line : "")).join("\n") : text
}

/** What stands in the quotations of a text that has some, in its lines. */
const quoted = (text: string): string =>
  /^ {0,3}>/m.test(text) ? text.replace(/^(?: {0,3}>[ \t]?(.*)|.+)$/gm, (_, line: string = "") => line) : text

/** What stands between the tags of an answer, or before one that closes it, in its lines. */
const inAnswer = (text: string): string => {
  const close = closing.exec(text)
  if (close === null) return text
  const open = opening.exec(text)
  const from = open === null || open.index > close.index ? 0 : open.index + open[0].length
  const isAll = open === null && text.slice(close.index + close[0].length).trim() !== ""
  return isAll ? text : text.slice(0, from).replace(/[^\n]+/g, "") + text.slice(from, close.index)
}

const opening = /(?<![^\n])<(?:answer|response|final_answer|final_response)>(?=[ \t]*\r?\n)/i
const closing = /(?<![^\n])<\/(?:answer|response|final_answer|final_response)>(?=[ \t]*\r?(?:\n|$))/i

interface Section {
  readonly key: string
  readonly line: number
  readonly value: string
  /** Whether it was printed with escapes. */
  readonly isExact: boolean
}

/** The fields of a text in order, with the lines that belong to each. */
const sections = (text: string, match: (line: string) => Match | undefined) => {
  const lines = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line))
  const isCode = fences.mask(lines)
  const found: Array<Section> = []
  let base: number | undefined
  let open: (Match & { readonly line: number; readonly more: Array<string> }) | undefined
  const close = () => {
    if (open !== undefined) found.push({ key: open.key, line: open.line, ...valueOf(open, base ?? 0) })
  }
  /** How far the code is indented that a line seems to be in. */
  let code = 0
  for (let i = 0; i < lines.length; i++) {
    if (isCode[i] && fences.isFence(lines[i]!)) code = fences.indentOf(lines[i]!)
    const isInside = isCode[i] && (base === undefined || code <= base || fences.indentOf(lines[i]!) >= code)
    const matched = isInside ? undefined : match(lines[i]!)
    if (matched === undefined || matched.indent > (base ?? matched.indent)) {
      open?.more.push(lines[i]!)
      continue
    }
    close()
    base ??= matched.indent
    open = { ...matched, line: i, more: [] }
  }
  close()
  return found
}

const valueOf = ({ more, rest }: Match & { readonly more: ReadonlyArray<string> }, base: number) => {
  const first = more.find((line) => line.trim() !== "")
  const exact = first === undefined ? escapedLine.decode(rest === "\\" ? "\\ " : rest) : undefined
  if (exact !== undefined) return { value: exact, isExact: true }
  let indent = rest === "" ? fences.indentOf(first ?? "") : base + 2
  const lines = more.map((line) => {
    const own = fences.indentOf(line)
    // what stands below an item of a list that is not indented is indented in it
    if (own < indent && item.test(line)) indent = own
    return line.slice(Math.min(indent, own))
  })
  return { value: [rest, ...lines].join("\n").trim(), isExact: false }
}

/** A list, which stands below its label. */
const listed = /^(?:[-*+•]|\d{1,3}[.)])[ \t].*\n/

const item = /^\s*(?:[-*+•]|\d{1,3}[.)])[ \t]/
