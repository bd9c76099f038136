import { Effect, Schema } from "effect"
import { Engine, Journal, type LlmClient, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { scripted } from "./support/scripted.ts"

const say = Step.make("say", {
  input: Schema.String,
  output: Schema.String,
  prompt: PromptTemplate.make("{{text}}"),
  variables: (text) => ({ text })
})

const Plan = Schema.Struct({ kind: Schema.Literals(["a", "b"]), items: Schema.Array(Schema.String) })

/** A workflow in which one step reads nothing. */
const constant = Workflow.make("constant", { input: Schema.Unknown }).pipe(Workflow.bind("one", say, () => "constant"))

const gated = Workflow.make("w", { input: Schema.String }).pipe(
  Workflow.gate("approval", { question: Schema.String, input: "input", decision: Plan })
)

const waiting = {
  branch: gated.pipe(
    Workflow.branch("way", { on: "approval.kind", cases: { a: constant, b: constant }, input: "input" })
  ),
  forEach: gated.pipe(
    Workflow.forEach("way", constant, { items: "approval.items", key: (item) => item, input: "item" })
  ),
  forEachDependency: gated.pipe(
    Workflow.forEachDependency("way", constant, {
      items: "approval.items",
      key: (item) => item,
      dependsOn: () => [],
      input: "item"
    })
  ),
  "the later rounds of iterate": gated.pipe(
    Workflow.iterate("way", constant, {
      input: "input",
      until: ({ approval, last }) => approval.kind === "a" && last.one !== "",
      atMost: 3
    })
  ),
  fallback: gated.pipe(
    Workflow.fallback(
      "way",
      Workflow.make("inner", { input: Schema.String }).pipe(
        Workflow.gate("ok", { question: Schema.String, input: "input", decision: Schema.Boolean }),
        Workflow.bind("tried", say, ({ ok }) => String(ok))
      ),
      { input: "input", errors: ["StepOutputError"], otherwise: constant }
    )
  )
}

describe("a gate", () => {
  type Each = Workflow.Workflow<string, unknown, unknown, LlmClient.LlmClient>
  it.effect.each(Object.entries<Each>(waiting))(
    "that is not decided lets nothing start in what hangs on it: %s",
    ([name, workflow]) => {
      const { layer, requests } = scripted("x")
      return Effect.gen(function* () {
        const { state } = yield* Effect.flatMap(Engine.initialize(workflow, "x"), (state) =>
          Engine.run(workflow, state)
        )
        assert.strictEqual(state.status, "SUSPENDED")
        // the first round is one, whatever is decided
        assert.strictEqual(requests.length, name === "the later rounds of iterate" ? 1 : 0)
        assert.deepStrictEqual(
          Object.keys(state.records).filter((path) => path.includes("*")),
          []
        )
        const plan = yield* Engine.plan(workflow, state)
        for (const { action, path } of plan) {
          if (path.startsWith("way/") && path !== "way/1/one") assert.include(["perhaps", "decide"], action, path)
        }
      }).pipe(Effect.provide([layer, Journal.layerMemory]))
    }
  )

  it.effect("keeps its decision when it is renamed, whatever other gates there are", () => {
    const named = (name: string) =>
      Workflow.make("w", { input: Schema.String }).pipe(
        Workflow.gate(name as "approval", { question: Schema.String, input: () => "1", decision: Schema.Boolean }),
        Workflow.gate("other", { question: Schema.String, input: () => "2", decision: Schema.Boolean })
      )
    return Effect.gen(function* () {
      const asked = yield* Effect.flatMap(Engine.initialize(named("approval"), "x"), (state) =>
        Engine.run(named("approval"), state)
      )
      const decided = yield* Engine.decide(named("approval"), asked.state, "approval", true, { who: "Ada" })
      const { by, who } = decided.records["approval"]?.result ?? {}
      assert.deepStrictEqual([by, who], ["decision", "Ada"])
      const plan = yield* Engine.plan(named("approved"), decided)
      assert.deepStrictEqual(
        plan.map(({ action, path, why }) => [path, action, why]),
        [
          ["approved", "reuse", "moved from approval"],
          ["other", "decide", "it waits for a decision"]
        ]
      )
    }).pipe(Effect.provide([scripted("x").layer, Journal.layerMemory]))
  })

  it.effect("takes a decision that becomes free while the run goes on", () => {
    const { layer, requests } = scripted("x")
    const gate = (question: string) =>
      ({ question: Schema.String, input: () => question, decision: Schema.Boolean }) as const
    const before = Workflow.make("w", { input: Schema.String }).pipe(
      Workflow.bind("first", say, "input"),
      Workflow.gate("old", gate("fine?"))
    )
    // whether `old` asks another question is known only when `second` is done
    const after = Workflow.make("w", { input: Schema.String }).pipe(
      Workflow.gate("new", gate("fine?")),
      Workflow.bind("second", say, () => "other"),
      Workflow.gate("old", {
        question: Schema.String,
        input: ({ second }) => `${second}?`,
        decision: Schema.Boolean
      })
    )
    return Effect.gen(function* () {
      const asked = yield* Effect.flatMap(Engine.initialize(before, "x"), (state) => Engine.run(before, state))
      const decided = yield* Engine.run(before, yield* Engine.decide(before, asked.state, "old", true))
      const { ran, reused, undecided } = yield* Engine.run(after, decided.state)
      assert.deepStrictEqual([undecided, ran, reused], [["old"], ["second"], ["new"]])
      assert.strictEqual(requests.length, 2)
    }).pipe(Effect.provide([layer, Journal.layerMemory]))
  })

  it.effect("in an item keeps those that depend on it waiting, though they read nothing of it", () => {
    const { layer, requests } = scripted("x")
    const body = Workflow.make("body", { input: Schema.String }).pipe(
      Workflow.gate("ok", { question: Schema.String, input: "input", decision: Schema.Boolean }),
      Workflow.bind("one", say, "input")
    )
    const workflow = Workflow.make("w", { input: Schema.Array(Schema.String) }).pipe(
      Workflow.forEachDependency("each", body, {
        items: "input",
        key: (item) => item,
        dependsOn: (item) => (item === "a" ? [] : ["a"]),
        input: "item"
      })
    )
    return Effect.gen(function* () {
      const { state, undecided } = yield* Effect.flatMap(Engine.initialize(workflow, ["a", "b"]), (state) =>
        Engine.run(workflow, state)
      )
      assert.deepStrictEqual(undecided, ["each/a/ok"])
      assert.deepStrictEqual(requests.length, 1)
      const decided = yield* Engine.run(workflow, yield* Engine.decide(workflow, state, "each/a/ok", true))
      assert.deepStrictEqual(decided.undecided, ["each/b/ok"])
    }).pipe(Effect.provide([layer, Journal.layerMemory]))
  })

  it.effect("is asked anew where a new result of it is wanted, and waits for another decision", () => {
    const workflow = Workflow.make("w", { input: Schema.String }).pipe(
      Workflow.gate("ok", { question: Schema.String, input: "input", decision: Schema.Boolean }),
      Workflow.bind("next", say, ({ ok }) => String(ok))
    )
    return Effect.gen(function* () {
      const asked = yield* Effect.flatMap(Engine.initialize(workflow, "x"), (state) => Engine.run(workflow, state))
      const done = yield* Engine.run(workflow, yield* Engine.decide(workflow, asked.state, "ok", true))
      assert.strictEqual(done.state.status, "COMPLETED")
      const again = yield* Engine.step(workflow, done.state, "ok", { force: true })
      assert.deepStrictEqual([again.undecided, again.ran], [["ok"], []])
      assert.notProperty(again.state.records["ok"], "pending")
      const plan = yield* Engine.plan(workflow, again.state)
      assert.deepStrictEqual(
        plan.map(({ action }) => action),
        ["decide", "perhaps"]
      )
      const decided = yield* Engine.run(workflow, yield* Engine.decide(workflow, again.state, "ok", false))
      assert.deepStrictEqual([decided.state.status, decided.ran], ["COMPLETED", ["next"]])
    }).pipe(Effect.provide([scripted("x").layer, Journal.layerMemory]))
  })
})
