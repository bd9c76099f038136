import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as dataText from "../../../src/internal/files/dataText.ts"

const Model = Schema.Union([
  Schema.Struct({ provider: Schema.Literals(["openai", "anthropic"]), name: Schema.String }),
  Schema.Struct({ alias: Schema.String, parameters: Schema.Struct({ temperature: Schema.Finite }) })
])
const Settings = Schema.Struct({
  concurrency: Schema.optionalKey(Schema.Int),
  models: Schema.optionalKey(Schema.Record(Schema.String, Model)),
  steps: Schema.optionalKey(Schema.Array(Schema.String))
})

const problems = <A, I>(text: string, schema: Schema.Codec<A, I>) => {
  const read = dataText.decode(schema)(text)
  return Result.isSuccess(read) ? [] : dataText.inWords("s.yaml", read.failure.problems).split("\n")
}
const wrong = (text: string) => problems(text, Settings)
const assertRefused = (text: string, pattern: RegExp) => assert.match(problems(text, Schema.Json).join("\n"), pattern)

describe("dataText", () => {
  describe("decode", () => {
    it("reads YAML, and JSON in any layout", () => {
      const yaml =
        "# settings\nconcurrency: 3\nsteps: [a, 'yes', yes]\nmodels:\n  fast: { provider: openai, name: x }\n"
      const json = `\ufeff{\n\t"concurrency": 3,\n\t"steps": ["a", "yes",\n\t"yes"],\n"models": {"fast": {"provider": "openai", "name": "x"}}\n\t}\n`
      for (const text of [yaml, json]) {
        assert.deepStrictEqual(Result.getOrThrow(dataText.decode(Settings)(text)).value, {
          concurrency: 3,
          steps: ["a", "yes", "yes"],
          models: { fast: { provider: "openai", name: "x" } }
        })
      }
    })

    it("reads a key that every object has as any other", () => {
      const { value } = Result.getOrThrow(dataText.decode(Schema.Json)(`{"__proto__": {"a": 1}}`))
      assert.deepStrictEqual(Object.entries(value as object), [["__proto__", { a: 1 }]])
    })

    it("tells all that is wrong, with line and column and the nearest key", () => {
      assert.deepStrictEqual(
        wrong("concurency: 3\nsteps:\n  - a\n  - 7\nmodels:\n  fast: { provider: openai, nmae: x }\n"),
        [
          's.yaml:1:1: concurency: no such key: "concurency"; did you mean "concurrency"?',
          "s.yaml:4:5: steps.1: Expected string, got 7",
          's.yaml:6:9: models.fast: "name" is missing',
          's.yaml:6:29: models.fast.nmae: no such key: "nmae"; did you mean "name"?'
        ]
      )
    })

    it("speaks of that member of a union which is meant", () => {
      assert.deepStrictEqual(wrong("models:\n  fast:\n    alias: x\n    parameters: { temperature: hot }\n"), [
        's.yaml:4:32: models.fast.parameters.temperature: Expected number, got "hot"'
      ])
    })

    it("finds a value through an alias where it is written", () => {
      assert.deepStrictEqual(wrong("models:\n  a: &m { provider: openai, name: 1 }\n  b: *m\n"), [
        "s.yaml:2:35: models.a.name: Expected string, got 1",
        "s.yaml:2:35: models.b.name: Expected string, got 1"
      ])
    })

    it("refuses keys that are there twice", () => {
      assert.deepStrictEqual(wrong("steps: []\nconcurrency: 1\nsteps: [a]\n"), [
        's.yaml:3:1: steps: "steps" is there twice'
      ])
    })

    it("tells where a text is no YAML", () => {
      assert.match(wrong('{"steps": ["a"}').join(), /^s\.yaml:1:15: Flow sequence/)
      assert.match(wrong("steps:\n\t- a\n").join(), /^s\.yaml:2:1: Tabs/)
      assertRefused("a: 1\n---\nb: 2\n", /^s\.yaml:2:1: .*multiple documents/)
      assertRefused("# nothing\n", /holds nothing/)
    })

    it("takes what JSON can say, and nothing else", () => {
      assertRefused("a: !!binary aGk=\n", /^s\.yaml:1:13: a: this is neither/)
      assertRefused("a: !secret x\n", /^s\.yaml:1:4: Unresolved tag/)
      assertRefused("a: .inf\n", /^s\.yaml:1:4: a: this is neither/)
      assertRefused("? [a]\n: b\n", /^s\.yaml:1:3: With stringKeys, all keys must be strings/)
      assertRefused("a: *b\n", /^s\.yaml:1:4: a: there is no anchor &b/)
    })

    it("refuses what is made to exhaust who reads it, and soon", () => {
      const bomb = Array.from(
        { length: 9 },
        (_, i) => `k${i}: &k${i} [${`${i === 0 ? "x" : `*k${i - 1}`},`.repeat(9)}]`
      )
      assertRefused(bomb.join("\n"), /more than 100000 values/)
      assertRefused("a: &a [*a]\n", /nested deeper than 100 levels/)
      assertRefused(`a: ${"[".repeat(2000)}`, /nested deeper than 100 levels/)
      assertRefused(`a: ${"[".repeat(101)}${"]".repeat(101)}`, /nested deeper than 100 levels/)
      assertRefused(`a: ${"x".repeat(1_000_001)}`, /1000004 characters; the most are 1000000/)
      assertRefused("a: b\nc: \0\n", /^s\.yaml:2:4: it has the control character U\+0000/)
    })
  })
})
