import { Effect, Schema } from "effect"
import { Engine, Journal, Workflow, type WorkflowEvent } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"

const started: WorkflowEvent.WorkflowEvent = { _tag: "RunStarted", version: 1, definition: "d", at: 1 }

describe("Journal", () => {
  it.effect("in memory keeps each run's events in order, and texts by hash", () =>
    Effect.gen(function* () {
      const journal = yield* Journal.Journal
      assert.strictEqual(yield* journal.size("a"), 0)
      yield* journal.append("a", started)
      yield* journal.append("b", { ...started, at: 2 })
      yield* journal.append("a", { ...started, at: 3 })
      const events = yield* journal.load("a")
      assert.deepStrictEqual(events, [started, { ...started, at: 3 }])
      yield* journal.append("a", { ...started, at: 4 })
      assert.strictEqual(events.length, 2)
      assert.strictEqual(yield* journal.size("a"), 3)
      yield* journal.putText("a", "h", "text")
      assert.strictEqual(yield* journal.getText("a", "h"), "text")
      assert.strictEqual((yield* Effect.flip(journal.load("c"))).reason, "NotFound")
      assert.strictEqual((yield* Effect.flip(journal.getText("a", "other"))).reason, "NotFound")
    }).pipe(Effect.provide(Journal.layerMemory))
  )

  it.effect("by default keeps nothing, and says so when a run is loaded", () =>
    Effect.gen(function* () {
      const workflow = Workflow.make("w", { input: Schema.String })
      yield* Engine.execute(workflow, "x", { run: "r" })
      const error = yield* Effect.flip(Engine.load(workflow, "r"))
      assert.include(error.message, "journal of run r: there is no journal; provide one")
    })
  )
})
