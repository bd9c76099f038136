import { Effect, Schema } from "effect"
import { Engine, Step, Workflow } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"

describe("WorkflowError", () => {
  describe("WrongWorkflow", () => {
    const step = Step.effect("step", { input: Schema.String, output: Schema.String, run: Effect.succeed })
    const named = (name: string) =>
      Workflow.make(name, { input: Schema.String }).pipe(Workflow.bind("a", step, "input"))

    it.effect("says what can be done where the workflow was renamed", () =>
      Effect.gen(function* () {
        const state = yield* Engine.initialize(named("draft"), "x")
        const error = yield* Effect.flip(Engine.run(named("article"), state))
        assert.strictEqual(
          error.message,
          `the run belongs to the workflow "draft", not to "article"; if that was renamed, call it "draft" again to go on, or begin a new run`
        )
      })
    )
  })
})
