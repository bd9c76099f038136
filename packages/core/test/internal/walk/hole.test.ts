import { Effect, Option, Schema, SchemaTransformation } from "effect"
import { Engine, Journal, Step, Workflow } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"

const one = Step.effect("one", { input: Schema.Unknown, output: Schema.Finite, run: () => Effect.succeed(1) })
const taking = (input: Step.AnyCodec) =>
  Step.effect("taking", { input, output: Schema.Finite, run: () => Effect.succeed(1) })

const nested = Workflow.make("nested", { input: Schema.Finite }).pipe(
  Workflow.bind("a", one, "input"),
  Workflow.bind("b", one, "input")
)
const begin = Workflow.make("w", { input: Schema.Finite }).pipe(Workflow.bind("nested", nested, "input"))

const Scope = Schema.Struct({ input: Schema.Finite, a: Schema.Finite, b: Schema.Finite })
/** A Schema that takes another value where one cannot be written. */
const Lenient = Schema.Unknown.pipe(
  Schema.decodeTo(
    Schema.Unknown,
    SchemaTransformation.transform({
      decode: (encoded): unknown => encoded,
      encode: (value) => Option.getOrElse(Option.liftThrowable(() => JSON.stringify(value))(), () => "none")
    })
  )
)

type AnyWorkflow = Workflow.Workflow<number, unknown>
const bound = (input: Step.AnyCodec, selector: unknown): AnyWorkflow =>
  begin.pipe(Workflow.bind("after", taking(input), selector as never))
const inner = (selector: unknown, step = taking(Scope)) =>
  Workflow.make("inner", { input: Schema.Unknown }).pipe(Workflow.bind("x", step, selector as never))

const branchOn = (on: unknown, cases: unknown): ((self: AnyWorkflow) => AnyWorkflow) =>
  Workflow.branch("n" as never, { on, cases, input: () => 1 } as never) as never

/** What stands behind a workflow none of whose steps has a result; the path of the step that reads it. */
const cases: Readonly<Record<string, readonly [workflow: AnyWorkflow, path: string, reads?: string]>> = {
  "the whole, by a wire": [bound(Scope, "nested"), "after"],
  "the whole, in an object, by a wire": [bound(Schema.Struct({ x: Scope }), { x: "nested" }), "after"],
  "the whole, by a function": [bound(Scope, (scope: any) => scope.nested), "after"],
  "the whole, in an object, by a function": [
    bound(Schema.Struct({ x: Scope }), ({ nested: x }: any) => ({ x })),
    "after"
  ],
  "the whole, in a list": [bound(Schema.Array(Scope), ({ nested }: any) => [nested]), "after"],
  "the whole, deep": [bound(Schema.Unknown, ({ nested }: any) => ({ x: [{ y: nested }] })), "after"],
  "the scope": [bound(Schema.Struct({ nested: Scope }), (scope: unknown) => scope), "after"],
  "what any JSON is taken of": [bound(Schema.Json, "nested"), "after"],
  "what anything is taken of": [bound(Schema.Any, "nested"), "after"],
  "what a record is taken of": [bound(Schema.Record(Schema.String, Schema.Finite), "nested"), "after"],
  "what one of several is taken of": [
    bound(Schema.Union([Schema.String, Schema.Struct({ a: Schema.String }), Scope]), "nested"),
    "after"
  ],
  "what may be left out": [bound(Schema.Struct({ a: Schema.optionalKey(Schema.Finite) }), "nested"), "after"],
  "what a check looks at": [bound(Scope.check(Schema.makeFilter(({ a }) => a > 0)), "nested"), "after"],
  "what a Schema tries": [bound(Lenient, "nested"), "after"],
  "what a function tries": [
    bound(Schema.Finite, ({ nested }: any) => Option.getOrElse(Option.liftThrowable(() => nested.a)(), () => 0)),
    "after"
  ],
  "what a function wraps in an error of its own": [
    bound(Schema.Finite, ({ nested }: any) =>
      Option.getOrElse(Option.liftThrowable(() => nested.a)(), () => {
        throw new Error("no a")
      })
    ),
    "after"
  ],
  "a scope that goes on in a step": [begin.pipe(Workflow.andThen(taking(Schema.Struct({ nested: Scope })))), "taking"],
  "a scope that goes on in a workflow": [
    begin.pipe(Workflow.andThen(inner("input", taking(Schema.Struct({ nested: Scope }))))),
    "inner/x"
  ],
  "a name of a scope that goes on": [
    Workflow.make("w", { input: Schema.Finite }).pipe(
      Workflow.bind("a", one, "input"),
      Workflow.andThen(taking(Schema.Struct({ a: Schema.Finite })))
    ),
    "taking",
    "a"
  ],
  "the input of another workflow": [begin.pipe(Workflow.bind("inner", inner("input"), "nested")), "inner/x"],
  "a member of the input of another": [
    begin.pipe(Workflow.bind("inner", inner("input.y"), ({ nested }) => ({ y: nested }))),
    "inner/x"
  ],
  "the input of another, by a function": [
    begin.pipe(
      Workflow.bind(
        "inner",
        inner(({ input }: any) => input.y[0]),
        ({ nested }) => ({ y: [nested] })
      )
    ),
    "inner/x"
  ],
  "a value that holds it": [
    begin.pipe(
      Workflow.let("kept", ({ nested }) => ({ list: [nested] })),
      Workflow.bind("after", taking(Schema.Unknown), ({ kept }) => kept.list)
    ),
    "after"
  ],
  items: [
    begin.pipe(
      Workflow.forEach("each", taking(Scope), { items: ({ nested }) => [nested], key: () => "k", input: "item" })
    ),
    "each/k"
  ],
  "the keys of items": [
    begin.pipe(
      Workflow.forEach("each", taking(Scope), {
        items: ({ nested }) => [nested],
        key: ({ a }) => String(a),
        input: "item"
      })
    ),
    "each/*"
  ],
  "what the items depend on": [
    begin.pipe(
      Workflow.forEachDependency("each", taking(Scope), {
        items: ({ nested }) => [nested],
        key: () => "k",
        dependsOn: ({ a }) => (a > 1 ? ["k"] : []),
        input: "item"
      })
    ),
    "each/*"
  ],
  "the inputs of items": [
    begin.pipe(
      Workflow.forEach("each", taking(Schema.Unknown), {
        items: () => [1],
        key: () => "k",
        input: ({ item, nested }) => ({ item, nested })
      })
    ),
    "each/k"
  ],
  "a workflow two deep": [
    Workflow.make("w", { input: Schema.Finite }).pipe(
      Workflow.bind("outer", begin, "input"),
      Workflow.bind("after", taking(Schema.Unknown), { x: "outer" })
    ),
    "after",
    "outer/nested/a"
  ],
  "what a branch is on": [
    begin.pipe(branchOn(({ nested }: any) => (nested.a > 0 ? "yes" : "no"), { yes: one, no: one })),
    "n/no"
  ],
  "what feeds a branch": [
    begin.pipe(Workflow.branch("n", { on: () => "yes", cases: { yes: taking(Scope) }, input: "nested" })),
    "n/yes"
  ],
  "what feeds a round": [
    begin.pipe(Workflow.iterate("n", taking(Scope), { input: "nested", until: () => true, atMost: 2 })),
    "n/1"
  ],
  "what the round before gave": [
    Workflow.make("w", { input: Schema.Finite }).pipe(
      Workflow.iterate("n", Workflow.make("of", { input: Schema.Unknown }).pipe(Workflow.bind("x", one, "input")), {
        input: "input",
        next: ({ last }) => ({ last }),
        until: () => false,
        atMost: 2
      })
    ),
    "n/2/x",
    "n/1/x"
  ],
  "what a later round is asked for": [
    Workflow.make("w", { input: Schema.Finite }).pipe(
      Workflow.iterate("n", nested, { input: "input", until: ({ last }) => last.b > 0, atMost: 2 })
    ),
    "n/*/a",
    "n/1/b"
  ],
  "what feeds samples": [begin.pipe(Workflow.sample("n", taking(Scope), { input: "nested", count: 2 })), "n/2"],
  "what feeds what has a time": [
    begin.pipe(Workflow.timeout("n", taking(Scope), { input: "nested", after: "1 hour" })) as never,
    "n"
  ],
  "what feeds a fallback": [
    begin.pipe(Workflow.fallback("n", taking(Scope), { input: "nested", errors: [], otherwise: one })),
    "n/try"
  ],
  "what may be taken over": [
    Workflow.make("w", { input: Schema.Finite }).pipe(
      Workflow.fallback("nested", nested, { input: "input", errors: [], otherwise: nested }),
      Workflow.bind("after", taking(Scope), "nested")
    ),
    "after",
    "nested/try/a"
  ],
  "what else would be done": [
    Workflow.make("w", { input: Schema.Finite }).pipe(
      Workflow.fallback("nested", nested, { input: "input", errors: [], otherwise: taking(Schema.Finite) })
    ),
    "nested/otherwise",
    "nested/try/a"
  ]
}

describe("a result that is missing inside of a value", () => {
  for (const [name, [workflow, path, reads = "nested/a"]] of Object.entries(cases)) {
    it.effect(`is waited for, in a plan, by hand and by a step alone: ${name}`, () =>
      Effect.gen(function* () {
        const state = yield* Engine.initialize(workflow, 1)
        const plan = yield* Engine.plan(workflow, state)
        assert.deepStrictEqual(
          plan.filter((entry) => entry.path === path),
          [{ path, action: "perhaps", why: `reads ${reads}` }]
        )
        for (const alone of [
          Effect.asVoid(Engine.set(workflow, state, path, 5)),
          Effect.asVoid(Engine.step(workflow, state, path))
        ]) {
          const error = yield* Effect.flip(alone)
          assert.deepStrictEqual<unknown>(
            [error.path, { ...error.reason }],
            [path, { _tag: "MissingResult", missing: reads }]
          )
        }
        // and with all results it is none
        assert.strictEqual((yield* Engine.run(workflow, state)).ending._tag, "Completed")
      })
    )
  }

  it.effect("is not waited for by what does not read it", () =>
    Effect.gen(function* () {
      for (const workflow of [
        begin.pipe(Workflow.bind("after", taking(Schema.Struct({ input: Schema.Finite })), "nested")),
        begin.pipe(Workflow.andThen(taking(Schema.Struct({ input: Schema.Finite })))),
        bound(Schema.Finite, ({ nested }: any) => Object.keys(nested).length)
      ]) {
        const plan = yield* Engine.plan(workflow as AnyWorkflow, yield* Engine.initialize(workflow as AnyWorkflow, 1))
        assert.deepStrictEqual(plan.at(-1)?.why, "it has no result yet")
      }
    })
  )

  it.effect("is waited for by a run, where a person decides it", () =>
    Effect.gen(function* () {
      const asking = Workflow.make("asking", { input: Schema.Finite }).pipe(
        Workflow.gate("a", { question: Schema.Finite, input: "input", decision: Schema.Finite }),
        Workflow.bind("b", one, "input")
      )
      const before = Workflow.make("w", { input: Schema.Finite }).pipe(Workflow.bind("nested", asking, "input"))
      const tried = Workflow.make("w", { input: Schema.Finite }).pipe(
        Workflow.fallback("nested", asking, { input: "input", errors: [], otherwise: asking })
      )
      const workflows: Readonly<Record<string, AnyWorkflow>> = {
        bind: before.pipe(Workflow.bind("after", taking(Scope), "nested")),
        function: before.pipe(Workflow.bind("after", taking(Schema.Unknown), ({ nested }) => [{ nested }])),
        andThen: before.pipe(Workflow.andThen(taking(Schema.Struct({ nested: Scope })))),
        forEach: before.pipe(
          Workflow.forEach("after", taking(Scope), { items: ({ nested }) => [nested], key: () => "k", input: "item" })
        ),
        fallback: tried.pipe(Workflow.bind("after", taking(Schema.Unknown), "nested"))
      }
      for (const [name, workflow] of Object.entries(workflows)) {
        const { ran, state } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, 1))
        assert.deepStrictEqual([name, state.status, ran], [name, "SUSPENDED", [ran[0]]])
        assert.match(ran[0]!, /^nested\/(try\/)?b$/)
      }
    })
  )

  it.effect("leaves no record of the step that reads it", () =>
    Effect.gen(function* () {
      const journal = yield* Journal.Journal
      const workflow = bound(Scope, "nested")
      const state = yield* Engine.initialize(workflow, 1, { run: "r" })
      yield* Effect.flip(Engine.step(workflow, state, "after"))
      yield* Effect.flip(Engine.step(workflow, state, "after", { force: true }))
      assert.deepStrictEqual(
        (yield* journal.load("r")).map(({ _tag }) => _tag),
        ["RunInitialized"]
      )
    }).pipe(Effect.provide(Journal.layerMemory))
  )
})
