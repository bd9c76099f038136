import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { OutputParser, PartialJson } from "@stepwright/core"
import type { OutputParseError } from "@stepwright/core/OutputParser"
import { Result, Schema } from "effect"

const Verdict = Schema.Struct({ valid: Schema.Boolean, reasons: Schema.Array(Schema.String) })

type Json = Schema.Codec<unknown, unknown>

/** All that is known of a verdict while it comes, a character at a time, and at the end. */
const known = (text: string, schema: Json = Verdict): ReadonlyArray<unknown> => {
  const reader = PartialJson.make(schema)
  return [...Array.from(text, (char) => structuredClone(reader.feed(char))), reader.end()]
}

/** What the tables say of a value while it comes: what is known of it at the end, whatever the pieces. */
const partial = (schema: Json) => (text: string) => {
  const last = known(text, schema).at(-1)
  const whole = PartialJson.make(schema)
  whole.feed(text)
  assert.deepStrictEqual(whole.end(), last)
  return Result.succeed(last ?? null)
}

/** Whether a value may be a beginning of another. */
const begins = (part: unknown, whole: unknown): boolean => {
  if (typeof part === "string" && typeof whole === "string") return whole.startsWith(part)
  if (typeof part !== "object" || part === null) return part === whole
  return Object.entries(part).every(([key, inner]) => begins(inner, (whole as Readonly<Record<string, unknown>>)[key]))
}

/** What the column *read by* names. */
const readers: Readonly<Record<string, (text: string) => Result.Result<unknown, OutputParseError>>> = {
  text: OutputParser.text.parse,
  "json({valid, reasons})": OutputParser.json(Verdict).parse,
  "json({code})": OutputParser.json(Schema.Struct({ code: Schema.String })).parse,
  "json({a})": OutputParser.json(Schema.Struct({ a: Schema.Int })).parse,
  "json({a?, b?})": OutputParser.json(
    Schema.Struct({ a: Schema.optionalKey(Schema.Json), b: Schema.optionalKey(Schema.Json) })
  ).parse,
  "json(integers)": OutputParser.json(Schema.Array(Schema.Int)).parse,
  "json(strings)": OutputParser.json(Schema.Array(Schema.String)).parse,
  "json(string)": OutputParser.json(Schema.String).parse,
  'codeBlock("python")': OutputParser.codeBlock("python").parse,
  files: OutputParser.files.parse,
  edits: OutputParser.edits.parse,
  "fields(Goal, File)": OutputParser.fields({
    goal: { label: "Goal", description: "" },
    file: { label: "File", description: "" }
  }).parse,
  "taggedBlocks(<t>)": OutputParser.taggedBlocks({ start: "<t>", end: "</t>" }).parse,
  'choice("yes", "no")': OutputParser.choice(["yes", "no"]).parse,
  'choice("ja", "nein")': OutputParser.choice(["ja", "nein"]).parse,
  'choice("A", "B")': OutputParser.choice(["A", "B"]).parse,
  'choice("1", "2", "3", "4", "5")': OutputParser.choice(["1", "2", "3", "4", "5"]).parse,
  "json(objects)": OutputParser.json(Schema.Array(Schema.Struct({ name: Schema.String }))).parse,
  "taggedBlocks(#task start#)": OutputParser.taggedBlocks({
    start: "#task start#",
    end: "#task end#",
    heading: /^Task \d/
  }).parse,
  "PartialJson({valid, reasons})": partial(Verdict),
  "PartialJson({code})": partial(Schema.Struct({ code: Schema.String })),
  "PartialJson(strings)": partial(Schema.Array(Schema.String))
}

interface Row {
  readonly section: string
  readonly rule: string
  readonly reader: string
  readonly reply: string
  readonly result: string
}

/** The text in a code span. */
const code = (cell: string): string => /^(`+) ?(.*?) ?\1$/.exec(cell)![2]!

const rows: ReadonlyArray<Row> = readFileSync(join(import.meta.dirname, "../../docs/40-replies.md"), "utf8")
  .split(/^## /m)
  .flatMap((text) => {
    const [section = "", ...lines] = text.split("\n")
    return lines
      .filter((line) => /^\| (?!rule|---)/.test(line))
      .map((line) => {
        const [rule = "", reader = "", reply = "", result = ""] = line
          .replace(/^\| *| *\|$/g, "")
          .split(/(?<!\\)\|/)
          .map((cell) => cell.trim().replaceAll("\\|", "|"))
        const escaped = code(reply).replaceAll('"', '\\"')
        return { section, rule, reader: code(reader), reply: JSON.parse(`"${escaped}"`) as string, result }
      })
  })

describe("docs/40-replies.md", () => {
  it("names no rule twice in a section", () => {
    const names = rows.map(({ reader, rule, section }) => `${section}: ${rule} (${reader})`)
    assert.deepStrictEqual(
      names.filter((name, i) => names.indexOf(name) < i),
      []
    )
  })

  describe.each(Object.entries(Object.groupBy(rows, ({ section }) => section)))("%s", (_, rows = []) => {
    it.each(rows.map((row) => [`${row.rule} (${row.reader})`, row] as const))("%s", (_, { reader, reply, result }) => {
      const read = readers[reader]!(reply)
      const [, verdict, message] = /^(refused|cut off): (.*)$/.exec(result) ?? []
      if (message === undefined)
        return assert.deepStrictEqual(read, Result.succeed(JSON.parse(code(result)) as unknown))
      assert.isTrue(Result.isFailure(read), `taken: ${JSON.stringify(Result.getOrUndefined(read))}`)
      const error = Result.getOrThrow(Result.flip(read))
      assert.include(error.message, message)
      assert.strictEqual(error.truncated, verdict === "cut off")
    })
  })

  describe("while the reply comes", () => {
    const verdicts = rows.filter(
      ({ reader, result }) => reader.endsWith("json({valid, reasons})") && result.startsWith("`")
    )

    it.each(verdicts.map((row) => [`${row.section}: ${row.rule}`, row] as const))("%s", (_, { reply, result }) => {
      const values = known(reply)
      assert.deepStrictEqual(values.at(-1), JSON.parse(code(result)))
      // only a closing tag tells that what came before was reasoning, and only more that a word is none of JSON
      const isTold = /^(?:<|\[THINK|◁)/.test(reply) || !/<\/think|\[\/THINK/.test(reply)
      if (isTold && !/true ?[|/]/.test(reply)) {
        for (const value of values)
          assert.isTrue(value === undefined || begins(value, values.at(-1)), JSON.stringify(value))
      }
    })
  })
})
