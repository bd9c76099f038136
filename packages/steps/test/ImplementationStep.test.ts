import { assert, describe, it } from "@effect/vitest"
import { Step } from "@stepwright/core"
import { ImplementationStep } from "@stepwright/steps"
import { Effect, Result } from "effect"
import { contents } from "./support/contents.ts"
import { asking } from "./support/model.ts"

const { parser } = ImplementationStep

describe("ImplementationStep", () => {
  it.effect("shows all of a brief, what is common to all files first and the task last", () =>
    Effect.gen(function* () {
      const texts = ["all of common", "all of criteria", "all of design", "all of dependencies", "all of task"] as const
      const [common, criteria, design, dependencies, task] = texts
      const samples = [{ path: "data/a.csv", content: "all of a sample\n" }]
      const brief = { file: "p/a.py", common, criteria, design, dependencies, samples, task }
      const { prompt, said } = yield* asking(Step.run(ImplementationStep.step, { brief }), parser.print("x = 1\n"))
      assert.strictEqual(said, "accepted")
      const places = [common, "all of a sample", criteria, design, dependencies, "Write the file `p/a.py`.", task]
      const at = places.map((text) => prompt.indexOf(text))
      assert.notInclude(at, -1)
      assert.deepStrictEqual(
        at,
        at.toSorted((a, b) => a - b)
      )
    })
  )

  describe("parser", () => {
    it.prop(
      "reads back what it prints",
      [contents],
      ([contents]) => {
        for (const code of contents) assert.strictEqual(Result.getOrThrow(parser.parse(parser.print(code))), code)
      },
      { arbitrary: { runs: 200 } }
    )
  })
})
