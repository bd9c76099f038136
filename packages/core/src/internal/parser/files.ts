import * as Result from "effect/Result"
import type { SourceFile } from "../../Workspace.ts"
import { isMarkdown, languageOf } from "./codeBlock.ts"
import * as fences from "../text/fences.ts"
import * as filePath from "../text/filePath.ts"
import { lineCounter } from "../text/lineCounter.ts"
import { failure, answerParser, none, type OutputParser } from "./outputParser.ts"

const expected = "each file as a line `### File: path` with one fenced code block below it"

const instructions = `Write each file as a heading with its path and, right below it, one code block with its whole content:

### File: \`path/to/file.ext\`
\`\`\`ext
the whole content
\`\`\`

Paths are relative and use \`/\`. Each file comes once and complete: nothing is abbreviated or left out. If the content has a line of backticks itself, use a longer fence around it.`

/** Blocks that show a command or its output rather than a file. */
const asides = new Set(["bash", "", "text", "txt", "plaintext", "output", "powershell", "cmd", "bat"])

/**
 * Several files by path. Each block's content is kept exactly, as `codeBlock` does; paths get `/` for `\` and lose a
 * `./` before them. **Shape** a path is relative, on one line and not empty.
 *
 * The path may stand in the fence's info string, or above the block as a heading, in bold, in backticks, after `File:`.
 * A block without path is refused, unless it shows a shell's commands or plain text; so is a heading without a block,
 * and a path that comes twice with different content.
 */
export const files: OutputParser<ReadonlyArray<SourceFile>> = answerParser<ReadonlyArray<SourceFile>>({
  id: "files@1",
  format: "text",
  instructions,
  parse: (text) => {
    const lines = text.split("\n")
    const above = (open: number) => lookUp(lines, open)
    const pathOf = (info: string, open: number) => filePath.ofInfo(info) ?? above(open)
    const blocks = fences.parse(lines, (info, open) => isMarkdown(info) || /\.mdx?$/i.test(pathOf(info, open) ?? ""))
    const contents = new Map<string, string>()
    let stray: fences.Fence | undefined
    for (const block of blocks) {
      const place = `line ${block.open + 1}`
      const path = pathOf(block.info, block.open)
      if (block.close === undefined) {
        const detail = `the code block${path === undefined ? "" : ` of ${path}`} is not closed`
        return failure({ expected, found: text, place, detail, truncated: true })
      }
      if (path === undefined) {
        if (!asides.has(languageOf(block.info))) stray ??= block
        continue
      }
      if ((contents.get(path) ?? block.content) !== block.content) {
        const detail = `${path} comes twice with different content; write it once`
        return failure({ expected, found: block.content, place, detail })
      }
      contents.set(path, block.content)
    }
    const lost = headings(lines, blocks).find(({ path }) => !contents.has(path))
    if (lost !== undefined) {
      const truncated = blocks.every(({ open }) => open < lost.line)
      const detail = `no code block follows the heading of ${lost.path}`
      return failure({ expected, found: lines[lost.line]!, place: `line ${lost.line + 1}`, detail, truncated })
    }
    if (stray !== undefined || (contents.size === 0 && blocks.length > 0)) {
      const { content, open } = stray ?? blocks[0]!
      return failure({ expected, found: content, place: `line ${open + 1}`, detail: "nothing names this block's path" })
    }
    return contents.size > 0 || text.trim().toLowerCase() === none
      ? Result.succeed([...contents].map(([path, content]) => ({ path, content })))
      : failure({ expected, found: text, place: "", detail: "there is no file in the reply" })
  },
  print: (files) =>
    files.length === 0
      ? none
      : files
          .map(({ content, path }) => `${filePath.print(path)}\n${fences.print(content, extension(path))}`)
          .join("\n\n"),
  progress: lineCounter("file", (line) => filePath.ofLine(line, false)?.isHeading === true)
})

/** How many lines with text above a block may name its path. */
const maxLinesBetween = 3

const lookUp = (lines: ReadonlyArray<string>, open: number): string | undefined => {
  let seen = 0
  for (let i = open - 1; i >= 0 && seen < maxLinesBetween && !fences.isFence(lines[i]!); i--) {
    const line = lines[i]!
    if (line.trim() === "" || line.trim() === fences.noNewline) continue
    seen++
    const named = filePath.ofLine(line, seen === 1)
    if (named !== undefined && (seen === 1 || named.isHeading)) return named.path
  }
  return undefined
}

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

const extension = (path: string): string => /\.(\w+)$/.exec(path)?.[1] ?? ""
