import { Chunk, Effect, HashMap, Option, Predicate, Result, Schema, SchemaTransformation } from "effect"
import { Engine, Step, Workflow } from "@stepwright/core"
import { assert, describe, it, vi } from "@effect/vitest"

const Texts = Schema.mutable(Schema.Array(Schema.String))

class Notes extends Schema.Class<Notes>("Notes")({ list: Texts, at: Schema.Date }) {
  readonly #secret = 42
  get secret() {
    return this.#secret
  }
}
const notes = () => new Notes({ list: ["a"], at: new Date(0) })

/** A class that only its Schema knows how to make. */
class Sealed {
  readonly #list: Array<string>
  constructor(list: ReadonlyArray<string>) {
    this.#list = [...list]
  }
  get list() {
    return this.#list
  }
}
const OfSealed = Schema.Array(Schema.String).pipe(
  Schema.decodeTo(
    Schema.declare((value): value is Sealed => Predicate.hasProperty(value, "list")),
    SchemaTransformation.transform({ decode: (list) => new Sealed(list), encode: ({ list }) => list })
  )
)

interface Case {
  readonly schema: Step.AnyCodec
  readonly make: () => unknown
  readonly spoil: (value: any) => unknown
  readonly show: (value: any) => unknown
}
const cases: Readonly<Record<string, Case>> = {
  "an instance of a class of Schema": {
    schema: Notes,
    make: notes,
    spoil: (value) => [value.list.push("b"), value.at.setFullYear(1)],
    show: ({ at, list, secret }) => [list, at.getTime(), secret]
  },
  "an instance in a list": {
    schema: Schema.Array(Notes),
    make: () => [notes()],
    spoil: ([value]) => value.list.push("b"),
    show: ([value]) => [value.list, value.secret, value instanceof Notes]
  },
  "an Option": {
    schema: Schema.Option(Texts),
    make: () => Option.some(["a"]),
    spoil: (value) => value.value.push("b"),
    show: Option.getOrThrow
  },
  "a Result": {
    schema: Schema.Struct({ of: Schema.Result(Texts, Texts) }),
    make: () => ({ of: Result.fail(["a"]) }),
    spoil: (value) => value.of.failure.push("b"),
    show: ({ of }) => Result.merge(of as Result.Result<unknown, unknown>)
  },
  "a HashMap": {
    schema: Schema.HashMap(Schema.String, Texts),
    make: () => HashMap.make(["k", ["a"]]),
    spoil: (value) => HashMap.getUnsafe(value as HashMap.HashMap<string, Array<string>>, "k").push("b"),
    show: (value) => HashMap.getUnsafe(value, "k")
  },
  "a Chunk": {
    schema: Schema.Chunk(Texts),
    make: () => Chunk.make(["a"]),
    spoil: (value) => Chunk.getUnsafe(value as Chunk.Chunk<Array<string>>, 0).push("b"),
    show: (value) => Chunk.getUnsafe(value, 0)
  },
  "a URL": {
    schema: Schema.URL,
    make: () => new URL("http://localhost/"),
    spoil: (value) => value.searchParams.append("a", "b"),
    show: String
  },
  "a set of parameters": {
    schema: Schema.Struct({ of: Schema.URLSearchParams }),
    make: () => ({ of: new URLSearchParams("a=1") }),
    spoil: (value) => value.of.append("a", "b"),
    show: ({ of }) => String(of)
  },
  "what only its Schema knows": {
    schema: OfSealed,
    make: () => new Sealed(["a"]),
    spoil: (value) => value.list.push("b"),
    show: ({ list }) => list
  }
}

const nothing = Step.effect("nothing", { input: Schema.Null, output: Schema.Null, run: () => Effect.succeed(null) })

const shows = ({ schema, show }: Case) =>
  Step.effect("shows", {
    input: schema,
    output: Schema.Unknown,
    run: (value) => Effect.sync(() => structuredClone(show(value)))
  })

describe("a value that a selector changes in place", () => {
  for (const [name, it_] of Object.entries(cases)) {
    const { make, schema, show, spoil } = it_
    const gives = Step.effect("gives", { input: Schema.Null, output: schema, run: () => Effect.sync(make) })

    it.effect(`is as it was for the steps, selectors and functions after it: ${name}`, () =>
      Effect.gen(function* () {
        const workflow = Workflow.make("w", { input: Schema.Null }).pipe(
          Workflow.bind("gives", gives, "input"),
          Workflow.bind("a", nothing, ({ gives }) => (spoil(gives), null)),
          Workflow.let("b", ({ gives }) => void spoil(gives)),
          Workflow.bind("c", nothing, (scope) => (spoil(Object.values(scope)[1]), null)),
          Workflow.bind("d", nothing, (scope) => (spoil({ ...scope }.gives), null)),
          Workflow.bind("e", nothing, (scope) => {
            const named = Object.getOwnPropertyDescriptors(scope).gives
            spoil(named.get === undefined ? named.value : named.get())
            return null
          }),
          Workflow.let("shown", ({ gives }) => show(gives)),
          Workflow.bind("step", shows(it_), "gives" as never)
        )
        const first = yield* Engine.run(workflow, yield* Engine.initialize(workflow, null))
        const again = yield* Engine.run(workflow, first.state)
        for (const { ending } of [first, again]) {
          assert.strictEqual(ending._tag, "Completed")
          if (ending._tag !== "Completed") continue
          assert.deepStrictEqual(ending.output.shown, show(make()))
          assert.deepStrictEqual(ending.output.step, show(make()))
        }
      })
    )

    it.effect(`is as it was where it is one of many: ${name}`, () =>
      Effect.gen(function* () {
        const workflow = Workflow.make("w", { input: Schema.Null }).pipe(
          Workflow.forEach("each", gives, { items: () => ["x", "y"], key: String, input: () => null }),
          Workflow.let("a", ({ each }) => each.forEach(spoil)),
          Workflow.let("shown", ({ each }) => each.map(show))
        )
        assert.deepStrictEqual((yield* Engine.execute(workflow, null)).shown, [show(make()), show(make())])
      })
    )
  }

  for (const name of ["an instance of a class of Schema", "an Option", "an instance in a list"] as const) {
    const { make, schema, show, spoil } = cases[name]!
    it.effect(`is as it was where a wire leads to a part of it: ${name}`, () =>
      Effect.gen(function* () {
        const gives = Step.effect("gives", {
          input: Schema.Null,
          output: Schema.Struct({ part: schema }),
          run: () => Effect.sync(() => ({ part: make() }))
        })
        const inner = Workflow.make("inner", { input: Schema.Unknown }).pipe(
          Workflow.let("a", ({ input }) => void spoil(input))
        )
        const workflow = Workflow.make("w", { input: Schema.Null }).pipe(
          Workflow.bind("gives", gives, "input"),
          Workflow.bind("inner", inner, "gives.part"),
          Workflow.let("shown", ({ gives }) => show(gives.part))
        )
        assert.deepStrictEqual((yield* Engine.execute(workflow, null)).shown, show(make()))
      })
    )
  }

  it.effect("is as it was where a function made it", () =>
    Effect.gen(function* () {
      const made = () => ({
        notes: notes(),
        maybe: Option.some(["a"]),
        bytes: Buffer.from([1]),
        floats: new Float64Array([1]),
        buffer: new ArrayBuffer(1),
        [Symbol.for("s")]: ["a"],
        hidden: Object.defineProperty({ list: ["a"] }, "hidden", { value: 1 })
      })
      const workflow = Workflow.make("w", { input: Schema.Null }).pipe(
        Workflow.let("made", made),
        Workflow.let("spoilt", ({ made }) => {
          made.notes.list.push("b")
          made.maybe.valueOrUndefined?.push("b")
          made.bytes[0] = 2
          made.floats[0] = 2
          new Uint8Array(made.buffer)[0] = 2
          made[Symbol.for("s")]?.push("b")
          made.hidden.list.push("b")
        }),
        Workflow.let("seen", ({ made }) => ({ ...made, secret: made.notes.secret }))
      )
      const { seen } = yield* Engine.execute(workflow, null)
      assert.deepStrictEqual(seen, { ...made(), secret: 42 })
      assert.strictEqual(Reflect.get(seen.hidden, "hidden"), 1)
    })
  )
})

/** What can be done with a value that is one's own, plain to its depth: a view of the scope has none of it. */
const isPlainCopy = (value: unknown) => assert.deepStrictEqual(structuredClone(value), value)

describe("a selector that gives the scope", () => {
  const one = Step.effect("one", { input: Schema.Unknown, output: Schema.Finite, run: () => Effect.succeed(1) })
  const begin = Workflow.make("w", { input: Schema.Finite }).pipe(Workflow.let("big", () => ({ list: [1, 2] })))
  const before = { input: 7, big: { list: [1, 2] } }
  const whole = Workflow.make("whole", { input: Schema.Unknown }).pipe(
    Workflow.let("size", ({ input }) => Object.keys(input as object).length)
  )

  it.effect("gives a copy, to bind: no circle, and a later step reads the whole", () =>
    Effect.gen(function* () {
      const output = yield* Engine.execute(
        begin.pipe(
          Workflow.bind("nested", whole, (scope) => scope),
          Workflow.bind("after", one, (scope) => scope),
          Workflow.let("text", (scope) => JSON.stringify(scope))
        ),
        7
      )
      const nested = { input: before, size: 2 }
      assert.notStrictEqual(output.nested.input, output)
      assert.deepStrictEqual(output, {
        ...before,
        nested,
        after: 1,
        text: JSON.stringify({ ...before, nested, after: 1 })
      })
      assert.strictEqual((output.nested.input as typeof before).big, output.big)
      isPlainCopy(output)
    })
  )

  for (const [name, within, show] of [
    ["itself", (scope) => scope, (value) => value],
    ["in an object", (scope) => ({ all: scope }), ({ all }) => all],
    ["in a list", (scope) => [scope], ([all]) => all],
    [
      "deep in both, twice",
      (scope) => ({ a: [{ b: scope }], c: scope }),
      ({ a, c }) => (assert.strictEqual(a[0].b, c), c)
    ],
    ["in what is frozen", (scope) => Object.freeze({ all: scope }), ({ all }) => all],
    ["in a Map", (scope) => new Map([["all", scope]]), (value) => value.get("all")],
    ["in a Set", (scope) => new Set([scope]), (value) => [...value][0]],
    ["in an Option", (scope) => Option.some({ all: scope }), (value) => Option.getOrThrow<any>(value).all],
    [
      "in what holds itself",
      (scope) => {
        const round: any = { all: scope }
        return (round.self = round)
      },
      (value) => (assert.strictEqual(value.self, value), value.all)
    ]
  ] as ReadonlyArray<readonly [string, (scope: object) => unknown, (value: any) => any]>) {
    it.effect(`gives a copy of the names that came before it, to let: ${name}`, () =>
      Effect.gen(function* () {
        const output = yield* Engine.execute(
          begin.pipe(
            Workflow.let("before", within),
            Workflow.let("later", () => 1),
            Workflow.let("seen", ({ before }) => Object.keys(show(before)))
          ),
          7
        )
        assert.deepStrictEqual({ ...show(output.before) }, before)
        assert.deepStrictEqual(output.seen, ["input", "big"])
        assert.strictEqual(show(output.before).big, (output as unknown as typeof before).big)
        isPlainCopy(show(output.before))
      })
    )

    it.effect(`gives a copy of a nested one: ${name}`, () =>
      Effect.gen(function* () {
        const inner = Workflow.make("inner", { input: Schema.Unknown }).pipe(Workflow.let("x", () => [1]))
        const output = yield* Engine.execute(
          begin.pipe(
            Workflow.bind("inner", inner, "big"),
            Workflow.let("kept", ({ inner }) => within(inner)),
            Workflow.let("later", () => 1)
          ),
          7
        )
        assert.deepStrictEqual({ ...show(output.kept) }, { input: { list: [1, 2] }, x: [1] })
        isPlainCopy(show(output.kept))
      })
    )
  }

  it.effect("gives a copy two workflows deep", () =>
    Effect.gen(function* () {
      const outer = Workflow.make("outer", { input: Schema.Unknown }).pipe(
        Workflow.bind("inner", whole, (scope) => ({ all: [scope] }) as unknown),
        Workflow.let("last", () => 1)
      )
      const output = yield* Engine.execute(
        begin.pipe(
          Workflow.bind("outer", outer, (scope) => scope),
          Workflow.let("last", () => 1)
        ),
        7
      )
      const inner = { input: { all: [{ input: before }] }, size: 1 }
      assert.deepStrictEqual(output, { ...before, outer: { input: before, inner, last: 1 }, last: 1 })
      isPlainCopy(output)
    })
  )

  it.effect("gives a copy, in a part of all and behind andThen", () =>
    Effect.gen(function* () {
      const output = yield* Engine.execute(
        begin.pipe(
          Workflow.all((w) => [
            w.pipe(
              Workflow.let("a", (scope) => ({ all: scope })),
              Workflow.let("b", (scope) => scope)
            ),
            w.pipe(Workflow.bind("c", whole, (scope) => scope))
          ]),
          Workflow.let("d", (scope) => [scope]),
          Workflow.andThen(Workflow.make("end", { input: Schema.Unknown })),
          Workflow.let("e", (scope) => [scope])
        ),
        7
      )
      const a = { all: before }
      const all = { ...before, a, b: { ...before, a }, c: { input: before, size: 2 } }
      const input = { ...all, d: [all] }
      assert.deepStrictEqual<unknown>(output, { input, e: [{ input }] })
      isPlainCopy(output)
    })
  )

  it.effect("gives a copy with its item, for each", () =>
    Effect.gen(function* () {
      const options = { items: () => ["x", "y"], key: String } as const
      const output = yield* Engine.execute(
        begin.pipe(
          Workflow.forEach("each", whole, { ...options, input: (scope) => scope }),
          Workflow.forEach("listed", whole, { ...options, input: (scope) => [scope] as unknown }),
          Workflow.let("item", () => 0),
          Workflow.forEachDependency("ordered", whole, {
            ...options,
            dependsOn: (item) => (item === "y" ? ["x"] : []),
            input: (scope) => scope
          })
        ),
        7
      )
      const each = ["x", "y"].map((item) => ({ input: { ...before, item }, size: 3 }))
      const listed = ["x", "y"].map((item) => ({ input: [{ ...before, each, item }], size: 1 }))
      const x = { input: { ...before, each, listed, item: "x", dependencies: {} }, size: 6 }
      const y = { input: { ...x.input, item: "y", dependencies: { x } }, size: 6 }
      assert.deepStrictEqual<unknown>(output, { ...before, each, listed, item: 0, ordered: { x, y } })
      assert.deepStrictEqual(Object.keys(output.each[0]!.input as object), ["input", "big", "item"])
      isPlainCopy(output)
    })
  )

  it.effect("gives a copy to whatever else runs a body", () =>
    Effect.gen(function* () {
      const output = yield* Engine.execute(
        begin.pipe(
          Workflow.branch("branched", { on: () => "yes", cases: { yes: whole }, input: (scope) => scope }),
          Workflow.sample("samples", whole, { input: (scope) => [scope] as unknown, count: 1 }),
          Workflow.iterate("rounds", whole, {
            input: (scope) => scope,
            next: (scope) => ({ all: scope }) as unknown,
            until: () => false,
            atMost: 2,
            collect: "all"
          }),
          Workflow.fallback("tried", whole, { input: (scope) => scope, errors: [], otherwise: whole }),
          Workflow.timeout("timed", whole, { input: (scope) => scope, after: "1 hour" })
        ),
        7
      )
      const branched = { input: before, size: 2 }
      const samples = [{ input: [{ ...before, branched }], size: 1 }]
      const first = { input: { ...before, branched, samples }, size: 4 }
      const rounds = [first, { input: { all: { ...first.input, last: first } }, size: 1 }]
      const tried = { input: { ...first.input, rounds }, size: 5 }
      const timed = { input: { ...tried.input, tried }, size: 6 }
      assert.deepStrictEqual<unknown>(output, { ...timed.input, timed })
      isPlainCopy(output)
    })
  )
})

describe("a scope of many names", () => {
  const one = Step.effect("one", { input: Schema.Unknown, output: Schema.Finite, run: () => Effect.succeed(1) })

  /** How many properties are defined in a run where as many names as items, or parts, meet. */
  const defined = (size: number, add: (w: Workflow.Workflow<number, object>, items: Array<string>) => unknown) =>
    Effect.gen(function* () {
      let made: Workflow.Workflow<number, object> = Workflow.make("w", { input: Schema.Finite })
      for (let i = 0; i < size; i++) made = made.pipe(Workflow.let(`n${i}`, () => i)) as never
      const items = Array.from({ length: size }, (_, i) => `i${i}`)
      const workflow = add(made, items) as Workflow.Workflow<number, object>
      const spy = vi.spyOn(Object, "defineProperty")
      const output = yield* Engine.execute(workflow, 7)
      const { length } = spy.mock.calls
      spy.mockRestore()
      return { length, output }
    })

  for (const [name, add] of [
    [
      "a function feeds each item",
      (w, items) =>
        w.pipe(Workflow.forEach("each", one, { items: () => items, key: String, input: ({ item }) => item }))
    ],
    [
      "a wire feeds each item",
      (w, items) => w.pipe(Workflow.forEach("each", one, { items: () => items, key: String, input: "item" }))
    ],
    [
      "a function feeds each item by dependency",
      (w, items) =>
        w.pipe(
          Workflow.forEachDependency("each", one, {
            items: () => items,
            key: String,
            dependsOn: () => [],
            input: ({ item }) => item
          })
        )
    ],
    [
      "each part of all adds one",
      (w, items) => w.pipe(Workflow.all((part) => items.map((item) => part.pipe(Workflow.bind(item, one, () => 1)))))
    ]
  ] as ReadonlyArray<readonly [string, (w: Workflow.Workflow<number, object>, items: Array<string>) => unknown]>) {
    it.effect(`is not copied where ${name}`, () =>
      Effect.gen(function* () {
        const few = yield* defined(50, add)
        const many = yield* defined(200, add)
        // four times as much work, and not sixteen times
        assert.isBelow(many.length, 5 * few.length)
        assert.isAtLeast(Object.keys(many.output).length, 202)
      })
    )
  }
})
