import { Effect, Layer, Logger, Schema } from "effect"
import { AttemptSink, Engine, Journal, LlmClient, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"

describe("Journal", () => {
  it.effect("by default keeps nothing, and says so when a run is loaded", () =>
    Effect.gen(function* () {
      const workflow = Workflow.make("w", { input: Schema.String })
      yield* Engine.execute(workflow, "x", { run: "r" })
      const error = yield* Effect.flip(Engine.load(workflow, "r"))
      assert.include(error.message, "journal of run r: there is no journal; provide one")
    })
  )

  const asking = Workflow.make("w", { input: Schema.Struct({ text: Schema.String }) }).pipe(
    Workflow.bind(
      "say",
      Step.make("say", {
        input: Schema.Struct({ text: Schema.String }),
        output: Schema.String,
        prompt: PromptTemplate.make("{{text}}"),
        variables: ({ text }) => ({ text })
      }),
      "input"
    )
  )
  /** A client that tells of each request as one that costs money, or of none. */
  const client = (isProvider: boolean) =>
    LlmClient.layer((request) =>
      Effect.gen(function* () {
        const { started } = yield* AttemptSink.AttemptSink
        if (isProvider) yield* Effect.flatMap(started(request), (ended) => ended({ usage: { input: 1, output: 1 } }))
        return { text: "hello", finishReason: "stop", usage: {} }
      })
    )
  /** What is logged while a run asks. */
  const logged = Effect.fnUntraced(function* (isProvider: boolean, journal: Layer.Layer<never>) {
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => void lines.push(String(message)))
    yield* Effect.provide(Engine.execute(asking, { text: "hi" }, { run: "r" }), [
      client(isProvider),
      journal,
      Logger.layer([logger])
    ])
    return lines
  })

  it.effect("that was forgotten is said once a provider is asked, and not where it is meant or costs nothing", () =>
    Effect.gen(function* () {
      const [line, ...others] = yield* logged(true, Layer.empty)
      assert.include(line, "run r asks a provider and keeps nothing of what it pays for")
      assert.deepStrictEqual(others, [])
      assert.deepStrictEqual(yield* logged(true, Journal.layerNone), [])
      assert.deepStrictEqual(yield* logged(true, Journal.layerMemory), [])
      assert.deepStrictEqual(yield* logged(false, Layer.empty), [])
    })
  )
})
