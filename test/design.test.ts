import { execFile } from "node:child_process"
import { assert, describe, expect, expectTypeOf, it } from "@effect/vitest"
import { Effect } from "effect"
import type { LlmClient, LlmError, Step, WorkflowError } from "@stepwright/core"
import { program, provided } from "./design/program.ts"

/** What the compiler says of a project. */
const compile = (project: string) =>
  new Promise<string>((resolve) => {
    execFile("node_modules/.bin/tsc", ["-p", project, "--pretty", "false"], (_, stdout) => resolve(stdout))
  })

describe("the program of the design", () => {
  it.effect("runs as it stands", () =>
    Effect.gen(function* () {
      const output = yield* provided
      assert.strictEqual(output.draft, "…")
      assert.deepStrictEqual(output.outline, { title: "Effect", points: ["a", "b", "c"] })
    })
  )

  it("has the type that the design claims", () => {
    expectTypeOf<Effect.Success<typeof program>>().toEqualTypeOf<{
      readonly input: { readonly topic: string }
      readonly outline: { readonly title: string; readonly points: ReadonlyArray<string> }
      readonly draft: string
    }>()
    expectTypeOf<Effect.Error<typeof program>>().toEqualTypeOf<
      WorkflowError.WorkflowError<LlmError.LlmError | Step.StepOutputError>
    >()
    expectTypeOf<Effect.Services<typeof program>>().toEqualTypeOf<LlmClient.LlmClient>()
    expectTypeOf<Effect.Services<typeof provided>>().toEqualTypeOf<never>()
  })

  it("does not compile with a mistake in it, and the compiler says what is wrong", async () => {
    const said = await compile("test/design/mistakes")
    expect(said).toMatchSnapshot()
    for (const mistake of [
      "hole-left-out",
      "hole-misspelt",
      "hole-too-many",
      "selector-wrong-input",
      "selector-unknown-name",
      "wire-wrong-input",
      "wire-unknown-name",
      "name-twice",
      "and-then-wrong-input"
    ]) {
      assert.include(said, `${mistake}.ts(`)
    }
  })
})
