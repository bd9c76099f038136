import { Effect, Schema } from "effect"
import { Step, Workflow } from "@stepwright/core"
import { article, base, draft, two } from "../parts.ts"

const deep = Step.effect("deep", {
  input: Schema.Struct({ within: Schema.Struct({ a: Schema.String }) }),
  output: Schema.Null,
  run: () => Effect.succeed(null)
})

const sometimes = Workflow.make("sometimes", {
  input: Schema.Struct({
    note: Schema.optionalKey(Schema.String),
    inner: Schema.optionalKey(Schema.Struct({ a: Schema.String })),
    none: Schema.NullOr(Schema.Struct({ a: Schema.String })),
    one: Schema.Union([Schema.Struct({ a: Schema.String }), Schema.Struct({ b: Schema.Finite })]),
    mixed: Schema.Union([Schema.Struct({ a: Schema.String }), Schema.Struct({ a: Schema.Finite })])
  })
})
const noted = Step.effect("noted", {
  input: Schema.Struct({ note: Schema.optionalKey(Schema.String) }),
  output: Schema.Null,
  run: () => Effect.succeed(null)
})

export const perhaps = [
  // a: → "input.inner.a" is not always there; use a function
  sometimes.pipe(Workflow.bind("two", two, { a: "input.inner.a" })),
  // a: → "input.none.a" is not always there; use a function
  sometimes.pipe(Workflow.bind("two", two, { a: "input.none.a" })),
  // a: → "input.one.a" is not always there; use a function
  sometimes.pipe(Workflow.bind("two", two, { a: "input.one.a" })),
  // a: → "input.mixed.a" gives", string | number, "the step needs", string
  sometimes.pipe(Workflow.bind("two", two, { a: "input.mixed.a" })),
  // note: → "input.note" gives", string | undefined, "the step needs", string
  sometimes.pipe(Workflow.bind("noted", noted, { note: "input.note" }))
]

export const workflows = [
  // "one") → "one" gives", { readonly b: number; }, "the step needs", { readonly a: string; }
  base.pipe(Workflow.bind("two", two, "one")),
  // "oen" → no "oen"; there are input, one
  base.pipe(Workflow.bind("two", two, "oen")),
  // a: → "one.b" gives", number, "the step needs", string
  base.pipe(Workflow.bind("two", two, { a: "one.b" })),
  // a: → no "one.c"; there is one.b
  base.pipe(Workflow.bind("two", two, { a: "one.c" })),
  // a: → a wire is a dotted name; for a value of your own use a function
  base.pipe(Workflow.bind("two", two, { a: 5 })),
  // within: → a wire has a dotted name for each member, and none deeper; use a function
  base.pipe(Workflow.bind("deep", deep, { within: { a: "input" } })),
  // "input.length" → no "input.length": there are no names in a plain value
  base.pipe(Workflow.bind("two", two, "input.length")),
  // {} → Property 'a' is missing in type '{}'
  base.pipe(Workflow.bind("two", two, {})),
  // b: → 'b' does not exist in type '{ readonly a: "input"; }'
  base.pipe(Workflow.bind("two", two, { a: "input", b: "one.b" })),
  // "input") → "input" gives", { readonly topic: string; }, "the step needs", { readonly title: string; readonly points: readonly string[]; }
  article.pipe(Workflow.bind("again", draft, "input")),
  article.pipe(
    // title: → no "outline.titel"; there are
    // points: → "outline.title" gives", string, "the step needs", readonly string[]
    Workflow.bind("again", draft, { title: "outline.titel", points: "outline.title" })
  )
]
