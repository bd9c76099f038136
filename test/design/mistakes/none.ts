// Programs without a mistake, which no compiler may refuse.
import { Effect, Schema } from "effect"
import { PromptTemplate, Step, Workflow } from "@stepwright/core"
import { base, lists, two } from "../parts.ts"

const takes = <I extends Step.AnyCodec>(input: I) =>
  Step.effect("takes", { input, output: Schema.String, run: () => Effect.succeed("") })

// --- generic code ---

export const nested = <In, Out, E, R>(inner: Workflow.Workflow<In, Out, E, R>, input: (text: string) => In) =>
  Workflow.make("outer", { input: Schema.String }).pipe(Workflow.bind("inner", inner, (scope) => input(scope.input)))

export const fed = <In>(body: Step.Step<In, string>, input: Workflow.Selector<{ readonly input: string }, In>) =>
  Workflow.make("outer", { input: Schema.String }).pipe(Workflow.bind("inner", body, input))

export const itself = <A extends Schema.Codec<unknown, unknown>>(schema: A) =>
  Workflow.make("outer", { input: schema }).pipe(
    Workflow.bind("inner", takes(schema), ({ input }) => input),
    Workflow.let("again", ({ inner }) => inner.length)
  )

export const stepOf = <B extends Step.Step<string, string>>(body: B) =>
  Workflow.make("outer", { input: Schema.String }).pipe(
    Workflow.bind("inner", body, "input"),
    Workflow.forEach("each", body, { items: ({ inner }) => [...inner], key: String, input: "item" })
  )

export const followed = <In, Out extends { readonly a: string }, E, R>(self: Workflow.Workflow<In, Out, E, R>) =>
  self.pipe(Workflow.andThen(two))

export const thenTwo = Workflow.andThen(two)
export const afterwards = [
  Workflow.identity(Schema.Struct({ a: Schema.String })).pipe(thenTwo),
  Workflow.identity(Schema.Struct({ a: Schema.String, b: Schema.Finite })).pipe(thenTwo)
]

export const named = <N extends string>(name: N) =>
  Step.make(name, {
    input: Schema.String,
    output: Schema.String,
    prompt: PromptTemplate.make("Say {{text}}."),
    variables: (text) => ({ text })
  })

export const templated = <S extends string>(source: S) => PromptTemplate.make(source)

export const unknownNames = (name: string, group: `group-${number}`) => [
  Step.effect(name, { input: Schema.String, output: Schema.String, run: (text) => Effect.succeed(text) }),
  Step.effect(group, { input: Schema.String, output: Schema.String, run: (text) => Effect.succeed(text) }),
  PromptTemplate.make(name),
  PromptTemplate.make(`Say \\{{ ${name} }} {{text}} and "{ }}"`)
]

export const added = <S extends object>(self: Workflow.Workflow<string, S>) =>
  self.pipe(
    Workflow.let("more", () => 1),
    Workflow.bind("two", two, () => ({ a: "" }))
  )

const parts = (count: number) => Array.from({ length: count }, () => base)
export const many = base.pipe(Workflow.all(() => parts(3)))

// --- what inputs may be ---

const Id = Schema.String.pipe(Schema.brand("Id"))
const Size = Schema.Union([Schema.Finite, Schema.Literal("unknown")])
const Given = Schema.Struct({
  id: Id,
  size: Size,
  note: Schema.optionalKey(Schema.String),
  tags: Schema.Array(Schema.String),
  anything: Schema.Any,
  something: Schema.Unknown,
  nothing: Schema.Never,
  either: Schema.Union([Schema.Struct({ a: Schema.String }), Schema.Struct({ a: Schema.String, b: Schema.Finite })])
})
const given = Workflow.make("given", { input: Given })

export const workflows = [
  given.pipe(Workflow.bind("branded", takes(Id), "input.id")),
  given.pipe(Workflow.bind("branded", takes(Schema.String), "input.id")),
  given.pipe(Workflow.bind("union", takes(Size), "input.size")),
  given.pipe(Workflow.bind("wider", takes(Schema.Union([Size, Schema.String])), "input.size")),
  given.pipe(Workflow.bind("list", takes(Schema.Array(Schema.String)), "input.tags")),
  given.pipe(Workflow.bind("list", takes(Schema.mutable(Schema.Array(Schema.String))), ({ input }) => [...input.tags])),
  given.pipe(Workflow.bind("list", takes(Schema.Array(Schema.String)), ({ input }) => [input.id])),
  given.pipe(Workflow.bind("list", takes(Schema.mutable(Schema.Array(Schema.String))), ({ input }) => [input.id])),
  given.pipe(
    Workflow.bind("literal", takes(Schema.Literals(["yes", "no"])), ({ input }) => (input.note ? "yes" : "no"))
  ),
  given.pipe(
    Workflow.bind("tagged", takes(Schema.Struct({ kind: Schema.Literal("a") })), () => ({ kind: "a" as const }))
  ),
  given.pipe(Workflow.bind("any", takes(Schema.Finite), "input.anything")),
  given.pipe(Workflow.bind("any", takes(Schema.Finite), ({ input }) => input.anything)),
  given.pipe(Workflow.bind("any", takes(Schema.Any), "input.size")),
  given.pipe(Workflow.bind("never", takes(Schema.Finite), "input.nothing")),
  given.pipe(Workflow.bind("never", takes(Schema.Never), "input.nothing")),
  given.pipe(Workflow.bind("unknown", takes(Schema.Unknown), "input.tags")),
  given.pipe(Workflow.bind("unknown", takes(Schema.Unknown), "input.something")),
  given.pipe(Workflow.bind("unknown", takes(Schema.Unknown), { no: "wire" } as never)),
  given.pipe(Workflow.bind("either", takes(Schema.Struct({ a: Schema.String })), "input.either")),
  given.pipe(
    Workflow.bind("optional", takes(Schema.Struct({ id: Schema.String, note: Schema.optionalKey(Schema.String) })), {
      id: "input.id"
    })
  ),
  given.pipe(
    Workflow.bind(
      "optional",
      takes(Schema.Struct({ id: Schema.String, note: Schema.optionalKey(Schema.String) })),
      "input"
    )
  ),
  given.pipe(
    Workflow.bind("record", takes(Schema.Record(Schema.String, Schema.String)), ({ input }) => ({ [input.id]: "x" }))
  )
]

// --- selectors that are not written in place ---

const wire = { a: "input" } as const
const select = ({ input }: { readonly input: string }) => ({ a: input })
const either: "input" | "second" = Math.random() < 2 ? "input" : "second"
const selector: Workflow.Selector<{ readonly input: string }, { readonly a: string }> = wire
const texts = Workflow.make("texts", { input: Schema.String }).pipe(Workflow.let("second", () => "x"))
export const selected = [
  texts.pipe(Workflow.bind("two", two, wire)),
  texts.pipe(Workflow.bind("two", two, select)),
  texts.pipe(Workflow.bind("two", two, { a: either })),
  texts.pipe(Workflow.bind("one", takes(Schema.String), either)),
  Workflow.make("texts", { input: Schema.String }).pipe(Workflow.bind("two", two, selector)),
  texts.pipe(
    Workflow.bind("two", two, (scope) => {
      if (scope.input === "") return { a: scope.second }
      return { a: scope.input }
    })
  ),
  Workflow.bind("two", two, (scope: { readonly input: string }) => ({ a: scope.input }))(texts)
]

// --- each ---

const dictionary = Workflow.make("dictionary", { input: Schema.Record(Schema.String, Schema.Array(Schema.Finite)) })
export const eaches = [
  lists.pipe(Workflow.forEach("two", two, { items: "input.tasks", key: "id", input: { a: "item.id" } })),
  lists.pipe(Workflow.forEach("two", two, { items: ({ input }) => input.tasks, key: "id", input: { a: "item.id" } })),
  lists.pipe(
    Workflow.forEach("two", two, {
      items: ({ input }) => input.tasks,
      key: "id",
      input: ({ input, item }) => ({ a: `${item.title ?? item.id} of ${input.count}` })
    })
  ),
  lists.pipe(
    Workflow.forEach("two", two, {
      input: ({ item }) => ({ a: item.id }),
      key: ({ id }) => id,
      items: "input.tasks",
      concurrency: 2
    })
  ),
  lists.pipe(
    Workflow.forEach("two", two, { items: () => ["a", "b"], key: String, input: (scope) => ({ a: scope.item }) })
  ),
  lists.pipe(
    Workflow.forEach("two", two, { items: () => [1, 2] as const, key: (n) => `${n}`, input: () => ({ a: "" }) })
  ),
  dictionary.pipe(
    Workflow.forEach("two", two, {
      items: ({ input }) => Object.entries(input),
      key: ([name]) => name,
      input: ({ item: [name, numbers] }) => ({ a: `${name} ${numbers.length}` })
    })
  ),
  lists.pipe(
    Workflow.forEachDependency("two", two, {
      items: ({ input }) => input.tasks,
      key: "id",
      dependsOn: ({ needs }) => needs,
      input: ({ dependencies, item }) => ({ a: [item.id, ...Object.values(dependencies)].join() })
    })
  )
]

// --- ways ---

const takesA = takes(Schema.Struct({ a: Schema.String }))
const takesB = takes(Schema.Struct({ b: Schema.Finite }))
declare enum Way {
  A = "a",
  B = "b"
}
const forked = Workflow.make("forked", {
  input: Schema.Struct({
    kind: Schema.Literals(["a", "b"]),
    one: Schema.Literal("a"),
    digit: Schema.Literals(["1", "2"]),
    flag: Schema.Boolean,
    a: Schema.String,
    b: Schema.Finite,
    same: Schema.Union([Schema.Struct({ a: Schema.String }), Schema.Struct({ a: Schema.String, b: Schema.Finite })])
  })
})
class Failed extends Schema.TaggedError<Failed>()("Failed", {}) {}
const fails = Step.effect("fails", {
  input: Schema.Struct({ a: Schema.String }),
  output: Schema.String,
  run: () => Effect.fail(new Failed())
})

export const ways = [
  forked.pipe(
    Workflow.branch("x", {
      on: "input.kind",
      cases: { a: takesA, b: takesB },
      input: { a: "input.a", b: "input.b" }
    })
  ),
  forked.pipe(
    Workflow.branch("x", {
      on: ({ input }) => input.kind,
      cases: { a: takesA, b: takesB },
      input: ({ input }) => input
    })
  ),
  forked.pipe(Workflow.branch("x", { on: "input.one", cases: { a: takesA }, input: "input" })),
  forked.pipe(Workflow.branch("x", { on: (): Way => Way.A, cases: { a: takesA, b: takesA }, input: "input" })),
  forked.pipe(Workflow.branch("x", { on: "input.digit", cases: { 1: takesA, 2: takesA }, input: "input" })),
  forked.pipe(Workflow.branch("x", { on: () => "a", cases: { a: takesA }, input: "input" })),
  forked.pipe(
    Workflow.branch("x", {
      on: ({ input }) => (input.flag ? input.kind : input.b > 1),
      cases: { a: takesA, b: takesA, true: takesA, false: takesB },
      input: "input"
    })
  ),
  forked.pipe(
    Workflow.branch("x", {
      on: ({ input }) => input.b > 1,
      cases: {
        true: Workflow.make("nest", { input: Schema.Struct({ a: Schema.String }) }).pipe(
          Workflow.bind("a", takesA, "input")
        ),
        false: takes(Schema.Unknown)
      },
      input: { a: "input.a" }
    })
  ),
  forked.pipe(
    Workflow.fallback("x", fails, {
      input: { a: "input.a", b: "input.b" },
      errors: ["Failed"],
      otherwise: takesB
    })
  ),
  forked.pipe(Workflow.fallback("x", takesA, { input: "input", errors: [], otherwise: takesA })),
  forked.pipe(Workflow.bind("x", takes(Schema.String), "input.same.a"))
]

export const forkedBy = <Out, E, R>(
  body: Step.Step<string, Out, E, R>,
  other: Step.Step<string, Out>,
  on: (scope: { readonly input: string }) => boolean
) =>
  Workflow.make("outer", { input: Schema.String }).pipe(
    Workflow.branch("way", { on, cases: { true: body, false: other }, input: "input" }),
    Workflow.fallback("safe", body, { input: "input", errors: [], otherwise: other })
  )

export const twice = <In, Out>(body: Step.Step<In, Out>, input: (text: string) => In, on: (text: string) => boolean) =>
  Workflow.make("outer", { input: Schema.String }).pipe(
    Workflow.branch("way", {
      on: (scope) => on(scope.input),
      cases: { true: body, false: body },
      input: (scope) => input(scope.input)
    }),
    Workflow.fallback("safe", body, { input: (scope) => input(scope.input), errors: [], otherwise: body })
  )

// --- steps ---

export const steps = [
  Step.make("optional", {
    input: Schema.Struct({ id: Id, size: Size, yes: Schema.Boolean }),
    output: Schema.String,
    prompt: PromptTemplate.make("{{id}} {{size}} {{yes}} {{outputFormat}}"),
    variables: (input) => input
  }),
  Step.make("any", {
    input: Schema.Any,
    output: Schema.String,
    prompt: PromptTemplate.make("{{text}}"),
    variables: (input) => ({ text: input.text })
  }),
  Step.make("unicode", {
    input: Schema.String,
    output: Schema.String,
    prompt: PromptTemplate.make("{ {{ text }} }} \\{{no hole}} {{\tsecond_1 }}"),
    variables: (text) => ({ text, second_1: 2 })
  }),
  Step.make<"text", typeof Schema.String, typeof Schema.String, { readonly text: string }>("explicit", {
    input: Schema.String,
    output: Schema.String,
    prompt: PromptTemplate.make("{{text}}"),
    variables: (text) => ({ text })
  })
]
