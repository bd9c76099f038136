import { Arbitrary, Effect, Exit, Option, Predicate, Schema, SchemaTransformation } from "effect"
import {
  Engine,
  Journal,
  OutputParser,
  PromptTemplate,
  Step,
  StepExecutor,
  Workflow,
  WorkflowEvent,
  WorkflowState
} from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { runState } from "./support/engine.ts"
import { scripted } from "./support/scripted.ts"

const cyclic: Record<string, unknown> = { list: [] }
cyclic["list"] = [cyclic]
class Point {
  readonly x = 1
}
const nested = (depth: number): unknown => {
  let value: unknown = 1
  for (let i = 0; i < depth; i++) value = [value]
  return value
}

/** What JSON cannot hold, with the place that is told. */
const unfit: ReadonlyArray<readonly [name: string, value: unknown, place: string]> = [
  ["a Date", { a: [1, new Date(0)] }, `["a"][1]`],
  ["NaN", { a: Number.NaN }, `["a"]`],
  ["Infinity", [1, -Infinity], "[1]"],
  ["a BigInt", { a: { b: 1n } }, `["a"]["b"]`],
  ["undefined", { a: undefined }, `["a"]`],
  ["undefined in a list", ["x", undefined], "[1]"],
  ["undefined alone", undefined, ""],
  ["a Map", { a: new Map([["k", 1]]) }, `["a"]`],
  ["a Set", { a: new Set([1]) }, `["a"]`],
  ["a function", { a: () => 1 }, `["a"]`],
  ["a symbol", { a: Symbol("s") }, `["a"]`],
  ["a member named by a symbol", { a: { [Symbol("s")]: 1 } }, `["a"]`],
  ["a hidden member", { a: Object.defineProperty({}, "b", { value: 1 }) }, `["a"]`],
  // oxlint-disable-next-line no-sparse-arrays -- it is what is tried
  ["a list with a hole", { a: [1, , 2] }, `["a"][1]`],
  ["a list with a name", { a: Object.assign([1], { index: 0 }) }, `["a"]`],
  ["a cyclic value", cyclic, `["list"][0]`],
  ["an instance of a class", { a: new Point() }, `["a"]`],
  ["an object that writes itself", { a: { toJSON: () => 5 } }, `["a"]["toJSON"]`],
  ["a boxed text", { a: new String("x") }, `["a"]`],
  ["bytes", { a: new Uint8Array([1]) }, `["a"]`],
  ["an error", { a: new Error("x") }, `["a"]`],
  ["a promise", { a: Promise.resolve(1) }, `["a"]`],
  ["what is nested too deep", { a: nested(100_000) }, `["a"][0]`]
]

/** What JSON can hold, told by its text. */
const fit: ReadonlyArray<readonly [name: string, value: unknown]> = [
  ["half a character", { a: "\ud800", "\udc00": 1 }],
  ["separators of lines", { "\u2028": "\u2029\r\n\u0085\0" }],
  ["a member named __proto__", JSON.parse('{"__proto__": {"a": 1}, "constructor": 2, "toJSON": 3}')],
  ["an object without a prototype", Object.assign(Object.create(null), { a: 1 })],
  ["a byte order mark, NFC and NFD", { a: "\ufeff\u00e9", b: "e\u0301" }],
  ["members in an order of their own", { b: 1, a: 2, 10: 3, 9: 4 }],
  ["large and small numbers", [Number.MAX_VALUE, 5e-324, 2 ** 53 + 2, 0.1 + 0.2, -1e-7]],
  ["nested lists", nested(500)]
]

const gives = (value: unknown, output: Step.AnyCodec = Schema.Any) =>
  Step.effect("gives", { input: Schema.Null, output, run: () => Effect.succeed(value) })

/** Keeps what it was given. */
const watching = (seen: Array<unknown>, name = "sees") =>
  Step.effect(name, {
    input: Schema.Any,
    output: Schema.Number,
    run: (value) => Effect.sync(() => seen.push(value))
  })

const begin = Workflow.make("w", { input: Schema.Null })

const journals = {
  "no journal": () => Journal.layerNone,
  "a journal in memory": () => Journal.layerMemory
}

/** Through its text, as a program would that keeps states itself. */
const throughJson = (state: WorkflowState.WorkflowState) => WorkflowState.fromJson(WorkflowState.toJson(state))

describe("values of a run", () => {
  for (const [journal, layer] of Object.entries(journals)) {
    for (const output of [Schema.Any, Schema.Unknown]) {
      it.effect.each(unfit)(
        `%s as the output of a step ends the run there, with the place (${journal})`,
        ([, value, place]) =>
          Effect.gen(function* () {
            const workflow = begin.pipe(Workflow.bind("step", gives(value, output), () => null))
            const state = yield* runState(workflow, yield* Engine.initialize(workflow, null))
            assert.strictEqual(state.status, "FAILED")
            assert.deepInclude(state.error, { path: "step", tag: "InvalidOutput" })
            assert.include(state.error?.message, place)
            assert.match(state.error?.message ?? "", /JSON/)
            assert.deepStrictEqual(yield* throughJson(state), state)
          }).pipe(Effect.provide(layer()))
      )
    }
  }

  it.effect.each(fit)("%s comes to the next step as it is, before and after a resume", ([, value]) =>
    Effect.gen(function* () {
      const text = JSON.stringify(value)
      const seen: Array<unknown> = []
      const before = begin.pipe(Workflow.bind("step", gives(value), () => null))
      const workflow = before.pipe(Workflow.bind("sees", watching(seen), "step"))
      const state = yield* throughJson(yield* runState(workflow, yield* Engine.initialize(workflow, null)))
      assert.strictEqual(state.status, "COMPLETED")
      const { sees: _, ...records } = state.records
      yield* runState(workflow, yield* throughJson({ ...state, records }))
      assert.deepStrictEqual(
        seen.map((value) => JSON.stringify(value)),
        [text, text]
      )
    })
  )

  for (const [name, output, value] of [
    ["a number", Schema.Number, -0],
    ["any value", Schema.Any, { a: [-0] }],
    ["an unknown value", Schema.Unknown, [-0]],
    ["a member", Schema.Struct({ a: Schema.Finite }), { a: -0 }]
  ] as const) {
    it.effect(`-0 in ${name} is 0 for the next step, as it is after a resume`, () =>
      Effect.gen(function* () {
        const seen: Array<unknown> = []
        const workflow = begin.pipe(
          Workflow.bind("step", gives(value, output), () => null),
          Workflow.bind("sees", watching(seen), "step")
        )
        const state = yield* runState(workflow, yield* Engine.initialize(workflow, null))
        assert.strictEqual(JSON.stringify(seen), JSON.stringify([value]))
        assert.deepStrictEqual(yield* throughJson(state), state)
        assert.deepStrictEqual(
          yield* Engine.output(workflow, yield* throughJson(state)),
          yield* Engine.output(workflow, state)
        )
        assert.isFalse(hasNegativeZero(seen))
      })
    )
  }

  it.effect("-0 in a model's reply is 0 for the next step", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const asks = Step.make("asks", {
        input: Schema.Null,
        output: Schema.Struct({ n: Schema.Number }),
        prompt: PromptTemplate.make("n?"),
        variables: () => ({})
      })
      const workflow = begin.pipe(Workflow.bind("asks", asks, "input"), Workflow.bind("sees", watching(seen), "asks"))
      const state = yield* runState(workflow, yield* Engine.initialize(workflow, null))
      assert.deepStrictEqual(seen, [{ n: 0 }])
      assert.deepStrictEqual(yield* throughJson(state), state)
    }).pipe(Effect.provide(scripted('{"n": -0}').layer))
  )

  it.effect("what a parser makes and JSON cannot hold ends the run at its step", () =>
    Effect.gen(function* () {
      const asks = Step.make("asks", {
        input: Schema.Null,
        output: Schema.Any,
        prompt: PromptTemplate.make("when?"),
        variables: () => ({}),
        parser: OutputParser.map(OutputParser.text, {
          id: "when@1",
          to: (text) => ({ at: new Date(text) }),
          from: ({ at }) => at.toISOString()
        })
      })
      const workflow = begin.pipe(Workflow.bind("asks", asks, "input"))
      const state = yield* runState(workflow, yield* Engine.initialize(workflow, null))
      assert.deepInclude(state.error, { path: "asks", tag: "InvalidOutput" })
      assert.include(state.error?.message, `["at"]`)
    }).pipe(Effect.provide(scripted("2026-11-21").layer))
  )

  it.effect.each(unfit)("%s as the input of a workflow is refused, with the place", ([, value, place]) =>
    Effect.gen(function* () {
      const workflow = Workflow.make("w", { input: Schema.Any })
      const error = yield* Effect.flip(Engine.initialize(workflow, value))
      assert.deepStrictEqual([error.path, error.reason._tag], ["input", "InvalidInput"])
      assert.include(error.message, place)
    })
  )

  it.effect.each(unfit)("%s as the input of a step ends the run there, with the place", ([, value, place]) =>
    Effect.gen(function* () {
      const workflow = begin.pipe(
        Workflow.let("made", () => value),
        Workflow.bind("sees", watching([]), "made")
      )
      const state = yield* runState(workflow, yield* Engine.initialize(workflow, null))
      assert.deepInclude(state.error, { path: "sees", tag: "InvalidInput" })
      assert.include(state.error?.message, place)
    })
  )

  it.effect("a value that is set by hand is what JSON holds, or refused", () =>
    Effect.gen(function* () {
      const workflow = begin.pipe(Workflow.bind("step", gives(1), () => null))
      const state = yield* Engine.initialize(workflow, null)
      const set = yield* Engine.set(workflow, state, "step", { a: [-0] })
      assert.deepStrictEqual(yield* throughJson(set), set)
      for (const [, value, place] of unfit) {
        const error = yield* Effect.flip(Engine.set(workflow, state, "step", value as Schema.Json))
        assert.deepStrictEqual([error.path, error.reason._tag], ["step", "InvalidOutput"])
        assert.include(error.message, place)
      }
      const input = Workflow.make("w", { input: Schema.Any })
      const error = yield* Effect.flip(
        Engine.set(input, yield* Engine.initialize(input, 1), "input", [new Date(0)] as never)
      )
      assert.deepStrictEqual([error.path, error.reason._tag], ["input", "InvalidInput"])
    })
  )

  it.effect("an error that JSON cannot hold is recorded by its tag and message", () =>
    Effect.gen(function* () {
      class Late extends Schema.TaggedError<Late>()("Late", { at: Schema.Any }) {}
      const fails = Step.effect("fails", {
        input: Schema.Null,
        output: Schema.Null,
        error: Late,
        run: () => Effect.fail(new Late({ at: new Date(0) }))
      })
      const workflow = begin.pipe(Workflow.bind("fails", fails, "input"))
      const state = yield* runState(workflow, yield* Engine.initialize(workflow, null))
      assert.strictEqual(state.records["fails"]?.error?.tag, "Late")
      assert.deepStrictEqual(yield* throughJson(state), state)
    })
  )

  it.effect("a client's reply that is none is a defect of its step, and no part of the state", () =>
    Effect.gen(function* () {
      const asks = Step.make("asks", {
        input: Schema.Null,
        output: Schema.String,
        prompt: PromptTemplate.make("?"),
        variables: () => ({})
      })
      const workflow = begin.pipe(Workflow.bind("asks", asks, "input"))
      const journal = Journal.makeMemory()
      const exit = yield* Effect.exit(
        Effect.flatMap(Engine.initialize(workflow, null, { run: "r" }), (state) => runState(workflow, state))
      ).pipe(Effect.provideService(Journal.Journal, journal))
      assert.isTrue(Exit.hasDies(exit))
      assert.include(String(exit), `["usage"]["input"]`)
      const state = WorkflowEvent.fold(yield* journal.load("r"))!
      assert.deepStrictEqual(yield* throughJson(state), state)
    }).pipe(Effect.provide(scripted({ text: "ok", finishReason: "stop", usage: { input: Number.NaN } }).layer))
  )

  it.effect("a key that JSON cannot hold is a defect of its step, since two of them would look equal", () =>
    Effect.gen(function* () {
      const keyed = Step.effect("keyed", {
        input: Schema.Null,
        output: Schema.Null,
        key: () => Effect.succeed({ at: new Date(0) } as never),
        run: () => Effect.succeed(null)
      })
      const workflow = begin.pipe(Workflow.bind("keyed", keyed, "input"))
      const exit = yield* Effect.exit(
        Effect.flatMap(Engine.initialize(workflow, null), (state) => runState(workflow, state))
      )
      assert.isTrue(Exit.hasDies(exit))
      assert.include(String(exit), `["at"]`)
    })
  )

  it.effect("a configuration that JSON cannot hold is refused", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        Engine.initialize(begin, null, { config: { parameters: { temperature: Number.NaN } } })
      )
      assert.strictEqual(error.reason._tag, "WorkflowConfigError")
      assert.include(error.message, "temperature")
    })
  )

  it.effect.each(["__proto__", "constructor", "toString", "\ud800", "\u2028", " ", "%", "e\u0301"])(
    "an item with the key %j has its own record and output",
    (key) =>
      Effect.gen(function* () {
        const each = Workflow.make("w", { input: Schema.Array(Schema.String) }).pipe(
          Workflow.forEachDependency(
            "each",
            Step.effect("echo", { input: Schema.String, output: Schema.String, run: Effect.succeed }),
            {
              items: "input",
              key: (item) => item,
              dependsOn: () => [],
              input: "item"
            }
          )
        )
        const state = yield* throughJson(yield* runState(each, yield* Engine.initialize(each, [key, "other"])))
        assert.strictEqual(state.status, "COMPLETED")
        const { each: outputs } = yield* Engine.output(each, state)
        assert.deepStrictEqual(Object.entries(outputs), [
          [key, key],
          ["other", "other"]
        ])
      })
  )

  const codecs: ReadonlyArray<Step.AnyCodec> = [
    Schema.Struct({ n: Schema.Number, at: Schema.DateTimeUtcFromString, note: Schema.Option(Schema.String) }),
    Schema.Array(Schema.Union([Schema.Number, Schema.String, Schema.Null])),
    Schema.Record(
      Schema.String,
      Schema.Struct({ a: Schema.optional(Schema.Number), b: Schema.optionalKey(Schema.String) })
    ),
    Schema.ReadonlyMap(Schema.String, Schema.Array(Schema.BigInt)),
    Schema.Tuple([Schema.Date, Schema.Uint8Array, Schema.Boolean]),
    Schema.Struct({
      list: Schema.Array(Schema.Struct({ n: Schema.Int })),
      by: Schema.Record(Schema.String, Schema.Finite)
    }),
    Schema.Record(Schema.StringFromBase64Url, Schema.Boolean),
    Schema.Json
  ]
  codecs.forEach((schema, i) =>
    it.effect.prop(
      `the next step sees the same before and after a resume, whatever its Schema (${i + 1})`,
      { value: Arbitrary.schema(schema) },
      ({ value }) =>
        Effect.gen(function* () {
          const seen: Array<unknown> = []
          const sees = Step.effect("sees", {
            input: schema,
            output: Schema.Number,
            run: (value) => Effect.sync(() => seen.push(value))
          })
          const workflow = begin.pipe(
            Workflow.bind("step", gives(value, schema), () => null),
            Workflow.bind("sees", sees, "step" as never)
          )
          const state = yield* runState(workflow, yield* Engine.initialize(workflow, null))
          // an arbitrary of dates has invalid ones, which end the run
          if (state.status === "FAILED") return assert.strictEqual(state.error?.tag, "InvalidOutput")
          const read = yield* throughJson(state)
          assert.deepStrictEqual(read, state)
          const { sees: _, ...records } = read.records
          yield* runState(workflow, { ...read, records })
          assert.strictEqual(seen.length, 2)
          assert.deepStrictEqual(seen[1], seen[0])
        }),
      { arbitrary: { runs: 40, seed: 20261121 } }
    )
  )
})

it.effect("what one part of a union wrote and another reads is the same before and after a resume", () =>
  Effect.gen(function* () {
    const seen: Array<unknown> = []
    const either = Schema.Union([
      Schema.Struct({ a: Schema.String, b: Schema.optionalKey(Schema.Boolean) }),
      Schema.Struct({ a: Schema.String, c: Schema.String })
    ])
    // the first part takes it without its "b" only
    const workflow = begin.pipe(
      Workflow.bind("step", gives({ a: "x", b: "neither", c: "y" }, either), () => null),
      Workflow.bind("sees", watching(seen), "step")
    )
    const state = yield* runState(workflow, yield* Engine.initialize(workflow, null))
    const { sees: _, ...records } = state.records
    yield* runState(workflow, yield* throughJson({ ...state, records }))
    assert.deepStrictEqual(seen, [{ a: "x" }, { a: "x" }])
  })
)

const hasNegativeZero = (value: unknown): boolean =>
  Object.is(value, -0) || (typeof value === "object" && value !== null && Object.values(value).some(hasNegativeZero))

const Notes = Schema.Struct({
  list: Schema.mutable(Schema.Array(Schema.String)),
  at: Schema.Date,
  inner: Schema.Any
})
type Notes = { list: Array<string>; at: Date; inner: any }

const notes = (): Notes => ({ list: ["a"], at: new Date(0), inner: { deep: { list: [1] } } })

/** Changes all that it can reach. */
const spoil = (value: Notes) => {
  value.list.push("spoilt")
  value.list.sort()
  value.at.setFullYear(1)
  value.inner.deep?.list.push(2)
  value.inner.more = true
  delete value.inner.deep
  return value
}

const asIs = (seen: Array<unknown>, name: string) =>
  Step.effect(name, {
    input: Notes,
    output: Schema.Number,
    run: (value) => Effect.sync(() => seen.push(structuredClone(value)))
  })

const makesNotes = Step.effect("notes", { input: Schema.Null, output: Notes, run: () => Effect.sync(notes) })

const spoiling = {
  "a step's run": Step.effect("spoils", {
    input: Notes,
    output: Schema.Null,
    run: (value) => Effect.sync(() => (spoil(value as Notes), null))
  }),
  "a step's key": Step.effect("spoils", {
    input: Notes,
    output: Schema.Null,
    key: (value) => Effect.sync(() => (spoil(value as Notes), null)),
    run: () => Effect.succeed(null)
  }),
  "a step's variables": Step.make("spoils", {
    input: Notes,
    output: Schema.String,
    prompt: PromptTemplate.make("{{text}}"),
    variables: (value) => ({ text: spoil(value as Notes).list.join() })
  }),
  "a step's isCurrent": Step.effect("spoils", {
    input: Notes,
    output: Notes,
    isCurrent: (output, input) => Effect.sync(() => (spoil(output as Notes), spoil(input as Notes), true)),
    run: (value) => Effect.succeed(value)
  })
}

describe("an input that is changed in place", () => {
  /** What a step sees of the notes after something else had them, then again after a resume from the state's text. */
  const seenAfter = (workflow: Workflow.Any, seen: Array<unknown>) =>
    Effect.gen(function* () {
      const some = workflow as Workflow.Workflow<null, unknown, unknown, never>
      const first = yield* runState(some, yield* Engine.initialize(some, null))
      assert.strictEqual(first.status, "COMPLETED", first.error?.message ?? "")
      const { sees: _, ...records } = (yield* throughJson(first)).records
      const second = yield* runState(some, { ...(yield* throughJson(first)), records })
      assert.deepStrictEqual(seen, [notes(), notes()])
      assert.deepStrictEqual(yield* throughJson(second), second)
    }).pipe(Effect.provide(scripted("ok").layer))

  for (const [name, spoils] of Object.entries(spoiling)) {
    it.effect(`by ${name} is not changed for the next step`, () => {
      const seen: Array<unknown> = []
      const workflow = begin.pipe(
        Workflow.bind("notes", makesNotes, "input"),
        Workflow.bind("spoils", spoils as Step.Step<Notes, unknown, never, never>, "notes"),
        Workflow.bind("sees", asIs(seen, "sees"), "notes")
      )
      return seenAfter(workflow as never, seen)
    })
  }

  it.effect("by selectors and values is not changed for the next step", () => {
    const seen: Array<unknown> = []
    const nothing = Step.effect("nothing", { input: Schema.Null, output: Schema.Null, run: () => Effect.succeed(null) })
    const spoilt = (...values: ReadonlyArray<unknown>) => (values.forEach((value) => spoil(value as Notes)), null)
    const workflow = begin.pipe(
      Workflow.bind("notes", makesNotes, "input"),
      Workflow.let("made", ({ notes }) => ({ notes, own: [1] })),
      Workflow.bind("a", nothing, ({ notes }) => spoilt(notes)),
      Workflow.let("b", ({ made }) => [made.own.push(2), spoilt(made.notes)]),
      Workflow.forEach("c", nothing, {
        items: ({ notes }) => [spoil(notes as Notes)],
        key: (item) => spoil(item).list[0]!,
        input: ({ item, notes }) => spoilt(item, notes)
      }),
      Workflow.forEachDependency("d", nothing, {
        items: ({ made }) => [spoil(made.notes as Notes)],
        key: () => "k",
        dependsOn: (item) => (spoilt(item), []),
        input: ({ item }) => spoilt(item)
      }),
      Workflow.all((w) => [
        w.pipe(Workflow.bind("e", nothing, ({ notes }) => spoilt(notes))),
        w.pipe(Workflow.bind("f", nothing, ({ made }) => (made.own.push(3), spoilt(made.notes))))
      ]),
      Workflow.bind("sees", asIs(seen, "sees"), ({ made, notes }) => {
        assert.deepStrictEqual(made, { notes, own: [1] })
        return made.notes
      })
    )
    return seenAfter(workflow as never, seen)
  })

  it.effect("by a nested workflow is not changed for what follows", () => {
    const seen: Array<unknown> = []
    const inner = Workflow.make("inner", { input: Notes }).pipe(
      Workflow.let("spoilt", ({ input }) => spoil(input as Notes).list.length),
      Workflow.bind("spoils", spoiling["a step's run"], "input")
    )
    const workflow = begin.pipe(
      Workflow.bind("notes", makesNotes, "input"),
      Workflow.bind("inner", inner, "notes"),
      Workflow.let("again", ({ inner }) => spoil(inner.input as Notes).list.length),
      Workflow.bind("sees", asIs(seen, "sees"), "inner.input")
    )
    return seenAfter(workflow as never, seen)
  })

  it.effect("by what follows andThen is not changed for the next step", () => {
    const seen: Array<unknown> = []
    const workflow = begin.pipe(
      Workflow.andThen(Step.effect("notes", { input: Schema.Any, output: Notes, run: () => Effect.sync(notes) })),
      Workflow.bind("a", asIs([], "a"), (scope) => spoil(scope as Notes)),
      Workflow.bind("sees", asIs(seen, "sees"), ({ at, inner, list }) => ({ at, inner, list }))
    )
    return seenAfter(workflow as never, seen)
  })

  it.effect("by a step's key is not changed for the same step's run, nor by the run for its next one", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const again: typeof StepExecutor.StepExecutor.Service = (work) => Effect.andThen(work, work)
      const sees = Step.effect("sees", {
        input: Notes,
        output: Schema.Null,
        key: (value) => Effect.sync(() => (spoil(value as Notes), null)),
        run: (value) => Effect.sync(() => (seen.push(structuredClone(value)), spoil(value as Notes), null))
      })
      const workflow = Workflow.make("w", { input: Notes }).pipe(Workflow.bind("sees", sees, "input"))
      yield* Engine.execute(workflow, notes()).pipe(Effect.provideService(StepExecutor.StepExecutor, again))
      assert.deepStrictEqual(seen, [notes(), notes()])
    })
  )

  it.effect("is not changed by what asks whether its result still holds, nor is that result", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const workflow = Workflow.make("w", { input: Notes }).pipe(
        Workflow.bind("asks", spoiling["a step's isCurrent"], "input"),
        Workflow.bind("sees", asIs(seen, "sees"), "asks")
      )
      const first = yield* Engine.run(workflow, yield* Engine.initialize(workflow, notes()))
      const second = yield* Engine.run(workflow, first.state)
      assert.deepStrictEqual(second.reused, ["asks", "sees"])
      assert.deepStrictEqual(second.ending, first.ending)
      assert.deepStrictEqual(seen, [notes()])
    })
  )

  it("is not changed by a step's variables where it is an example", () => {
    const input = notes()
    Step.make("asks", {
      input: Notes,
      output: Schema.String,
      prompt: PromptTemplate.make("{{text}}"),
      variables: (value) => ({ text: spoil(value as Notes).list.join() }),
      examples: [{ input, output: "x" }]
    })
    assert.deepStrictEqual(input, notes())
  })

  it.effect("is not changed for the caller of a step alone, of whatever class it is", () =>
    Effect.gen(function* () {
      class Listed extends Schema.Class<Listed>("Listed")({ list: Schema.mutable(Schema.Array(Schema.String)) }) {}
      const adds = Step.effect("adds", {
        input: Schema.Struct({ listed: Listed, maybe: Schema.Option(Schema.mutable(Schema.Array(Schema.String))) }),
        output: Schema.Finite,
        run: ({ listed, maybe }) => Effect.sync(() => listed.list.push("b") + Option.getOrThrow(maybe).push("b"))
      })
      const mine = { listed: new Listed({ list: ["a"] }), maybe: Option.some(["a"]) }
      assert.deepStrictEqual([yield* Step.run(adds, mine), yield* Step.run(adds, mine)], [4, 4])
      assert.deepStrictEqual([mine.listed.list, Option.getOrThrow(mine.maybe)], [["a"], ["a"]])
    })
  )

  it.effect("cannot be changed where its Schema gives it frozen, and can be read", () =>
    Effect.gen(function* () {
      const Frozen = Schema.Struct({ list: Schema.Array(Schema.String) }).pipe(
        Schema.decodeTo(
          Schema.declare((value): value is { readonly list: ReadonlyArray<string> } => Predicate.isObject(value)),
          SchemaTransformation.transform({ decode: (value) => Object.freeze({ ...value }), encode: (value) => value })
        )
      )
      const workflow = begin.pipe(
        Workflow.andThen(
          Step.effect("frozen", { input: Schema.Any, output: Frozen, run: () => Effect.succeed({ list: ["a"] }) })
        ),
        Workflow.let("length", ({ list }) => list.length),
        Workflow.let("both", ({ length, list }) => [...list, `${length}`])
      )
      assert.deepStrictEqual((yield* Engine.execute(workflow, null)).both, ["a", "1"])
    })
  )

  it.effect("is not changed for the caller, whose objects are not frozen either", () =>
    Effect.gen(function* () {
      const mine = notes()
      const workflow = Workflow.make("w", { input: Notes }).pipe(
        Workflow.let("spoilt", ({ input }) => spoil(input as Notes).list.length),
        Workflow.bind("spoils", spoiling["a step's run"], "input")
      )
      yield* Engine.execute(workflow, mine)
      assert.deepStrictEqual(mine, notes())
      yield* Step.run(spoiling["a step's run"], mine)
      assert.deepStrictEqual(mine, notes())
      mine.list.push("still mine")
    })
  )

  it.effect("changes no state and no journal, nor does a change of what a run gave", () =>
    Effect.gen(function* () {
      const journal = Journal.makeMemory()
      const seen: Array<unknown> = []
      const workflow = begin.pipe(
        Workflow.bind("any", gives({ list: [1] }), () => null),
        Workflow.bind("sees", watching(seen), "any")
      )
      yield* Effect.gen(function* () {
        const outcome = yield* Engine.run(workflow, yield* Engine.initialize(workflow, null, { run: "r" }))
        const before = WorkflowState.toJson(outcome.state)
        assert.strictEqual(outcome.ending._tag, "Completed")
        const given: any = outcome.ending._tag === "Completed" ? outcome.ending.output : undefined
        given.any.list.push(2)
        ;(seen[0] as any).list.push(3)
        const read: any = yield* Engine.output(workflow, outcome.state)
        read.any.list.push(4)
        const step: any = yield* Engine.step(workflow, outcome.state, "any")
        step.ending.output.list.push(5)
        assert.strictEqual(WorkflowState.toJson(outcome.state), before)
        assert.strictEqual(WorkflowState.toJson(yield* Engine.load(workflow, "r")), before)
        assert.deepStrictEqual(given.any.list, [1, 2])
      }).pipe(Effect.provideService(Journal.Journal, journal))
    })
  )

  it.effect("a scope that is passed on is a value of its own", () =>
    Effect.gen(function* () {
      const inner = Workflow.make("inner", { input: Schema.Any }).pipe(
        Workflow.let("spoilt", ({ input }) => spoil(input.made.notes).list)
      )
      const workflow = begin.pipe(
        Workflow.bind("made", begin.pipe(Workflow.bind("notes", makesNotes, "input")), "input"),
        Workflow.let("scope", (scope) => scope),
        Workflow.bind("inner", inner, (scope) => scope)
      )
      const output = yield* Engine.execute(workflow, null)
      assert.deepStrictEqual(output.inner.spoilt, ["a", "spoilt"])
      assert.deepStrictEqual(structuredClone(output.scope), { input: null, made: { input: null, notes: notes() } })
      assert.deepStrictEqual(structuredClone(output.inner.input), { ...output.scope, scope: output.scope })
    })
  )

  it.effect("a name of the scope cannot be given another value", () =>
    Effect.gen(function* () {
      const workflow = begin.pipe(
        Workflow.bind("notes", makesNotes, "input"),
        Workflow.bind("sees", asIs([], "sees"), (scope) => Object.assign(scope, { notes: notes() }).notes)
      )
      const exit = yield* Effect.exit(
        Effect.flatMap(Engine.initialize(workflow, null), (state) => runState(workflow, state))
      )
      assert.isTrue(Exit.hasDies(exit))
      assert.include(String(exit), "sees: a selector")
    })
  )
})
