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
  const take = (edit: Edit, named: Named | undefined, from: number, to: number): Result.Result<number> => {
    found.push({ edit, line: from })
    if (named !== undefined) left[named.line] = ""
    left.fill("", from, to + 1)
    return Result.succeed(to)
  }
  /** What names the blocks that nothing else does. */
  let before: Pick<Named, "path" | "said"> | undefined
  /** Where the fence stands that blocks are in, and where one ends that stands around several such. */
  let fence: number | undefined
  let around = -1

  /** Reads the block that a line opens, and gives its last one. */
  const readBlock = (open: number): Result.Result<number, OutputParseError> => {
    const named = nameAbove(left, open)
    before = named ?? before
    if (before === undefined) return refuse(open, "nothing names the path of this block")
    const { path, said } = before
    const block = searchReplace.read(lines, open)
    if ("detail" in block) return refuse(open, block.detail, block.isCutOff)
    const fault = files.pathFault(path)
    if (fault !== undefined) return refuse(open, fault)
    const gap = said === undefined ? gapOf(block.change, path) : undefined
    if (gap === undefined) return take({ path, ...block.change }, named, open, block.close)
    const line = block.divider + gap
    return refuse(line, `line ${line + 1} stands for code that is left out of ${path}; write all of it`)
  }

  /** Reads or passes what a fence opens, or only the fence where blocks stand in it, and gives the last line of that. */
  const readFence = (open: number): Result.Result<number, OutputParseError> => {
    const info = fences.infoOf(lines[open]!)
    const inside = filePath.ofInfo(info)?.path
    const named = nameAbove(left, open)
    if (named?.said === wholeFile) {
      const { path } = named
      const block = fences.blockAt(lines, open)
      const fault = files.pathFault(path)
      if (fault !== undefined) return refuse(open, fault)
      before = undefined
      return block === undefined
        ? refuse(open, `the code block of ${path} is not closed`, true)
        : take({ path, content: block.content }, named, open, block.end)
    }
    if (opensEdits(lines, open)) {
      if (inside !== undefined) before = { path: inside, said: undefined }
      fence = open
      left[open] = ""
      return Result.succeed(open)
    }
    const path = inside ?? named?.path
    const of = language.ofInfo(info)
    const languageOf = () => (path === undefined || of === "markdown" ? of : language.ofPath(path))
    const close = fences.closeOf(lines, open, languageOf)
    const end = close ?? lines.length
    let mark = open + 1
    while (mark < end && !searchReplace.isOpening(lines[mark]!) && !searchReplace.isClosing(lines[mark]!)) mark++
    if (path === undefined && mark < end && open > around && ["markdown", "text", ""].includes(of)) {
      if (close === undefined) return refuse(open, "the fence around the blocks is not closed", true)
      around = close
      left[open] = left[close] = ""
      return Result.succeed(open)
    }
    if (path === undefined) return Result.succeed(end)
    before = undefined
    if (mark === end) return Result.succeed(end)
    return searchReplace.isClosing(lines[mark]!)
      ? refuse(mark, noOpening)
      : refuse(mark, `a block of SEARCH and REPLACE stands within the content of ${path}`)
  }

  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!
    if (searchReplace.isClosing(line)) return refuse(i, noOpening)
    if (fence !== undefined && fences.isBare(line)) {
      fence = undefined
      left[i] = ""
    } else if (searchReplace.isOpening(line) || fences.isFence(line)) {
      const end = searchReplace.isOpening(line) ? readBlock(i) : readFence(i)
      if (Result.isFailure(end)) return Result.fail(end.failure)
      i = end.success
    } else if (searchReplace.isAlike(line)) {
      const markers = "write `<<<<<<< SEARCH`, `=======` and `>>>>>>> REPLACE`"
      return refuse(i, `\`${line.trim()}\` is no marker of a block; ${markers}`)
    }
  }
  if (fence !== undefined) return refuse(fence, "the fence around the last block is not closed", true)
  const isAll = found.length === 0
  return Result.map(files.read(left.join("\n"), { reply: text, expected, what: "edit", isAll }), (whole) =>
    [...found, ...whole.map(({ line, ...edit }) => ({ line, edit }))]
      .toSorted((a, b) => a.line - b.line)
      .map(({ edit }) => edit)
  )
}

const noOpening = "this line ends a block that has no `<<<<<<< SEARCH`"

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

/** The line of a new text that stands for code that is left out, unless the one before has such a line too. */
const gapOf = ({ replace, search }: searchReplace.Change, path: string): number | undefined => {
  const [gap, other] = [replace, search].map((text) => leftOut(text, language.ofPath(path)))
  return gap?._tag === "Placeholder" && other?._tag !== "Placeholder" ? gap.line : undefined
}
