import * as Result from "effect/Result"
import type { SourceFile } from "../../Workspace.ts"
import * as fences from "../text/fences.ts"
import * as filePath from "../text/filePath.ts"
import * as language from "../code/language.ts"
import { lineCounter } from "../text/lineCounter.ts"
import { leadsElsewhere, leadsToPart } from "../code/shown.ts"
import { notClosed, whole } from "./codeBlock.ts"
import { answerParser, failure, none, type OutputParseError, type OutputParser } from "./outputParser.ts"

const expected = "each file as a line `### File: path` with one fenced code block below it"

const instructions = `Write each file as a heading with its path and, right below it, one code block with its whole content:

### File: \`path/to/file.ext\`
\`\`\`ext
the whole content
\`\`\`

Paths are relative and use \`/\`. Each file comes once and complete: nothing is abbreviated or left out. If the content has a line of backticks itself, use a longer fence around it.`

/**
 * Several files by path. Each block's content is kept exactly, as `codeBlock` does; paths get `/` for `\` and lose a
 * `./` before them. **Shape** a path is relative, without `..`, on one line, not empty, and ends in no `/`.
 *
 * The path may stand in the fence's info string, or above the block as a heading, in bold, in backticks, after `File:`, or
 * in the first comment of the block. A block without path is refused, unless it shows a shell's commands, or plain text that
 * a line of prose introduces; so is a heading without a block, a path that comes twice with different content, and
 * a block that is not the whole file.
 */
export const files: OutputParser<ReadonlyArray<SourceFile>> = answerParser<ReadonlyArray<SourceFile>>({
  id: "files@1",
  format: "text",
  instructions,
  parse: (text) => Result.map(read(text, { reply: text, expected, what: "file", isAll: true }), withoutLines),
  print: (files) =>
    files.length === 0
      ? none
      : files.map(({ content, path }) => `${filePath.print(path)}\n${printBlock(path, content)}`).join("\n\n"),
  progress: lineCounter("file", (line) => filePath.ofLine(line, false)?.isHeading === true)
})

/** A file, and the line of the fence that opens it. */
export interface Found extends SourceFile {
  readonly line: number
}

const withoutLines = (files: ReadonlyArray<Found>): ReadonlyArray<SourceFile> =>
  files.map(({ content, path }) => ({ path, content }))

interface Reading {
  readonly reply: string
  readonly expected: string
  /** What a reply without any has none of. */
  readonly what: string
  /** Whether it has nothing but files. */
  readonly isAll: boolean
}

/** The files in a text; in a reply where that is not all there is. */
export const read = (text: string, reading: Reading): Result.Result<ReadonlyArray<Found>, OutputParseError> => {
  const { expected, isAll, reply, what } = reading
  const lines = text.split("\n")
  const seen = new Map<number, filePath.Named | undefined>()
  const namedAbove = (open: number): filePath.Named | undefined => {
    if (!seen.has(open)) seen.set(open, lookUp(lines, open))
    return seen.get(open)
  }
  const languageAt = (info: string, open: number) => {
    const path = filePath.ofInfo(info)?.path ?? namedAbove(open)?.path
    const said = language.ofInfo(info)
    return path === undefined || said === "markdown" ? said : language.ofPath(path)
  }
  const blocks = fences.parse(text, languageAt, lines)
  const found = new Map<string, Found>()
  const nameless: Array<{ readonly block: fences.Fence; readonly detail: string | undefined }> = []
  for (const [i, block] of blocks.entries()) {
    const place = `line ${block.open + 1}`
    const refuse = (detail: string) => failure({ expected, found: block.content, place, detail })
    const said = pathOf(lines, block, namedAbove(block.open))
    if (block.close === undefined) {
      return notClosed(block, `the code block${said.path === undefined ? "" : ` of ${said.path}`}`, reply, expected)
    }
    if (said.fault !== undefined) return refuse(said.fault)
    const { path } = said
    const other = block.doubt?._tag === "OtherBlock" ? (namedAbove(block.doubt.line)?.path ?? "another") : undefined
    if (path === undefined) {
      if (other !== undefined) return refuse(`the code block is not closed before ${other} starts`)
      nameless.push({ block, detail: said.detail })
      continue
    }
    const after = blocks[i + 1]
    const next = after === undefined || namedAbove(after.open) === undefined ? after : undefined
    const within = block.nested.map((line) => labelAbove(lines, line)).find((path) => path !== undefined)
    if (within !== undefined) return refuse(`the code block of ${path} is not closed before ${within} starts`)
    const content = whole({ lines, block, next, language: language.ofPath(path), path, other }, expected)
    if (Result.isFailure(content)) return Result.fail(content.failure)
    const before = found.get(path)
    if (before !== undefined && before.content !== content.success) {
      return refuse(`${path} comes twice with different content; write it once`)
    }
    if (before === undefined) found.set(path, { path, content: content.success, line: block.open })
  }
  const strays = nameless.filter(({ detail }) => detail !== undefined)
  const [around, ...others] = nameless.filter(({ block }) => isAround(block))
  const isNone = isAll && found.size === 0
  if (around !== undefined && isNone && others.length === 0 && strays.every((stray) => stray === around)) {
    return read(atItsPlace(around.block), reading)
  }
  const lost = headings(lines, blocks).find(({ path }) => !found.has(path))
  if (lost !== undefined) {
    const isLast = blocks.every(({ open }) => open < lost.line)
    const truncated = isLast && lines.slice(lost.line + 1).filter((line) => line.trim() !== "").length < 2
    const detail = `no code block follows the heading of ${lost.path}`
    return failure({ expected, found: lines[lost.line]!, place: `line ${lost.line + 1}`, detail, truncated })
  }
  const stray = strays[0] ?? (isNone ? nameless[0] : undefined)
  if (stray !== undefined) {
    const { block, detail = unnamed } = stray
    return failure({ expected, found: block.content, place: `line ${block.open + 1}`, detail })
  }
  return !isNone || text.trim().toLowerCase() === none
    ? Result.succeed([...found.values()])
    : failure({ expected, found: reply, place: "", detail: `there is no ${what} in the reply` })
}

const unnamed = "nothing names this block's path"

/** The path of a block; or `detail`, why it has none and is no remark either; or `fault`, why it is no file. */
interface Said {
  readonly path?: string
  readonly detail?: string
  readonly fault?: string
}

const pathOf = (
  lines: ReadonlyArray<string>,
  { content, info, open }: fences.Fence,
  above: filePath.Named | undefined
): Said => {
  const of = language.ofInfo(info)
  const lineAbove = fences.lineAbove(lines, open)
  const isCommand = language.isShell(of) && !content.startsWith("#!")
  const isRemark = isCommand || (language.isPlain(of) && !namesFile(lineAbove))
  const inside = ofFence(info, above)
  const agrees = (path: string) => language.ofPath(path) === of && (of !== "" || filePath.isKnown(nameOf(path)))
  if (inside !== undefined && above?.isCertain === true && !isSame(inside.path, above.path)) {
    return { fault: `${above.path} above the block, ${inside.path} in its fence; name one` }
  }
  const isNamed = above !== undefined && (above.isCertain || (!isCommand && agrees(above.path)))
  const comment = language.isShell(of) ? undefined : filePath.ofComment(content)
  if (comment !== undefined && agrees(comment) && above?.isHeading === true && !isSame(comment, above.path)) {
    return { fault: `${above.path} above the block, ${comment} in its first comment; name one` }
  }
  const part = inside?.part ?? (isNamed ? above.part : undefined)
  const path = isNamed && above.path.length > (inside?.path.length ?? 0) ? above.path : inside?.path
  if (path !== undefined && part !== undefined) return { path, fault: `${part} of ${path}, not the whole file` }
  const fault = path === undefined ? undefined : pathFault(path)
  if (path !== undefined && fault !== undefined) return { path, fault }
  if (path !== undefined && language.isShell(of) && language.isCode(language.ofPath(path))) {
    return { path, fault: `a block of ${of}, which ${path} is not` }
  }
  if (path !== undefined) return { path }
  if (comment !== undefined && agrees(comment)) return { path: comment }
  if (comment !== undefined && of === "") return { detail: `${unnamed} for certain` }
  if (above !== undefined && !(language.isShell(of) && !agrees(above.path))) return { detail: `${unnamed} for certain` }
  if (isCommand) return {}
  return isRemark && lineAbove !== "" && !fences.isFence(lineAbove) ? {} : { detail: unnamed }
}

/** Why a path is none of a file of the project. */
export const pathFault = (path: string): string | undefined => {
  if (leadsOut.test(path)) return `${path} leads out of the project; write a path relative to its root`
  return path.endsWith("/") ? `${path} is a folder; name the file` : undefined
}

const leadsOut = /^(?:\/|~\/|[A-Za-z]:\/)|(?:^|\/)\.\.(?:\/|$)/

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1)

/** A path in a fence's own words, unless they name a language that is named after the file. */
const ofFence = (info: string, above: filePath.Named | undefined) => {
  const inside = filePath.ofInfo(info)
  return above?.isCertain === true && inside !== undefined && !/[./]/.test(inside.path) ? undefined : inside
}

/** Whether one path is the end of the other. */
const isSame = (a: string, b: string): boolean => a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`)

/** Whether all that a block can be is a fence around files. */
const isAround = ({ content, info }: fences.Fence): boolean =>
  ["markdown", "text", ""].includes(language.ofInfo(info)) && content.split("\n").some(fences.isFence)

/** The content of a block, in the lines in which the reply has it. */
const atItsPlace = ({ content, open }: fences.Fence): string => "\n".repeat(open + 1) + content

/** Whether a line above a block has the name of a file in it, and speaks of nothing that is printed. */
const namesFile = (line: string): boolean =>
  !/\b(?:outputs?|prints?|printed|runs?|running|returns?|results?|logs?|says)\b/i.test(line) && filePath.isNamedIn(line)

/** How many lines with text above a block may name its path. */
const maxLinesBetween = 3

/** What names a block: the heading above it, unless what stands between is about something else, or the line just above. */
const lookUp = (lines: ReadonlyArray<string>, open: number): filePath.Named | undefined => {
  let seen = 0
  let next: filePath.Named | undefined
  let isPart = false
  /** The highest of the headings between. */
  let level = 7
  for (let i = open - 1; i >= 0 && seen < maxLinesBetween && !fences.isFence(lines[i]!); i--) {
    const line = lines[i]!
    if (line.trim() === "" || line.trim() === fences.noNewline) continue
    seen++
    const named = filePath.ofLine(line, seen === 1)
    if (seen === 1 && leadsElsewhere(line)) return named
    const own = /^\s*(#{1,6})(?!#)/.exec(line)?.[1]?.length ?? 7
    if (named !== undefined && (named.isHeading || (seen === 1 && named.isCertain))) {
      if (own < 7 && level <= own) return next
      return isPart ? { part: "a part", ...named } : named
    }
    if (seen === 1) next = named
    level = Math.min(level, own)
    isPart ||= leadsToPart(line)
  }
  return next
}

/** The path in a line such as the instructions ask for, right above a block. */
const labelAbove = (lines: ReadonlyArray<string>, open: number): string | undefined =>
  /^### [^`]{0,30}[:：] *`/.test(lines[open - 1] ?? "") ? lookUp(lines, open)?.path : undefined

const headings = (lines: ReadonlyArray<string>, blocks: ReadonlyArray<fences.Fence>) => {
  const found: Array<{ readonly path: string; readonly line: number }> = []
  let line = 0
  for (const { close = lines.length - 1, open } of [...blocks, { open: lines.length }]) {
    for (; line < open; line++) {
      const named = filePath.ofLine(lines[line]!, false)
      if (named?.isHeading === true) found.push({ path: named.path, line })
    }
    line = close + 1
  }
  return found
}

/** A text in a fence with the ending of a path. */
export const printBlock = (path: string, text: string): string => fences.print(text, extension(path))

const extension = (path: string): string => /\.(\w+)$/.exec(path)?.[1] ?? ""
