// oxlint-disable-next-line import/no-unassigned-import -- it makes expect know the matchers
import "@stepwright/core/testing/vitest"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Engine, Workflow } from "@stepwright/core"
import { Fixtures, Matchers, States } from "@stepwright/core/testing"
import { counting, say } from "../support/say.ts"

const { event } = Fixtures

const workflow = Workflow.make("w", { input: Schema.Array(Schema.String) }).pipe(
  Workflow.forEach("parts", say("part"), { items: "input", key: (text) => text, input: "item" }),
  Workflow.gate("sure", { question: Schema.Array(Schema.String), input: "parts", decision: Schema.Boolean })
)

const failed = States.after(
  workflow,
  ["a"],
  [
    event("StepStarted", { path: "parts/a" }),
    event("StepFailed", { path: "parts/a", tag: "LlmError", message: "no key" }),
    event("RunEnded", { status: "FAILED", error: { path: "parts/a", tag: "LlmError", message: "no key" } })
  ]
)

describe("Matchers", () => {
  it.effect("tell how a run stands, of its state and of its outcome", () =>
    Effect.gen(function* () {
      const outcome = yield* Engine.run(workflow, yield* Engine.initialize(workflow, ["a", "b"]))
      expect(outcome).toWaitAt("sure")
      expect(outcome.state).toWaitAt("sure")
      expect(outcome).not.toHaveCompleted()
      expect(outcome).toHaveAsked("parts/*", 2)
      expect(outcome).toHaveAsked("parts/a")
      expect(outcome).not.toHaveAsked("parts/c")
      const { state } = yield* Engine.run(workflow, yield* Engine.decide(workflow, outcome.state, "sure", true))
      expect(state).toHaveCompleted()
      expect(state).not.toWaitAt("sure")
    }).pipe(Effect.provide(counting().layer))
  )

  it.effect("tell at which path a run failed, and with what", () =>
    Effect.gen(function* () {
      const state = yield* failed
      expect(state).toHaveFailedAt("parts/a")
      expect(state).toHaveFailedAt("parts/a", "LlmError")
      expect(state).not.toHaveFailedAt("parts/a", "StepOutputError")
      expect(state).not.toHaveFailedAt("parts/b")
    })
  )

  it.effect("show the run where it is otherwise", () =>
    Effect.gen(function* () {
      expect(Matchers.toHaveCompleted(yield* failed).message()).toBe(
        "expected the run to have completed\nrun run is FAILED: parts/a LlmError\n  parts/a: LlmError: no key, 0 replies"
      )
      expect(Matchers.toHaveFailedAt(yield* failed, "parts/a").message()).toContain("not to have failed at parts/a")
    })
  )

  it.effect("refuse what would pass for nothing, whichever way it is expected", () =>
    Effect.gen(function* () {
      const { state } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, ["a"]))
      for (const run of [state, yield* failed]) {
        expect(() => expect(run).toHaveAsked("part/*", 0)).toThrow(/have asked at part.*; did you mean "parts\/\*"\?/)
        expect(() => expect(run).not.toHaveAsked("parts")).toThrow(/no step has this path/)
        expect(() => expect(run).not.toWaitAt("shure")).toThrow(/did you mean "sure"\?/)
        expect(() => expect(run).not.toHaveFailedAt("part/a")).toThrow(/no step has this path/)
        expect(run).not.toHaveFailedAt("parts", "InvalidItems")
        expect(run).not.toHaveAsked("*/b")
      }
      // nothing is known of the workflow of a state from elsewhere
      expect({ ...state }).not.toHaveAsked("part/a")
      expect(() => expect({ status: "FAILED" }).not.toHaveCompleted()).toThrow(/expected a state of a run/)
    }).pipe(Effect.provide(counting().layer))
  )
})
