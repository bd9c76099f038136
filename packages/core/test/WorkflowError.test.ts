import { Cause, Effect, Schema } from "effect"
import { Engine, Step, Workflow, WorkflowError } from "@stepwright/core"
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

  describe("describeError", () => {
    const said = (error: unknown) => WorkflowError.describeError(error)
    const cause = new Error("HTTP 404")

    it("says what the cause says of an error that says nothing itself", () => {
      assert.deepStrictEqual(said(new Cause.UnknownError(cause, "An error occurred in Effect.tryPromise")), {
        tag: "UnknownError",
        message: "HTTP 404"
      })
      for (const error of [
        new Cause.UnknownError(cause),
        new TypeError("fetch failed", { cause }),
        new Error("", { cause: new Cause.UnknownError("HTTP 404") }),
        new TypeError("fetch failed", { cause: new AggregateError([cause, new Error("another")]) }),
        new Cause.UnknownError(new TypeError("fetch failed", { cause }), "An error occurred in Effect.try")
      ]) {
        assert.strictEqual(said(error).message, "HTTP 404")
      }
    })

    it("has the stack of what went wrong, too", () => {
      const reason = new Cause.UnknownError(cause, "An error occurred in Effect.tryPromise")
      const { stack } = new WorkflowError.WorkflowError<typeof reason>({ path: "page", reason })
      assert.strictEqual(stack?.split("\n")[1], cause.stack?.split("\n")[1])
    })

    it("leaves what an error says, and ends where causes say nothing", () => {
      assert.strictEqual(said(new Cause.UnknownError(cause, "no page")).message, "no page")
      assert.strictEqual(said(new Error("no page", { cause })).message, "no page")
      assert.strictEqual(said(new Cause.UnknownError(undefined, "An error occurred in Effect.try")).tag, "UnknownError")
      assert.strictEqual(said({ code: 4, cause: "x" }).message, '{"code":4,"cause":"x"}')
      const circle = new Error("")
      circle.cause = circle
      assert.strictEqual(said(circle).message, "Error")
    })

    it.effect("is what the state and the error of a run have of a promise that was rejected", () =>
      Effect.gen(function* () {
        const step = Step.effect("load", {
          input: Schema.String,
          output: Schema.String,
          run: () => Effect.tryPromise(() => Promise.reject(cause))
        })
        const workflow = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("page", step, "input"))
        const { state } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, "x"))
        assert.strictEqual(state.records["page"]?.error?.message, "HTTP 404")
        assert.deepStrictEqual(state.error, { path: "page", tag: "UnknownError", message: "HTTP 404" })
        assert.strictEqual((yield* Effect.flip(Engine.execute(workflow, "x"))).message, "page: HTTP 404")
      })
    )
  })
})
