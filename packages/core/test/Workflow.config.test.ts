import { Context, Effect, Result, Schema } from "effect"
import {
  Engine,
  type LlmClient,
  type LlmError,
  PromptTemplate,
  Step,
  Workflow,
  WorkflowDefinition,
  type WorkflowError
} from "@stepwright/core"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { runState } from "./support/engine.ts"
import { counting } from "./support/say.ts"

const Chapter = Schema.Struct({ id: Schema.String, needs: Schema.Array(Schema.String) })
const Outline = Schema.Struct({
  title: Schema.String,
  style: Schema.Literals(["plain", "fancy"]),
  isDone: Schema.Boolean,
  chapters: Schema.Array(Chapter)
})
const Topic = Schema.Struct({ topic: Schema.String })
class Broken extends Schema.TaggedError<Broken>()("Broken", {}) {}
class Library extends Context.Service<Library, { readonly books: number }>()("test/Library") {}

const outline = Step.effect("outline", {
  input: Topic,
  output: Outline,
  run: ({ topic }) =>
    Effect.succeed({
      title: topic,
      style: "plain" as const,
      isDone: topic.length > 8,
      chapters: [
        { id: "one", needs: [] },
        { id: "two", needs: ["one"] }
      ]
    })
})
const draft = Step.make("draft", {
  input: Schema.Struct({ title: Schema.String, hint: Schema.optionalKey(Schema.String) }),
  output: Schema.String,
  prompt: PromptTemplate.make("Write {{title}}"),
  variables: ({ title }) => ({ title }),
  system: "Be brief.",
  parameters: { temperature: 0.5, seed: 1 }
})
const broken = Step.effect("broken", {
  input: Schema.Struct({ title: Schema.String }),
  output: Schema.String,
  error: Broken,
  run: () => Effect.fail(new Broken())
})
const catalog = { steps: { outline, draft, broken } }

const chapter = Workflow.make("chapter", { input: Chapter, version: 2 }).pipe(
  Workflow.bind("text", draft, { title: "input.id" })
)

const everything = Workflow.make("everything", { input: Topic }).pipe(
  Workflow.bind("outline", outline, "input"),
  Workflow.bind("draft", draft, { title: "outline.title" }),
  Workflow.let("style", "outline.style"),
  Workflow.all((scope) => [
    scope.pipe(Workflow.timeout("soon", draft, { input: "outline", after: "90 seconds" })),
    scope.pipe(
      Workflow.forEach("each", chapter, { items: "outline.chapters", key: "id", input: "item", concurrency: Infinity })
    )
  ]),
  Workflow.forEachDependency("ordered", draft, {
    items: "outline.chapters",
    key: "id",
    dependsOn: "needs",
    input: { title: "item.id" },
    concurrency: 2
  }),
  Workflow.branch("styled", { on: "style", cases: { plain: draft, fancy: broken }, input: "outline" }),
  Workflow.branch("flag", { on: "outline.isDone", cases: { true: draft, false: draft }, input: "outline" }),
  Workflow.iterate("rounds", outline, {
    input: "input",
    next: { topic: "last.title" },
    until: "last.isDone",
    atMost: 2,
    collect: "all",
    again: "changed"
  }),
  Workflow.sample("samples", draft, { input: "outline", count: 2 }),
  Workflow.fallback("safe", broken, { input: "outline", errors: ["Broken"], otherwise: draft }),
  Workflow.gate("approved", { question: Schema.String, input: "draft", decision: Schema.Literals(["yes", "no"]) }),
  Workflow.andThen(
    Workflow.identity(Schema.Struct({ outline: Outline })).pipe(
      Workflow.andThen(
        Workflow.make("last", { input: Schema.Struct({ outline: Outline }) }).pipe(
          Workflow.bind("draft", draft, { title: "input.outline.title" })
        )
      )
    )
  )
)

const decode = Schema.decodeUnknownSync(WorkflowDefinition.WorkflowDefinition, { onExcessProperty: "error" })

/** A definition as it is once it was a text. */
const throughText = (definition: WorkflowDefinition.WorkflowDefinition) =>
  decode(JSON.parse(JSON.stringify(definition)))

const problemsOf = <A>(result: Result.Result<A, WorkflowDefinition.WorkflowDefinitionError>): ReadonlyArray<string> =>
  Result.isSuccess(result)
    ? []
    : result.failure.problems.map(({ detail, keys, path }) => `${keys.join(".")} (${path}): ${detail}`)

/** A definition of some steps; its input has a topic. */
const definition = (steps: ReadonlyArray<unknown>) =>
  decode({
    name: "article",
    input: { type: "object", properties: { topic: { type: "string" } }, required: ["topic"] },
    steps
  })
const wrong = (...steps: ReadonlyArray<unknown>) => problemsOf(Workflow.fromConfig(definition(steps), catalog))

/** The fingerprints of a run, by path. */
const fingerprints = (workflow: Workflow.Any) =>
  Effect.gen(function* () {
    const any = workflow as Workflow.Workflow<unknown, unknown, unknown, LlmClient.LlmClient>
    const state = yield* runState(any, yield* Engine.initialize(any, { topic: "tea" }))
    const records = Object.entries(state.records).map(([path, { result }]) => [path, result?.fingerprint] as const)
    return Object.fromEntries(records.toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }).pipe(Effect.provide(counting().layer))

describe("Workflow", () => {
  describe("toConfig", () => {
    it.effect("gives data of which fromConfig makes an equal definition, with equal fingerprints", () =>
      Effect.gen(function* () {
        const data = Result.getOrThrow(Workflow.toConfig(everything))
        const again = Result.getOrThrow(Workflow.fromConfig(throughText(data), catalog))
        assert.deepStrictEqual(Workflow.describe(again), Workflow.describe(everything))
        assert.deepStrictEqual(Result.getOrThrow(Workflow.toConfig(again, catalog)), data)
        const own = yield* fingerprints(everything)
        assert.isAbove(Object.keys(own).length, 12)
        assert.deepStrictEqual(yield* fingerprints(again), own)
      })
    )

    it("is short where a person would have been", () => {
      const { steps } = Result.getOrThrow(Workflow.toConfig(everything))
      assert.deepStrictEqual(steps.slice(0, 4), [
        { outline: { bind: "outline", input: "input" } },
        { draft: { bind: "draft", input: { title: "outline.title" } } },
        { style: { let: "outline.style" } },
        {
          all: [
            [{ soon: { timeout: "draft", after: "90 seconds", input: "outline" } }],
            [
              {
                each: {
                  forEach: {
                    name: "chapter",
                    version: 2,
                    steps: [{ text: { bind: "draft", input: { title: "input.id" } } }]
                  },
                  items: "outline.chapters",
                  key: "id",
                  input: "item",
                  concurrency: "unbounded"
                }
              }
            ]
          ]
        }
      ])
    })

    it.effect("has of a step's settings those that its code does not have", () =>
      Effect.gen(function* () {
        const workflow = Workflow.make("w", { input: Topic }).pipe(
          Workflow.bind("outline", outline, "input"),
          Workflow.bind("first", draft, "outline"),
          Workflow.bind("second", draft, "outline")
        )
        const first = {
          prompt: "Say {{title}}",
          system: "Be long.",
          model: ["a", "b"] as const,
          parameters: { temperature: 0.5, seed: 2 },
          repair: 0
        }
        const configured = yield* Workflow.configure(workflow, { steps: { first } })
        const data = Result.getOrThrow(Workflow.toConfig(configured, catalog))
        assert.deepStrictEqual(data.steps.slice(1), [
          { first: { bind: { step: "draft", ...first, parameters: { seed: 2 } }, input: "outline" } },
          { second: { bind: "draft", input: "outline" } }
        ])
        const again = Result.getOrThrow(Workflow.fromConfig(throughText(data), catalog))
        assert.deepStrictEqual(Workflow.describe(again), Workflow.describe(configured))
      })
    )

    it("names steps, workflows and Schemas as the catalog does", () => {
      const names = { steps: { plan: outline, write: draft }, workflows: { chapter }, schemas: { Topic } }
      const workflow = Workflow.make("w", { input: Topic }).pipe(
        Workflow.bind("outline", outline, "input"),
        Workflow.forEach("each", chapter, { items: "outline.chapters", key: "id", input: "item" })
      )
      const data = Result.getOrThrow(Workflow.toConfig(workflow, names))
      assert.deepStrictEqual(data, {
        name: "w",
        input: "Topic",
        steps: [
          { outline: { bind: "plan", input: "input" } },
          { each: { forEach: "chapter", items: "outline.chapters", key: "id", input: "item" } }
        ]
      })
      const again = Result.getOrThrow(Workflow.fromConfig(data, names))
      assert.deepStrictEqual(Workflow.describe(again), Workflow.describe(workflow))
    })

    it("fails with every function, where it is", () => {
      const workflow = Workflow.make("w", { input: Topic }).pipe(
        Workflow.bind("outline", outline, ({ input }) => input),
        Workflow.let("size", ({ outline }) => outline.title.length),
        Workflow.forEach(
          "each",
          Workflow.make("inner", { input: Chapter }).pipe(
            Workflow.iterate("text", draft, { input: { title: "input.id" }, until: () => true, atMost: 1 })
          ),
          { items: "outline.chapters", key: ({ id }) => id, input: "item" }
        )
      )
      assert.deepStrictEqual(problemsOf(Workflow.toConfig(workflow)), [
        'steps.0.outline.input (outline): the input of "outline" is a function: use a wire',
        'steps.1.size.let (size): the let of "size" is a function: use a wire',
        'steps.2.each.forEach.steps.0.text.until (each/*/text): the until of "each/*/text" is a function: use a wire',
        'steps.2.each.key (each): the key of "each" is a function: use a wire'
      ])
    })

    it.each<readonly [string, Step.AnyCodec]>([
      ["a transformation", Schema.Date],
      ["a class", Outline.pipe(Schema.decodeTo(Schema.Struct({ title: Schema.String })))],
      ["a check of code", Schema.String.check(Schema.makeFilter((text: string) => text.length > 1))],
      ["a pattern", Schema.String.check(Schema.isPattern(/a+/))],
      ["a member that may be undefined", Schema.Struct({ a: Schema.optional(Schema.String) })]
    ])("refuses %s in a Schema that has no name", (_, Input) => {
      const workflow = Workflow.make("w", { input: Input })
      const [problem] = problemsOf(Workflow.toConfig(workflow))
      assert.match(problem!, /^input \(\): .*: give it a name in the catalog's schemas$/)
      assert.deepStrictEqual(problemsOf(Workflow.toConfig(workflow, { schemas: { Input } })), [])
    })

    it("refuses two steps of one name, unless the catalog tells them apart", () => {
      const other = Step.effect("outline", { input: Outline, output: Outline, run: Effect.succeed })
      const workflow = Workflow.make("w", { input: Topic }).pipe(
        Workflow.bind("a", outline, "input"),
        Workflow.bind("b", other, "a")
      )
      const problem = 'steps.1.b.bind (b): another step is called "outline", too: give each a name in the catalog'
      assert.deepStrictEqual(problemsOf(Workflow.toConfig(workflow)), [problem])
      assert.deepStrictEqual(problemsOf(Workflow.toConfig(workflow, { steps: { outline } })), [problem])
      assert.deepStrictEqual(problemsOf(Workflow.toConfig(workflow, { steps: { outline, other } })), [])
    })
  })

  describe("fromConfig", () => {
    it("gives a workflow whose types are those of none, and that needs what the catalog's steps need", () => {
      const library = Step.effect("library", {
        input: Schema.Json,
        output: Schema.Finite,
        run: () => Effect.map(Library, ({ books }) => books)
      })
      const made = Workflow.fromConfig(definition([]), { steps: { library, broken, draft } })
      expectTypeOf(Result.getOrThrow(made)).toEqualTypeOf<
        Workflow.Workflow<
          unknown,
          unknown,
          Broken | Step.StepOutputError | LlmError.LlmError | WorkflowError.TimeLimitExceeded,
          Library | LlmClient.LlmClient
        >
      >()
    })

    it("tells of names that are not there", () => {
      assert.deepStrictEqual(
        wrong(
          { outline: { bind: "outlin", input: "input" } },
          { a: { bind: "outline", input: "inptu" } },
          { b: { bind: "outline", input: { topic: "input.topik" } } },
          { c: { bind: "draft", input: { title: "a.chapters.id" } } },
          { d: { let: "input.topic.length" } },
          { e: { gate: { question: "Question", decision: { type: "string" } }, input: "input" } }
        ),
        [
          'steps.0.outline.bind (outline): no step or workflow of the catalog is called "outlin"; did you mean "outline"?',
          'steps.1.a.input (a): the wire "inptu" leads nowhere: there is no "inptu"; did you mean "input"?',
          'steps.2.b.input.topic (b): the wire "input.topik" leads nowhere: there is no "topik" in "input"; did you mean "topic"?',
          'steps.3.c.input.title (c): the wire "a.chapters.id" leads nowhere: there is no "id" in "a.chapters": a wire does not lead into a list',
          'steps.4.d.let (d): the wire "input.topic.length" leads nowhere: there is no "length" in "input.topic": there are no names in it',
          'steps.5.e.gate.question (e): no Schema of the catalog is called "Question"'
        ]
      )
    })

    it("tells of what is read before it is made", () => {
      assert.deepStrictEqual(
        wrong(
          { draft: { bind: "draft", input: "outline" } },
          { outline: { bind: "outline", input: "input" } },
          {
            all: [
              [{ left: { bind: "draft", input: "outline" } }],
              [{ right: { bind: "draft", input: { title: "left" } } }]
            ]
          },
          { self: { bind: "draft", input: { title: "self" } } }
        ),
        [
          'steps.0.draft.input (draft): "outline" is not made before it is read: move what makes it (steps.1) before this',
          'steps.2.all.1.0.right.input.title (right): "left" is made beside this, in another part of `all`: make it before both',
          'steps.3.self.input.title (self): "self" is not made before it is read: move what makes it (steps.3) before this'
        ]
      )
    })

    it("takes no name that is there for one that is made later", () => {
      assert.deepStrictEqual(
        wrong(
          { a: { bind: "outline", input: { topic: "input.lost" } } },
          { input: { bind: "outline", input: "input" } }
        ),
        [
          'steps.0.a.input.topic (a): the wire "input.lost" leads nowhere: there is no "lost" in "input"; known: topic',
          'steps.1.input (input): the name "input" is used twice; choose another'
        ]
      )
    })

    it("tells of values that never fit", () => {
      assert.deepStrictEqual(
        wrong(
          { outline: { bind: "outline", input: "input" } },
          { a: { bind: "draft", input: { title: "outline.chapters" } } },
          { b: { bind: "draft", input: { hint: "outline.title" } } },
          { c: { bind: "draft", input: { title: "outline.title", hnt: "outline.title" } } },
          { d: { bind: "draft", input: "outline.title" } },
          { e: { forEach: "draft", items: "outline.title", key: "id", input: { title: "item.id" } } },
          {
            f: { forEachDependency: "draft", items: "outline.chapters", key: "needs", dependsOn: "id", input: "item" }
          },
          { g: { iterate: "outline", input: "input", until: "last.title", atMost: 2 } },
          { h: { branch: "outline.style", cases: { plain: "draft", fanci: "draft" }, input: "outline" } },
          { i: { branch: "outline.isDone", cases: { true: "draft" }, input: "input" } },
          {
            j: {
              sample: { name: "n", steps: [{ k: { bind: "draft", input: { title: "input" } } }] },
              count: 2,
              input: "input"
            }
          },
          { andThen: "draft" }
        ),
        [
          "steps.1.a.input.title (a): it does not fit: it is a list, and a text is needed",
          'steps.2.b.input (b): it does not fit: nothing gives "title", which is needed',
          'steps.3.c.input.hnt (c): it does not fit: it takes no "hnt"; did you mean "hint"?',
          "steps.4.d.input (d): it does not fit: it is a text, and an object is needed",
          "steps.5.e.items (e): it does not fit: it is a text, and a list is needed",
          "steps.6.f.key (f): it does not fit: it is a list, and a text is needed",
          "steps.6.f.dependsOn (f): it does not fit: it is a text, and a list is needed",
          'steps.6.f.input (f): it does not fit: nothing gives "title", which is needed',
          "steps.7.g.until (g): it does not fit: it is a text, and true or false is needed",
          'steps.8.h.cases.fanci (h): no value is "fanci"; did you mean "fancy"?',
          'steps.8.h.cases (h): there is no case for "fancy"',
          'steps.9.i.cases (i): there is no case for "false"',
          'steps.9.i.input (i): it does not fit: nothing gives "title", which is needed',
          "steps.10.j.sample.steps.0.k.input.title (j/*/k): it does not fit: it is an object, and a text is needed",
          'steps.11.andThen (): the scope does not fit: nothing gives "title", which is needed'
        ]
      )
    })

    it("lets pass what only a value can tell", () => {
      assert.deepStrictEqual(
        wrong(
          { outline: { bind: "outline", input: "input" } },
          { any: { gate: { question: { type: "object" }, decision: {} }, input: "outline" } },
          { a: { bind: "draft", input: { title: "any.whatever.there", hint: "any" } } },
          { b: { iterate: "outline", input: "input", next: "any", until: "last.isDone", atMost: 2 } },
          { c: { branch: "any", cases: { x: "draft", y: "outline" }, input: "any" } },
          { d: { bind: "draft", input: { title: "c.title" } } }
        ),
        []
      )
    })

    it("tells of names that are taken, of times, settings and prompts", () => {
      assert.deepStrictEqual(
        wrong(
          { outline: { bind: "outline", input: "input" } },
          { outline: { bind: "outline", input: "input" } },
          { "a b": { bind: "outline", input: "input" } },
          { c: { timeout: "outline", after: "soon", input: "input" } },
          { d: { bind: { step: "outline", model: "x" }, input: "input" } },
          { e: { bind: { step: "draft", prompt: "{{titel}}" }, input: "outline" } },
          { f: { bind: { step: "draft", promptFile: "f.md" }, input: "outline" } }
        ),
        [
          'steps.1.outline (outline): the name "outline" is used twice; choose another',
          'steps.2.a b (a b): "a b" cannot be a name: use no white space and none of . / * %',
          'steps.3.c (c): "c" needs a time `after` which it ends, such as "30 seconds" or "5 minutes"',
          "steps.4.d.bind (d): this step asks no model, so there is nothing to set",
          'steps.5.e.bind.prompt (e): prompt template, line 1, column 1: nothing fills {{titel}}; did you mean "title"?; {{title}} is missing',
          'steps.6.f.bind.promptFile (f): there is no text "f.md" among the catalog\'s prompts'
        ]
      )
    })

    it("looks at what feeds a node whose name is taken, or of whose step nothing is known", () => {
      assert.deepStrictEqual(
        wrong(
          { outline: { bind: "outline", input: "input" } },
          { outline: { bind: "outline", input: { topci: "input.topic" } } },
          { a: { bind: "lost", input: "outline.tilte" } },
          {
            b: {
              branch: "outline.style",
              cases: { plain: "lost", fancy: "draft", other: "draft" },
              input: "a.anything"
            }
          },
          { c: { let: "b.anything" } }
        ),
        [
          'steps.1.outline (outline): the name "outline" is used twice; choose another',
          'steps.1.outline.input.topci (outline): it does not fit: it takes no "topci"; did you mean "topic"?',
          'steps.2.a.bind (a): no step or workflow of the catalog is called "lost"; known: outline, draft, broken',
          'steps.2.a.input (a): the wire "outline.tilte" leads nowhere: there is no "tilte" in "outline"; did you mean "title"?',
          'steps.3.b.cases.plain (b/plain): no step or workflow of the catalog is called "lost"; known: outline, draft, broken',
          'steps.3.b.cases.other (b): no value is "other"; known: plain, fancy'
        ]
      )
    })

    it("refuses JSON Schema that it would not hold to", () => {
      const of = (input: WorkflowDefinition.SchemaData) =>
        problemsOf(Workflow.fromConfig({ name: "w", input, steps: [] }, catalog))
      assert.deepStrictEqual(of({ type: "strng" }), [
        'input.type (): no type is called "strng"; did you mean "string"?'
      ])
      assert.deepStrictEqual(of({ properties: { a: { requird: [] } } }), [
        'input.properties.a.requird (): "requird" says nothing in a definition; did you mean "required"?'
      ])
      assert.match(
        of({ type: "array", items: { pattern: "(a+)+$", type: "string" } })[0]!,
        /^input\.items\.pattern \(\): "pattern" is not taken, .*: check it in a step/
      )
      assert.match(
        of({ properties: { a: { $ref: "#/$defs/b" } } })[0]!,
        /^input\.properties\.a\.\$ref \(\): Missing definition "b"/
      )
      for (const [word, value] of Object.entries({
        required: "a",
        minimum: "3",
        exclusiveMinimum: true,
        multipleOf: 0,
        minLength: "5",
        maxLength: null,
        minProperties: -1,
        maxItems: 1.5,
        uniqueItems: "true",
        enum: "a",
        properties: [],
        allOf: {},
        $ref: 5
      })) {
        assert.match(
          of({ properties: { a: { [word]: value } } })[0] ?? "",
          /^input\.properties\.a\.\$?\w+ \(\): "\$?\w+" is to be /,
          word
        )
      }
      const circle = { $ref: "#/$defs/a", $defs: { a: { anyOf: [{ $ref: "#/$defs/b" }] }, b: { $ref: "#/$defs/a" } } }
      assert.deepStrictEqual(of(circle), ['input.$defs.a (): "a" is nothing but itself'])
    })

    it("says soon what is wrong, however deep it is", () => {
      const deep = (levels: number): unknown =>
        levels === 0
          ? { name: "w", steps: [{ a: { bnd: "draft", input: "input" } }] }
          : { name: "w", steps: [{ andThen: deep(levels - 1) }] }
      const read = Schema.decodeUnknownResult(WorkflowDefinition.WorkflowDefinition, { errors: "all" })
      // where each level doubles the work, this has no end
      assert.isTrue(Result.isFailure(read({ ...(deep(60) as object), input: {} })))
    })

    it("takes texts of prompts from the catalog", () => {
      const body = { step: "draft", promptFile: "prompts/draft.md", systemFile: "prompts/system.md" }
      const prompts = { "prompts/draft.md": "Now {{title}}", "prompts/system.md": "Be kind." }
      const data = definition([
        { outline: { bind: "outline", input: "input" } },
        { draft: { bind: body, input: "outline" } }
      ])
      const made = Result.getOrThrow(Workflow.fromConfig(data, { ...catalog, prompts }))
      const [, { step }] = Workflow.steps(made) as [Workflow.PlacedStep, Workflow.PlacedStep]
      assert.strictEqual(step.model?.prompt.source, "Now {{title}}")
      assert.strictEqual(step.model?.system, "Be kind.")
    })

    it("has a node of any name that a node may have", () => {
      const steps = [
        { all: { bind: "outline", input: "input" } },
        { andThen: { bind: "outline", input: "input" } },
        { bind: { let: "all.title" } }
      ]
      const made = Result.getOrThrow(Workflow.fromConfig(definition(steps), catalog))
      assert.deepStrictEqual(
        Workflow.describe(made).nodes.map(({ path }) => path),
        ["all", "andThen", "bind"]
      )
      assert.deepStrictEqual<unknown>(Result.getOrThrow(Workflow.toConfig(made, catalog)).steps, steps)
    })
  })
})
