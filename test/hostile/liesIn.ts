import { describe, layer } from "@effect/vitest"
import { isGreen, TestRunner } from "@stepwright/core/TestRunner"
import { Effect, Result } from "effect"
import { assert } from "vitest"
import { filesOf, sandboxes } from "./sandboxes.ts"
import { lies, liesToPytest } from "./verdicts.ts"

/** Tests that none of the programs is green that would be for nothing; one of so many, where all take too long. */
export const liesIn = (name: keyof typeof sandboxes, oneOf = 1) => {
  const { needs, of } = sandboxes[name]
  const chosen = Object.entries(name === "bubblewrap with pytest" ? { ...liesToPytest, ...lies } : lies).filter(
    ([title], i) => i % oneOf === 0 || title in liesToPytest
  )
  describe(`a verdict of ${name}`, () => {
    layer(of({ timeout: "1 minute" }), { excludeTestServices: true, concurrent: true })((it) => {
      for (const [lie, { files, says }] of chosen) {
        it.effect(
          `is not green for ${lie}`,
          () =>
            Effect.gen(function* () {
              const result = yield* Effect.result(Effect.flatMap(TestRunner, ({ run }) => run(filesOf(files))))
              if (typeof says === "string" || "at" in says) {
                const report = Result.getOrThrow(result)
                assert.isFalse(isGreen(report), JSON.stringify(report, null, 2))
                const told = [...report.doubts, ...report.tests.map(({ detail = "" }) => detail)].join("\n")
                assert.isTrue(
                  [says].flat().some((words) => told.includes(words)),
                  JSON.stringify(report, null, 2)
                )
              } else {
                const error = Result.getOrThrow(Result.flip(result))
                assert.strictEqual(error.reason, says.reason)
                assert.include(error.detail, says.says ?? "")
              }
            }),
          needs
        )
      }
    })
  })
}
