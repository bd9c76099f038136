import { assert, describe, expect, expectTypeOf, it } from "@effect/vitest"
import { OutputParser } from "@stepwright/core"
import { OutputParseError } from "@stepwright/core/OutputParser"
import { Arbitrary, Result, Schema } from "effect"
import { ParserLaws } from "@stepwright/core/testing"
import { conforms } from "../../../test/support/conformance.ts"
import { runs, texts } from "./support/texts.ts"

const isIdentity = <A>(parser: OutputParser.OutputParser<A>, value: A) =>
  assert.deepStrictEqual(Result.getOrThrow(parser.parse(parser.print(value))), value)

const errorOf = <A>(parser: OutputParser.OutputParser<A>, reply: string): OutputParseError =>
  Result.getOrThrow(Result.flip(parser.parse(reply)))

interface Tree {
  readonly label: string
  readonly children: ReadonlyArray<Tree>
}
const Tree = Schema.Struct({
  label: Schema.String,
  children: Schema.Array(Schema.suspend((): Schema.Codec<Tree> => Tree))
}).annotate({ identifier: "Tree" })

const Artifact = Schema.Struct({
  title: Schema.NonEmptyString.annotate({ description: "What the document\nis called" }),
  kind: Schema.Literals(["draft", "final"]),
  due: Schema.Date.annotateKey({ description: "ISO 8601" }),
  owner: Schema.Option(Schema.String),
  note: Schema.optionalKey(Schema.NullOr(Schema.String)),
  tasks: Schema.Array(
    Schema.Struct({
      path: Schema.NonEmptyString.annotateKey({ description: "relative" }),
      size: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 }))
    })
  ).annotate({ description: "dependencies first" }),
  tags: Schema.Array(Schema.NonEmptyString),
  counts: Schema.Record(Schema.String, Schema.Finite),
  pair: Schema.Tuple([Schema.String, Schema.Boolean]),
  shape: Schema.Union([
    Schema.Struct({ _tag: Schema.tag("Circle"), radius: Schema.Finite }),
    Schema.Struct({ _tag: Schema.tag("Square"), side: Schema.Finite })
  ]),
  tree: Tree
}).annotate({ description: "A document" })

const task = OutputParser.fields({
  objective: { label: "Objective", description: "what the task achieves" },
  file: { label: "File Specification", description: "the one path" },
  dependsOn: { label: "Depends on", description: "`Task 1, Task 2` or `none`", optional: true }
})

const tasks = OutputParser.taggedBlocks({
  start: "#task start#",
  end: "#task end#",
  heading: /^Task \d+/,
  example: "Task 1: Title",
  body: task
})

const plainBlocks = OutputParser.taggedBlocks({ start: "#task start#", end: "#task end#" })

const value = texts([
  "**Objective**",
  "Objective",
  "- **Depends on**: x",
  "#task end#",
  "# task start #",
  "#### Task 2: B"
])

/** Texts with what is the format of edits. */
const marked = texts([
  "<<<<<<< SEARCH\n",
  "=======\n",
  ">>>>>>> REPLACE\n",
  "<<<<<<<< SEARCH\n",
  "========\n",
  ">>>>>>>> REPLACE\n",
  "  =======\n",
  "------- SEARCH\n",
  "+++++++ REPLACE\r\n",
  "\\ No newline at end of file",
  "\n\\\\ No newline at end of file\n",
  "### File: `x.py` (edits)\n",
  "# ... rest of the code ...\n",
  "```python\n",
  '"""'
])

const lists = <A>(item: Arbitrary.Arbitrary<A>) => Arbitrary.array(item, { maxLength: 4 })

describe("OutputParser", () => {
  describe("parse after print is identity", () => {
    describe("text", () => {
      conforms(ParserLaws.suite(OutputParser.text, { output: Schema.String, values: value }))
    })

    it("text that reads as reasoning and ends in a carriage return", () => {
      assert.notStrictEqual(OutputParser.text.print("<think>"), "<think>")
      for (const end of ["\r", "\n", "\r\n", "\r\r", "\n\r", ""]) {
        isIdentity(OutputParser.text, `<think>${end}`)
        isIdentity(OutputParser.text, `${end}<think>a</think>${end}`)
      }
    })

    it("choice", () => {
      const choice = OutputParser.choice(["yes", "Yes", "no.", ' "odd" '])
      for (const value of ["yes", "Yes", "no.", ' "odd" '] as const) {
        assert.deepStrictEqual(choice.parse(choice.print(value)), Result.succeed(value))
      }
    })

    describe("json", () => {
      conforms(ParserLaws.suite(OutputParser.json(Artifact), { output: Artifact, runs: 200 }))
    })

    it.prop("json, of any text", { value }, ({ value }) => {
      isIdentity(OutputParser.json(Schema.String), value)
      isIdentity(OutputParser.json(Schema.Struct({ [value]: Schema.String })), { [value]: value })
    })

    it.prop(
      "codeBlock",
      { value },
      ({ value }) => {
        isIdentity(OutputParser.codeBlock(), value)
        isIdentity(OutputParser.codeBlock("markdown"), value)
      },
      runs(1000)
    )

    it.prop(
      "files",
      {
        files: lists(
          Arbitrary.all({
            content: value,
            path: texts(["a.md", "src/b.py"], ["`", " ", "``", "é", "(new)", "**", ":", "#", "."])
          })
        )
      },
      ({ files }) => {
        const unique = new Map(
          files
            .filter(
              ({ path }) =>
                !/[\\\r\n]|^\.\/|^\s*$|\/$|^\.{2,}$|(?:^|\/)\.\.(?:\/|$)|^(?:~|[A-Za-z]:)?\/|^<.*>$/.test(path)
            )
            // what shows in code that it is no file
            .filter(({ content, path }) => !path.includes(".py") || !/[$>+\-.…@|"']/.test(content))
            .map((file) => [file.path, file])
        )
        isIdentity(OutputParser.files, [...unique.values()])
      },
      runs(1000)
    )

    it.prop(
      "edits, of any texts",
      {
        edits: lists(
          Arbitrary.all({
            path: texts(["a.md", "src/b.py"], ["`", " ", "``", "é", "(edits)", " (whole file)", "**", ":", "#", "."]),
            isWhole: Arbitrary.schema(Schema.Boolean),
            text: marked,
            replace: marked
          })
        )
      },
      ({ edits }) => {
        const whole = new Set<string>()
        const once = edits.filter(({ isWhole, path }) => !isWhole || (!whole.has(path) && whole.add(path)))
        const named = once.filter(
          ({ path }) => !/[\\\r\n]|^\.\/|^\s*$|\/$|^\.{2,}$|(?:^|\/)\.\.(?:\/|$)|^(?:~|[A-Za-z]:)?\/|^<.*>$/.test(path)
        )
        isIdentity(
          OutputParser.edits,
          named.map(({ isWhole, path, replace, text }) =>
            isWhole ? { path, content: text } : { path, search: text, replace }
          )
        )
      },
      runs(1000)
    )

    it.prop(
      "taggedBlocks",
      { blocks: lists(Arbitrary.all({ heading: value, body: value })) },
      ({ blocks }) => isIdentity(plainBlocks, blocks),
      runs(1000)
    )

    it.prop(
      "taggedBlocks of fields, with headings of a given look",
      { blocks: lists(Arbitrary.all({ title: value, objective: value, file: value, dependsOn: value })) },
      ({ blocks }) => {
        isIdentity(
          tasks,
          blocks.map(({ title, ...body }, i) => ({ heading: `Task ${i + 1}: ${title}`, body }))
        )
        isIdentity(
          tasks,
          blocks.map(({ file, objective, title }, i) => ({ heading: `Task ${i}: ${title}`, body: { objective, file } }))
        )
      },
      runs(1000)
    )

    describe("fields", () => {
      const output = Schema.Struct({
        objective: Schema.String,
        file: Schema.String,
        dependsOn: Schema.optionalKey(Schema.String)
      })
      const values = Arbitrary.all({ objective: value, file: value })
      conforms(ParserLaws.suite(task, { output, values, runs: 500 }))
    })

    it.prop("map", { value }, ({ value }) => {
      const lines = OutputParser.codeBlock().pipe(
        OutputParser.map({ id: "lines@1", to: (text) => text.split("\n"), from: (lines) => lines.join("\n") })
      )
      isIdentity(lines, value.split("\n"))
    })

    it.prop("orElse", { value }, ({ value }) =>
      isIdentity(OutputParser.orElse(OutputParser.codeBlock(), OutputParser.text), value)
    )
  })

  describe("json", () => {
    const parser = OutputParser.json(Artifact)

    it.prop(
      "finds the value in a fence with prose around it",
      { tree: Arbitrary.schema(Tree) },
      ({ tree }) => {
        const parser = OutputParser.json(Tree)
        const reply = `Here [1] you {are}:\n\`\`\`json\n${parser.print(tree)}\n\`\`\`\nDone {really}.`
        assert.deepStrictEqual(parser.parse(reply), Result.succeed(tree))
      },
      runs(200)
    )

    it.prop(
      "takes no beginning of a value for a value",
      {
        text: value,
        tree: Arbitrary.schema(Tree),
        cut: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
      },
      ({ cut, text, tree }) => {
        const parser = OutputParser.json(Tree)
        const reply = parser.print({ label: text, children: [tree] })
        const error = errorOf(parser, reply.slice(0, 1 + Math.floor(cut * (reply.length - 2))))
        assert.isTrue(error.truncated, error.message)
      },
      runs(1000)
    )

    it("has the encoded side of the Schema as its type", () => {
      expectTypeOf(OutputParser.json(Schema.Struct({ n: Schema.FiniteFromString }))).toEqualTypeOf<
        OutputParser.OutputParser<{ readonly n: string }>
      >()
    })

    it("outlines every field of the Schema", () => {
      expect(parser.instructions).toMatchInlineSnapshot(`
        "Reply with one JSON value of this shape and nothing else. A key with \`?\` may be left out; every other must be there.

        // A document
        {
          "title": string, // What the document is called; not empty
          "kind": "draft" | "final",
          "due": string, // ISO 8601
          "owner": {
            "_tag": "Some",
            "value": string
          } | {
            "_tag": "None"
          },
          "note"?: string | null,
          "tasks": Array<{ // dependencies first
            "path": string, // relative; not empty
            "size": integer // at least 1; at most 9
          }>,
          "tags": Array<string>, // each: not empty
          "counts": {
            [any key]: number
          },
          "pair": [string, boolean],
          "shape": {
            "_tag": "Circle",
            "radius": number
          } | {
            "_tag": "Square",
            "side": number
          },
          "tree": Tree
        }

        where Tree is
        {
          "label": string,
          "children": Array<Tree>
        }"
      `)
    })

    it("says where in the value the faults are and what is there", () => {
      const parser = OutputParser.json(
        Schema.Struct({ tasks: Schema.Array(Schema.Struct({ path: Schema.String, size: Schema.Int })) })
      )
      const error = errorOf(parser, '{"tasks": [{"path": "a", "size": 1}, {"path": 7, "size": 1.5}, {}]}')
      assert.strictEqual(error.place, '["tasks"][1]["path"]')
      expect(error.message).toMatchInlineSnapshot(`
        "At ["tasks"][1]["path"]: Expected string; ["tasks"][1]["size"]: Expected an integer; ["tasks"][2]["path"]: Missing key; ["tasks"][2]["size"]: Missing key. Expected one JSON value of the shape described.
        Found: 7"
      `)
    })

    it("has an id that changes with the Schema", () => {
      const a = OutputParser.json(Schema.Struct({ a: Schema.String }))
      assert.strictEqual(a.id, OutputParser.json(Schema.Struct({ a: Schema.String })).id)
      assert.notStrictEqual(a.id, OutputParser.json(Schema.Struct({ a: Schema.Finite })).id)
    })
  })

  describe("parse", () => {
    it.prop(
      "gives a value or an error for any text",
      {
        reply: texts([
          "#task start#\n",
          "#task end#\n",
          "#### Task 1\n",
          "{",
          "[",
          "}",
          '":',
          "- **Objective**: x\n",
          "### `a.py`\n",
          "<<<<<<< SEARCH\n",
          "=======\n",
          ">>>>>>> REPLACE\n"
        ])
      },
      ({ reply }) => {
        for (const { parse } of [
          OutputParser.json(Tree),
          OutputParser.codeBlock("md"),
          OutputParser.files,
          OutputParser.edits,
          tasks,
          plainBlocks,
          task
        ]) {
          assert.isTrue(Result.isResult(parse(reply)))
        }
      },
      runs(1000)
    )
  })

  describe("instructions", () => {
    it("are nothing for text", () => assert.strictEqual(OutputParser.text.instructions, ""))

    it("show each format", () => {
      expect(OutputParser.choice(["yes", "no"]).instructions).toMatchSnapshot("choice")
      expect(OutputParser.codeBlock("python").instructions).toMatchSnapshot("codeBlock")
      expect(OutputParser.files.instructions).toMatchSnapshot("files")
      expect(tasks.instructions).toMatchSnapshot("taggedBlocks of fields")
      expect(OutputParser.edits.instructions).toMatchSnapshot("edits")
    })

    it("are enough: what they show of edits parses", () => {
      assert.deepStrictEqual(Result.getOrThrow(OutputParser.edits.parse(OutputParser.edits.instructions)), [
        { path: "path/to/new.ext", content: "the whole content\n" },
        { path: "path/to/file.ext", search: "the lines to replace\n", replace: "the lines in their place\n" }
      ])
    })

    it("are enough: what they show of files parses", () => {
      assert.deepStrictEqual(Result.getOrThrow(OutputParser.files.parse(OutputParser.files.instructions)), [
        { path: "path/to/file.ext", content: "the whole content\n" }
      ])
    })
  })

  describe("id", () => {
    it("changes with the names of fields and tokens", () => {
      const ids = [
        OutputParser.fields({ a: { label: "A", description: "" } }).id,
        OutputParser.fields({ a: { label: "B", description: "" } }).id,
        OutputParser.fields({ a: { label: "A", description: "", optional: true } }).id,
        OutputParser.taggedBlocks({ start: "<a>", end: "</a>" }).id,
        OutputParser.taggedBlocks({ start: "<b>", end: "</b>" }).id,
        OutputParser.taggedBlocks({ start: "<b>", end: "</b>", heading: /x/ }).id,
        OutputParser.codeBlock().id,
        OutputParser.codeBlock("python").id,
        OutputParser.choice(["a"]).id,
        OutputParser.choice(["b"]).id
      ]
      assert.strictEqual(new Set(ids).size, ids.length)
    })
  })

  describe("fields", () => {
    it("has the optional fields as optional keys", () => {
      expectTypeOf<(typeof task)["print"]>()
        .parameter(0)
        .branded.toEqualTypeOf<{ readonly objective: string; readonly file: string; readonly dependsOn?: string }>()
    })
  })

  describe("map", () => {
    const number = OutputParser.map(OutputParser.text, {
      id: "number@1",
      to: (text): Result.Result<number, OutputParseError> =>
        /^\d+$/.test(text)
          ? Result.succeed(Number(text))
          : Result.fail(
              new OutputParseError({
                expected: "a number",
                found: text,
                place: "",
                detail: "no digits",
                truncated: false
              })
            ),
      from: String,
      instructions: "Reply with a number."
    })

    it("may refuse a value", () => {
      assert.deepStrictEqual(number.parse("12"), Result.succeed(12))
      assert.match(errorOf(number, "x").message, /no digits.*a number/)
    })

    it("composes the id and keeps the format", () => {
      assert.strictEqual(number.id, "number@1(text@1)")
      assert.strictEqual(number.format, "text")
      assert.strictEqual(number.instructions, "Reply with a number.")
    })
  })

  describe("orElse", () => {
    const either = OutputParser.codeBlock("json").pipe(OutputParser.orElse(OutputParser.json(Schema.String)))

    it("reads either format, and asks for the first", () => {
      assert.deepStrictEqual(either.parse('"x"'), Result.succeed("x"))
      assert.deepStrictEqual(either.parse("```json\nx\n```"), Result.succeed("x\n"))
      assert.strictEqual(either.instructions, OutputParser.codeBlock("json").instructions)
      assert.strictEqual(either.format, "text")
      assert.strictEqual(
        OutputParser.json(Schema.String).pipe(OutputParser.orElse(OutputParser.json(Schema.String))).format,
        "json"
      )
    })

    it("fails with the error of the parser that found its format", () => {
      assert.match(errorOf(either, "nothing").message, /no fenced code block/)
      assert.match(errorOf(either, "12").message, /At the value/)
      const parser = OutputParser.orElse(
        plainBlocks,
        OutputParser.json(Schema.Array(Schema.Struct({ heading: Schema.String, body: Schema.String })))
      )
      const cut = errorOf(parser, '[{"heading": "a", "bo')
      assert.isTrue(cut.truncated)
    })
  })

  describe("taggedBlocks", () => {
    it("refuses tokens that cannot be told in a line", () => {
      assert.throws(() => OutputParser.taggedBlocks({ start: " ", end: "x" }), /must have text/)
      assert.throws(() => OutputParser.taggedBlocks({ start: "```", end: "x" }), /code fence/)
    })
  })
})
