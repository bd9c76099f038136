import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema, SchemaTransformation } from "effect"
import { OutputParser, PromptTemplate, PromptTemplateVariable } from "@stepwright/core"
import { ParserLaws, TemplateLaws, type TestCase } from "@stepwright/core/testing"
import * as z from "zod"
import { conforms } from "../../../../test/support/conformance.ts"

/** What the first case of a suite that fails says. */
const failure = (suite: ReadonlyArray<TestCase.TestCase>) =>
  Effect.flip(Effect.forEach(suite, ({ run }) => run, { discard: true }))

const Outline = Schema.Struct({ title: Schema.String, points: Schema.Array(Schema.String), due: Schema.Date })

describe("ParserLaws", () => {
  conforms(ParserLaws.suite(OutputParser.json(Outline), { output: Outline }))

  describe("of a Standard Schema", () => {
    const schema = z.object({ due: z.iso.date(), hours: z.string().regex(/^\d$/).transform(Number), by: z.email() })
    conforms(ParserLaws.suite(OutputParser.json(schema), { output: schema, runs: 20 }))
  })

  const { parse, print, ...text } = OutputParser.text
  const broken = (change: Partial<OutputParser.OutputParser<string>>) =>
    failure(ParserLaws.suite({ ...text, parse, print, ...change }, { output: Schema.String }))

  it.effect("tell the smallest output that a parser does not read again", () =>
    Effect.gen(function* () {
      const error = yield* broken({ parse: (reply) => Result.map(parse(reply), (said) => said.replaceAll("a", "b")) })
      assert.deepStrictEqual(
        [error.case, error.expected, error.found, error.counterexample],
        ["what is printed is read as it was", 'what is read to be "a"', '"b"', '"a"']
      )
    })
  )

  it.effect("find a parser that trims, one that throws, and one that refuses what it prints", () =>
    Effect.gen(function* () {
      const trims = yield* broken({ parse: (reply) => Result.map(parse(reply), (said) => said.trim()) })
      assert.deepStrictEqual([trims.found, trims.counterexample], ['""', String.raw`"\t"`])
      const throws = yield* broken({
        parse: (reply) => {
          if (reply.includes("```")) throw new Error("a fence")
          return parse(reply)
        }
      })
      assert.include(throws.found, "a fence")
      const choice = OutputParser.choice(["yes", "no"]) as unknown as OutputParser.OutputParser<string>
      const refuses = yield* failure(ParserLaws.suite(choice, { output: Schema.String }))
      assert.strictEqual(refuses.case, "what is printed is read as it was")
    })
  )

  it.effect("find a Schema that does not come back from JSON", () =>
    Effect.gen(function* () {
      const Lossy = Schema.String.pipe(
        Schema.decodeTo(
          Schema.String,
          SchemaTransformation.transform({ decode: (text) => text, encode: (text) => text.toUpperCase() })
        )
      )
      const error = yield* failure(ParserLaws.suite(OutputParser.json(Lossy), { output: Lossy }))
      assert.deepStrictEqual([error.case, error.counterexample], ["an output comes back from JSON as it was", '"a"'])
    })
  )
})

describe("TemplateLaws", () => {
  const { between, fence } = PromptTemplateVariable
  const template = PromptTemplate.make("Read {{doc}}\n\nand {{note}}, in {{count}} words.", {
    doc: { delimiter: fence("md") },
    note: { delimiter: between("$note$", "$end$"), toText: (value) => `${value}!` }
  })

  describe("of holes with delimiters", () => {
    conforms(TemplateLaws.suite(template))
  })

  it("are of the holes with a delimiter, or of those that are named", () => {
    const names = [TemplateLaws.suite(template), TemplateLaws.suite(template, { holes: ["count"] })].map(
      (suite) => suite[0]!.name
    )
    assert.include(names[0], "put into {{doc}}, {{note}} comes")
    assert.include(names[1], "put into {{count}} comes")
  })

  it("are refused where they would be tried of no hole, or of one that there is not", () => {
    assert.throws(() => TemplateLaws.suite(PromptTemplate.make("Read {{doc}}.")), /no hole has a delimiter/)
    assert.throws(() => TemplateLaws.suite(template, { holes: ["dok" as "doc"] }), /{{dok}}; did you mean "doc"\?/)
  })

  it.effect("find a value that passes for a part of the prompt", () =>
    Effect.gen(function* () {
      const open = PromptTemplate.make("Read {{doc}}\n\nThen answer.\n\nAgain: {{doc}}\n\nThen answer.")
      const error = yield* failure(TemplateLaws.suite(open, { holes: ["doc"] }))
      assert.include(error.counterexample, "Then answer.")
    })
  )
})
