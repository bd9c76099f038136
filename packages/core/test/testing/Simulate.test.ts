import { toStandardJsonSchema } from "@valibot/to-json-schema"
import { assert, describe, it } from "@effect/vitest"
import { type } from "arktype"
import { Effect, Layer, Schema } from "effect"
import type { StandardSchemaV1 } from "effect/StandardSchema"
import { PromptTemplate, Step, Workflow, Workspace } from "@stepwright/core"
import { Simulate } from "@stepwright/core/testing"
import * as v from "valibot"
import * as z from "zod"
import { say } from "../support/say.ts"
import { file, gated, hopeless, listed, planted, sound, ways } from "./planted.ts"
import { right } from "./right.ts"

const input = { topic: "Effect" }

const outside = (version: number) =>
  Effect.sync(() => {
    file.text = `text ${version}`
  })

describe("Simulate", () => {
  describe("check", () => {
    it.live("finds nothing wrong where nothing is", () =>
      Effect.gen(function* () {
        const report = yield* Simulate.check(sound, { input, seeds: 60 })
        assert.isAtLeast(report.worlds, 60)
        assert.isAtLeast(report.lives, 120)
        assert.isAtLeast(report.requests, 300)
      })
    )

    for (const [name, workflow] of Object.entries(right)) {
      it.live(`finds nothing wrong with ${name}`, () =>
        // a pipeline of any of these types
        Simulate.check(workflow as (typeof right)["several models"], { input: "rain", outside, seeds: 20 })
      )
    }

    it.live("makes inputs of the workflow's Schema", () =>
      Effect.map(Simulate.check(sound, { seeds: 20 }), ({ worlds }) => assert.isAtLeast(worlds, 23))
    )

    it.live("tells which steps no run came to", () =>
      Effect.gen(function* () {
        const reached = yield* Simulate.check(ways, { input: "rain", seeds: 5 })
        assert.deepStrictEqual(reached.unreached, ["safe/otherwise"])
        const one = yield* Simulate.check(ways, { input: "rain", seeds: 5, model: () => "one" })
        assert.deepStrictEqual(one.unreached, ["way/two", "way/three", "safe/otherwise"])
      })
    )

    it.live("tells of laws of one's own, in the smallest world and with the smallest input", () =>
      Effect.gen(function* () {
        const laws = {
          "few drafts": ({ output }: { readonly output: { readonly drafts: ReadonlyArray<string> } }) =>
            output.drafts.length < 2
        }
        const many = { points: ["one", "two", "three", "four"] }
        const check = Simulate.check(listed, { input: many, laws, seeds: 3 })
        const { findings, message } = yield* Effect.flip(check)
        assert.deepStrictEqual(
          findings.map(({ law }) => law),
          ["few drafts"]
        )
        assert.include(message, "broken law: few drafts")
      })
    )

    it.live("finds again with its seed what it found, and shows no more of the world than is needed", () =>
      Effect.gen(function* () {
        const workflow = planted["a retry inside of a step"]
        const first = yield* Effect.flip(Simulate.check(workflow, { input, seeds: 30 }))
        const seed = first.findings[0].seed ?? 0
        const again = yield* Effect.flip(Simulate.check(workflow, { input, seeds: [seed] }))
        assert.deepStrictEqual(again.findings, first.findings)
        assert.include(again.message, "world     life 1: ")
        assert.notInclude(again.message, "; life 2: ")
        assert.include(again.message, `seeds: [${seed}]`)
      })
    )

    it.live("says that replies which it makes up get no run through", () =>
      Effect.gen(function* () {
        const { findings } = yield* Effect.flip(Simulate.check(hopeless, { input, seeds: 3 }))
        assert.deepStrictEqual(
          findings.map(({ law, path }) => [law, path]),
          [["a run completes in peace", "never"]]
        )
      })
    )

    it.live("decides at gates, asks the model that it is given, and builds services for each world", () =>
      Effect.gen(function* () {
        let built = 0
        const layer = Layer.suspend(() => {
          built++
          return Workspace.layerMemory()
        })
        const model: Simulate.Model = ({ format, messages }) =>
          format.type === "json" ? { title: "Title", points: [] } : `said of ${messages.at(-1)?.content}`
        const report = yield* Simulate.check(gated, { input, layer, model, seeds: 20 })
        assert.isAtLeast(built, report.worlds)
      })
    )

    it.live("refuses a law that there is not among those that need not hold", () =>
      Effect.gen(function* () {
        const exit = yield* Effect.exit(Simulate.check(sound, { input, except: ["least works"] }))
        assert.include(String(exit), 'no law is called "least works"; did you mean "least work"?')
      })
    )

    describe("with Standard Schemas", () => {
      const plan = <In, Out>(input: StandardSchemaV1<In>, output: StandardSchemaV1<Out>, check?: () => string) => {
        const step = Step.make("q", {
          input,
          output,
          prompt: PromptTemplate.make("Plan {{topic}}."),
          variables: (topic) => ({ topic: JSON.stringify(topic) }),
          ...(check !== undefined && { check })
        })
        return Workflow.make("w", { input }).pipe(
          Workflow.bind("first", step, "input" as never),
          Workflow.gate("sure", { question: output, input: "first" as never, decision: input }),
          Workflow.bind("last", say("last"), (scope) => JSON.stringify(scope))
        )
      }

      const object = z.object({
        topic: z.string().trim().min(12).toUpperCase(),
        at: z.iso.datetime(),
        hours: z.string().transform((text) => `${text} hours`)
      })
      it.live.each<[string, StandardSchemaV1]>([
        ["zod", object],
        [
          "valibot",
          toStandardJsonSchema(v.object({ topic: v.pipe(v.string(), v.minLength(9)), list: v.array(v.number()) }))
        ],
        ["arktype", type({ topic: "string >= 9", kind: "'a' | 'b'" })]
      ])("makes inputs, replies and decisions of one of %s", ([, schema]) =>
        Effect.map(Simulate.check(plan(schema, schema), { seeds: 8 }), ({ worlds }) => assert.isAtLeast(worlds, 11))
      )

      it.live("says which value is to be given where the Schema refuses all that is tried", () =>
        Effect.gen(function* () {
          const secret = z.string().refine((text) => text === "a secret")
          const missing = (
            input: z.ZodType<string>,
            output: z.ZodType<string>,
            options: { readonly input?: string } = {},
            check?: () => string
          ) =>
            Effect.map(
              Effect.flip(Simulate.check(plan(input, output, check), { seeds: 3, ...options })),
              ({ findings, message }) => {
                assert.match(message, /^"w" is not tried/)
                assert.strictEqual(findings[0].law, "values can be made up")
                return [findings[0].path, findings[0].happened]
              }
            )
          const [input, noInput] = yield* missing(secret, z.string())
          assert.deepStrictEqual([input, noInput?.endsWith("give `input`, or `inputs`")], ["input", true])
          const [first, noReply] = yield* missing(z.string(), secret)
          assert.deepStrictEqual([first, noReply?.endsWith("give a `model`")], ["first", true])
          const [sure, noDecision] = yield* missing(secret, z.string(), { input: "a secret" })
          assert.deepStrictEqual([sure, noDecision?.endsWith("give `decide`")], ["sure", true])
          const [checked] = yield* missing(z.string(), z.string(), {}, () => "never")
          assert.strictEqual(checked, "first")
        })
      )
    })

    it.live("names the path of a function that is none, whatever its step is called", () =>
      Effect.gen(function* () {
        let count = 0
        const q = Step.make("q", {
          input: Schema.String,
          output: Schema.String,
          prompt: PromptTemplate.make("Q {{n}}"),
          variables: () => ({ n: ++count })
        })
        const w = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("asked", q, "input"))
        const { findings } = yield* Effect.flip(Simulate.check(w, { input: "x", seeds: 1 }))
        assert.deepInclude(findings[0], { law: "functions are pure", path: "asked" })
      })
    )

    it.live("finds keys by index, whichever list of an input they hang on", () =>
      Effect.gen(function* () {
        const workflow = Workflow.make("signed", {
          input: Schema.Struct({ parties: Schema.Array(Schema.String), clauses: Schema.Array(Schema.String) })
        }).pipe(
          Workflow.forEach("said", say("said"), {
            items: ({ input }) => input.clauses.map((text, at) => ({ text, at })),
            key: ({ at }) => `clause-${at}`,
            input: "item.text"
          })
        )
        const input = { parties: ["one", "other"], clauses: ["first", "second"] }
        const { findings } = yield* Effect.flip(Simulate.check(workflow, { input, seeds: 1 }))
        assert.deepInclude(findings[0], { law: "a key is an item's own", path: "said" })
      })
    )

    // what is found of each, at which path
    const wanted: Readonly<Record<keyof typeof planted, readonly [law: string, path: string]>> = {
      "a clock in a selector": ["functions are pure", "draft"],
      "random numbers in a function of variables": ["functions are pure", "outline"],
      "a clock in a step of code": ["steps of code give the same for the same", "stamped"],
      "random numbers in a key": ["what is done is done", "stamped"],
      "an input changed in place by a selector": ["inputs stay as they are", "draft"],
      "an input changed in place by a step of code": ["inputs stay as they are", "first"],
      "a file without a key": ["a key tells what is read", "signed"],
      "a key by index": ["a key is an item's own", "drafts"],
      "a Schema that does not read what it writes": ["Schemas read what they write", "odd"],
      "an error swallowed that hides a budget": ["errors are passed on", "draft"],
      "a result that hangs on the order of completion": ["steps of code give the same for the same", "both"],
      "the order of completion in a variable outside": ["the plan tells the truth", "last"],
      "a retry inside of a step": ["retries have one owner", "draft"],
      "a count in a variable outside": ["functions are pure", "draft"],
      "what one step leaves in a variable outside for another": ["a process starts from nothing", "draft"],
      "what one step sets up in a variable outside for another": ["a process starts from nothing", "used"],
      "a loop that nothing bounds": ["an end", "draft"],
      "a retry that nothing bounds": ["an end", "draft"],
      "a retry that waits longer each time": ["an end", "draft"],
      "another error in place of the model's": ["errors are passed on", "draft"],
      "a day that is over in some years": ["functions are pure", "isLate"],
      "a day that is over for a step of code": ["steps of code give the same for the same", "draft"],
      "a `let` that reads what is outside": ["functions are pure", "note"],
      "an `until` that reads what is outside": ["functions are pure", "draft"],
      "a check that reads what is outside": ["functions are pure", "outline"],
      "a check that sorts": ["inputs stay as they are", "outline"],
      "numbered keys": ["a key is an item's own", "drafts"],
      "keys of a text and a number": ["a key is an item's own", "drafts"],
      "keys by the place in a text": ["a key is an item's own", "parts"],
      "an input that its Schema does not read as it writes it": ["Schemas read what they write", "count"],
      "a question that its Schema does not read as it writes it": ["Schemas read what they write", "gate"],
      "what the first run was given, kept for all": ["runs know nothing of each other", "draft"],
      "a memo of prompts by less than all of it": ["runs know nothing of each other", "outline"],
      "what one step leaves in a map for another": ["a process starts from nothing", "got"],
      "a loop until a model gives a good mark": ["an end", "draft"],
      "a loop until a text is short": ["an end", "draft"],
      "loops until a text is short, side by side": ["an end", "drafts/other"],
      "rounds with a bound that is none": ["an end", "draft/1000"],
      "a Schema that does not read texts with a comma": ["Schemas read what they write", "all"],
      "a key that is the same for two files": ["a key tells what is read", "signed"],
      "a step that dies of another file": ["a run completes in peace", "signed"],
      "a loop that asks nobody": ["an end", "draft"]
    }

    for (const [name, workflow] of Object.entries(planted)) {
      it.live(`finds ${name}`, () =>
        Effect.gen(function* () {
          // a pipeline of any of these types
          const check = Simulate.check(workflow as typeof sound, {
            input: { topic: "Effect, Schema" },
            outside,
            seeds: 30
          })
          const { findings, message } = yield* Effect.flip(check)
          const [law, path] = wanted[name as keyof typeof planted]
          assert.include(
            findings.map((finding) => [finding.law, finding.path].join(" at ")),
            `${law} at ${path}`,
            message
          )
        })
      )
    }
  })
})
