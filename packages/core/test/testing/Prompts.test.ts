import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Engine, PromptTemplate, StandardSchema, Step, Workflow, Workspace } from "@stepwright/core"
import { Prompts } from "@stepwright/core/testing"
import { toStandardJsonSchema } from "@valibot/to-json-schema"
import { type } from "arktype"
import * as v from "valibot"
import * as z from "zod"
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

  describe("what is made up", () => {
    const asking = (output: StandardSchema.AnySchema) => {
      const facts = Step.make("facts", {
        input: z.object({ topic: z.string() }),
        output: output as z.ZodType<unknown>,
        prompt: PromptTemplate.make("Facts on {{topic}}."),
        variables: ({ topic }) => ({ topic })
      })
      return Workflow.make("w", { input: z.object({ topic: z.string().default("rain") }) }).pipe(
        Workflow.bind("facts", facts, "input"),
        Workflow.bind("last", say("last"), ({ facts }) => JSON.stringify(facts))
      )
    }
    const madeUp = (output: StandardSchema.AnySchema) =>
      Effect.map(Prompts.requests(asking(output), { input: {} }), (requests) => {
        assert.include(requests[0]?.messages.at(-1)?.content, "Facts on rain.")
        return requests[1]!.messages[0]!.content.slice("last: ".length)
      })

    it.effect.each<[string, StandardSchema.AnySchema, RegExp]>([
      ["zod", z.object({ list: z.array(z.string().min(30)), at: z.iso.datetime() }), /^{"list":\[".{30,}"at":".*Z"}$/],
      ["zod", z.object({ by: z.email(), home: z.url(), code: z.string().regex(/^[A-Z]{3}$/) }), /"code":"[A-Z]{3}"/],
      ["zod", z.object({ n: z.string().transform(Number), of: z.int().multipleOf(5) }), /^{"n":1,"of":\d*[05]}$/],
      ["valibot", toStandardJsonSchema(v.object({ by: v.pipe(v.string(), v.email()) })), /^{"by":".+@.+"}$/],
      ["arktype", type({ kind: "'long' | 'short'", "size?": "number.integer > 3" }), /^{"kind":"(long|short)"/],
      ["part", Schema.Struct({ a: StandardSchema.make(z.object({ b: z.enum(["x", "y"]) })) }), /^{"a":{"b":"[xy]"}}$/]
    ])("fits a schema of %s: %#", ([, output, expected]) =>
      Effect.map(madeUp(output), (text) => assert.match(text, expected))
    )

    it.effect("can be printed", () => {
      const text = Schema.String.check(Schema.isMinLength(40), Schema.isPattern(/^[^a]*$/))
      return Effect.map(madeUp(Schema.Struct({ text, free: Schema.Array(Schema.Json) })), (text) =>
        assert.match(text, /^[\P{C}]*$/u)
      )
    })

    it.effect("is asked for by name where the schema refuses all that is tried", () =>
      Effect.gen(function* () {
        const output = z.string().refine((text) => text === "a secret")
        const error = yield* Effect.flip(Prompts.render(asking(output), { input: {} }))
        assert.strictEqual(
          error.message,
          'facts: no output could be made up that its Schema takes; give one: outputs: { "facts": … }'
        )
        const text = yield* Prompts.render(asking(output), { input: {}, outputs: { facts: "a secret" } })
        assert.include(text, "a secret")
      })
    )
  })

  describe("code that asks models", () => {
    const ask = (name: string) => Step.run(say(name), "x")
    const code = <E, R>(run: Effect.Effect<ReadonlyArray<string>, E, R>) =>
      Workflow.make("w", { input: Schema.String }).pipe(
        Workflow.bind(
          "code",
          Step.effect("code", { input: Schema.String, output: Schema.Array(Schema.String), run: () => run }),
          "input"
        ),
        Workflow.bind("last", say("last"), ({ code }) => `${code.length}`)
      )
    const prompts = <E, R>(workflow: Workflow.Workflow<string, unknown, E, R>, outputs = {}) =>
      Effect.map(Prompts.requests(workflow, { input: "x", outputs }), (requests) =>
        requests.map(({ messages }) => messages.at(-1)!.content)
      )

    it.effect("is heard too, beside each other and in a run of its own, and goes on with what is made up", () =>
      Effect.gen(function* () {
        const both = code(Effect.all([ask("one"), ask("two")], { concurrency: "unbounded" }))
        assert.deepStrictEqual(yield* prompts(both), ["one: x", "two: x", "last: 2"])
        const inner = Workflow.make("inner", { input: Schema.String }).pipe(Workflow.bind("last", say("in"), "input"))
        const runs = code(Effect.map(Engine.execute(inner, "x"), ({ last }) => [last]))
        assert.deepStrictEqual(yield* prompts(runs), ["in: x", "last: 1"])
        assert.deepStrictEqual(yield* prompts(both, { code: ["a"] }), ["last: 1"])
      })
    )

    it.effect("says that it has to be given where it cannot go on with what is made up", () =>
      Effect.gen(function* () {
        const picky = code(Effect.flatMap(ask("one"), (text) => Effect.fail(`not ${typeof text}`)))
        const error = yield* Effect.flip(prompts(picky))
        assert.match(error.message, /^code: its code asks a model, and fails with .*\(not string\).*"code": …/)
      })
    )
  })

  it.effect("refuses an output for a path that no step has, with the nearest", () =>
    Effect.gen(function* () {
      const wrong = (path: string) =>
        Effect.flip(Prompts.render(article, { input: { topic: "rain" }, outputs: { [path]: 1 } }))
      assert.match((yield* wrong("outlin")).message, /^outlin: .*did you mean "outline"\?/)
      assert.match((yield* wrong("part/*")).message, /did you mean "parts\/\*"\?/)
    })
  )
})
