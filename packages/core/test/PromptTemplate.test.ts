import { assert, describe, expect, expectTypeOf, it } from "@effect/vitest"
import { DefinitionError, PromptTemplate, PromptTemplateVariable } from "@stepwright/core"
import { Result } from "effect"
import { runs, texts } from "./support/texts.ts"

const text = texts(["$start$", "$end$", "$", "end$", "<doc>", "</doc>", "aa"])

const delimiters = [
  PromptTemplateVariable.between("$start$", "$end$"),
  PromptTemplateVariable.between("$", "$"),
  PromptTemplateVariable.between("aaa", "aa"),
  PromptTemplateVariable.between("<doc>", "</doc>"),
  PromptTemplateVariable.between("ab", "bab"),
  PromptTemplateVariable.fence(),
  PromptTemplateVariable.fence("python")
]

describe("PromptTemplate", () => {
  describe("make", () => {
    it("has the names of the holes in its type", () => {
      const template = PromptTemplate.make("Outline {{topic}} in {{ count }} points on {{topic}}, not \\{{that}}.")
      expectTypeOf(template).toEqualTypeOf<PromptTemplate.PromptTemplate<"topic" | "count">>()
      assert.deepStrictEqual(template.holes, ["topic", "count"])
      // @ts-expect-error count has no value
      assert.throws(() => PromptTemplate.render(template, { topic: "Effect" }), /no value was given for \{\{count\}\}/)
      // @ts-expect-error there is no such hole
      PromptTemplate.make("{{topic}}", { tropic: {} })
    })

    it("throws for a malformed literal", () => {
      // @ts-expect-error {{ is not closed by }}
      assert.throws(() => PromptTemplate.make("{{a"), DefinitionError.DefinitionError)
      assert.throws(() => PromptTemplate.make("{{a" as string), DefinitionError.DefinitionError)
    })
  })

  describe("render", () => {
    it("inserts values once and never scans them again", () => {
      const template = PromptTemplate.make("{{a}} {{b}} {{a}}")
      assert.strictEqual(PromptTemplate.render(template, { a: "{{b}} $& $1", b: 2 }), "{{b}} $& $1 2 {{b}} $& $1")
    })

    it("keeps literal braces", () => {
      const template = PromptTemplate.make('\\{{no}} {"a": {"b": {{hole}}}} \\{{{{hole}}')
      assert.strictEqual(PromptTemplate.render(template, { hole: 1 }), '{{no}} {"a": {"b": 1}} {{1')
    })

    it("does not take a value from the prototype", () => {
      const template = PromptTemplate.make("{{toString}}")
      const values: object = {}
      assert.throws(() => PromptTemplate.render(template, values as { readonly toString: string }), /\{\{toString\}\}/)
    })

    it("turns a value into text and delimits it as its variable says", () => {
      const template = PromptTemplate.make("[Documentation]\n{{doc}}\n\nDone: {{done}}\n\n{{code}}", {
        doc: { delimiter: PromptTemplateVariable.between("$start$", "$end$"), description: "requirements" },
        done: { toText: (value) => (value === true ? "yes" : "no") },
        code: { delimiter: PromptTemplateVariable.fence("md") }
      })
      assert.strictEqual(
        PromptTemplate.render(template, { doc: "a $end$ b", done: true, code: "```py\n1\n```" }),
        "[Documentation]\n$start$\na $end\\$ b\n$end$\n\nDone: yes\n\n````md\n```py\n1\n```\n````"
      )
    })
  })

  describe("parse", () => {
    const refusals: ReadonlyArray<readonly [source: string, at: string, detail: RegExp]> = [
      ["a\nbc {{x", "2:4", /not closed/],
      ["{{}}", "1:1", /needs a name/],
      ["ok {{a}}\n\n  {{ \t }}", "3:3", /needs a name/],
      ["{{two words}}", "1:1", /"two words" is no name/],
      ["{{a\n}}", "1:1", /is no name/],
      ["{{{a}}}", "1:1", /is no name/],
      ["{{1st}}", "1:1", /is no name/],
      ["é{{a.b}}", "1:2", /is no name/]
    ]
    it.each(refusals)("refuses %j at %s", (source, at, detail) => {
      const error = Result.getOrThrow(Result.flip(PromptTemplate.parse(source, { name: "design/tasks" })))
      assert.strictEqual(`${error.line}:${error.column}`, at)
      assert.match(error.message, detail)
      assert.include(error.message, "design/tasks")
    })

    it("reads a megabyte", () => {
      const parsed = PromptTemplate.parse("{{a}} \\{{ }} ".repeat(100_000))
      assert.deepStrictEqual(Result.getOrThrow(parsed).holes, ["a"])
    })
  })

  describe("checkHoles", () => {
    const check = (source: string) =>
      PromptTemplate.checkHoles(PromptTemplate.make(source), ["topic", "count", "outputFormat"], ["topic", "count"])

    it("accepts a template with all it must have", () => {
      assert.isTrue(Result.isSuccess(check("{{count}} {{topic}}")))
      assert.isTrue(Result.isSuccess(check("{{count}} {{topic}} {{outputFormat}}")))
    })

    it("names what is missing, and what is unknown with the near ones and its place", () => {
      const error = Result.getOrThrow(Result.flip(check("On\n \\{{tropic}} {{ tropic }}")))
      expect(error.message).toMatchInlineSnapshot(
        `"prompt template, line 2, column 14: nothing fills {{tropic}}; did you mean "topic"?; {{topic}} is missing; {{count}} is missing"`
      )
      assert.match(Result.getOrThrow(Result.flip(check("{{topic}}"))).message, /\{\{count\}\} is missing/)
    })
  })

  describe("withVariablesOf", () => {
    it("gives a template the variables of the one that it replaces", () => {
      const original = PromptTemplate.make("{{doc}} {{gone}}", {
        doc: { delimiter: PromptTemplateVariable.fence() },
        gone: { description: "not in the new one" }
      })
      const replaced = PromptTemplate.withVariablesOf(PromptTemplate.make("New: {{doc}}"), original)
      assert.strictEqual(PromptTemplate.render(replaced, { doc: "x" }), "New: ```\nx\n```")
      assert.deepStrictEqual(Object.keys(replaced.variables), ["doc"])
    })
  })

  describe("extract", () => {
    for (const delimiter of delimiters) {
      it.prop(
        `gives back any value delimited by ${JSON.stringify(delimiter)} unchanged`,
        { doc: text, other: text },
        ({ doc, other }) => {
          const template = PromptTemplate.make("Between $start$ and $end$, ```:\n{{doc}}\n$end$ or ```\n{{other}}", {
            doc: { delimiter }
          })
          const rendered = PromptTemplate.render(template, { doc, other })
          assert.strictEqual(PromptTemplate.extract(template, rendered, "doc"), doc)
          assert.strictEqual(PromptTemplate.extract(template, rendered, "other"), other)
        },
        runs(300)
      )
    }

    it("gives nothing for a text that is not a rendering", () => {
      const template = PromptTemplate.make("A {{doc}} B", { doc: { delimiter: PromptTemplateVariable.fence() } })
      for (const text of ["", "A  B", "A ```\nx\n``` C", "A ```\nx\n``` B and more", "A ```\nx B"]) {
        assert.isUndefined(PromptTemplate.extract(template, text, "doc"))
      }
    })
  })
})
