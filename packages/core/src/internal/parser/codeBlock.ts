import * as Result from "effect/Result"
import * as fences from "../text/fences.ts"
import * as languages from "../code/language.ts"
import { leftOut } from "../code/leftOut.ts"
import { lineCounter } from "../text/lineCounter.ts"
import { endsInside } from "../code/openString.ts"
import { leadsElsewhere, shownInstead } from "../code/shown.ts"
import { answerParser, failure, type OutputParseError, type OutputParser } from "./outputParser.ts"

/**
 * The content of the one fenced code block in a reply. Each of its lines ends in a line break, the last one too; a line
 * `\ No newline at end of file` below the block takes that one away.
 *
 * Prose around the block is ignored, and with a `language` so are blocks in others; one that names none is taken if it is
 * alone. A reply without a fence is refused, since nothing tells code from prose; so are several blocks that differ, and
 * a block that is not the whole text. One that nothing closes is truncated.
 */
export const codeBlock = (language?: string): OutputParser<string> => {
  const kind = language === undefined ? "fenced code block" : `fenced ${language} code block`
  const expected = `exactly one ${kind}`
  const wanted = language === undefined ? undefined : languages.canonical(language)

  const read = (text: string): Result.Result<string, OutputParseError> => {
    const lines = text.split("\n")
    const blocks = fences.parse(text, languages.ofInfo, lines)
    const last = blocks.at(-1)
    if (last === undefined) {
      return failure({ expected, found: text, place: "", detail: "there is no fenced code block in the reply" })
    }
    const [block, ...others] = candidates(lines, blocks)
    const open = [block ?? last, last].find(({ close }) => close === undefined)
    if (open !== undefined) return notClosed(open, "the code block that starts here", text, expected)
    if (block === undefined) {
      const names = new Set(blocks.map(({ info }) => languages.ofInfo(info) || "no language"))
      const detail = `there is a block of ${[...names].join(", of ")}, and none of ${language}`
      return failure({ expected, found: blocks[0]!.content, place: `line ${blocks[0]!.open + 1}`, detail })
    }
    const other = others.find(({ content }) => content !== block.content)
    if (other !== undefined) {
      const detail = `there are ${others.length + 1} code blocks; put all of it in one`
      return failure({ expected, found: other.content, place: `line ${other.open + 1}`, detail })
    }
    const at = blocks.indexOf(block)
    const next = at < 0 ? undefined : blocks[at + 1]
    return whole({ lines, block, next, language: wanted ?? languages.ofInfo(block.info) }, expected)
  }

  /** Blocks of the language, else what those in a block of Markdown are, else those of none that may be a file. */
  const candidates = (
    lines: ReadonlyArray<string>,
    blocks: ReadonlyArray<fences.Fence>
  ): ReadonlyArray<fences.Fence> => {
    if (wanted === undefined) return blocks
    const of = (name: string) => blocks.filter(({ info }) => languages.ofInfo(info) === name)
    const own = of(wanted)
    if (own.length > 0) return own
    const inside = [...of("markdown"), ...of("")].flatMap((block) =>
      fences.within(block, languages.ofInfo).filter(({ info }) => languages.ofInfo(info) === wanted)
    )
    if (inside.length > 0) return inside
    const plain = of("").filter(
      ({ content, open }) => !content.split("\n").some(fences.isFence) && !leadsElsewhere(fences.lineAbove(lines, open))
    )
    const files = plain.filter(({ content }) => !languages.isFormal(wanted) || shownInstead(content) === undefined)
    return files.length > 0 ? files : plain
  }

  return answerParser({
    id: language === undefined ? "codeBlock@1" : `codeBlock@1(${language})`,
    format: "text",
    instructions: `Reply with exactly one ${kind}, complete, like this:\n\n\`\`\`${language ?? ""}\n…\n\`\`\`\n\nIf the content has a line of backticks itself, use a longer fence around it.`,
    parse: read,
    print: (content) => fences.print(content, language ?? ""),
    progress: lineCounter("line", () => true)
  })
}

/** The error of a block whose end is not there, or not where an end stands. */
export const notClosed = ({ content, open }: fences.Fence, what: string, found: string, expected: string) => {
  const behind = /\S[ \t]*(?:`{3,}|~{3,})[ \t]*$/m.test(content)
  const detail = behind ? "the fence that closes a code block stands on a line of its own" : `${what} is not closed`
  return failure({ expected, found, place: `line ${open + 1}`, detail, truncated: !behind })
}

/** Whether a block ends where its fence does: what follows, up to the next block, is no part of it. */
const isEnd = (lines: ReadonlyArray<string>, { close, content, open }: fences.Fence, next: fences.Fence): boolean => {
  if (fences.indentOf(lines[close!]!) !== fences.indentOf(lines[open]!) || endsInside(content)) return false
  const first = lines[close! + 1] ?? ""
  return first.trim() === "" || first.trim() === fences.noNewline || /[:：]\W*$/.test(lines[next.open - 1] ?? "")
}

interface Block {
  readonly lines: ReadonlyArray<string>
  readonly block: fences.Fence
  /** The block after it, unless a path stands between. */
  readonly next: fences.Fence | undefined
  readonly language: string
  /** What it is the file of, where a reply may hold several. */
  readonly path?: string
  /** The path of a block that starts within it. */
  readonly other?: string | undefined
}

/** The content of a closed block, if it is a whole file. */
export const whole = (
  { block, language: of, lines, next, other, path }: Block,
  expected: string
): Result.Result<string, OutputParseError> => {
  const { close, content, doubt, info, open } = block
  const refuse = (line: number, detail: string) => failure({ expected, found: content, place: `line ${line}`, detail })
  const ofPath = path === undefined ? "" : ` of ${path}`
  const first = open + 1
  if (doubt?._tag === "OpenString")
    return refuse(first, "a string that goes over several lines is not closed before the block ends")
  if (doubt?._tag === "OtherBlock") {
    return refuse(
      first,
      `the code block${ofPath} is not closed before ${other ?? "another"} starts at line ${doubt.line + 1}`
    )
  }
  if (codeBeside.test(info)) return refuse(first, "code stands beside the opening fence; begin it on the next line")
  const said = languages.ofInfo(info)
  if (next?.info === "" && (said === "markdown" || !isEnd(lines, block, next))) {
    return refuse(first, `${path ?? "the block"} may end at line ${close! + 1} or later: put a longer fence around it`)
  }
  const shown = languages.isFormal(of) ? shownInstead(content) : undefined
  if (shown !== undefined) return refuse(first, `this shows ${shown}, not ${path ?? "a file"}`)
  const isEdit = said === "diff" && of !== "diff"
  const left = leftOut(content, isEdit ? "" : of)
  if (isEdit || left?._tag === "Edit") return refuse(first, `this is an edit${ofPath}, not the whole file`)
  if (left === undefined) return Result.succeed(content)
  const line = first + left.line
  return refuse(line, `line ${line} stands for code that is left out${ofPath}; write all of it`)
}

/** How code begins that stands where a fence has words. */
const codeBeside =
  /^[\w+#.-]+[ \t]+(?:(?:import|from|def|class|const|let|var|function|package|public|using|use|export|async)[ \t]+[\w*{("']|#include\b|#!|[\w.]+\(|[A-Za-z_]\w* = )/
