import { assert, describe, it } from "@effect/vitest"
import { ArchitectureDesignPrompt, ArchitectureDesignStep } from "@stepwright/steps"
import { Result, Schema } from "effect"

const { example } = ArchitectureDesignPrompt
const { parser } = ArchitectureDesignStep
const decode = Schema.decodeUnknownResult(ArchitectureDesignStep.ArchitectureDesign)

const refusal = (...modules: ReadonlyArray<readonly [path: string, ...imports: ReadonlyArray<string>]>) => {
  const decoded = decode({
    ...example,
    modules: modules.map(([path, ...imports]) => ({ path, purpose: "…", members: [], imports, meets: [] }))
  })
  return Result.isFailure(decoded) ? decoded.failure.message : "accepted"
}

describe("ArchitectureDesignStep", () => {
  describe("ArchitectureDesign", () => {
    it("refuses modules that nobody could write", () => {
      assert.strictEqual(refusal(["p/b.py", "p/a.py"], ["p/a.py"]), "accepted")
      assert.include(refusal(["p/a.py"], ["p/a.py"]), 'two modules have the path "p/a.py"')
      assert.include(refusal(["p/a.py", "p/z.py"]), '"p/a.py" imports from "p/z.py", which is none of the modules')
      assert.include(refusal(["p/a.py", "p/b.py"], ["p/b.py", "p/a.py"]), '"p/a.py" → "p/b.py" → "p/a.py"')
      assert.include(refusal(["../a.py"]), '"../a.py" is no path for a file')
      assert.notStrictEqual(refusal(), "accepted")
    })
  })

  describe("toMarkdown", () => {
    it("has everything in it", () => {
      const text = ArchitectureDesignStep.toMarkdown({ ...example, decisions: ["dicts"], assumptions: ["one user"] })
      const said = example.modules.flatMap(({ imports, meets, members, path, purpose }) => [
        path,
        purpose,
        ...imports,
        ...meets,
        ...members.flatMap(({ behaviour, signature }) => [behaviour, signature])
      ])
      for (const part of [example.package, "dicts", "one user", ...said]) assert.include(text, part)
    })
  })

  describe("parser", () => {
    const texts = Schema.Array(Schema.NonEmptyString)

    it.prop(
      "reads back what it prints",
      [Schema.Struct({ name: Schema.NonEmptyString, purposes: Schema.NonEmptyArray(Schema.NonEmptyString), texts })],
      ([{ name, purposes, texts }]) => {
        const design = Schema.decodeUnknownSync(ArchitectureDesignStep.ArchitectureDesign)({
          package: name,
          modules: purposes.map((purpose, i) => ({
            path: `p/m${i}.py`,
            purpose,
            members: texts.map((text) => ({ signature: text, behaviour: purpose })),
            imports: i === 0 ? [] : ["p/m0.py"],
            meets: texts
          })),
          decisions: texts,
          assumptions: texts
        })
        assert.deepStrictEqual(Result.getOrThrow(parser.parse(parser.print(design))), design)
      },
      { arbitrary: { runs: 200 } }
    )
  })
})
