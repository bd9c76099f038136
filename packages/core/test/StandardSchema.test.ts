import { toStandardJsonSchema } from "@valibot/to-json-schema"
import { type } from "arktype"
import { Effect, Result, Schema, type StandardSchema as Standard } from "effect"
import { Engine, OutputParser, PromptTemplate, StandardSchema, Step, Workflow, WorkflowState } from "@stepwright/core"
import * as v from "valibot"
import * as z from "zod"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { runState } from "./support/engine.ts"
import { scripted } from "./support/scripted.ts"

interface Plan {
  readonly title: string
  readonly points: ReadonlyArray<string>
}

/** The same in each library: a title of at least three characters, points, and hours that are read from text, too. */
const libraries = {
  zod: {
    Topic: z.object({ topic: z.string() }),
    Plan: z.object({ title: z.string().min(3), points: z.array(z.string()) }),
    Length: z.object({ text: z.string().transform((text) => text.length) }),
    Kind: z.enum(["short", "long"]),
    complaint: /at \["title"\]: Too small: expected string to have >=3 characters/i
  },
  valibot: {
    Topic: toStandardJsonSchema(v.object({ topic: v.string() })),
    Plan: toStandardJsonSchema(v.object({ title: v.pipe(v.string(), v.minLength(3)), points: v.array(v.string()) })),
    Length: toStandardJsonSchema(
      v.object({
        text: v.pipe(
          v.string(),
          v.transform((text) => text.length)
        )
      })
    ),
    Kind: toStandardJsonSchema(v.picklist(["short", "long"])),
    complaint: /at \["title"\]: Invalid length: Expected >=3 but received 1/i
  },
  arktype: {
    Topic: type({ topic: "string" }),
    Plan: type({ title: "string >= 3", points: "string[]" }),
    Length: type({ text: type("string").pipe((text) => text.length) }),
    Kind: type("'short' | 'long'"),
    complaint: /at \["title"\]: title must be at least length 3/i
  }
}

const good: Plan = { title: "Tea", points: ["leaf"] }
const planText = JSON.stringify(good)

for (const [name, { complaint, Kind, Length, Plan, Topic }] of Object.entries(libraries)) {
  // what is common to the three
  const plan = Step.make("plan", {
    input: Topic as Standard.StandardSchemaV1<{ topic: string }>,
    output: Plan as Standard.StandardSchemaV1<Plan>,
    prompt: PromptTemplate.make("Plan {{topic}}."),
    variables: ({ topic }) => ({ topic })
  })
  const measure = Step.effect("measure", {
    input: Length as Standard.StandardSchemaV1<{ text: string }, { text: number }>,
    output: Length as Standard.StandardSchemaV1<{ text: string }, { text: number }>,
    run: ({ text }) => Effect.succeed({ text: "x".repeat(text * 2) })
  })
  const workflow = Workflow.make("talk", {
    input: Topic as Standard.StandardSchemaV1<{ topic: string }>
  }).pipe(
    Workflow.bind("plan", plan, "input"),
    Workflow.bind("length", measure, ({ plan }) => ({ text: plan.title }))
  )

  describe(`a step with Schemas of ${name}`, () => {
    it.effect("tells the model their JSON Schema, and what was wrong with its reply", () => {
      const { layer, requests } = scripted('{"title": "T", "points": []}', planText)
      return Effect.gen(function* () {
        assert.deepStrictEqual(yield* Step.run(plan, { topic: "tea" }), good)
        const [first, second] = requests
        assert.strictEqual(first?.format.type, "json")
        assert.deepNestedInclude(first?.format, {
          "schema.type": "object",
          "schema.properties.title": { type: "string", minLength: 3 },
          "schema.properties.points": { type: "array", items: { type: "string" } }
        })
        assert.notProperty(first?.format.type === "json" ? first.format.schema : {}, "$schema")
        assert.match(first?.messages[0]?.content ?? "", /"points": Array<string>/)
        assert.match(second?.messages.at(-1)?.content ?? "", complaint)
      }).pipe(Effect.provide(layer))
    })

    it.effect("records the JSON that was validated, and validates it again when it is loaded", () => {
      const { layer, requests } = scripted(planText)
      return Effect.gen(function* () {
        const state = yield* runState(workflow, yield* Engine.initialize(workflow, { topic: "tea" }))
        assert.strictEqual(state.status, "COMPLETED")
        assert.deepStrictEqual(state.records["length"]?.result?.output, { text: "xxxxxx" })
        const text = JSON.stringify(yield* Schema.encodeEffect(Schema.toCodecJson(WorkflowState.WorkflowState))(state))
        const loaded = yield* Schema.decodeUnknownEffect(Schema.toCodecJson(WorkflowState.WorkflowState))(
          JSON.parse(text)
        )
        const again = yield* Engine.run(workflow, loaded)
        assert.deepStrictEqual(again.reused, ["plan", "length"])
        assert.strictEqual(requests.length, 1)
        const output = { input: { topic: "tea" }, plan: good, length: { text: 6 } }
        assert.deepStrictEqual(again.ending, { _tag: "Completed", output })
      }).pipe(Effect.provide(layer))
    })

    it.effect("runs again where its recorded output no longer fits", () => {
      const { layer } = scripted(planText)
      return Effect.gen(function* () {
        const state = yield* runState(workflow, yield* Engine.initialize(workflow, { topic: "tea" }))
        const plan = state.records["plan"]!
        const damaged = {
          ...state,
          records: {
            ...state.records,
            plan: { ...plan, result: { ...plan.result!, output: { title: "T", points: [] } } }
          }
        }
        const [entry] = yield* Engine.plan(workflow, damaged)
        assert.deepStrictEqual(entry, {
          path: "plan",
          action: "run",
          why: "its recorded output no longer fits its Schema"
        })
      }).pipe(Effect.provide(layer))
    })

    it.effect("takes a choice as plain text", () => {
      const { layer, requests } = scripted("long")
      const choose = Step.make("choose", {
        input: Schema.String,
        output: Kind as Standard.StandardSchemaV1<"short" | "long">,
        prompt: PromptTemplate.make("{{text}}?"),
        variables: (text) => ({ text })
      })
      return Effect.gen(function* () {
        assert.strictEqual(yield* Step.run(choose, "x"), "long")
        assert.deepStrictEqual(requests[0]?.format, { type: "text" })
      }).pipe(Effect.provide(layer))
    })
  })
}

const step = (output: StandardSchema.AnySchema, input: StandardSchema.AnySchema = Schema.String) =>
  Step.effect("list", { input, output, run: () => Effect.die("never") })

const messageOf = (make: () => unknown) =>
  Result.match(Result.try(make), { onFailure: (error) => (error as Error).message, onSuccess: () => "none" })

/** A Standard Schema of no library. */
const plain = <A>(
  validate: (value: unknown) => Standard.StandardSchemaV1.Result<A> | Promise<Standard.StandardSchemaV1.Result<A>>
): Standard.StandardSchemaV1<A> => ({ "~standard": { version: 1, vendor: "house", validate } })

describe("StandardSchema", () => {
  it.effect("an input that is set is kept as it was given, and transformed once", () => {
    const input = z.string().transform((text) => `${text}!`)
    const shout = Step.effect("shout", { input: Schema.String, output: Schema.String, run: Effect.succeed })
    const workflow = Workflow.make("w", { input }).pipe(Workflow.bind("said", shout, "input"))
    return Effect.gen(function* () {
      const state = yield* Engine.set(workflow, yield* Engine.initialize(workflow, "a"), "input", "b")
      assert.strictEqual(state.input, "b")
      assert.strictEqual((yield* runState(workflow, state)).records["said"]?.result?.output, "b!")
    })
  })

  describe("what is refused when a step is made, by name", () => {
    const asynchronous = "validates asynchronously, and a value of a run is validated at once: leave out what waits"
    it.each([
      ["a refinement that waits", z.object({ a: z.array(z.string().refine(async () => true)) }), asynchronous],
      ["a transformation that waits", z.string().transform(async (text) => text), asynchronous],
      [
        "a pipe of valibot that waits",
        v.pipeAsync(
          v.string(),
          v.checkAsync(async () => true)
        ),
        asynchronous
      ],
      ["any that gives a promise", plain(() => Promise.resolve({ value: 1 })), asynchronous],
      ["a Date that is read", z.object({ at: z.coerce.date() }), "gives an instance of Date, which no JSON is"],
      ["a Date that is made", z.iso.date().transform((day) => new Date(day)), "gives an instance of Date"],
      ["a Date of arktype", type({ at: "string.date.parse" }), "gives an instance of Date"],
      ["a Map", z.array(z.string()).transform((list) => new Map([["a", list]])), "gives an instance of Map"],
      ["a BigInt that is read", z.coerce.bigint(), "gives a BigInt"],
      ["a Date", z.object({ at: z.date() }), "takes a Date, which no JSON is"],
      ["a Date in valibot", v.date(), "takes a Date"],
      ["a Date in arktype", type({ at: "Date" }), "takes a Date"],
      ["a BigInt", z.bigint(), "takes a BigInt"],
      ["a Set", z.set(z.string()), "takes a Set"]
    ])("%s", (_, schema: Standard.StandardSchemaV1, words) => {
      for (const [make, place] of [
        [() => step(schema), 'output of step "list": '],
        [() => step(Schema.String, schema), 'input of step "list": '],
        [() => Workflow.make("all", { input: schema }), 'input of workflow "all": '],
        [() => StandardSchema.make(schema), "a Standard Schema: "]
      ] as const) {
        const message = messageOf(make)
        assert.include(message, words)
        assert.include(message, place)
      }
    })

    it("what is no Schema at all", () => {
      const none = { "~standard": { version: 1 } } as never
      assert.include(
        messageOf(() => step(none)),
        "neither a Schema of Effect nor a Standard Schema"
      )
    })

    it("an output that a model is to give and that says no JSON Schema, unless one is given beside it", () => {
      const asked = (output: StandardSchema.AnySchema) =>
        Step.make("list", { input: Schema.String, output, prompt: PromptTemplate.make("?"), variables: () => ({}) })
      const schema = v.object({ a: v.string() })
      assert.strictEqual(
        messageOf(() => asked(schema)),
        'output of step "list": its valibot schema does not say its JSON Schema, which a model is told: ' +
          "write toStandardJsonSchema(schema), of @valibot/to-json-schema; " +
          "or give it: StandardSchema.make(schema, { jsonSchema })"
      )
      const silent = ({ "~standard": { vendor, version, validate } }: Standard.StandardSchemaV1) =>
        asked({ "~standard": { vendor, version, validate } })
      assert.include(
        messageOf(() => silent(z.string())),
        "zod 4.2 and later say it"
      )
      assert.include(
        messageOf(() => silent(type("string"))),
        "which a model is told: give it: "
      )
      const custom = z.object({ a: z.custom<string>((value) => typeof value === "string").transform(String) })
      assert.match(
        messageOf(() => asked(custom)),
        /zod schema cannot say its JSON Schema.*\(Custom types/
      )
      const jsonSchema = { type: "object", properties: { a: { type: "string", title: "A" } }, required: ["a"] }
      const given = asked(StandardSchema.make(schema, { jsonSchema }))
      assert.strictEqual(
        messageOf(() => given),
        "none"
      )
    })

    it("but not a Schema whose functions throw at what they are tried on, or have no result for it", () => {
      for (const schema of [
        z.string().transform((text) => JSON.parse(text) as string),
        z.string().transform(Number),
        z.string().transform((text) => ({ a: 1 })[text]),
        z.union([z.date(), z.iso.datetime()]),
        plain((value) => {
          if (value !== 7) throw new Error("seven!")
          return { value }
        })
      ]) {
        assert.strictEqual(
          messageOf(() => step(schema)),
          "none"
        )
      }
    })
  })

  it.effect(
    "refuses at the first use what could not be known before, in the same words, and asks nothing again",
    () => {
      const odd = z.object({ a: z.string() }).refine(({ a }) => (a === "odd" ? Promise.resolve(true) : true))
      const late = z.string().transform((text) => (text === "odd" ? new Date(0) : text))
      const ask = (output: StandardSchema.AnySchema) =>
        Step.make("list", { input: Schema.String, output, prompt: PromptTemplate.make("?"), variables: () => ({}) })
      const messageOfRun = (output: StandardSchema.AnySchema, answer: string) => {
        const { layer, requests } = scripted(answer)
        return Step.run(ask(output), "x").pipe(
          Effect.provide(layer),
          Effect.catchDefect((defect) => Effect.succeed(`${requests.length}: ${(defect as Error).message}`))
        )
      }
      return Effect.gen(function* () {
        assert.strictEqual(
          yield* messageOfRun(odd, '{"a":"odd"}'),
          '1: output of step "list": its zod schema validates asynchronously, and a value of a run is validated at once: leave out what waits'
        )
        assert.match(
          String(yield* messageOfRun(late, "odd")),
          /^1: output of step "list": its zod schema gives an instance of Date, which no JSON is: let it give JSON/
        )
        // what a function of it threw is told as it is
        const throwing = z.string().transform((text) => (text === "odd" ? assert.fail("so it is") : text))
        assert.match(String(yield* Effect.flip(messageOfRun(throwing, "odd"))), /3 replies could be used. so it is/)
      })
    }
  )

  it.effect("gives a step what validation gives, and has the JSON recorded that it took", () => {
    const Query = z.object({ count: z.coerce.number(), words: z.string().transform((text) => text.split(" ")) })
    const search = Step.effect("search", {
      input: Query,
      output: z.string().transform((text) => text.length),
      run: ({ count, words }) => {
        expectTypeOf(words).toEqualTypeOf<Array<string>>()
        return Effect.succeed(words.join("+").repeat(count))
      }
    })
    expectTypeOf(search).toEqualTypeOf<Step.Step<z.input<typeof Query>, number>>()
    const workflow = Workflow.make("w", { input: Query }).pipe(
      Workflow.bind("found", search, ({ input: { count, words } }) => ({ count, words: words.join(" ") }))
    )
    return Effect.gen(function* () {
      assert.strictEqual(yield* Step.run(search, { count: "2", words: "a b" }), 6)
      const begun = yield* Engine.initialize(workflow, { count: "2", words: "a b" })
      assert.deepStrictEqual(begun.input, { count: "2", words: "a b" })
      const { ending, state } = yield* Engine.run(workflow, begun)
      assert.strictEqual(state.records["found"]?.result?.output, "a+ba+b")
      assert.deepStrictEqual(ending, {
        _tag: "Completed",
        output: { input: { count: 2, words: ["a", "b"] }, found: 6 }
      })
      // what a person gives is given as JSON
      const provided = yield* Engine.set(workflow, state, "found", "abc")
      assert.strictEqual(provided.records["found"]?.result?.output, "abc")
      const after = yield* Engine.run(workflow, provided)
      assert.deepInclude(after.ending, { output: { input: { count: 2, words: ["a", "b"] }, found: 3 } })
      const refused = yield* Effect.flip(Engine.initialize(workflow, { count: "two", words: "" }))
      assert.match(refused.message, /expected number, received NaN[^]*at \["count"\]/)
    })
  })

  it.effect("is what a gate asks and is decided by", () => {
    const workflow = Workflow.make("w", { input: z.string() }).pipe(
      Workflow.gate("ok", {
        question: z.object({ text: z.string() }),
        input: ({ input }) => ({ text: input }),
        decision: z.object({ yes: z.boolean(), why: z.string().trim().optional() })
      })
    )
    expectTypeOf(workflow).toExtend<
      Workflow.Workflow<string, { readonly ok: { yes: boolean; why?: string | undefined } }>
    >()
    return Effect.gen(function* () {
      const { state, undecided } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, "x"))
      assert.deepStrictEqual(undecided, ["ok"])
      const refused = yield* Effect.flip(Engine.decide(workflow, state, "ok", { yes: "no" }))
      assert.match(refused.message, /expected boolean, received string/)
      const decided = yield* Engine.decide(workflow, state, "ok", { yes: true, why: " so " })
      assert.deepStrictEqual(decided.records["ok"]?.result?.output, { yes: true, why: " so " })
      const { ending } = yield* Engine.run(workflow, decided)
      assert.deepStrictEqual(ending, { _tag: "Completed", output: { input: "x", ok: { yes: true, why: "so" } } })
    })
  })

  it.effect("is how a step's error is written and read", () => {
    const Full = z.object({ _tag: z.literal("Full"), left: z.number() })
    const failing = Step.effect("fill", {
      input: Schema.String,
      output: Schema.String,
      error: Full,
      run: () => Effect.fail({ _tag: "Full" as const, left: 0 })
    })
    expectTypeOf(failing).toEqualTypeOf<Step.Step<string, string, { _tag: "Full"; left: number }>>()
    const workflow = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("fill", failing, "input"))
    return Effect.gen(function* () {
      const { ending, state } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, "x"))
      assert.deepStrictEqual(state.records["fill"]?.error?.value, { _tag: "Full", left: 0 })
      assert.deepStrictEqual(ending, { _tag: "Failed", path: "fill", reason: { _tag: "Full", left: 0 } })
    })
  })

  it("tells a model the examples in the JSON that they are given as, and refuses those that do not fit", () => {
    const outline = (input: string) =>
      Step.make("outline", {
        input: z.string().min(2),
        output: z.object({ size: z.string().transform(Number) }),
        prompt: PromptTemplate.make("{{text}}"),
        variables: (text) => ({ text }),
        examples: [{ input, output: { size: "7" } }],
        check: ({ size }) => {
          expectTypeOf(size).toEqualTypeOf<number>()
          return Number.isFinite(size) ? undefined : "no number"
        }
      })
    assert.strictEqual(
      messageOf(() => outline("tea")),
      "none"
    )
    assert.match(
      messageOf(() => outline("t")),
      /step "outline": example 1: .*expected string to have >=2 characters/
    )
  })

  describe("jsonSchema", () => {
    it("says of an object that it is one, whatever it is called, with all that it speaks of", () => {
      interface Part {
        readonly parts: ReadonlyArray<Part>
      }
      const Part: Schema.Codec<Part> = Schema.Struct({
        parts: Schema.Array(Schema.suspend((): Schema.Codec<Part> => Part))
      }).annotate({ identifier: "a/part" })
      const whole = {
        type: "object",
        properties: { parts: { type: "array", items: { $ref: "#/$defs/a~1part" } } },
        required: ["parts"]
      }
      const { $defs, ...root } = StandardSchema.jsonSchema(Part)
      assert.deepInclude(root, whole)
      assert.deepInclude($defs, { "a/part": root })
      assert.deepInclude(StandardSchema.jsonSchema(Schema.Boolean), { type: "boolean" })
    })
  })

  describe("make", () => {
    it.effect("makes a Schema that stands inside others, and tells its part of them", () => {
      const Task = StandardSchema.make(z.object({ title: z.string().trim(), hours: z.number().int().optional() }))
      const Tasks = Schema.Struct({ tasks: Schema.Array(Task), next: Schema.NullOr(Task) })
      const parser = OutputParser.json(Tasks)
      assert.include(parser.instructions, '"title": string')
      assert.include(parser.instructions, '"hours"?: integer')
      const wrong = parser.parse('{"tasks": [{"title": "a"}, {"title": 1}], "next": null}')
      assert.match(
        Result.isFailure(wrong) ? wrong.failure.message : "",
        /At \["tasks"\]\[1\]\["title"\]: Invalid input/
      )
      const { layer, requests } = scripted('{"tasks": [{"title": " a "}], "next": null}')
      const list = Step.make("list", {
        input: Schema.String,
        output: Tasks,
        prompt: PromptTemplate.make("?"),
        variables: () => ({})
      })
      const workflow = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("list", list, "input"))
      return Effect.gen(function* () {
        const { ending, state } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, "x"))
        const output = { tasks: [{ title: "a" }], next: null }
        assert.deepInclude(ending, { output: { input: "x", list: output } })
        assert.deepStrictEqual(state.records["list"]?.result?.output, output)
        assert.include(JSON.stringify(requests[0]?.format), '"hours":{"type":"integer"')
      }).pipe(Effect.provide(layer))
    })

    it.effect("makes one that, inside another, refuses to write a value that reading would change", () => {
      const Shout = Schema.Array(StandardSchema.make(z.string().transform((text) => `${text}!`)))
      return Effect.gen(function* () {
        assert.deepStrictEqual(yield* Schema.decodeEffect(Shout)(["a"]), ["a!"])
        const error = yield* Effect.flip(Schema.encodeEffect(Shout)(["a!"]))
        assert.match(error.message, /changes what it takes does not say how that is undone[^]*at \[0\]/)
      })
    })

    it("tells the JSON Schema that is given beside it, word for word", () => {
      const jsonSchema = {
        $schema: "https://json-schema.org/draft/2020-12/schema",
        title: "Node",
        type: "object",
        properties: { name: { type: "string" }, kids: { type: "array", items: { $ref: "#" } } }
      }
      const Node = StandardSchema.make(v.looseObject({ name: v.string() }), { jsonSchema })
      const { instructions } = OutputParser.json(Node)
      assert.match(instructions, /"kids"\?: Array<Node>/)
    })

    it.effect("reads a Schema that holds itself", () => {
      const Category = z.object({
        name: z.string(),
        get inner() {
          return z.array(Category)
        }
      })
      const { layer, requests } = scripted('{"name": "a", "inner": [{"name": "b", "inner": []}]}')
      const list = Step.make("list", {
        input: Schema.String,
        output: Category,
        prompt: PromptTemplate.make("?"),
        variables: () => ({})
      })
      return Effect.gen(function* () {
        const category = yield* Step.run(list, "x")
        assert.strictEqual(category.inner[0]?.name, "b")
        const format = requests[0]?.format
        assert.deepNestedInclude(format, { "schema.$ref": "#/$defs/Value" })
      }).pipe(Effect.provide(layer))
    })

    it("has the types of what the library takes and gives", () => {
      const Size = StandardSchema.make(z.string().transform((text) => text.length))
      expectTypeOf(Size).toEqualTypeOf<StandardSchema.StandardSchema<string, number>>()
      expectTypeOf<StandardSchema.Given<typeof Size>>().toEqualTypeOf<string>()
      expectTypeOf<StandardSchema.Taken<typeof Size>>().toEqualTypeOf<number>()
      expectTypeOf<StandardSchema.Given<typeof Schema.FiniteFromString>>().toEqualTypeOf<number>()
      expectTypeOf(OutputParser.json(z.object({ n: z.coerce.number<string>() }))).toEqualTypeOf<
        OutputParser.OutputParser<{ n: string }>
      >()
    })
  })
})
