import { Effect, Schema } from "effect"
import { Engine, LlmClient, Step, Workflow, WorkflowEvent, type WorkflowState } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { reply } from "./support/scripted.ts"
import { say } from "./support/say.ts"

const a = say("a")
const b = say("b")
const c = say("c")
const d = say("d")

const start = Workflow.make("w", { input: Schema.String })
const nest = Workflow.make("nest", { input: Schema.String }).pipe(Workflow.bind("one", a, "input"))

type Any = Workflow.Workflow<string, unknown, unknown, LlmClient.LlmClient>
type State = WorkflowState.WorkflowState

/**
 * Runs one workflow and goes on with another, with what a person did in between: what is asked then, what moved, and the
 * output. The k-th answer to a request is its k-th.
 */
const edited = (
  before: Any,
  after: Any,
  between: (state: State) => Effect.Effect<State, unknown, LlmClient.LlmClient> = Effect.succeed,
  /** How often others get their turn before something is answered. */
  turns: (text: string) => number = () => 0
) => {
  const asked: Array<string> = []
  const layer = LlmClient.layer(({ messages }) => {
    const text = messages.at(-1)!.content
    const nth = asked.filter((other) => other === text).length + 1
    asked.push(text)
    return Effect.as(Effect.repeat(Effect.yieldNow, { times: turns(text) }), reply(`${text} ${nth}`))
  })
  return Effect.gen(function* () {
    const first = yield* Engine.run(before, yield* Engine.initialize(before, "x"))
    const state = yield* between(first.state)
    const already = asked.length
    const moved: Array<string> = []
    const { ending } = yield* Engine.run(after, state, {
      onEvent: (event) => void (event._tag === "ResultMoved" && moved.push(`${event.from} → ${event.to}`))
    })
    const { input: _, ...output } = (ending._tag === "Completed" ? ending.output : {}) as Record<string, unknown>
    return { asked: asked.slice(already), moved, output }
  }).pipe(Effect.provide(layer))
}

/** A person asked for a new result, and the process ended before there was one. */
const rejected = (path: string) => (state: State) =>
  Effect.sync(() => {
    const draft = WorkflowEvent.draft(state)
    WorkflowEvent.apply(draft, { _tag: "StepStarted", path, step: "a", forced: true, at: 0 })
    return draft
  })

describe("a result that is found elsewhere", () => {
  const one = start.pipe(Workflow.bind("one", a, "input"))

  it.effect("is one that was set by hand, for whichever model", () =>
    Effect.gen(function* () {
      const two = start.pipe(Workflow.bind("two", say("a", { model: "other" }), "input"))
      const { asked, moved, output } = yield* edited(one, two, (state) => Engine.set(one, state, "one", "mine"))
      assert.deepStrictEqual([asked, moved, output], [[], ["one → two"], { two: "mine" }])
    })
  )

  it.effect("is none that a person rejected", () =>
    Effect.gen(function* () {
      const two = start.pipe(Workflow.bind("two", a, "input"))
      const { asked, moved, output } = yield* edited(one, two, rejected("one"))
      assert.deepStrictEqual([asked, moved, output], [["a: x"], [], { two: "a: x 2" }])
    })
  )

  it.effect("is not taken where a new one was asked for, though others are looked for", () =>
    Effect.gen(function* () {
      const before = one.pipe(Workflow.bind("two", a, "input"))
      const after = start.pipe(Workflow.bind("new", b, "input"), Workflow.bind("one", a, "input"))
      const { asked, moved, output } = yield* edited(before, after, rejected("one"))
      assert.deepStrictEqual([asked, moved, output], [["b: x", "a: x"], [], { new: "b: x 1", one: "a: x 3" }])
    })
  )

  it.effect("is none of a later place that asks for it still", () =>
    Effect.gen(function* () {
      const late = start.pipe(Workflow.bind("late", nest, "input"))
      const both = start.pipe(Workflow.bind("early", nest, "input"), Workflow.bind("late", nest, "input"))
      const { asked, moved, output } = yield* edited(late, both)
      assert.deepStrictEqual([asked, moved], [["a: x"], []])
      assert.deepStrictEqual(output, { early: { input: "x", one: "a: x 2" }, late: { input: "x", one: "a: x 1" } })
    })
  )

  it.effect("is one of a later place whose step cannot ask for it any more, though what that reads is not known", () =>
    Effect.gen(function* () {
      const same = () => "same"
      const before = start.pipe(Workflow.bind("slow", a, "input"), Workflow.bind("late", b, same))
      const after = start.pipe(
        Workflow.bind("early", b, same),
        Workflow.bind("slow", c, "input"),
        Workflow.bind("late", d, "slow")
      )
      const { asked, moved } = yield* edited(before, after)
      assert.deepStrictEqual([asked, moved], [["c: x", "d: c: x 1"], ["late → early"]])
    })
  )

  it.effect("is the first by path, for the first in the definition, whichever was asked for first", () =>
    Effect.gen(function* () {
      const before = start.pipe(Workflow.bind("z", a, "input"), Workflow.bind("y", a, "input"))
      const after = start.pipe(Workflow.bind("n", a, "input"), Workflow.bind("m", a, "input"))
      const { asked, moved, output } = yield* edited(before, after)
      assert.deepStrictEqual([asked, moved], [[], ["y → n", "z → m"]])
      assert.deepStrictEqual(output, { n: "a: x 2", m: "a: x 1" })
    })
  )

  it.effect("is found for what is known only since others are looked for", () =>
    Effect.gen(function* () {
      // whoever looks ahead comes by it
      const keyed = Step.effect("keyed", {
        input: Schema.String,
        output: Schema.String,
        key: () => Effect.as(Effect.repeat(Effect.yieldNow, { times: 3 }), 1),
        run: Effect.succeed
      })
      const each = (first: typeof a, prefix: string) =>
        start.pipe(
          Workflow.bind("keyed", keyed, "input"),
          Workflow.forEach(
            "each",
            Workflow.make("item", { input: Schema.String }).pipe(
              Workflow.bind("first", first, "input"),
              Workflow.bind("second", c, ({ first, input }) => (first === "" ? "" : input))
            ),
            { items: () => ["u", "v", "w"], key: (item) => prefix + item, input: "item", concurrency: 3 }
          )
        )
      for (let turns = 0; turns < 4; turns++) {
        const { asked } = yield* edited(each(a, "old "), each(b, "new "), Effect.succeed, (text) =>
          text === "b: w" ? turns : 1
        )
        assert.deepStrictEqual(asked, ["b: u", "b: v", "b: w"], `${turns} turns`)
      }
    })
  )

  it.effect("goes to the first of several items, whose own result goes to another one", () =>
    Effect.gen(function* () {
      const each = (...items: ReadonlyArray<string>) =>
        start.pipe(
          Workflow.forEach("each", nest, {
            items: () => items.map((text, i) => ({ text, key: String(i) })),
            key: "key",
            input: "item.text"
          })
        )
      const { asked, moved } = yield* edited(each("u", "v"), each("v", "u", "v"))
      assert.deepStrictEqual(asked, ["a: v"])
      assert.sameMembers(moved, ["each/0/one → each/1/one", "each/1/one → each/0/one"])
    })
  )

  it.effect("goes to the place of the same last name first, of an item too whose key is not there any more", () =>
    Effect.gen(function* () {
      const keyed = (key: string) => ({ items: () => ["x"], key: () => key, input: () => "x" })
      const before = start.pipe(Workflow.forEach("each", nest, keyed("1")))
      const after = start.pipe(Workflow.bind("zero", a, "input"), Workflow.forEach("each", nest, keyed("2")))
      const { asked, moved } = yield* edited(before, after)
      assert.deepStrictEqual([asked, moved], [["a: x"], ["each/1/one → each/2/one"]])
    })
  )
})
