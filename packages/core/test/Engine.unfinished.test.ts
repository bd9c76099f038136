import { Effect, Schema } from "effect"
import { Engine, LlmClient, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { begun, cut, type Kept, keeping, model, replies, resumed, stateOf } from "./support/keeping.ts"

const Digits = Schema.String.check(Schema.isPattern(/^\d+$/))

/** A step that asks three times, as only the third reply is of use. */
const number = (name: string, options: Partial<Step.ModelSettings> & { readonly version?: number } = {}) =>
  Step.make(name, {
    input: Schema.String,
    output: Digits,
    prompt: PromptTemplate.make(`${name}: {{text}}`),
    variables: (text) => ({ text }),
    ...options
  })

const a = number("a")
const b = number("b")
const start = Workflow.make("w", { input: Schema.String })
const nest = Workflow.make("nest", { input: Schema.String })
const both = start.pipe(Workflow.bind("one", a, "input"), Workflow.bind("two", b, "one"))

type Any = Workflow.Workflow<string, unknown, unknown, LlmClient.LlmClient>

const run = (workflow: Any) => Effect.provide(keeping(begun(workflow, "x")), model().layer)

/** What another workflow asks that goes on where a run was cut. */
const askedBy = Effect.fnUntraced(function* (workflow: Any, kept: Kept) {
  const { asked, layer } = model()
  const after = yield* Effect.provide(keeping(resumed(workflow), kept), layer)
  assert.deepStrictEqual(stateOf(after), after.result.state)
  assert.strictEqual(after.result.state.status, "COMPLETED")
  return asked
})

/** Goes on with another workflow wherever a run is cut: it asks what a run from the start asks, less what is recorded. */
const goesOn = Effect.fnUntraced(function* (before: Any, after: Any) {
  const whole = yield* run(before)
  const fresh = yield* run(after)
  for (let length = 1; length <= whole.events.length; length++) {
    const kept = cut(whole, length)
    const asked = yield* askedBy(after, kept)
    assert.strictEqual(asked.length, replies(fresh) - replies(kept), `cut after ${length} events`)
  }
})

/** A run that was killed after the first reply of the step at a path. */
const killed = (workflow: Any, path: string) =>
  Effect.map(run(workflow), (whole) =>
    cut(whole, whole.events.findIndex((event) => event._tag === "StepReplied" && event.path === path) + 1)
  )

describe("a reply of an attempt that was cut off", () => {
  it.effect("is found under another name, in a nest, and where names were swapped", () =>
    Effect.gen(function* () {
      yield* goesOn(both, start.pipe(Workflow.bind("first", a, "input"), Workflow.bind("second", b, "first")))
      yield* goesOn(both, start.pipe(Workflow.bind("two", a, "input"), Workflow.bind("one", b, "two")))
      const within = nest.pipe(Workflow.bind("one", a, "input"), Workflow.bind("two", b, "one"))
      yield* goesOn(both, start.pipe(Workflow.bind("all", within, "input")))
      yield* goesOn(start.pipe(Workflow.bind("all", within, "input")), both)
    })
  )

  it.effect("is found by steps side by side, by items under other keys, and stays one of several", () =>
    Effect.gen(function* () {
      const sideBySide = (one: "one" | "other", two: "two" | "another") =>
        start.pipe(
          Workflow.all((w) => [
            w.pipe(Workflow.bind(one, a, "input")),
            w.pipe(Workflow.bind(two, b, "input")),
            w.pipe(Workflow.sample(`${one}s`, a, { input: "input", count: 2 }))
          ])
        )
      yield* goesOn(sideBySide("one", "two"), sideBySide("other", "another"))
      const items = (key: (item: string) => string) =>
        start.pipe(
          Workflow.forEach("each", a, { items: () => ["u", "v", "w"], key: (item: string) => key(item), input: "item" })
        )
      yield* goesOn(
        items((item) => item),
        items((item) => `other ${item}`)
      )
    })
  )

  it.effect("is found by a step that is done alone", () =>
    Effect.gen(function* () {
      const kept = yield* killed(both, "one")
      const other = start.pipe(Workflow.bind("first", a, "input"))
      const { asked, layer } = model()
      yield* Effect.provide(
        keeping(
          Effect.flatMap(Engine.load(other, "r"), (state) => Engine.step(other, state, "first")),
          kept
        ),
        layer
      )
      assert.strictEqual(asked.length, 2)
    })
  )

  it.effect("stays where it is asked for too", () =>
    Effect.gen(function* () {
      const kept = yield* killed(both, "two")
      // asks the same as the second one, and before it
      const more = start.pipe(
        Workflow.bind("one", a, "input"),
        Workflow.bind("copy", b, () => "3"),
        Workflow.bind("two", b, "one")
      )
      const paths = (yield* askedBy(more, kept)).map(({ metadata }) => metadata.path)
      assert.deepStrictEqual(paths.toSorted(), ["copy", "copy", "copy", "two", "two"])
    })
  )

  it.effect("is found after its own path was answered something else, until the run is complete", () =>
    Effect.gen(function* () {
      const kept = yield* killed(both, "one")
      const later = Workflow.bind("later", a, ({ one }: { readonly one: string }) => (one === "" ? "y" : "x"))
      const code = Step.effect("code", { input: Schema.String, output: Schema.String, run: Effect.succeed })
      assert.strictEqual((yield* askedBy(start.pipe(Workflow.bind("one", b, "input"), later), kept)).length, 5)
      assert.strictEqual((yield* askedBy(start.pipe(Workflow.bind("one", code, "input"), later), kept)).length, 2)
      const tried = { input: "input", errors: ["StepOutputError"], otherwise: code } as const
      const fails = nest.pipe(Workflow.bind("one", number("b", { repair: 0 }), "input"))
      const before = start.pipe(Workflow.fallback("f", nest.pipe(Workflow.bind("one", a, "input")), tried))
      const after = start.pipe(
        Workflow.fallback("f", fails, tried),
        Workflow.bind("later", a, ({ f }) => (f === "" ? "y" : "x"))
      )
      assert.strictEqual((yield* askedBy(after, yield* killed(before, "f/try/one"))).length, 3)
      const { asked, layer } = model()
      const whole = yield* Effect.provide(
        keeping(
          Effect.gen(function* () {
            const alone = start.pipe(Workflow.bind("one", b, "input"))
            const { state } = yield* Engine.run(alone, yield* Engine.load(alone, "r"))
            assert.isUndefined(state.records["one"]?.replied)
            return yield* Engine.run(both, state)
          }),
          kept
        ),
        layer
      )
      assert.strictEqual(whole.result.state.status, "COMPLETED")
      assert.strictEqual(asked.length, 9)
    })
  )

  it.effect("leaves a step that asks otherwise with the same prompt, for one that asks so", () =>
    Effect.gen(function* () {
      const warmer = number("a", { parameters: { temperature: 0.5 } })
      const twice = (first: typeof a, second: typeof a) =>
        start.pipe(Workflow.bind("first", first, "input"), Workflow.bind("second", second, "input"))
      yield* goesOn(start.pipe(Workflow.bind("first", a, "input")), twice(warmer, a))
      yield* goesOn(start.pipe(Workflow.bind("second", a, "input")), twice(a, warmer))
      yield* goesOn(twice(a, warmer), twice(warmer, a))
    })
  )

  it.effect("stays when one to the same prompt that was asked for otherwise leaves, or is used up", () =>
    Effect.gen(function* () {
      const warmer = number("a", { parameters: { temperature: 0.5 } })
      const first = start.pipe(Workflow.bind("first", warmer, "input"))
      const kept = yield* killed(start.pipe(Workflow.bind("first", a, "input")), "first")
      const twice = yield* Effect.provide(keeping(resumed(first), kept), model().layer)
      const { length } = kept.events
      const both = cut(twice, twice.events.findIndex(({ _tag }, i) => i > length && _tag === "StepReplied") + 1)
      assert.strictEqual(replies(both), 2)
      assert.strictEqual((yield* askedBy(first.pipe(Workflow.bind("second", a, "input")), both)).length, 2 + 2)
      const later = first.pipe(Workflow.bind("second", a, ({ first }) => (first === "" ? "y" : "x")))
      assert.strictEqual((yield* askedBy(later, both)).length, 2 + 2)
    })
  )

  it.effect("is none of another question, of another model, or of one where a new result was asked for", () =>
    Effect.gen(function* () {
      const kept = yield* killed(start.pipe(Workflow.bind("one", a, "input")), "one")
      const named = (step: typeof a, text = "x") => askedBy(start.pipe(Workflow.bind("other", step, () => text)), kept)
      assert.strictEqual((yield* named(a)).length, 2)
      assert.strictEqual((yield* named(a, "y")).length, 3)
      assert.strictEqual((yield* named(number("a", { model: "other" }))).length, 3)
      assert.strictEqual((yield* named(number("a", { model: ["other", "default"] }))).length, 2)
      const both = start.pipe(
        Workflow.bind("warmer", number("a", { parameters: { temperature: 0.5 } }), "input"),
        Workflow.bind("other", a, "input")
      )
      assert.strictEqual((yield* askedBy(both, kept)).length, 3 + 2)
      // it is parsed by the parser of today
      assert.strictEqual((yield* named(number("a", { version: 2 }))).length, 2)
      const again = yield* Effect.provide(
        keeping(
          Effect.flatMap(Engine.load(start.pipe(Workflow.bind("one", a, "input")), "r"), (state) =>
            Engine.step(start.pipe(Workflow.bind("one", a, "input")), state, "one", { force: true })
          ),
          kept
        ),
        model().layer
      )
      assert.strictEqual(replies(again), 4)
    })
  )
})
