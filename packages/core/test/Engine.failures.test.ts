import { Effect, Schema } from "effect"
import { Engine, LlmClient, PromptTemplate, Step, Workflow, WorkflowEvent, type WorkflowState } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { reply } from "./support/scripted.ts"
import { say } from "./support/say.ts"

/** A step that fails after one request where what it is answered is no number. */
const count = (name: string, options: Pick<Step.ModelSettings, "model"> & { readonly version?: number } = {}) =>
  Step.make(name, {
    input: Schema.String,
    output: Schema.Finite,
    prompt: PromptTemplate.make(`${name}: {{text}}`),
    variables: (text) => ({ text }),
    repair: 0,
    ...options
  })
const otherwise = say("otherwise")
const start = Workflow.make("w", { input: Schema.String })
const nest = Workflow.make("nest", { input: Schema.String })

type Any = Workflow.Workflow<string, unknown, unknown, LlmClient.LlmClient>
type State = WorkflowState.WorkflowState

const tries = <const N extends string>(name: N, step: ReturnType<typeof count>) =>
  Workflow.fallback(name, step, { input: "input", errors: ["StepOutputError"], otherwise })

/**
 * Runs one workflow and goes on with others, with what was done in between: what the last one asks, plans to take and
 * has left to do, and moves.
 */
const edited = (
  [first, ...others]: readonly [Any, ...ReadonlyArray<Any>],
  between: (state: State) => Effect.Effect<State, unknown, LlmClient.LlmClient> = Effect.succeed
) => {
  const asked: Array<string> = []
  const layer = LlmClient.layer(({ messages }) => {
    const text = messages.at(-1)!.content
    asked.push(text.split("\n", 1)[0]!)
    return Effect.succeed(reply(text))
  })
  return Effect.gen(function* () {
    let { state } = yield* Engine.run(first, yield* Engine.initialize(first, "x"))
    state = yield* between(state)
    const none: ReadonlyArray<string> = []
    let done = { asked: [...asked], plan: none, left: none, moved: none, state }
    for (const next of others) {
      const events: Array<WorkflowEvent.WorkflowEvent> = []
      const foreseen = yield* Engine.plan(next, state)
      const plan = foreseen.flatMap(({ action, path, why }) => (action === "reuse" ? [`${path}: ${why}`] : []))
      const left = foreseen.flatMap(({ action, path }) => (action === "reuse" ? [] : [path]))
      const before = asked.length
      const outcome = yield* Engine.run(next, state, { onEvent: (event) => void events.push(event) })
      const folded = WorkflowEvent.draft(state)
      for (const event of events) WorkflowEvent.apply(folded, event)
      assert.deepStrictEqual(folded, outcome.state)
      state = outcome.state
      const moved = events.flatMap((event) => (event._tag === "ResultMoved" ? [`${event.from} → ${event.to}`] : []))
      done = { asked: asked.slice(before), plan, left, moved, state }
    }
    return done
  }).pipe(Effect.provide(layer))
}

/** A run of these stops before it is complete. */
const stops = Workflow.bind(
  "stop",
  Step.effect("stops", { input: Schema.String, output: Schema.String, run: () => Effect.fail("stopped") }),
  "input"
)

describe("a failure that was taken over", () => {
  const draft = start.pipe(tries("draft", count("a")))

  it.effect("is found under another name, as the plan foretells", () =>
    Effect.gen(function* () {
      const { asked, moved, plan, state } = yield* edited([draft, start.pipe(tries("text", count("a")))])
      assert.deepStrictEqual(asked, [])
      assert.deepStrictEqual(plan, [
        "text/try: failed: StepOutputError, which is taken over (moved from draft/try)",
        "text/otherwise: moved from draft/otherwise"
      ])
      assert.deepStrictEqual(moved, ["draft/try → text/try", "draft/otherwise → text/otherwise"])
      assert.isUndefined(state.records["draft/try"]?.error)
      assert.strictEqual(state.records["text/try"]?.error?.tag, "StepOutputError")
    })
  )

  it.effect("changes places with another when they swap names", () =>
    Effect.gen(function* () {
      const { asked } = yield* edited([
        start.pipe(tries("one", count("a")), tries("two", count("b"))),
        start.pipe(tries("two", count("a")), tries("one", count("b")))
      ])
      assert.deepStrictEqual(asked, [])
    })
  )

  it.effect("changes places with a result", () =>
    Effect.gen(function* () {
      const { asked } = yield* edited([
        start.pipe(
          tries("one", count("a")),
          Workflow.fallback("two", say("b"), { input: "input", errors: ["StepOutputError"], otherwise })
        ),
        start.pipe(
          tries("two", count("a")),
          Workflow.fallback("one", say("b"), { input: "input", errors: ["StepOutputError"], otherwise })
        )
      ])
      assert.deepStrictEqual(asked, [])
    })
  )

  it.effect("is found in a nest, in an item, and deeper inside of what is tried", () =>
    Effect.gen(function* () {
      const deep = nest.pipe(
        Workflow.forEach("each", nest.pipe(Workflow.bind("n", count("a"), "input")), {
          items: ({ input }) => [input],
          key: () => "k",
          input: "item"
        })
      )
      const { asked } = yield* edited([
        draft,
        start.pipe(Workflow.bind("nest", nest.pipe(tries("draft", count("a"))), "input")),
        start.pipe(Workflow.fallback("f", deep, { input: "input", errors: ["StepOutputError"], otherwise }))
      ])
      assert.deepStrictEqual(asked, [])
    })
  )

  it.effect("stays one of several where they ask the same", () =>
    Effect.gen(function* () {
      const { asked } = yield* edited([draft, start.pipe(tries("one", count("a")), tries("two", count("a")))])
      assert.deepStrictEqual(asked, ["a: x", "otherwise: x"])
    })
  )

  it.effect("that another one, or a result, took the place of is found until the run is complete", () =>
    Effect.gen(function* () {
      for (const other of [count("b"), say("b") as unknown as ReturnType<typeof count>]) {
        const { asked, state } = yield* edited([
          draft.pipe(stops),
          start.pipe(tries("draft", other), stops),
          start.pipe(tries("draft", count("a")))
        ])
        assert.deepStrictEqual(asked, [])
        assert.isUndefined(state.records["draft/try"]?.former)
      }
    })
  )

  it.effect("gives way to the result that was there before where that is asked for again", () =>
    Effect.gen(function* () {
      const holds = start.pipe(
        Workflow.fallback("draft", say("b"), { input: "input", errors: ["StepOutputError"], otherwise })
      )
      const fails = start.pipe(tries("draft", count("a")), stops)
      const { state } = yield* edited([holds, fails, holds])
      assert.strictEqual((yield* Engine.output(holds, state)).draft, "b: x")
    })
  )

  it.effect("leaves nothing to do in what it stopped, as the plan foretells", () =>
    Effect.gen(function* () {
      const items = nest.pipe(
        Workflow.forEach("each", count("a"), {
          items: ({ input }) => [input, "y"],
          key: (item) => item,
          input: "item"
        })
      )
      const parts = nest.pipe(
        Workflow.all((scope) => [
          scope.pipe(Workflow.bind("fails", count("a"), "input")),
          scope.pipe(Workflow.bind("first", say("first"), "input"), Workflow.bind("second", say("second"), "first"))
        ])
      )
      const options = { input: "input", errors: ["StepOutputError"], otherwise } as const
      for (const workflow of [
        start.pipe(Workflow.fallback("f", items, options)),
        start.pipe(Workflow.fallback("f", parts, options))
      ]) {
        const { asked, left } = yield* edited([workflow, workflow])
        assert.deepStrictEqual([asked, left], [[], []])
      }
    })
  )

  it.effect("leaves nothing unknown around what takes it over", () =>
    Effect.gen(function* () {
      const options = { input: "input", errors: ["StepOutputError"], otherwise } as const
      const items = nest.pipe(
        Workflow.forEach("each", count("a"), {
          items: ({ input }) => [input, "y"],
          key: (item) => item,
          input: "item",
          concurrency: 1
        })
      )
      const inItems = start.pipe(Workflow.fallback("f", nest.pipe(Workflow.fallback("g", items, options)), options))
      const { state } = yield* edited([inItems])
      const expected = { input: "x", f: { input: "x", g: "otherwise: x" } }
      assert.deepStrictEqual(yield* Engine.output(inItems, state), expected)

      const fails = <const N extends string>(name: N) => Workflow.bind(name, count("a"), "input")
      const one = nest.pipe(
        Workflow.all((scope) => [scope.pipe(Workflow.bind("first", say("first"), "input")), scope.pipe(fails("fails"))])
      )
      const two = nest.pipe(
        Workflow.all((scope) => [
          scope.pipe(Workflow.bind("first", say("first"), "input"), Workflow.bind("second", say("second"), "first")),
          scope.pipe(fails("fails"))
        ])
      )
      const { left } = yield* edited([
        start.pipe(Workflow.fallback("f", nest.pipe(Workflow.fallback("g", one, options)), options)),
        start.pipe(Workflow.fallback("f", nest.pipe(Workflow.fallback("g", two, options)), options))
      ])
      assert.deepStrictEqual(left, [])
    })
  )

  it.effect("leaves what hangs on a decision around it to do, and not what hangs on one inside", () =>
    Effect.gen(function* () {
      const options = { errors: ["StepOutputError"], otherwise } as const
      const gate = { question: Schema.String, decision: Schema.String, input: "input" } as const
      const same = () => "x"
      const fails = nest.pipe(Workflow.bind("fails", count("a"), same))
      const both = nest.pipe(Workflow.bind("asked", say("b"), "input"), Workflow.bind("fails", count("a"), same))
      const before = start.pipe(Workflow.fallback("f", fails, { ...options, input: "input" }))
      const around = yield* edited([
        before,
        start.pipe(Workflow.gate("g", gate), Workflow.fallback("f", both, { ...options, input: "g" }))
      ])
      assert.deepStrictEqual(around.left, ["g", "f/try/asked", "f/otherwise"])
      const inside = yield* edited([
        before,
        start.pipe(
          Workflow.fallback(
            "f",
            nest.pipe(
              Workflow.gate("g", gate),
              Workflow.bind("asked", say("b"), "g"),
              Workflow.bind("fails", count("a"), same)
            ),
            { ...options, input: "input" }
          )
        )
      ])
      assert.deepStrictEqual(inside.left, [])
    })
  )

  it.effect("keeps what comes after it from being done by itself", () =>
    Effect.gen(function* () {
      const body = nest.pipe(
        Workflow.sample("each", count("a"), { input: "input", count: 2, concurrency: 1 }),
        Workflow.bind("after", say("after"), "input")
      )
      const workflow = start.pipe(
        Workflow.fallback("f", body, { input: "input", errors: ["StepOutputError"], otherwise })
      )
      for (const path of ["f/try/each/2", "f/try/after"]) {
        const exit = yield* Effect.exit(
          edited([workflow], (state) => Effect.map(Engine.step(workflow, state, path), ({ state }) => state))
        )
        assert.match(String(exit), /the run does not come by this step|no step has this path/)
      }
    })
  )

  it.effect("is that of what is around it now and takes its error over", () =>
    Effect.gen(function* () {
      const within = (errors: ReadonlyArray<"StepOutputError" | "LlmError">) =>
        start.pipe(
          Workflow.fallback("f", nest.pipe(Workflow.fallback("g", count("a"), { input: "input", errors, otherwise })), {
            input: "input",
            errors: ["StepOutputError"],
            otherwise: say("last")
          })
        )
      const further = yield* edited([within(["StepOutputError"]), within(["LlmError"])])
      assert.deepStrictEqual(further.asked, ["last: x"])
      const nearer = yield* edited([within(["LlmError"]), within(["StepOutputError"])])
      assert.deepStrictEqual(nearer.asked, ["otherwise: x"])
    })
  )

  it.effect("is none inside of what takes other errors over", () =>
    Effect.gen(function* () {
      const other = Workflow.fallback("draft", count("a"), { input: "input", errors: ["LlmError"], otherwise })
      const { asked, moved, state } = yield* edited([draft, start.pipe(other)])
      assert.deepStrictEqual(asked, ["a: x"])
      assert.deepStrictEqual(moved, [])
      assert.strictEqual(state.status, "FAILED")
    })
  )

  it.effect("is none outside of what takes its error over", () =>
    Effect.gen(function* () {
      const { asked, moved, state } = yield* edited([draft, start.pipe(Workflow.bind("text", count("a"), "input"))])
      assert.deepStrictEqual(asked, ["a: x"])
      assert.deepStrictEqual(moved, [])
      assert.strictEqual(state.status, "FAILED")
    })
  )

  it.effect("is none of another model, but is one where all models that are named failed", () =>
    Effect.gen(function* () {
      const { asked } = yield* edited([draft, start.pipe(tries("text", count("a", { model: "other" })))])
      assert.deepStrictEqual(asked, ["a: x"])
      const both = count("a", { model: ["default", "other"] })
      const fewer = yield* edited([
        start.pipe(tries("draft", both)),
        start.pipe(tries("text", count("a", { model: "other" })))
      ])
      assert.deepStrictEqual(fewer.asked, [])
      const more = yield* edited([draft, start.pipe(tries("text", both))])
      assert.deepStrictEqual(more.asked, ["a: x", "a: x"])
    })
  )

  it.effect("of code goes only to the same step, and to none where another looks the same", () => {
    class Broken extends Schema.TaggedError<Broken>()("Broken", {}) {}
    let runs = 0
    const code = (version = 1) =>
      Step.effect("code", {
        input: Schema.String,
        output: Schema.Finite,
        version,
        run: () => Effect.suspend(() => (runs++, Effect.fail(new Broken())))
      })
    const tried = <const N extends string>(name: N, step: ReturnType<typeof code>) =>
      Workflow.fallback(name, step, { input: "input", errors: ["Broken"], otherwise })
    const one = code()
    return Effect.gen(function* () {
      const ranIn = Effect.fnUntraced(function* (after: Any) {
        yield* edited([start.pipe(tried("draft", one)), after])
        return runs
      })
      assert.strictEqual(yield* ranIn(start.pipe(tried("text", one))), 1)
      runs = 0
      assert.strictEqual(yield* ranIn(start.pipe(tried("text", code(2)))), 2)
      runs = 0
      assert.strictEqual(yield* ranIn(start.pipe(tried("text", one), tried("other", code()))), 3)
    })
  })

  it.effect("is kept for a place that may still want it, and not for one whose step cannot", () =>
    Effect.gen(function* () {
      const before = start.pipe(Workflow.bind("a", say("a"), "input"), (w) =>
        w.pipe(Workflow.fallback("draft", count("n"), { input: "a", errors: ["StepOutputError"], otherwise }))
      )
      const after = (step: ReturnType<typeof count>) =>
        start.pipe(
          // the same text, which is known only when it was asked for anew
          Workflow.fallback("first", count("n"), {
            input: () => "a: x",
            errors: ["StepOutputError"],
            otherwise
          }),
          Workflow.bind("b", say("b"), "input"),
          Workflow.fallback("draft", step, { input: "b", errors: ["StepOutputError"], otherwise })
        )
      const kept = yield* edited([before, after(count("n"))])
      assert.deepStrictEqual(kept.asked.slice(0, 1), ["n: a: x"])
      const free = yield* edited([before, after(count("n", { version: 2 }))])
      assert.deepStrictEqual(free.moved.slice(0, 1), ["draft/try → first/try"])
    })
  )

  describe.each([1, 2] as const)("beside others, %i at a time", (concurrency) => {
    class Bad extends Schema.TaggedError<Bad>()("Bad", {}) {}
    const check = Step.effect("check", {
      input: Schema.String,
      output: Schema.String,
      run: (text) => (text === "bad" ? Effect.fail(new Bad()) : Effect.succeed(text))
    })
    const item = nest.pipe(Workflow.bind("checked", check, "input"), Workflow.bind("asked", say("a"), "checked"))
    const each = (...items: ReadonlyArray<string>) =>
      start.pipe(
        Workflow.fallback(
          "f",
          nest.pipe(
            Workflow.forEach("each", item, {
              items: () => items,
              key: (text: string) => text,
              input: "item",
              concurrency
            })
          ),
          { input: "input", errors: ["Bad"], otherwise }
        )
      )

    it.effect.each([
      ["bad", "good", "fine"],
      ["good", "bad", "fine"]
    ])("has nothing planned or run of them that was not before, nor orphaned: %s", (items) =>
      Effect.gen(function* () {
        const workflow = each(...items)
        const { asked, plan, state } = yield* edited([workflow, workflow])
        assert.deepStrictEqual(asked, [])
        assert.deepStrictEqual(state.orphaned, [])
        assert.strictEqual(plan.length, (yield* Engine.plan(workflow, state)).length)
        // one that comes before it is done, if it is not yet, and one beside it is not
        const cut = WorkflowEvent.draft(state)
        delete cut.records["f/try/each/good/asked"]
        const wanted = concurrency === 1 && items[0] === "good" ? ["f/try/each/good/asked"] : []
        const planned = yield* Engine.plan(workflow, cut)
        assert.deepStrictEqual(
          planned.flatMap(({ action, path }) => (action === "reuse" ? [] : [path])),
          wanted
        )
        const rest = yield* Engine.run(workflow, cut)
        assert.deepStrictEqual(rest.ran, wanted)
      }).pipe(Effect.provide(LlmClient.layer(() => Effect.succeed(reply("none")))))
    )
  })

  it.effect("is not asked again once a new result was asked for, and that failed too", () =>
    Effect.gen(function* () {
      const rejected = (state: State) =>
        Effect.sync(() => {
          const draft = WorkflowEvent.draft(state)
          WorkflowEvent.apply(draft, { _tag: "StepStarted", path: "draft/try", step: "a", forced: true, at: 0 })
          return draft
        })
      const again = yield* edited([draft, draft], rejected)
      assert.deepStrictEqual(again.asked, ["a: x"])
      const since = yield* edited([draft, draft, draft], rejected)
      assert.deepStrictEqual(since.asked, [])
      const elsewhere = yield* edited([draft, start.pipe(tries("text", count("a")))], rejected)
      assert.deepStrictEqual(elsewhere.asked, ["a: x"])
    })
  )
})
