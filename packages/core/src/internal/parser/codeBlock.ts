import * as Result from "effect/Result"
import * as fences from "../text/fences.ts"
import { lineCounter } from "../text/lineCounter.ts"
import { failure, answerParser, type OutputParser } from "./outputParser.ts"

/**
 * The content of the one fenced code block in a reply. Each of its lines ends in a line break, the last one too; a line
 * `\ No newline at end of file` below the block takes that one away.
 *
 * Prose around the block is ignored, and with a `language` so are blocks in others. A reply without a fence is refused,
 * since nothing tells code from prose; so are several blocks that differ. A block that nothing closes is truncated.
 */
export const codeBlock = (language?: string): OutputParser<string> => {
  const kind = language === undefined ? "fenced code block" : `fenced ${language} code block`
  const expected = `exactly one ${kind}`
  const wanted = language === undefined ? undefined : canonical(language)
  return answerParser({
    id: language === undefined ? "codeBlock@1" : `codeBlock@1(${language})`,
    format: "text",
    instructions: `Reply with exactly one ${kind}, complete, like this:\n\n\`\`\`${language ?? ""}\n…\n\`\`\`\n\nIf the content has a line of backticks itself, use a longer fence around it.`,
    parse: (text) => {
      const blocks = fences.parse(text.split("\n"), isMarkdown)
      const last = blocks.at(-1)
      if (last === undefined) {
        return failure({ expected, found: text, place: "", detail: "there is no fenced code block in the reply" })
      }
      if (last.close === undefined) {
        const detail = "the code block that starts here is not closed"
        return failure({ expected, found: text, place: `line ${last.open + 1}`, detail, truncated: true })
      }
      const inLanguage = blocks.filter((block) => wanted !== undefined && languageOf(block.info) === wanted)
      const [block, ...others] = inLanguage.length > 0 ? inLanguage : blocks
      const other = others.find(({ content }) => content !== block!.content)
      if (other !== undefined) {
        const detail = `there are ${others.length + 1} code blocks; put all of it in one`
        return failure({ expected, found: other.content, place: `line ${other.open + 1}`, detail })
      }
      return Result.succeed(block!.content)
    },
    print: (content) => fences.print(content, language ?? ""),
    progress: lineCounter("line", () => true)
  })
}

export const isMarkdown = (info: string): boolean => languageOf(info) === "markdown"

/** The language that an info string names, each under one name. */
export const languageOf = (info: string): string => canonical(/^\{?\.?([\w+#-]*)/.exec(info)?.[1] ?? "")

const canonical = (language: string): string => aliases.get(language.toLowerCase()) ?? language.toLowerCase()

const aliases = new Map([
  ["py", "python"],
  ["python3", "python"],
  ["ts", "typescript"],
  ["js", "javascript"],
  ["sh", "bash"],
  ["shell", "bash"],
  ["zsh", "bash"],
  ["console", "bash"],
  ["yml", "yaml"],
  ["md", "markdown"],
  ["mdx", "markdown"]
])
