import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Engine, LlmReply, LlmRequest, Workflow, WorkflowEvent, WorkflowState } from "@stepwright/core"
import { Fixtures, States } from "@stepwright/core/testing"
import { counting, say } from "../support/say.ts"

const { event } = Fixtures

describe("Fixtures", () => {
  describe("event", () => {
    it("makes one of each kind that fits its Schema, with what is given in place of its defaults", () => {
      const tags = WorkflowEvent.WorkflowEvent.members.map(({ fields }) => fields._tag.schema.literal)
      for (const tag of tags) {
        if (tag !== "RunImported") assert.strictEqual(event(tag)._tag, tag)
      }
      assert.deepStrictEqual(event("StepFailed", { path: "draft", message: "no" }), {
        _tag: "StepFailed",
        path: "draft",
        step: "step",
        tag: "Error",
        message: "no",
        at: 0
      })
      expectTypeOf(event("StepStarted").path).toEqualTypeOf<string>()
      // @ts-expect-error -- there is no state that could be imported by default
      assert.throws(() => event("RunImported"))
    })

    it("refuses what the Schema refuses", () => {
      assert.throws(() => event("StepStarted", { at: 0.5 }), /StepStarted: .*"at"/s)
      assert.throws(() => event("RunInitialized", { run: "../x" }), /RunInitialized: .*"run"/s)
    })
  })

  it("makes requests, replies and records that fit their Schemas", () => {
    assert.isTrue(Schema.is(LlmRequest.LlmRequest)(Fixtures.request("ping", { metadata: { turn: 2 } })))
    assert.isTrue(Schema.is(LlmReply.LlmReply)(Fixtures.reply("pong", { finishReason: "length" })))
    assert.isTrue(Schema.is(WorkflowState.StepRecord)(Fixtures.record({ attempts: 1 })))
    assert.throws(() => Fixtures.usage(-1), /usage: /)
  })
})

describe("States", () => {
  describe("after", () => {
    const workflow = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("a", say("a"), "input"))

    it.effect("refuses an event at a path that no step has, with the nearest", () =>
      Effect.gen(function* () {
        const long = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("facts", say("a"), "input"))
        for (const wrong of [
          event("StepStarted", { path: "factz" }),
          event("ResultMoved", { from: "factz", to: "facts" })
        ]) {
          const { message, reason } = yield* Effect.flip(States.after(long, "x", [wrong]))
          assert.strictEqual(reason._tag, "UnknownPath")
          assert.match(message, /^factz: .*no step has this path; did you mean "facts"\?/)
        }
      })
    )

    it.effect("is that of a run in which the events happened, and goes on from there", () =>
      Effect.gen(function* () {
        const state = yield* States.after(workflow, "x", [
          event("RunStarted"),
          event("StepStarted", { path: "a" }),
          event("StepFailed", { path: "a", tag: "LlmError" }),
          event("RunEnded", { status: "FAILED" })
        ])
        assert.deepInclude(state, { run: "run", input: "x", status: "FAILED", events: 5 })
        assert.strictEqual(state.records["a"]?.error?.tag, "LlmError")
        const [entry] = yield* Engine.plan(workflow, state)
        assert.deepInclude(entry, { path: "a", action: "run" })
        assert.deepStrictEqual(yield* WorkflowState.fromJson(WorkflowState.toJson(state)), state)
      }).pipe(Effect.provide(counting().layer))
    )
  })
})
