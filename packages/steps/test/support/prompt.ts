import { assert, it } from "@effect/vitest"
import type { OutputParser } from "@stepwright/core/OutputParser"
import type { PromptTemplate } from "@stepwright/core/PromptTemplate"
import * as Template from "@stepwright/core/PromptTemplate"
import { TemplateLaws } from "@stepwright/core/testing"
import { Result, Schema } from "effect"
import { conforms } from "../../../../test/support/conformance.ts"

/** A prompt with what its step makes of it. */
interface Prompt<A> {
  readonly template: PromptTemplate
  readonly example: A
  readonly parser: OutputParser<A>
  readonly output: Schema.Codec<A>
  /** What the format calls each field, where that is not its name. */
  readonly labels?: Readonly<Record<string, string>>
}

/** Every key of an object anywhere in a JSON Schema. */
const keysOf = (schema: unknown): ReadonlyArray<string> => {
  if (typeof schema !== "object" || schema === null) return []
  const properties = "properties" in schema ? Object.keys(schema.properties as object) : []
  return [...new Set([...properties, ...Object.values(schema).flatMap(keysOf)])]
}

const words = (text: string) => text.split(/\s+/).filter((word) => /\w/.test(word)).length

const empty = (template: PromptTemplate, filled: Readonly<Record<string, string>>) =>
  Template.render(template, { ...Object.fromEntries(template.holes.map((hole) => [hole, ""])), ...filled })

/** What holds of every prompt. */
export const itIsSound = <A>({ example, labels, output, parser, template }: Prompt<A>) => {
  it("has an example that its own parser reads and its Schema takes", () => {
    const read = Result.getOrThrow(parser.parse(parser.print(example)))
    assert.deepStrictEqual(Schema.decodeUnknownSync(output)(read), example)
  })

  it("asks for every field of the Schema and for nothing else", () => {
    const keys = keysOf(Schema.toJsonSchemaDocument(output))
    if (labels === undefined) {
      const asked = [...parser.instructions.matchAll(/^\s*"(\w+)"\??:/gm)].map(([, key]) => key!)
      assert.deepStrictEqual([...new Set(asked)].toSorted(), keys.toSorted())
    } else {
      assert.deepStrictEqual(Object.keys(labels).toSorted(), keys.toSorted())
      for (const label of Object.values(labels)) assert.include(parser.instructions, label)
      const bold = [...parser.instructions.matchAll(/\*\*[\w ]+\*\*/g)].map(([label]) => label)
      assert.deepStrictEqual(
        bold,
        Object.values(labels).filter((label) => label.startsWith("**"))
      )
    }
  })

  it("has a place for the format and the example, and says what to do where the input is silent", () => {
    assert.includeMembers([...template.holes], ["outputFormat", "example"])
    assert.match(template.source, /\bsilent\b/)
  })

  it("has at most 600 words besides its input and the format, its example included", () => {
    const fixed = empty(template, { example: parser.print(example) })
    assert.isAtMost(words(fixed), 600)
  })

  conforms(TemplateLaws.suite(template))

  it("shares no word with the documents that it is tried on", () => {
    const said = `${template.source}\n${parser.print(example)}`
    assert.notMatch(said, /interval|ledger|expense|budget|bucket|token bucket|rate limit|pantry|half-open/i)
  })
}
