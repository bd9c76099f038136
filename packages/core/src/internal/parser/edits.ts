import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import type { Edit } from "../../Edits.ts"
import * as language from "../code/language.ts"
import { leftOut } from "../code/leftOut.ts"
import * as searchReplace from "../edit/searchReplace.ts"
import * as fences from "../text/fences.ts"
import * as filePath from "../text/filePath.ts"
import { lineCounter } from "../text/lineCounter.ts"
import * as files from "./files.ts"
import { answerParser, failure, none, type OutputParseError, type OutputParser } from "./outputParser.ts"

const expected =
  "each file as a line `### File: path` with one fenced code block below it: its whole content, or blocks of SEARCH and REPLACE"

const instructions = `Write each file as a heading with its path and, right below it, one code block. A file that is new, or changes throughout, comes with its whole content:

### File: \`path/to/new.ext\`
\`\`\`ext
the whole content
\`\`\`

Of any other write what changes, as blocks of the lines to replace and of those in their place:

### File: \`path/to/file.ext\`
\`\`\`ext
<<<<<<< SEARCH
the lines to replace
=======
the lines in their place
>>>>>>> REPLACE
\`\`\`

Paths are relative and use \`/\`. Lines to replace are copied from the file exactly, with their indentation, and with as many around them as it takes to be there only once; several blocks for a file are applied one after the other. Nothing is abbreviated or left out. If a text has a line like one of the three markers itself, make the markers of its block longer; if it has a line of backticks, use a longer fence.`

/**
 * Edits of files, in order: whole files as `files` has them, and texts to replace, between lines `<<<<<<< SEARCH`,
 * `=======` and `>>>>>>> REPLACE`. `Edits.apply` makes files of them.
 *
 * Markers are told by their length: those as long as the first count, so that longer ones hold a text with such lines. A
 * block is of the path above it, in its fence or in the words of that, or else of the block before. One that has no end
 * is truncated; one that may be divided at several lines, or whose new text leaves out code, is refused.
 */
export const edits: OutputParser<ReadonlyArray<Edit>> = answerParser<ReadonlyArray<Edit>>({
  id: "edits@1",
  format: "text",
  instructions,
  parse: (text) => read(text),
  print: (edits) => {
    if (edits.length === 0) return none
    const plain = print(edits, false)
    return Equal.equals(Result.getOrUndefined(read(plain)), edits) ? plain : print(edits, true)
  },
  progress: lineCounter("file", (line) => filePath.ofLine(line, false)?.isHeading === true)
})

/** `isSaid`: each heading says what stands below, which is then meant as it stands. */
const print = (edits: ReadonlyArray<Edit>, isSaid: boolean): string =>
  edits
    .map((edit) => {
      const [kind, text] = "content" in edit ? ["whole file", edit.content] : ["edits", searchReplace.print(edit)]
      return `${filePath.print(edit.path)}${isSaid ? ` (${kind})` : ""}\n${files.printBlock(edit.path, text)}`
    })
    .join("\n\n")

/** What names a block, in which line; and what that says of the block. */
interface Named {
  readonly path: string
  readonly line: number
  readonly said: string | undefined
}

const read = (text: string): Result.Result<ReadonlyArray<Edit>, OutputParseError> => {
  const lines = text.split("\n")
  /** What is left for whole files: the same lines, without those of the blocks that were read. */
  const left = [...lines]
  const found: Array<{ readonly edit: Edit; readonly line: number }> = []
  const refuse = (line: number, detail: string, truncated = false) =>
    failure({ expected, found: truncated ? text : lines[line]!, place: `line ${line + 1}`, detail, truncated })
  const take = (edit: Edit, named: Named | undefined, from: number, to: number) => {
    found.push({ edit, line: from })
    if (named !== undefined) left[named.line] = ""
    left.fill("", from, to + 1)
  }
  let before: Pick<Named, "path" | "said"> | undefined
  let isInFence = false
  /** Where a fence ends that stands around several blocks. */
  let around = -1
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!
    if (searchReplace.isOpening(line)) {
      const named = nameAbove(left, i)
      before = named ?? before
      if (before === undefined) return refuse(i, "nothing names the path of this block")
      const { path, said } = before
      const block = searchReplace.read(lines, i)
      if ("detail" in block) return refuse(i, block.detail, block.isCutOff)
      const fault = files.pathFault(path)
      if (fault !== undefined) return refuse(i, fault)
      const { change, close, divider } = block
      const gap = said === undefined ? gapIn(change.replace, path) : undefined
      if (gap !== undefined && gapIn(change.search, path) === undefined) {
        const place = divider + gap
        return refuse(place, `line ${place + 1} stands for code that is left out of ${path}; write all of it`)
      }
      take({ path, ...change }, named, i, close)
      i = close
      continue
    }
    if (searchReplace.isClosing(line)) return refuse(i, "this line ends a block that has no `<<<<<<< SEARCH`")
    if (!fences.isFence(line)) continue
    if (isInFence && fences.isBare(line)) {
      isInFence = false
      left[i] = ""
      continue
    }
    const info = fences.infoOf(line)
    const inside = filePath.ofInfo(info)?.path
    const named = nameAbove(left, i)
    if (named?.said === wholeFile) {
      const { path } = named
      const block = fences.blockAt(lines, i)
      const fault = files.pathFault(path)
      if (fault !== undefined) return refuse(i, fault)
      if (block === undefined) return refuse(i, `the code block of ${path} is not closed`, true)
      take({ path, content: block.content }, named, i, block.end)
      before = undefined
      i = block.end
      continue
    }
    if (opensEdits(lines, i)) {
      if (inside !== undefined) before = { path: inside, said: undefined }
      isInFence = true
      left[i] = ""
      continue
    }
    const path = inside ?? named?.path
    const of = language.ofInfo(info)
    const close = fences.closeOf(lines, i, () => (path === undefined || of === "markdown" ? of : language.ofPath(path)))
    const end = close ?? lines.length
    const mark = lines
      .slice(i + 1, end)
      .findIndex((line) => searchReplace.isOpening(line) || searchReplace.isClosing(line))
    if (mark >= 0 && path !== undefined) {
      return searchReplace.isOpening(lines[i + 1 + mark]!)
        ? refuse(i + 1 + mark, `a block of SEARCH and REPLACE stands within the content of ${path}`)
        : refuse(i + 1 + mark, "this line ends a block that has no `<<<<<<< SEARCH`")
    }
    if (mark >= 0 && i > around && ["markdown", "text", ""].includes(of)) {
      around = end
      left[i] = ""
      if (close !== undefined) left[close] = ""
      continue
    }
    if (path !== undefined) before = undefined
    i = end
  }
  const isAll = found.length === 0
  return Result.map(files.read(left.join("\n"), { reply: text, expected, what: "edit", isAll }), (whole) =>
    [...found, ...whole.map(({ line, ...edit }) => ({ line, edit }))]
      .toSorted((a, b) => a.line - b.line)
      .map(({ edit }) => edit)
  )
}

const wholeFile = "whole file"

/** How many lines with text above a block may name its path. */
const maxLinesBetween = 3

const nameAbove = (lines: ReadonlyArray<string>, open: number): Named | undefined => {
  let seen = 0
  for (let line = open - 1; line >= 0 && seen < maxLinesBetween && !fences.isFence(lines[line]!); line--) {
    const text = lines[line]!
    if (text.trim() === "" || text.trim() === fences.noNewline) continue
    seen++
    const said = /^(.*) \((whole file|edits)\):?\s*$/.exec(text)
    const path = pathIn(said?.[1] ?? text, seen === 1)
    if (path !== undefined) return { path, line, said: said?.[2] }
  }
  return undefined
}

/** The path that a line names; `isNext` is said of the line just above a block, in which it may be one in a sentence. */
const pathIn = (line: string, isNext: boolean): string | undefined => {
  const named = filePath.ofLine(line, isNext)
  if (named !== undefined && named.path !== "" && (named.isHeading || isNext)) return named.path
  return isNext ? filePath.onlyIn(line) : undefined
}

/** Whether what a fence opens begins as blocks do, after a line with their path perhaps. */
const opensEdits = (lines: ReadonlyArray<string>, open: number): boolean => {
  const first = nextWithText(lines, open)
  if (searchReplace.isOpening(lines[first] ?? "")) return true
  const second = lines[nextWithText(lines, first)] ?? ""
  return searchReplace.isOpening(second) && pathIn(lines[first]!, true) !== undefined
}

const nextWithText = (lines: ReadonlyArray<string>, line: number): number => {
  let next = line + 1
  while (lines[next]?.trim() === "") next++
  return next
}

/** The line of a text that stands for code that is left out. */
const gapIn = (text: string, path: string): number | undefined => {
  const gap = leftOut(text, language.ofPath(path))
  return gap?._tag === "Placeholder" ? gap.line : undefined
}
