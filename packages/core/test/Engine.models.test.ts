import { Effect, Layer, Schema } from "effect"
import { Engine, Journal, LlmClient, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { reply } from "./support/scripted.ts"

const say = (name: string, model: string, output: Schema.Codec<unknown, unknown> = Schema.String) =>
  Step.make(name, {
    input: Schema.String,
    output,
    prompt: PromptTemplate.make("{{text}}"),
    variables: (text: string) => ({ text }),
    model,
    repair: 0
  })

const fast = say("fast", "fast")
const tiny = say("tiny", "tiny")
const begun = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("first", fast, "input"))

/** Where a step asks a model that the client does not have, and may never be come by. */
const perhaps = {
  "a case": begun.pipe(
    Workflow.branch("way", { on: () => true as boolean, cases: { true: fast, false: tiny }, input: "input" })
  ),
  "a case within what is sampled": begun.pipe(
    Workflow.sample(
      "drafts",
      Workflow.make("inner", { input: Schema.String }).pipe(
        Workflow.branch("way", { on: () => true as boolean, cases: { true: fast, false: tiny }, input: "input" })
      ),
      { input: "input", count: 2 }
    )
  ),
  "what is done otherwise": begun.pipe(
    Workflow.fallback("way", fast, { input: "input", errors: ["StepOutputError"], otherwise: tiny })
  )
}

/** Where it is come by whenever the run gets so far. */
const surely = {
  "first/tiny": Workflow.make("w", { input: Schema.String }).pipe(
    Workflow.bind("before", fast, "input"),
    Workflow.bind(
      "first",
      Workflow.make("inner", { input: Schema.String }).pipe(Workflow.bind("tiny", tiny, "input")),
      "input"
    )
  ),
  "way/try": begun.pipe(
    Workflow.fallback("way", tiny, { input: "input", errors: ["StepOutputError"], otherwise: fast })
  ),
  "drafts/*": begun.pipe(Workflow.sample("drafts", tiny, { input: "input", count: 2 })),
  "rounds/*": begun.pipe(Workflow.iterate("rounds", tiny, { input: "input", until: () => true, atMost: 2 })),
  soon: begun.pipe(Workflow.timeout("soon", tiny, { input: "input", after: "1 minute" }))
}

type Any = Workflow.Workflow<string, unknown, unknown, LlmClient.LlmClient>

const client = (asked: Array<string>) =>
  Layer.succeed(LlmClient.LlmClient, {
    ...LlmClient.make(({ model }) => Effect.sync(() => (asked.push(model), reply("said")))),
    models: ["fast"]
  })

describe("a model that the client does not have", () => {
  it.effect.each(Object.entries<Any>(perhaps))("keeps no run from what does not ask it: %s", ([, workflow]) => {
    const asked: Array<string> = []
    return Effect.gen(function* () {
      const { state } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, "x"))
      assert.strictEqual(state.status, "COMPLETED")
      assert.notInclude(asked, "tiny")
    }).pipe(Effect.provide([client(asked), Journal.layerMemory]))
  })

  it.effect.each(Object.entries<Any>(surely))(
    "is told before the first call where it would be asked: %s",
    ([path, workflow]) => {
      const asked: Array<string> = []
      return Effect.gen(function* () {
        const error = yield* Effect.flip(Engine.run(workflow, yield* Engine.initialize(workflow, "x")))
        assert.deepStrictEqual([error.path, error.reason._tag], [path, "UnknownModel"])
        assert.deepStrictEqual(asked, [])
      }).pipe(Effect.provide([client(asked), Journal.layerMemory]))
    }
  )
})
