import { Chunk, Effect, HashMap, Option, Predicate, Result, Schema, SchemaTransformation } from "effect"
import { Engine, Step, Workflow } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"

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
