import { Effect, Exit, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import {
  Engine,
  LlmClient,
  LlmError,
  Note,
  OutputParser,
  PromptTemplate,
  Step,
  TestRunner,
  Workflow
} from "@stepwright/core"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { runState } from "./support/engine.ts"
import { reply, scripted } from "./support/scripted.ts"

const Points = Schema.Struct({ points: Schema.Array(Schema.String) })
const Topic = Schema.Struct({ topic: Schema.String })

const base = {
  input: Topic,
  output: Points,
  prompt: PromptTemplate.make("List {{topic}}."),
  variables: ({ topic }: { readonly topic: string }) => ({ topic })
}
const list = Step.make("list", base)
const topic = { topic: "tea" }
const good = `{"points":["leaf"]}`

describe("Step", () => {
  describe("make", () => {
    it.effect("runs alone: asks with the rendered prompt and decodes the reply", () => {
      const { layer, requests } = scripted(good)
      return Effect.gen(function* () {
        assert.deepStrictEqual(yield* Step.run(list, topic), { points: ["leaf"] })
        const [request] = requests
        assert.strictEqual(requests.length, 1)
        assert.strictEqual(request?.model, "default")
        assert.deepStrictEqual(request?.metadata, { run: "", path: "list", step: "list", turn: 1 })
        assert.deepInclude(request?.format, { type: "json", name: "list" })
        assert.strictEqual(request?.messages.length, 1)
        assert.match(request?.messages[0]?.content ?? "", /^List tea\.\n\n[^]*points/)
      }).pipe(Effect.provide(layer))
    })

    it("fails with StepOutputError or LlmError, and needs an LlmClient", () => {
      expectTypeOf(list).toEqualTypeOf<
        Step.Step<
          { readonly topic: string },
          { readonly points: ReadonlyArray<string> },
          Step.StepOutputError | LlmError.LlmError,
          LlmClient.LlmClient
        >
      >()
    })

    it.effect("puts the system prompt first, then the examples as turns in the parser's own print", () => {
      const step = Step.make("list", {
        ...base,
        system: "You list.",
        examples: [{ input: { topic: "jam" }, output: { points: ["fruit"] } }]
      })
      const { layer, requests } = scripted(good)
      return Effect.gen(function* () {
        yield* Step.run(step, topic)
        const messages = requests[0]?.messages ?? []
        assert.deepStrictEqual(
          messages.map(({ role }) => role),
          ["system", "user", "assistant", "user"]
        )
        assert.strictEqual(messages[0]?.content, "You list.")
        assert.include(messages[1]?.content, "List jam.")
        assert.deepStrictEqual(JSON.parse(messages[2]?.content ?? ""), { points: ["fruit"] })
        assert.include(messages[3]?.content, "List tea.")
      }).pipe(Effect.provide(layer))
    })

    it.effect("puts the format into the hole outputFormat where there is one, and nowhere else", () => {
      const step = Step.make("list", { ...base, prompt: PromptTemplate.make("{{outputFormat}}\n---\nList {{topic}}.") })
      const { layer, requests } = scripted(good)
      return Effect.gen(function* () {
        yield* Step.run(step, topic)
        const { instructions } = OutputParser.json(Points)
        assert.strictEqual(requests[0]?.messages[0]?.content, `${instructions}\n---\nList tea.`)
      }).pipe(Effect.provide(layer))
    })

    it.effect("asks again in the same conversation, with the error quoted and the format restated", () => {
      const { layer, requests } = scripted(`{"points":"leaf"}`, good)
      return Effect.gen(function* () {
        assert.deepStrictEqual(yield* Step.run(list, topic), { points: ["leaf"] })
        const [first, second] = requests
        assert.deepStrictEqual(second?.messages.slice(0, 1), first?.messages)
        assert.deepStrictEqual(second?.messages[1], { role: "assistant", content: `{"points":"leaf"}` })
        const repair = second?.messages[2]
        assert.strictEqual(repair?.role, "user")
        assert.include(repair?.content, `At ["points"]: Expected array`)
        assert.include(repair?.content, OutputParser.json(Points).instructions)
        assert.strictEqual(second?.metadata.turn, 2)
      }).pipe(Effect.provide(layer))
    })

    it.effect("fails when no reply parses, with the usage of all of them counted", () => {
      const { layer, requests } = scripted("no", "still no", reply("never", { usage: { input: 7 } }))
      return Effect.gen(function* () {
        const error = yield* Effect.flip(Step.run(list, topic))
        assert.instanceOf(error, Step.StepOutputError)
        assert.strictEqual(requests.length, 3)
        assert.strictEqual(error.turns, 3)
        // the last reply did not say how many tokens it has
        assert.deepStrictEqual(error.usage, { input: 27 })
        assert.include(error.message, "list: none of 3 replies could be used. there is no JSON in the reply")
      }).pipe(Effect.provide(layer))
    })

    it.effect("takes nothing that a content filter left of a reply, and does not ask again", () => {
      const { layer, requests } = scripted(reply(good, { finishReason: "content-filter" }))
      return Effect.gen(function* () {
        const error = yield* Effect.flip(Step.run(list, topic))
        assert.instanceOf(error, LlmError.LlmError)
        assert.strictEqual(error._tag === "LlmError" && error.reason._tag, "ContentRefused")
        assert.strictEqual(requests.length, 1)
      }).pipe(Effect.provide(layer))
    })

    it.effect("does not ask to repair a reply that was cut off, whatever its text", () => {
      const { layer, requests } = scripted(reply(good, { finishReason: "length" }))
      return Effect.gen(function* () {
        const error = yield* Effect.flip(Step.run(list, topic))
        assert.strictEqual(requests.length, 1)
        assert.instanceOf(error, Step.StepOutputError)
        assert.isTrue(error.reason.truncated)
        assert.include(error.message, "cut off after 5 tokens: raise maxOutputTokens")
      }).pipe(Effect.provide(layer))
    })

    it.effect("asks the next model, from the start, when the repairs of one are used up or it cuts off", () => {
      const step = Step.make("list", { ...base, model: ["small", "middle", "large"], repair: 1 })
      const { layer, requests } = scripted("no", "no", reply("{", { finishReason: "length" }), good)
      return Effect.gen(function* () {
        yield* Step.run(step, topic)
        assert.deepStrictEqual(
          requests.map(({ messages, model }) => [model, messages.length]),
          [
            ["small", 1],
            ["small", 3],
            ["middle", 1],
            ["large", 1]
          ]
        )
      }).pipe(Effect.provide(layer))
    })

    it.effect("gives up waiting for replies when its time is over, those before counted in", () => {
      const step = Step.make("list", { ...base, timeout: "3 seconds" })
      const slow = LlmClient.layer(() => Effect.delay(Effect.succeed(reply("no")), "2 seconds"))
      return Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(Effect.flip(Step.run(step, topic)), { startImmediately: true })
        yield* TestClock.adjust("2999 millis")
        assert.isUndefined(fiber.pollUnsafe())
        yield* TestClock.adjust("1 millis")
        assert.strictEqual(
          (yield* Fiber.join(fiber)).message,
          "timed out after 3s: the step has no time left to wait for a reply"
        )
      }).pipe(Effect.provide(slow))
    })

    it.effect("leaves the errors of the model alone", () => {
      const error = new LlmError.LlmError({ reason: new LlmError.ProviderUnavailable({ detail: "503" }) })
      const { layer, requests } = scripted(error)
      const step = Step.make("list", { ...base, model: ["small", "large"] })
      return Effect.gen(function* () {
        assert.strictEqual(yield* Effect.flip(Step.run(step, topic)), error)
        assert.strictEqual(requests.length, 1)
      }).pipe(Effect.provide(layer))
    })

    for (const [name, output, answer, value] of [
      ["a text", Schema.String, " as it is\n", " as it is\n"],
      ["a choice", Schema.Literals(["yes", "no"]), " yes\n", "yes"],
      ["one of an enumeration", Schema.Enum({ Yes: "yes", No: "no" }), "no.", "no"],
      ["text with a pattern", Schema.TemplateLiteral(["v", Schema.Int]), "v12", "v12"],
      ["one text or another", Schema.Union([Schema.String, Schema.Literal("none")]), "x", "x"],
      ["a value written as text", Schema.FiniteFromString, "12", 12]
    ] as const) {
      it.effect(`takes ${name} from the reply without JSON around it`, () => {
        const { layer, requests } = scripted(answer)
        return Effect.gen(function* () {
          const step = Step.make<"topic", typeof Topic, Schema.Codec<unknown, unknown>, { readonly topic: string }>(
            "step",
            { ...base, output }
          )
          assert.strictEqual(yield* Step.run(step, topic), value)
          assert.deepStrictEqual(requests[0]?.format, { type: "text" })
        }).pipe(Effect.provide(layer))
      })
    }

    it("refuses to ask less than once", () => {
      assert.throws(() => Step.make("list", { ...base, repair: -1 }), `step "list": repair must be 0 or more`)
    })

    for (const name of ["", "a/b", "look up", "a.b", "*", "50%", "constructor", "__proto__"]) {
      it(`refuses the name ${JSON.stringify(name)}, which no path could hold, as \`bind\` does`, () => {
        const refusal = `step "${name}": "${name}" cannot be a name`
        assert.throws(() => Step.make(name, base), refusal)
        const run = () => Effect.succeed({ points: [] })
        assert.throws(() => Step.effect(name, { input: Topic, output: Points, run }), refusal)
      })
    }

    for (const name of ["a\u001b[2J", "bell\u0007", "\u009b", "half\ud83d", "a".repeat(257)]) {
      it(`refuses the name ${JSON.stringify(name).slice(0, 20)}, which could not be shown`, () => {
        assert.throws(() => Step.make(name, base), "cannot be a name")
        const step = Step.effect("a", { input: Topic, output: Topic, run: Effect.succeed })
        const begin = Workflow.make("w", { input: Topic })
        assert.throws(() => begin.pipe(Workflow.bind(name, step, "input")), "cannot be a name")
      })
    }

    it("checks the names of variables against the holes of the prompt", () => {
      // @ts-expect-error the hole {{topic}} is left out
      const missing = Step.make("a", { ...base, variables: () => ({}) })
      // @ts-expect-error the prompt has no hole {{topics}}
      const unknown = Step.make("b", { ...base, variables: ({ topic }) => ({ topic, topics: 1 }) })
      const run = Effect.provide(Step.run(missing, topic), scripted("").layer)
      assert.throws(() => Effect.runSync(run), "no value was given for {{topic}}")
      assert.isTrue(Step.isStep(unknown))
    })
  })

  describe("make, with a check", () => {
    const few =
      (limit: number) =>
      ({ points }: { readonly points: ReadonlyArray<string> }) =>
        points.length > limit ? `there are ${points.length} points, and ${limit} is the most` : undefined
    const two = `{"points":["leaf","pot"]}`

    it.effect("quotes what it says to the model and asks again in the same conversation", () => {
      const { layer, requests } = scripted(two, good)
      const step = Step.make("list", {
        ...base,
        check: ({ points }, { topic }) =>
          points.includes("pot") ? `a pot is no part of "${topic}": leave it out` : undefined
      })
      return Effect.gen(function* () {
        assert.deepStrictEqual(yield* Step.run(step, topic), { points: ["leaf"] })
        assert.deepStrictEqual(requests[1]?.messages[1], { role: "assistant", content: two })
        const repair = requests[1]?.messages[2]?.content
        assert.include(repair, `a pot is no part of "tea": leave it out. Expected`)
        assert.include(repair, `Found: ${two}`)
        assert.include(repair, OutputParser.json(Points).instructions)
      }).pipe(Effect.provide(layer))
    })

    it.effect("asks the next model when the repairs of one are used up, and fails with what it said last", () => {
      const { layer, requests } = scripted(two)
      const step = Step.make("list", { ...base, check: few(1), model: ["small", "large"], repair: 1 })
      return Effect.gen(function* () {
        const error = yield* Effect.flip(Step.run(step, topic))
        assert.deepStrictEqual(
          requests.map(({ model, messages }) => [model, messages.length]),
          [
            ["small", 1],
            ["small", 3],
            ["large", 1],
            ["large", 3]
          ]
        )
        assert.instanceOf(error, Step.StepOutputError)
        assert.strictEqual(error.turns, 4)
        assert.deepInclude({ ...error.reason }, { detail: "there are 2 points, and 1 is the most", truncated: false })
        assert.include(error.message, "list: none of 4 replies could be used. there are 2 points, and 1 is the most.")
      }).pipe(Effect.provide(layer))
    })

    it.effect("ends a sentence of its own once", () => {
      const { layer, requests } = scripted(two, good)
      const step = Step.make("list", { ...base, check: (output) => few(1)(output) && "One is enough." })
      return Effect.gen(function* () {
        yield* Step.run(step, topic)
        assert.include(requests[1]?.messages[2]?.content, "\n\nOne is enough. Expected")
      }).pipe(Effect.provide(layer))
    })

    it.effect("is given decoded values, and none that does not fit its Schema", () => {
      const seen: Array<unknown> = []
      const step = Step.make("count", {
        ...base,
        input: Schema.Struct({ topic: Schema.String, atMost: Schema.FiniteFromString }),
        output: Schema.FiniteFromString,
        prompt: PromptTemplate.make("Count {{topic}}."),
        check: (count, { atMost }) => {
          expectTypeOf(count).toEqualTypeOf<number>()
          expectTypeOf(atMost).toEqualTypeOf<number>()
          seen.push([count, atMost])
          return count > atMost ? "too many" : undefined
        }
      })
      const { layer } = scripted("many", reply("1", { finishReason: "length" }), "12", "9")
      return Effect.gen(function* () {
        const error = yield* Effect.flip(Step.run(step, { topic: "tea", atMost: 10 }))
        assert.strictEqual(error._tag === "StepOutputError" && error.reason.truncated, true)
        assert.deepStrictEqual(seen, [])
        assert.strictEqual(yield* Step.run(step, { topic: "tea", atMost: 10 }), 9)
        assert.deepStrictEqual(seen, [
          [12, 10],
          [9, 10]
        ])
      }).pipe(Effect.provide(layer))
    })

    it.effect("has nothing to say where its text is empty, as a list of no complaints joined is", () => {
      const { layer, requests } = scripted(good)
      const step = Step.make("list", {
        ...base,
        check: ({ points }) =>
          points
            .filter((point) => point === "")
            .map(() => "empty")
            .join("\n")
      })
      return Effect.gen(function* () {
        assert.deepStrictEqual(yield* Step.run(step, topic), { points: ["leaf"] })
        assert.strictEqual(requests.length, 1)
      }).pipe(Effect.provide(layer))
    })

    it.effect("is a defect with the name of the step when it throws, and asks nothing more", () => {
      const { layer, requests } = scripted(good)
      const step = Step.make("list", {
        ...base,
        check: () => {
          throw new RangeError("bug")
        }
      })
      return Effect.gen(function* () {
        const exit = yield* Effect.exit(Step.run(step, topic))
        assert.isTrue(Exit.hasDies(exit))
        assert.include(String(exit), `the check of "list" threw: RangeError: bug`)
        assert.strictEqual(requests.length, 1)
      }).pipe(Effect.provide(layer))
    })

    it.effect("changes neither the output nor the input of a next turn, whatever it does with them", () => {
      const { layer } = scripted(two, `{"points":["b","a"]}`)
      const seen: Array<string> = []
      const step = Step.make("list", {
        ...base,
        output: Schema.Struct({ points: Schema.Array(Schema.String).pipe(Schema.mutable) }),
        input: Schema.Struct({ topic: Schema.String, not: Schema.Array(Schema.String).pipe(Schema.mutable) }),
        check: ({ points }, { not }) => {
          seen.push(not.join())
          points.sort()
          return points.some((point) => point === not.pop()) ? "no" : undefined
        }
      })
      return Effect.gen(function* () {
        const output = yield* Step.run(step, { topic: "tea", not: ["leaf"] })
        assert.deepStrictEqual(output, { points: ["b", "a"] })
        assert.deepStrictEqual(seen, ["leaf", "leaf"])
      }).pipe(Effect.provide(layer))
    })

    it("says what is wrong: a verdict alone is a type error", () => {
      // @ts-expect-error a model cannot correct what it is not told of
      assert.isTrue(Step.isStep(Step.make("list", { ...base, check: ({ points }) => points.length > 0 })))
    })

    it.effect("is a defect of a run, too, when it throws", () => {
      const check = (): string => {
        throw new RangeError("bug")
      }
      const workflow = Workflow.make("w", { input: Topic }).pipe(
        Workflow.bind("points", Step.make("list", { ...base, check }), "input")
      )
      return Effect.gen(function* () {
        const exit = yield* Effect.exit(Engine.execute(workflow, topic))
        assert.isTrue(Exit.hasDies(exit))
        assert.include(String(exit), `the check of "list" threw: RangeError: bug`)
      }).pipe(Effect.provide(scripted(good).layer))
    })

    it("refuses an example that it refuses: a model would learn from it", () => {
      const options = { ...base, examples: [{ input: topic, output: { points: ["leaf", "pot"] } }] }
      assert.isTrue(Step.isStep(Step.make("list", { ...options, check: few(2) })))
      assert.throws(
        () => Step.make("list", { ...options, check: few(1) }),
        `step "list": its check refuses example 1: there are 2 points, and 1 is the most`
      )
    })

    it.effect("stays with a step that is configured", () => {
      const { layer, requests } = scripted(two)
      const workflow = Workflow.make("w", { input: Topic }).pipe(
        Workflow.bind("list", Step.make("list", { ...base, check: few(1) }), "input")
      )
      return Effect.gen(function* () {
        const configured = yield* Workflow.configure(workflow, { steps: { list: { repair: 0 } } })
        const error = yield* Effect.flip(Engine.execute(configured, topic))
        assert.strictEqual(requests.length, 1)
        assert.include(error.message, "1 is the most")
      }).pipe(Effect.provide(layer))
    })
  })

  describe("effect", () => {
    const run = <E>(step: Step.Step<string, string, E>) =>
      Engine.execute(Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("step", step, "input")), "in")

    it.effect("runs alone with its own error and services in its type", () => {
      class Late extends Schema.TaggedError<Late>()("Late", {}) {}
      const step = Step.effect("late", {
        input: Schema.String,
        output: Schema.String,
        error: Late,
        run: (text) => (text === "" ? Effect.fail(new Late()) : Effect.succeed(text))
      })
      expectTypeOf(step).toEqualTypeOf<Step.Step<string, string, Late>>()
      return Effect.gen(function* () {
        assert.strictEqual(yield* Step.run(step, "x"), "x")
        assert.instanceOf(yield* Effect.flip(Step.run(step, "")), Late)
      })
    })

    it.effect("runs again when its key changed, or when what it made is not there any more", () => {
      let ran = 0
      let hash = "a"
      let there = true
      const step = Step.effect("read", {
        input: Schema.String,
        output: Schema.String,
        key: () => Effect.sync(() => ({ hash })),
        isCurrent: (output, input) => Effect.sync(() => there && output === `${input}!`),
        run: (text) => Effect.sync(() => `${text}${++ran > 0 ? "!" : ""}`)
      })
      const workflow = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("read", step, "input"))
      return Effect.gen(function* () {
        const first = yield* runState(workflow, yield* Engine.initialize(workflow, "x"))
        const second = yield* runState(workflow, first)
        assert.strictEqual(ran, 1)
        hash = "b"
        assert.deepStrictEqual((yield* Engine.plan(workflow, second))[0], {
          path: "read",
          action: "run",
          why: "changed: key"
        })
        const third = yield* runState(workflow, second)
        assert.strictEqual(ran, 2)
        there = false
        assert.strictEqual((yield* Engine.plan(workflow, third))[0]?.action, "run")
        yield* runState(workflow, third)
        assert.strictEqual(ran, 3)
      })
    })

    it("has a key of JSON only: all else would look alike in its fingerprint", () => {
      const options = { input: Schema.String, output: Schema.String, run: (text: string) => Effect.succeed(text) }
      const step = Step.effect("dated", {
        ...options,
        // @ts-expect-error a date is no JSON
        key: () => Effect.succeed(new Date(0))
      })
      assert.isTrue(Step.isStep(step))
    })

    it("produces what its output has: files, counts of tests, notes", () => {
      const of = <const O extends Schema.Codec<unknown, unknown>>(output: O) => ({
        input: Schema.String,
        output,
        run: () => Effect.die("never run")
      })
      const notes = of(Schema.Struct({ title: Schema.String, notes: Schema.Array(Note.Note) }))
      assert.strictEqual(Step.effect("report", { ...notes, produces: "notes" }).produces, "notes")
      assert.isUndefined(Step.effect("report", notes).produces)
      const both = of(Schema.Struct({ ...TestRunner.TestCounts.fields, ...Note.Noted.fields }))
      assert.strictEqual(Step.effect("report", { ...both, produces: "notes" }).produces, "notes")
      assert.strictEqual(Step.effect("report", { ...both, produces: "tests" }).produces, "tests")
      // @ts-expect-error its output has notes, and no files
      Step.effect("report", { ...notes, produces: "files" })
      // @ts-expect-error its output has neither
      Step.effect("report", { ...of(Schema.Struct({ notes: Schema.String })), produces: "notes" })
      // @ts-expect-error a note is of some kind
      Step.effect("report", { ...of(Schema.Struct({ notes: Schema.Array(Schema.String) })), produces: "notes" })
    })

    it.effect("fails the run when `key` or `isCurrent` fails", () => {
      const broken = <K extends "key" | "isCurrent">(name: K) =>
        Step.effect("step", {
          input: Schema.String,
          output: Schema.String,
          run: (text) => Effect.succeed(text),
          [name]: () => Effect.fail("no disk")
        }) as Step.Step<string, string, string>
      return Effect.gen(function* () {
        const error = yield* Effect.flip(run(broken("key")))
        assert.deepStrictEqual([error.path, error.reason], ["step", "no disk"])
        const workflow = Workflow.make("w", { input: Schema.String }).pipe(
          Workflow.bind("step", broken("isCurrent"), "input")
        )
        const done = yield* runState(workflow, yield* Engine.initialize(workflow, "x"))
        assert.strictEqual(done.status, "COMPLETED")
        assert.include((yield* Engine.plan(workflow, done))[0]?.why, "no disk")
        const failed = yield* runState(workflow, done)
        assert.strictEqual(failed.status, "FAILED")
        assert.strictEqual(failed.records["step"]?.error?.message, "no disk")
        assert.strictEqual(failed.records["step"]?.result?.output, "x")
      })
    })

    it.effect("is a defect of the run, recorded, when its code throws", () => {
      const step = Step.effect("step", {
        input: Schema.String,
        output: Schema.String,
        run: (): Effect.Effect<string> => {
          throw new Error("bug")
        }
      })
      return Effect.gen(function* () {
        const exit = yield* Effect.exit(run(step))
        assert.isTrue(Exit.hasDies(exit))
        assert.include(String(exit), "bug")
      })
    })

    describe.each([
      [
        "a Promise",
        () => Promise.reject(new Error("unheard")),
        /gives a Promise, and no Effect: write Effect.tryPromise/
      ],
      ["a value", () => "x", /gives a text, and no Effect: write Effect.sync/],
      ["nothing", () => undefined, /gives nothing, and no Effect/]
    ])("whose function gives %s in place of an Effect", (_, gives, says) => {
      it.effect.each(["run", "key", "isCurrent"] as const)("is refused by name and place: %s", (which) => {
        const step = Step.effect("ask", {
          input: Schema.String,
          output: Schema.String,
          run: Effect.succeed,
          // as in a program without types
          [which]: gives as never
        })
        const workflow = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("deep", step, "input"))
        return Effect.gen(function* () {
          const begun = yield* Engine.initialize(workflow, "x")
          // it is asked for where there is a result
          const state = which === "isCurrent" ? yield* runState(workflow, begun) : begun
          const exit = yield* Effect.exit(Engine.run(workflow, state))
          assert.isTrue(Exit.hasDies(exit))
          assert.match(String(exit), says)
          assert.include(String(exit), which === "run" ? "deep: what it runs" : `the ${which} of "ask"`)
        })
      })
    })

    it.effect("fails with InvalidOutput when its output does not fit its Schema", () => {
      const step = Step.effect("step", {
        input: Schema.String,
        output: Schema.NonEmptyString,
        run: () => Effect.succeed("")
      })
      return Effect.gen(function* () {
        const error = yield* Effect.flip(run(step))
        assert.strictEqual(error.reason._tag, "InvalidOutput")
      })
    })
  })
})
