import { writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { type LlmClient, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { ConfigProvider, Effect, Layer, Schema } from "effect"
import { forget, type Loaded } from "../../../src/cli/module/workflowModule.ts"
import { call, inFolder } from "../../support/commandLine.ts"

const Text = Schema.Struct({ text: Schema.String })

const say = (model: string) =>
  Step.make("say", {
    input: Text,
    output: Schema.String,
    prompt: PromptTemplate.make("{{text}}"),
    variables: ({ text }) => ({ text }),
    model
  })

const plain = Step.effect("plain", { input: Text, output: Schema.String, run: ({ text }) => Effect.succeed(text) })
const other = say("anthropic/claude")
const begun = Workflow.make("w", { input: Text })

const program = <In, Out, E, R>(workflow: Workflow.Workflow<In, Out, E, R>): Loaded => ({
  workflow: forget(workflow),
  layer: Layer.empty as Layer.Layer<never>,
  hasLayer: false,
  program: "w.ts"
})

const perhaps = {
  "a case": begun.pipe(
    Workflow.branch("way", { on: () => true as boolean, cases: { true: plain, false: other }, input: "input" })
  ),
  "what is done otherwise": begun.pipe(
    Workflow.fallback("way", plain, { input: "input", errors: [], otherwise: other })
  )
}

const surely = {
  "a step": begun.pipe(Workflow.bind("say", other, "input")),
  "a sample": begun.pipe(Workflow.sample("drafts", other, { input: "input", count: 2 })),
  "a round": begun.pipe(Workflow.iterate("rounds", other, { input: "input", until: () => true, atMost: 2 })),
  "what is tried": begun.pipe(
    Workflow.fallback("way", other, { input: "input", errors: ["StepOutputError"], otherwise: plain })
  )
}

const run = Effect.fnUntraced(function* (bound: Loaded, ...flags: ReadonlyArray<string>) {
  writeFileSync("doc.md", "Say it.")
  const called = yield* call(["run", "doc.md", ...flags], bound)
  const runs: ReadonlyArray<unknown> = JSON.parse((yield* call(["list", "--json"], bound)).out)
  return { ...called, runs: runs.length }
})

const withVariables = (variables: Readonly<Record<string, string>>) =>
  Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(variables)))

type Any = Workflow.Workflow<typeof Text.Type, unknown, unknown, LlmClient.LlmClient>

describe("a model without a key", () => {
  it.effect.each(Object.entries<Any>(perhaps))("keeps no run from its end that does not ask it: %s", ([, workflow]) =>
    Effect.gen(function* () {
      const { err, runs, status } = yield* run(program(workflow))
      assert.deepStrictEqual([status, runs], [0, 1], err)
    }).pipe(withVariables({}), inFolder)
  )

  it.effect.each(Object.entries<Any>(surely))("is told before a run begins that would ask it: %s", ([, workflow]) =>
    Effect.gen(function* () {
      const { err, runs, status } = yield* run(program(workflow))
      assert.deepStrictEqual([status, runs], [3, 0], err)
      assert.include(err, "ANTHROPIC_API_KEY")
    }).pipe(withVariables({}), inFolder)
  )

  it.effect("is told when a way is gone that asks it, and the run goes on with one", () =>
    Effect.gen(function* () {
      const way = begun.pipe(
        Workflow.branch("way", { on: () => false as boolean, cases: { true: plain, false: other }, input: "input" })
      )
      const { err, runs, status } = yield* run(program(way))
      assert.deepStrictEqual([status, runs], [3, 1], err)
      assert.match(err, /failed at way\/false: .*ANTHROPIC_API_KEY/)
    }).pipe(withVariables({}), inFolder)
  )
})

describe("a model without a price", () => {
  it.effect.each(Object.entries<Any>(perhaps))(
    "under a cap keeps no run from its end that does not ask it: %s",
    ([, workflow]) =>
      Effect.gen(function* () {
        const { err, runs, status } = yield* run(program(workflow), "--max-usd", "1")
        assert.deepStrictEqual([status, runs], [0, 1], err)
      }).pipe(withVariables({}), inFolder)
  )

  it.effect("under a cap is told before a run begins that would ask it", () =>
    Effect.gen(function* () {
      const { err, runs, status } = yield* run(program(surely["a step"]), "--max-usd", "1")
      assert.deepStrictEqual([status, runs], [3, 0], err)
      assert.include(err, "no price is known for claude")
    }).pipe(withVariables({ ANTHROPIC_API_KEY: "k" }), inFolder)
  )
})
