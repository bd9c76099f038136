import { assert, describe, it } from "@effect/vitest"
import { PromptTemplateVariable } from "@stepwright/core"
import { Arbitrary, Schema } from "effect"
import { runs, texts } from "./support/texts.ts"

const { between, extract, fence, render } = PromptTemplateVariable

const token = Arbitrary.schema(
  Schema.Array(Schema.Literals(["a", "b"])).check(Schema.isMinLength(1), Schema.isMaxLength(4))
).pipe(Arbitrary.map((letters) => letters.join("")))

describe("PromptTemplateVariable", () => {
  describe("between", () => {
    it("refuses a token that could not be told apart", () => {
      for (const token of ["", "a\nb", "a\\b", "\r"]) {
        assert.throws(() => between(token, "end"), /token/)
        assert.throws(() => between("start", token), /token/)
      }
    })

    it.prop(
      "leaves no token in the value",
      { value: texts(["$start$", "$end$", "$", "start$", "end"], ["\\"]) },
      ({ value }) => {
        const rendered = render({ delimiter: between("$start$", "$end$") }, value)
        assert.strictEqual(rendered.split("$start$").length, 2)
        assert.strictEqual(rendered.indexOf("$end$"), rendered.length - 5)
      },
      runs(500)
    )

    it.prop(
      "gives back values with tokens that overlap",
      { value: texts(["a", "b", "ab"], ["\\", "\n"]), start: token, end: token },
      ({ end, start, value }) => {
        const variable = { delimiter: between(start, end) }
        assert.strictEqual(extract(variable, render(variable, value)), value)
      },
      runs(2000)
    )
  })

  describe("fence", () => {
    it("is longer than any run of backticks in the value", () => {
      assert.strictEqual(render({ delimiter: fence("md") }, "a ```` b"), "`````md\na ```` b\n`````")
    })
  })

  describe("render", () => {
    it("takes a megabyte of what has to be escaped", () => {
      for (const value of ["$end$".repeat(200_000), "\\".repeat(1_000_000), "`".repeat(1_000_000)]) {
        for (const delimiter of [between("$start$", "$end$"), fence()]) {
          assert.isTrue(extract({ delimiter }, render({ delimiter }, value)) === value)
        }
      }
    })
  })

  describe("extract", () => {
    it("gives nothing for what is not a rendered value", () => {
      assert.isUndefined(extract({ delimiter: between("a", "b") }, "a\nx\nb c"))
      assert.isUndefined(extract({ delimiter: fence("py") }, "```\nx\n```"))
      assert.strictEqual(extract({}, "as it is"), "as it is")
    })
  })
})
