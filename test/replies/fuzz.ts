import { isDeepStrictEqual } from "node:util"
import { Result } from "effect"
import { seeded } from "./random.ts"
import { type Subject, subject } from "./subjects.ts"
import { wrap } from "./wrappers.ts"

/** What became of one case; `wrong` has what there is to see. */
export interface Outcome {
  readonly format: string
  readonly kind: string
  readonly verdict: "whole" | "refused" | "wrong"
  readonly seed: number
  readonly reply: string
  readonly read: unknown
  readonly value: unknown
}

const judge = (
  { format, parser, value }: Subject,
  seed: number,
  kind: string,
  reply: string,
  isRight = (read: unknown) => isDeepStrictEqual(read, value)
): Outcome => {
  const result = parser.parse(reply)
  const read = Result.isSuccess(result) ? result.success : result.failure.message
  const verdict = Result.isFailure(result) ? "refused" : isRight(read) ? "whole" : "wrong"
  return { format, kind, verdict, seed, reply, read, value }
}

/** The value has to come out of its wrappers. */
export const wrapped = (seed: number): Outcome => {
  const random = seeded(seed)
  const it = subject(random)
  const { names, reply } = wrap(it.parser.print(it.value), random, it)
  return judge(it, seed, names.join(", "), reply)
}

/** What comes of a reply in pieces is what comes of it whole, of JSON. */
export const inPieces = (seed: number): ReadonlyArray<Outcome> => {
  const random = seeded(seed)
  const it = subject(random)
  const { names, reply } = wrap(it.parser.print(it.value), random, it)
  const whole = judge(it, seed, names.join(", "), reply)
  if (it.last === undefined || whole.verdict !== "whole") return []
  const length = 1 + random.int(40)
  const pieces = Array.from({ length: Math.ceil(reply.length / length) }, (_, i) =>
    reply.slice(i * length, (i + 1) * length)
  )
  const read = it.last(pieces)
  return [{ ...whole, read, verdict: isDeepStrictEqual(read, it.value) ? "whole" : "wrong" }]
}

/** The whole value or none comes out of a damaged reply, as far as its text tells that it is damaged. */
export const damaged = (seed: number): Outcome => {
  const random = seeded(seed)
  const it = subject(random)
  const { names, reply } = wrap(it.parser.print(it.value), random, it)
  switch (random.pick(["cut", "line", "joined"])) {
    case "cut": {
      // cut off before the tag that tells reasoning, a draft in it is a reply
      const mayBeDraft = names.includes("reasoning without its first tag")
      const isRight = (read: unknown) => mayBeDraft || isBeginning(read, it.value)
      return judge(it, seed, "cut", reply.slice(0, random.int(reply.length + 1)), isRight)
    }
    case "line": {
      const lines = reply.split("\n")
      const at = random.int(lines.length)
      const line = lines[at]!.replace(/\r$/, "")
      const content = it.contentOf(it.value)
      // a value with tags in it is printed between tags
      const isContent = [line, line.slice(1)].some((text) => content.includes(text)) || /^<(?:think|answer)>/.test(line)
      const isRight = isContent ? () => true : undefined
      return judge(it, seed, "line", lines.toSpliced(at, 1).join("\n"), isRight)
    }
    default: {
      const second = wrap(it.parser.print(it.other), random, it).reply
      return judge(it, seed, "joined", `${reply}${random.pick(["", "\n", "\n\n"])}${second}`, (read) => isOf(read, it))
    }
  }
}

/** Nothing in the text tells a list of files that is cut off between two from a shorter one, nor where a last field ends. */
const isBeginning = (read: unknown, value: unknown): boolean => {
  if (isDeepStrictEqual(read, value)) return true
  if (Array.isArray(read) && Array.isArray(value)) {
    return read.length > 0 && isDeepStrictEqual(read, value.slice(0, read.length))
  }
  return isFields(read) && isFields(value) && value.file.startsWith(read.file) && read.objective === value.objective
}

const isFields = (value: unknown): value is { readonly objective: string; readonly file: string } =>
  typeof value === "object" && value !== null && "objective" in value && "file" in value

/** Either value; of files and blocks, those of both that are not at odds. */
const isOf = (read: unknown, { format, other, value }: Subject): boolean => {
  if (isDeepStrictEqual(read, value) || isDeepStrictEqual(read, other)) return true
  if (!["files", "edits", "taggedBlocks"].includes(format) || !Array.isArray(read)) return false
  const all = [value, other].flat()
  return read.every((item) => all.some((one) => isDeepStrictEqual(item, one)))
}

/** How many of each verdict, and the first wrong ones. */
export const tally = (outcomes: ReadonlyArray<Outcome>) => {
  const count = (verdict: Outcome["verdict"]) => outcomes.filter((outcome) => outcome.verdict === verdict).length
  return {
    whole: count("whole"),
    refused: count("refused"),
    wrong: outcomes.filter(({ verdict }) => verdict === "wrong")
  }
}
