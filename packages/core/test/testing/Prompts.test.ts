import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { PromptTemplate, Step, Workflow, Workspace } from "@stepwright/core"
import { Prompts } from "@stepwright/core/testing"
import { say } from "../support/say.ts"

const outline = Step.make("outline", {
  input: Schema.Struct({ topic: Schema.String }),
  output: Schema.Struct({ points: Schema.Array(Schema.String) }),
  prompt: PromptTemplate.make("Outline {{topic}}."),
  system: "You are brief.",
  variables: ({ topic }) => ({ topic }),
  model: "small",
  parameters: { maxOutputTokens: 200 }
})

const count = Step.effect("count", {
  input: Schema.Array(Schema.String),
  output: Schema.String,
  run: (points) => Effect.succeed(`${points.length} points`)
})

const article = Workflow.make("article", { input: Schema.Struct({ topic: Schema.String }) }).pipe(
  Workflow.bind("outline", outline, "input"),
  Workflow.bind("count", count, "outline.points"),
  Workflow.forEach("parts", say("part"), { items: "outline.points", key: (point) => point, input: "item" }),
  Workflow.bind("draft", say("draft"), ({ count, parts }) => `${count}: ${parts.join(", ")}`)
)

const outputs = { outline: { points: ["why", "how"] }, "parts/*": "some words", "parts/how": "other words" }

describe("Prompts", () => {
  describe("render", () => {
    it.effect("has every prompt in the order of the definition, with what steps give before it", () =>
      Effect.gen(function* () {
        const text = yield* Prompts.render(article, { input: { topic: "rain" }, outputs })
        assert.strictEqual(
          text.replace(/Reply with[^]*?(?=\n\n=====)/, "FORMAT"),
          `===== outline · model small · maxOutputTokens 200 · replies with json

----- system
You are brief.

----- user
Outline rain.

FORMAT

===== parts/why · model default · replies with text

----- user
part: why

===== parts/how · model default · replies with text

----- user
part: how

===== draft · model default · replies with text

----- user
draft: 2 points: some words, other words`
        )
      })
    )

    it.effect("is the same each time, where nothing is given too", () =>
      Effect.gen(function* () {
        const texts = yield* Effect.all([
          Prompts.render(article, { input: { topic: "rain" } }),
          Prompts.render(article, { input: { topic: "rain" } })
        ])
        assert.strictEqual(texts[0], texts[1])
        assert.include(texts[0], "draft: ")
      })
    )
  })

  describe("requests", () => {
    const delivers = Step.effect("delivers", {
      input: Schema.String,
      output: Schema.String,
      run: (content) =>
        Effect.gen(function* () {
          const { write } = yield* Workspace.Workspace
          yield* Effect.orDie(write([{ path: "a.txt", content }]))
          return "written"
        })
    })
    const asks = Workflow.make("asks", { input: Schema.String }).pipe(
      Workflow.bind("said", say("first"), "input"),
      Workflow.gate("sure", { question: Schema.String, input: "said", decision: Schema.Boolean }),
      Workflow.bind("delivered", delivers, "said"),
      Workflow.bind("last", say("last"), ({ delivered, sure }) => `${delivered} ${sure}`)
    )
    const asked = (outputs: Readonly<Record<string, Schema.Json>>, files = new Map<string, string>()) =>
      Prompts.requests(asks, { input: "x", outputs: { said: "hello", ...outputs } }).pipe(
        Effect.map((requests) => requests.map(({ messages }) => messages.at(-1)!.content)),
        Effect.provide(Workspace.layerMemory(files))
      )

    it.effect("ends where a decision is missing, and goes on with one", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* asked({}), ["first: x"])
        assert.deepStrictEqual(yield* asked({ sure: true }), ["first: x", "last: written true"])
      })
    )

    it.effect("runs code that has no output, and leaves alone what has one", () =>
      Effect.gen(function* () {
        const files = new Map<string, string>()
        yield* asked({ delivered: "as if" }, files)
        assert.strictEqual(files.size, 0)
        yield* asked({}, files)
        assert.deepStrictEqual([...files], [["a.txt", "hello"]])
      })
    )

    it.effect("refuses an output that does not fit, and names its path", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(asked({ said: 1 }))
        assert.strictEqual(error._tag, "PromptsError")
        assert.match(error.message, /^said: the output given for it does not fit: /)
      })
    )

    it.effect("fails as the run does where code fails", () =>
      Effect.gen(function* () {
        const broken = Step.effect("broken", {
          input: Schema.String,
          output: Schema.String,
          run: () => Effect.fail("no")
        })
        const workflow = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("a", broken, "input"))
        const error = yield* Effect.flip(Prompts.requests(workflow, { input: "x" }))
        assert.deepStrictEqual([error._tag, "reason" in error && error.reason], ["WorkflowError", "no"])
      })
    )
  })
})
