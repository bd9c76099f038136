import * as Result from "effect/Result"
import { lineCounter } from "../text/lineCounter.ts"
import { answerParser, failure, makeParser, none, OutputParseError, type OutputParser } from "./outputParser.ts"
import { type Block, escape, makeRules, printTitle, read } from "./taggedLines.ts"

/** A block between tokens, with the heading before it. */
export interface TaggedBlock<out B = string> {
  readonly heading: string
  readonly body: B
}

export interface TaggedBlocksOptions {
  readonly start: string
  readonly end: string
  /** What a heading looks like; without it, any Markdown heading above the start token, or else the line above. */
  readonly heading?: RegExp
  /** The level of the printed heading; 4 by default. */
  readonly level?: number
  /** The heading shown in the instructions, `Title` by default. */
  readonly example?: string
}

/**
 * Blocks such as `#task start#` … `#task end#`, each below its heading; `body` reads what is between the tokens.
 *
 * A token stands on a line of its own, in any letter case, spaced out or in bold; an end token may also end the last
 * line of a block. One inside a code fence does not count, and is refused where a block beside it does. Where it is said what headings look like, none comes twice. A block that the next start token or heading comes upon
 * before its end is refused by its heading; the last block without an end is truncated. Print puts a backslash before
 * each line of a body that would count otherwise, and reading takes it off.
 */
export const taggedBlocks: {
  (options: TaggedBlocksOptions): OutputParser<ReadonlyArray<TaggedBlock>>
  <B>(options: TaggedBlocksOptions & { readonly body: OutputParser<B> }): OutputParser<ReadonlyArray<TaggedBlock<B>>>
} = <B>(
  options: TaggedBlocksOptions & { readonly body?: OutputParser<B> }
): OutputParser<ReadonlyArray<TaggedBlock<B>>> => {
  const { end, start } = options
  // without `body`, the overload without B says that a body is a string
  const body = options.body ?? (whole as OutputParser<unknown> as OutputParser<B>)
  const rules = makeRules(options)
  const expected = `a heading, then \`${start}\`, then the content, then \`${end}\`, for each block`
  const hashes = "#".repeat(options.level ?? 4)

  const parse = (text: string): Result.Result<ReadonlyArray<TaggedBlock<B>>, OutputParseError> => {
    const { blocks, fault } = read(text.split("\n"), rules)
    if (fault !== undefined) {
      const { detail, found, line, truncated = false } = fault
      return failure({ expected, found: truncated ? text : found, place: `line ${line + 1}`, detail, truncated })
    }
    const twice = options.heading === undefined ? undefined : doubled(blocks)
    if (twice !== undefined) {
      const detail = `"${twice.heading}" comes twice with different content; write it once`
      return failure({ expected, found: twice.text, place: `line ${twice.line + 1}`, detail })
    }
    if (blocks.length === 0 && text.trim().toLowerCase() !== none) {
      return failure({ expected, found: text, place: "", detail: `there is no \`${start}\` on a line of its own` })
    }
    return Result.all(
      blocks.map(({ heading, line, text }) =>
        Result.mapBoth(body.parse(text), {
          onSuccess: (body) => ({ heading, body }),
          onFailure: (error) => within(error, `"${heading}" (line ${line + 1})`)
        })
      )
    )
  }

  return answerParser({
    id: `taggedBlocks@1(${[start, end, hashes, String(options.heading ?? ""), options.example ?? "", body.id].map((part) => JSON.stringify(part)).join(",")})`,
    format: "text",
    instructions: `Write each block like this:\n\n${hashes} ${options.example ?? "Title"}\n${start}\n…\n${end}\n\nEvery block has its heading, and its \`${start}\` and \`${end}\` on lines of their own. For no block at all, write \`${none}\`.${body.instructions === "" ? "" : `\n\nBetween the tokens: ${body.instructions}`}`,
    parse,
    print: (blocks) =>
      blocks.length === 0
        ? none
        : blocks
            .map(({ body: value, heading }) =>
              [`${hashes} ${printTitle(heading, rules)}`, start, ...escape(body.print(value), rules), end].join("\n")
            )
            .join("\n\n"),
    progress: lineCounter(firstWord(start) === firstWord(end) ? firstWord(end) : "block", rules.end.isAlone)
  })
}

/** A block whose heading another has with a different content. */
const doubled = (blocks: ReadonlyArray<Block>): Block | undefined => {
  const texts = new Map<string, string>()
  return blocks.find(({ heading, text }) => {
    const before = texts.get(heading) ?? text
    texts.set(heading, before)
    return before !== text
  })
}

/** What tokens such as `#task start#` and `#task end#` are about. */
const firstWord = (token: string): string => /\p{L}+/u.exec(token)?.[0].toLowerCase() ?? "block"

const whole: OutputParser<string> = makeParser({
  id: "",
  format: "text",
  instructions: "",
  parse: (text) => Result.succeed(text),
  print: (text) => text
})

/** An error in the body of a block. The block has its end, so nothing in it was cut off. */
const within = ({ detail, expected, found, place }: OutputParseError, block: string) =>
  new OutputParseError({
    expected,
    found,
    place: place === "" ? block : `${place} of ${block}`,
    detail,
    truncated: false
  })
