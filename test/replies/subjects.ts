import { type Result, Schema } from "effect"
import { OutputParser, PartialJson } from "@stepwright/core"
import type { Random } from "./random.ts"

/** A parser, a value, and another value. */
export interface Subject {
  readonly format: string
  readonly parser: Parser
  readonly value: unknown
  readonly other: unknown
  /** The lines of a printed value that can go without a trace, as those of a file's text can. */
  readonly contentOf: (value: unknown) => ReadonlyArray<string>
  /** What is known of a JSON value when all of its text has come. */
  readonly last?: (pieces: ReadonlyArray<string>) => unknown
}

interface Parser {
  readonly parse: (text: string) => Result.Result<unknown, OutputParser.OutputParseError>
  readonly print: (value: unknown) => string
}

/** It is given its own values only. */
const untyped = <A>({ parse, print }: OutputParser.OutputParser<A>): Parser => ({
  parse,
  print: (value) => print(value as A)
})

/** What breaks readers: fences, tags, JSON, quotes, escapes, comments, labels, tokens. */
const pieces = [
  "plain words",
  "```python\nx = 1\n```",
  "```\nembedded\n```",
  "<think>a draft</think>",
  "</think>",
  "<think>",
  "<answer>b</answer>",
  '{"a": 1}',
  "{a: one}",
  "[1, 2]",
  "(see [2])",
  'say "hi" now',
  "it's",
  "“so”",
  "line one\nline two",
  "a // b",
  "# c",
  "/* d */",
  "\\n \\u0041 \\",
  "### File: `x.py`",
  "**y.py**",
  "Goal: z",
  "#task end#",
  "é 文 😀",
  "",
  " ",
  "null",
  "x: y",
  "1.5e3",
  '"""',
  "…"
]

const textOf = (random: Random): string => random.list(3, () => random.pick(pieces)).join(random.pick(["", " ", "\n"]))

type Codec = Schema.Codec<unknown, unknown>

interface Typed {
  readonly schema: Codec
  readonly value: (random: Random) => unknown
}

/** A Schema, and values of it. */
const typed = (random: Random, depth: number): Typed => {
  const kinds = ["string", "string", "int", "boolean", "literal", "null", ...(depth > 0 ? ["list", "struct"] : [])]
  switch (random.pick(kinds)) {
    case "int":
      return { schema: Schema.Int, value: (random) => random.int(2000) - 1000 }
    case "boolean":
      return { schema: Schema.Boolean, value: (random) => random.bool() }
    case "literal":
      return { schema: Schema.Literals(["draft", "final"]), value: (random) => random.pick(["draft", "final"]) }
    case "null":
      return { schema: Schema.NullOr(Schema.String), value: (random) => (random.bool() ? null : textOf(random)) }
    case "list": {
      const item = typed(random, depth - 1)
      return { schema: Schema.Array(item.schema), value: (random) => random.list(3, () => item.value(random)) }
    }
    case "struct":
      return struct(random, depth - 1)
    default:
      return { schema: Schema.String, value: textOf }
  }
}

const contents = (values: unknown, key: string): ReadonlyArray<string> =>
  (values as ReadonlyArray<Readonly<Record<string, string>>>).map((value) => value[key]!)

const names = ["title", "steps", "valid", "reasons", "path", "content", "note", "value"]

const struct = (random: Random, depth: number): Typed => {
  const fields = Array.from(new Set([random.pick(names), ...random.list(3, () => random.pick(names))]), (name) => {
    return { name, isOptional: random.bool(0.2), ...typed(random, depth) }
  })
  return {
    schema: Schema.Struct(
      Object.fromEntries(fields.map((f) => [f.name, f.isOptional ? Schema.optionalKey(f.schema) : f.schema] as const))
    ) as unknown as Codec,
    value: (random) =>
      Object.fromEntries(fields.filter((f) => !f.isOptional || random.bool()).map((f) => [f.name, f.value(random)]))
  }
}

const json = (random: Random): Subject => {
  const { schema, value } = random.bool(0.8)
    ? struct(random, 2)
    : ((item): Typed => ({
        schema: Schema.Array(item.schema),
        value: (random) => [item.value(random), ...random.list(3, () => item.value(random))]
      }))(struct(random, 1))
  const parser = OutputParser.json(schema)
  const print = random.bool() ? parser.print : (value: unknown) => JSON.stringify(value)
  return {
    format: "json",
    parser: { parse: parser.parse, print },
    value: value(random),
    other: value(random),
    // what is left may fit without an element of a list
    contentOf: (value) => print(value).split("\n"),
    last: (pieces) => {
      const reader = PartialJson.make(schema)
      for (const piece of pieces) reader.feed(piece)
      return reader.end()
    }
  }
}

const code = (random: Random): Subject => {
  const lines = (random: Random) =>
    random
      .list(6, () =>
        random.pick(["x = 1", "def f():", "    return 2", "", "# a comment", `s = ${JSON.stringify(textOf(random))}`])
      )
      .map((line) => `${line}\n`)
      .join("")
  const raw = (random: Random) => `${textOf(random).replaceAll(/^.*("""|…).*$/gm, "")}\n`
  const value = (random: Random) => (random.bool(0.7) ? lines(random) : raw(random))
  return {
    format: "codeBlock",
    parser: untyped(OutputParser.codeBlock("python")),
    value: value(random),
    other: value(random),
    contentOf: (value) => String(value).split("\n")
  }
}

const files = (random: Random): Subject => {
  const value = (random: Random) =>
    ["src/a.py", "pkg/__init__.py", "README.md", "data/b.json", "Makefile"]
      .filter((_, i) => i === 0 || random.bool(0.4))
      .map((path) => ({ path, content: `${textOf(random).replaceAll(/^.*("""|…).*$/gm, "")}\n` }))
  return {
    format: "files",
    parser: untyped(OutputParser.files),
    value: value(random),
    other: value(random),
    contentOf: (value) => contents(value, "content").flatMap((text) => text.split("\n"))
  }
}

const edits = (random: Random): Subject => {
  const text = (random: Random) => `${textOf(random).replaceAll(/^.*("""|…).*$/gm, "")}\n`
  const value = (random: Random) =>
    ["src/a.py", "pkg/__init__.py", "README.md", "data/b.json", "Makefile"]
      .filter((_, i) => i === 0 || random.bool(0.4))
      .map((path) =>
        random.bool(0.3) ? { path, content: text(random) } : { path, search: text(random), replace: text(random) }
      )
  return {
    format: "edits",
    parser: untyped(OutputParser.edits),
    value: value(random),
    other: value(random),
    // a block without a heading is of the path before
    contentOf: (value) =>
      (value as ReadonlyArray<Readonly<Record<string, string>>>).flatMap(({ content, path, replace, search }) => [
        `### File: \`${path}\``,
        ...[content, replace, search].flatMap((text) => text?.split("\n") ?? [])
      ])
  }
}

const fields = (random: Random): Subject => {
  const value = (random: Random) => ({ objective: `do ${textOf(random)}`.trim(), file: "`src/a.py`" })
  return {
    format: "fields",
    parser: untyped(
      OutputParser.fields({
        objective: { label: "Objective", description: "" },
        file: { label: "File Specification", description: "" }
      })
    ),
    value: value(random),
    other: value(random),
    contentOf: (value) => contents([value], "objective").flatMap((text) => text.split("\n").map((line) => `  ${line}`))
  }
}

const blocks = (random: Random): Subject => {
  const value = (random: Random) =>
    [1, 2].filter((n) => n === 1 || random.bool()).map((n) => ({ heading: `Task ${n}: A`, body: textOf(random) }))
  return {
    format: "taggedBlocks",
    parser: untyped(
      OutputParser.taggedBlocks({
        start: "#task start#",
        end: "#task end#",
        heading: /^Task \d/
      })
    ),
    value: value(random),
    other: value(random),
    contentOf: (value) => contents(value, "body").flatMap((text) => text.split("\n"))
  }
}

/** One of the formats that have structure; `text` is whatever it is. */
export const subject = (random: Random): Subject =>
  random.pick([json, json, json, code, files, edits, fields, blocks])(random)
