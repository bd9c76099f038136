import { assert, describe, it } from "@effect/vitest"
import { Engine, PromptTemplate, Spending, Step, Workflow } from "@stepwright/core"
import { Effect, Schema } from "effect"
import { scripted } from "./support/scripted.ts"

const ask = Step.make("ask", {
  input: Schema.String,
  output: Schema.String,
  prompt: PromptTemplate.make("{{about}}"),
  variables: (about) => ({ about })
})

const told: Array<Spending.Spent | undefined> = []

const tell = Step.effect("tell", {
  input: Schema.String,
  output: Schema.String,
  run: (text) =>
    Effect.map(Spending.Spending, (spent) => {
      told.push(spent())
      return text
    })
})

const workflow = Workflow.make("w", { input: Schema.String }).pipe(
  Workflow.bind("before", tell, "input"),
  Workflow.bind("one", ask, "input"),
  Workflow.bind("two", ask, "one"),
  Workflow.bind("after", tell, "two")
)

const run = (cost?: number) =>
  Effect.gen(function* () {
    told.length = 0
    const state = yield* Engine.initialize(workflow, "go", { run: "r" })
    return (yield* Engine.run(workflow, state)).state
  }).pipe(
    Effect.provide(scripted("a", "b").layer),
    Effect.provideService(Spending.Cost, (run) => (run === "r" ? cost : undefined))
  )

describe("Spending", () => {
  it.effect("tells a step what its run has asked until then, with the cost where somebody knows it", () =>
    Effect.gen(function* () {
      yield* run(0.25)
      assert.deepInclude(told[0], { replies: 0, requests: 0, usd: 0.25 })
      assert.deepInclude(told[1], { replies: 2, requests: 0, usd: 0.25 })
      assert.deepInclude(told[1]?.usage, { input: 20, output: 10 })
      yield* run()
      assert.isFalse("usd" in told[1]!)
    })
  )

  it.effect("is no part of what a result depends on: a run that goes on tells nothing again", () =>
    Effect.gen(function* () {
      const state = yield* run()
      const { ran } = yield* Engine.run(workflow, state).pipe(
        Effect.provide(scripted("c").layer),
        Effect.provideService(Spending.Cost, () => 7)
      )
      assert.deepStrictEqual(ran, [])
      assert.strictEqual(told.length, 2)
      assert.deepInclude(Spending.of(state), { replies: 2, requests: 0 })
    })
  )

  it.effect("knows nothing of a step outside of a run", () =>
    Effect.gen(function* () {
      told.length = 0
      yield* Step.run(tell, "go")
      assert.deepStrictEqual(told, [undefined])
    })
  )
})
