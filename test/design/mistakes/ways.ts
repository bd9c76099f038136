import { Effect, Schema } from "effect"
import { Step, Workflow } from "@stepwright/core"

const takes = <I extends Step.AnyCodec>(input: I) =>
  Step.effect("takes", { input, output: Schema.String, run: () => Effect.succeed("") })

const text = takes(Schema.String)
const size = takes(Schema.Finite)
const a = takes(Schema.Struct({ a: Schema.String }))
const b = takes(Schema.Struct({ b: Schema.Finite }))
const otherA = takes(Schema.Struct({ a: Schema.Finite }))
const either = takes(Schema.Literals(["p", "q"]))

class Left extends Schema.TaggedError<Left>()("Left", {}) {}
class Right extends Schema.TaggedError<Right>()("Right", {}) {}
const risky = Step.effect("risky", {
  input: Schema.String,
  output: Schema.String,
  run: (text) => Effect.fail(text === "" ? new Left() : new Right())
})
const untagged = Step.effect("untagged", {
  input: Schema.String,
  output: Schema.String,
  run: (text) => Effect.fail(text)
})

const begin = Workflow.make("ways", {
  input: Schema.Struct({
    kind: Schema.Literals(["a", "b"]),
    perhaps: Schema.optionalKey(Schema.Literals(["a", "b"])),
    only: Schema.Literal("a"),
    flag: Schema.Boolean,
    a: Schema.String,
    b: Schema.Finite,
    branded: Schema.String.pipe(Schema.brand("Id"))
  })
})
declare const wide: string

export const inputs = [
  // what feeds whichever is taken fits all of them
  // input: { → Property 'b' is missing in type '{ a: "input.a"; }'
  begin.pipe(Workflow.branch("x", { on: "input.kind", cases: { a, b }, input: { a: "input.a" } })),
  // ({ a: input.a }) → Property 'b' is missing in type '{ a: string; }'
  begin.pipe(Workflow.branch("x", { on: "input.kind", cases: { a, b }, input: ({ input }) => ({ a: input.a }) })),
  // input: "input.a" → "input.a" gives", string, "all cases need", readonly ["no value is all of", string | number]
  begin.pipe(Workflow.branch("x", { on: "input.kind", cases: { a: text, b: size }, input: "input.a" })),
  begin.pipe(
    // input.a }) → Type 'string' is not assignable to type 'readonly ["no value is all of", string | number]'
    Workflow.branch("x", { on: "input.flag", cases: { true: text, false: size }, input: ({ input }) => input.a })
  ),
  // a: "input.a" → "input.a" gives", string, "all cases need", never
  begin.pipe(Workflow.branch("x", { on: "input.kind", cases: { a, b: otherA }, input: { a: "input.a" } })),
  // input: "input.a" → "input.a" gives", string, "all cases need", "p" | "q"
  begin.pipe(Workflow.branch("x", { on: "input.kind", cases: { a: text, b: either }, input: "input.a" })),
  begin.pipe(
    Workflow.branch("x", {
      on: "input.kind",
      cases: { a, b: Workflow.make("nest", { input: Schema.Struct({ b: Schema.Finite }) }) },
      // input: → Property 'b' is missing in type '{ a: "input.a"; }'
      input: { a: "input.a" }
    })
  ),
  // input: "input.b" → "input.b" gives", number, "all cases need", string
  begin.pipe(Workflow.branch("x", { on: "input.only", cases: { a: text }, input: "input.b" }))
]

export const values = [
  // on: → on must be a boolean, or one of several texts: name them with Schema.Literals
  begin.pipe(Workflow.branch("x", { on: "input.a", cases: { a: text, b: text }, input: "input.a" })),
  // input.a, cases → on must be a boolean, or one of several texts: name them with Schema.Literals
  begin.pipe(Workflow.branch("x", { on: ({ input }) => input.a, cases: { a: text, b: text }, input: "input.a" })),
  // on: → on must be a boolean, or one of several texts: name them with Schema.Literals
  begin.pipe(Workflow.branch("x", { on: "input.branded", cases: { a: text }, input: "input.a" })),
  begin.pipe(
    Workflow.branch("x", {
      // `n → on must be a boolean, or one of several texts: name them with Schema.Literals
      on: ({ input }) => `n${input.b}` as const,
      cases: { n1: text },
      input: "input.a"
    })
  ),
  begin.pipe(
    Workflow.branch("x", {
      // input.flag || → on must be a boolean, or one of several texts: name them with Schema.Literals
      on: ({ input }) => input.flag || input.a,
      cases: { true: text },
      input: "input.a"
    })
  ),
  // on: → "input.b" gives", number, "on must be", string | boolean
  begin.pipe(Workflow.branch("x", { on: "input.b", cases: { 1: text }, input: "input.a" })),
  // input.b, cases → Type 'number' is not assignable to type
  begin.pipe(Workflow.branch("x", { on: ({ input }) => input.b, cases: { 1: text }, input: "input.a" })),
  // on: → | undefined, "on must be", string | boolean
  begin.pipe(Workflow.branch("x", { on: "input.perhaps", cases: { a: text, b: text }, input: "input.a" })),
  // on: → no "input.kin"; there are
  begin.pipe(Workflow.branch("x", { on: "input.kin", cases: { a: text, b: text }, input: "input.a" })),
  // on: → Type 'string' is not assignable to type
  begin.pipe(Workflow.branch("x", { on: wide, cases: { a: text, b: text }, input: "input.a" }))
]

export const cases = [
  // cases: → Property 'b' is missing in type '{ a:
  begin.pipe(Workflow.branch("x", { on: "input.kind", cases: { a: text }, input: "input.a" })),
  // cases: → Property 'false' is missing in type '{ true:
  begin.pipe(Workflow.branch("x", { on: ({ input }) => input.b > 1, cases: { true: text }, input: "input.a" })),
  // c: text → no value of `on` is "c"
  begin.pipe(Workflow.branch("x", { on: "input.kind", cases: { a: text, b: text, c: text }, input: "input.a" })),
  begin.pipe(
    // b: (text → give a step or a workflow
    Workflow.branch("x", { on: "input.kind", cases: { a: text, b: (text: string) => text }, input: "input.a" })
  ),
  // b: undefined → give a step or a workflow
  begin.pipe(Workflow.branch("x", { on: "input.kind", cases: { a: text, b: undefined }, input: "input.a" })),
  // b: Schema.String → give a step or a workflow
  begin.pipe(Workflow.branch("x", { on: "input.kind", cases: { a: text, b: Schema.String }, input: "input.a" })),
  begin.pipe(
    Workflow.branch("x", {
      on: "input.kind",
      // Workflow.bind("y" → a combinator goes into the pipe of Workflow.make
      cases: { a: text, b: Workflow.bind("y", text, "input") },
      input: "input.a"
    })
  )
]

export const others = [
  begin.pipe(
    // otherwise: → "what feeds both is", string, "this needs", number
    Workflow.fallback("x", risky, { input: "input.a", errors: ["Left"], otherwise: size })
  ),
  begin.pipe(
    // otherwise: → "what feeds both is", string, "this needs", number
    Workflow.fallback("x", risky, { input: ({ input }) => input.a, errors: ["Left"], otherwise: size })
  ),
  // a: "input.a" → "input.a" gives", string, "both need", never
  begin.pipe(Workflow.fallback("x", a, { input: { a: "input.a" }, errors: [], otherwise: otherA })),
  // input: → Property 'b' is missing in type '{ a: "input.a"; }'
  begin.pipe(Workflow.fallback("x", a, { input: { a: "input.a" }, errors: [], otherwise: b })),
  begin.pipe(
    // otherwise: → give a step or a workflow
    Workflow.fallback("x", risky, { input: "input.a", errors: ["Left"], otherwise: (text: string) => text })
  ),
  // "Left" → it fails with no error that has a _tag
  begin.pipe(Workflow.fallback("x", text, { input: "input.a", errors: ["Left"], otherwise: text })),
  // "Left" → it fails with no error that has a _tag
  begin.pipe(Workflow.fallback("x", untagged, { input: "input.a", errors: ["Left"], otherwise: text })),
  // "Middle" → Type '"Middle"' is not assignable to type '"Left" | "Right"'
  begin.pipe(Workflow.fallback("x", risky, { input: "input.a", errors: ["Left", "Middle"], otherwise: text })),
  begin.pipe(
    // Workflow.timeout("y" → a combinator goes into the pipe of Workflow.make
    Workflow.sample("x", Workflow.timeout("y", text, { input: "input", after: 1 }), { input: "input.a", count: 2 })
  )
]

export const rounds = [
  begin.pipe(
    // next: → Type 'number' is not assignable to type 'string'
    Workflow.iterate("x", text, { input: "input.a", next: ({ last }) => last.length, until: "input.flag", atMost: 3 })
  ),
  // next: → "input.b" gives", number, "the step needs", string
  begin.pipe(Workflow.iterate("x", text, { input: "input.a", next: "input.b", until: "input.flag", atMost: 3 })),
  // until: → "last" gives", string, "until must be", boolean
  begin.pipe(Workflow.iterate("x", text, { input: "input.a", until: "last", atMost: 3 })),
  // input: "input.a" → "input.a" gives", string, "the step needs", number
  begin.pipe(Workflow.gate("x", { question: Schema.Finite, input: "input.a", decision: Schema.Boolean })),
  // input: "input.b" → "input.b" gives", number, "the step needs", string
  begin.pipe(Workflow.sample("x", text, { input: "input.b", count: 2 })),
  // input: "input.b" → "input.b" gives", number, "the step needs", string
  begin.pipe(Workflow.timeout("x", text, { input: "input.b", after: "1 second" }))
]
