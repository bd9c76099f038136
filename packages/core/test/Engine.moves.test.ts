import { Effect, Schema } from "effect"
import { Engine, Journal, LlmClient, Step, Workflow, WorkflowEvent } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { counting, say } from "./support/say.ts"

const a = say("a")
const b = say("b")
const c = say("c")

const start = Workflow.make("w", { input: Schema.String })
const nest = Workflow.make("nest", { input: Schema.String })

type AnyWorkflow<Out> = Workflow.Workflow<string, Out, unknown, LlmClient.LlmClient>

/** Runs one workflow, and goes on with another: what that asks, what was planned, and what it comes to. */
const edited = Effect.fnUntraced(function* <A, B>(before: AnyWorkflow<A>, after: AnyWorkflow<B>, input = "x") {
  const { asked, layer } = counting()
  return yield* Effect.gen(function* () {
    const { state } = yield* Engine.run(before, yield* Engine.initialize(before, input))
    const already = asked.length
    const plan = yield* Engine.plan(after, state)
    const outcome = yield* Engine.run(after, state)
    if (outcome.ending._tag !== "Completed") throw new Error(JSON.stringify(outcome.ending))
    const events = yield* (yield* Journal.Journal).load(state.run)
    assert.deepStrictEqual(WorkflowEvent.fold(events), outcome.state)
    const again = yield* Engine.run(after, outcome.state)
    assert.deepStrictEqual(again.ran, [])
    return {
      asked: asked.slice(already),
      plan: plan.map(({ action, path, why }) => `${path}: ${action}${why === "" ? "" : ` (${why})`}`),
      output: outcome.ending.output as Record<string, unknown>,
      moved: events.flatMap((event) => (event._tag === "ResultMoved" ? [`${event.from} → ${event.to}`] : [])),
      state: outcome.state
    }
  }).pipe(Effect.provide([layer, Journal.layerMemory]))
})

describe("Engine", () => {
  describe("a result", () => {
    it.effect("is found under another name, as the plan foretells", () =>
      Effect.gen(function* () {
        const { asked, moved, output, plan, state } = yield* edited(
          start.pipe(Workflow.bind("one", a, "input"), Workflow.bind("two", b, "one")),
          start.pipe(Workflow.bind("first", a, "input"), Workflow.bind("second", b, "first"))
        )
        assert.deepStrictEqual(asked, [])
        assert.deepStrictEqual(plan, ["first: reuse (moved from one)", "second: reuse (moved from two)"])
        assert.deepStrictEqual(moved, ["one → first", "two → second"])
        assert.deepStrictEqual(output, { input: "x", first: "<a: x 1>", second: "<b: <a: x 1> 1>" })
        assert.isUndefined(state.records["one"]?.result)
        assert.deepStrictEqual(state.orphaned, ["one", "two"])
      })
    )

    it.effect("of each of two changes places with the other when they swap names", () =>
      Effect.gen(function* () {
        const { asked, moved, output } = yield* edited(
          start.pipe(Workflow.bind("one", a, "input"), Workflow.bind("two", b, "input")),
          start.pipe(Workflow.bind("two", a, "input"), Workflow.bind("one", b, "input"))
        )
        assert.deepStrictEqual(asked, [])
        assert.deepStrictEqual(moved, ["one → two", "two → one"])
        assert.deepStrictEqual(output, { input: "x", two: "<a: x 1>", one: "<b: x 1>" })
      })
    )

    it.effect("changes places even where one of two reads the other", () =>
      Effect.gen(function* () {
        const { asked } = yield* edited(
          start.pipe(
            Workflow.bind("one", a, "input"),
            Workflow.bind("two", b, "one"),
            Workflow.bind("three", c, "two")
          ),
          start.pipe(
            Workflow.bind("three", a, "input"),
            Workflow.bind("one", b, "three"),
            Workflow.bind("two", c, "one")
          )
        )
        assert.deepStrictEqual(asked, [])
      })
    )

    it.effect("that another one took the place of is found until the run is complete", () => {
      const { asked, layer } = counting()
      const named = (ask: typeof a, stop = false) =>
        start.pipe(
          Workflow.bind("one", ask, "input"),
          Workflow.bind(
            "two",
            Step.effect("stops", {
              input: Schema.Boolean,
              output: Schema.Boolean,
              run: (stop) => (stop ? Effect.fail("stopped") : Effect.succeed(stop))
            }),
            () => stop
          )
        )
      return Effect.gen(function* () {
        const first = yield* Engine.run(named(a), yield* Engine.initialize(named(a), "x"))
        const stopped = yield* Engine.run(named(b, true), first.state)
        assert.strictEqual(stopped.state.status, "FAILED")
        // the prompt is changed back before the run is complete
        const back = yield* Engine.run(named(a), stopped.state)
        assert.deepStrictEqual(asked, ["a: x", "b: x"])
        assert.strictEqual(back.state.records["one"]?.result?.output, "<a: x 1>")
        assert.isUndefined(back.state.records["one"]?.former)
        assert.deepStrictEqual(WorkflowEvent.fold(yield* (yield* Journal.Journal).load(back.state.run)), back.state)
      }).pipe(Effect.provide([layer, Journal.layerMemory]))
    })

    it.effect("is found where only a later result tells that it is asked for", () =>
      Effect.gen(function* () {
        // `late` comes to ask what `one` did, after `one` asks something else
        const before = start.pipe(
          Workflow.bind("one", a, () => "p"),
          Workflow.bind("late", b, () => "q")
        )
        const after = start.pipe(
          Workflow.bind("one", b, "input"),
          Workflow.bind("late", a, ({ one }) => (one === "" ? "" : "p"))
        )
        const { asked, output } = yield* edited(before, after)
        assert.deepStrictEqual(asked, ["b: x"])
        assert.strictEqual(output["late"], "<a: p 1>")
      })
    )

    it.effect("is found in a nest, out of it, and in another one", () =>
      Effect.gen(function* () {
        const chain = nest.pipe(Workflow.bind("one", a, "input"), Workflow.bind("two", b, "one"))
        const flat = start.pipe(Workflow.bind("one", a, "input"), Workflow.bind("two", b, "one"))
        const nested = start.pipe(Workflow.bind("inner", chain, "input"))
        const deeper = start.pipe(Workflow.bind("outer", nest.pipe(Workflow.bind("inner", chain, "input")), "input"))
        assert.deepStrictEqual((yield* edited(flat, nested)).asked, [])
        assert.deepStrictEqual((yield* edited(nested, flat)).asked, [])
        assert.deepStrictEqual((yield* edited(nested, deeper)).moved, [
          "inner/one → outer/inner/one",
          "inner/two → outer/inner/two"
        ])
      })
    )

    it.effect("is found by an item whose key moved", () =>
      Effect.gen(function* () {
        const each = (items: ReadonlyArray<string>) =>
          start.pipe(
            Workflow.let("items", () => items),
            Workflow.forEach("each", a, { items: "items", key: (item) => String(items.indexOf(item)), input: "item" })
          )
        const inFront = yield* edited(each(["p", "q", "r"]), each(["new", "p", "q", "r"]))
        assert.deepStrictEqual(inFront.asked, ["a: new"])
        const gone = yield* edited(each(["p", "q", "r"]), each(["q", "r"]))
        assert.deepStrictEqual(gone.asked, [])
        assert.deepStrictEqual(gone.state.orphaned, ["each/2"])
      })
    )

    it.effect("of equal requests stays one of several samples", () =>
      Effect.gen(function* () {
        const two = start.pipe(Workflow.bind("one", a, "input"), Workflow.bind("two", a, "input"))
        const { asked, output } = yield* edited(two, two.pipe(Workflow.bind("three", a, "input")))
        assert.deepStrictEqual(asked, ["a: x"])
        assert.deepStrictEqual(output, { input: "x", one: "<a: x 1>", two: "<a: x 2>", three: "<a: x 3>" })
      })
    )

    it.effect("goes to the place of the same last name, then to the first in the definition", () =>
      Effect.gen(function* () {
        const { moved, output } = yield* edited(
          start.pipe(Workflow.bind("old", nest.pipe(Workflow.bind("one", a, "input")), "input")),
          start.pipe(
            Workflow.all((scope) => [
              scope.pipe(Workflow.bind("other", a, "input")),
              scope.pipe(Workflow.bind("new", nest.pipe(Workflow.bind("one", a, "input")), "input"))
            ])
          )
        )
        assert.deepStrictEqual(moved, ["old/one → new/one"])
        assert.deepStrictEqual(output["new"], { input: "x", one: "<a: x 1>" })
        const { output: first } = yield* edited(
          start.pipe(Workflow.bind("one", a, "input")),
          start.pipe(Workflow.bind("two", a, "input"), Workflow.bind("three", a, "input"))
        )
        assert.deepStrictEqual(first, { input: "x", two: "<a: x 1>", three: "<a: x 2>" })
      })
    )

    it.effect("of a model goes only to a step that names that model", () =>
      Effect.gen(function* () {
        const with1 = say("a", { model: "m1" })
        const before = start.pipe(Workflow.bind("one", with1, "input"))
        const named = yield* edited(
          before,
          start.pipe(Workflow.bind("two", say("a", { model: ["m2", "m1"] }), "input"))
        )
        assert.deepStrictEqual(named.asked, [])
        const other = yield* edited(before, start.pipe(Workflow.bind("two", say("a", { model: "m2" }), "input")))
        assert.deepStrictEqual(other.asked, ["a: x"])
        // at its own path it stays
        const own = yield* edited(before, start.pipe(Workflow.bind("one", say("a", { model: "m2" }), "input")))
        assert.deepStrictEqual(own.asked, [])
      })
    )

    it.effect("of code goes only to the same step, and to none where another looks the same", () =>
      Effect.gen(function* () {
        const ran: Array<string> = []
        const count = (tag: string, output: Schema.Codec<unknown, unknown> = Schema.String) =>
          Step.effect("count", {
            input: Schema.String,
            output,
            run: (text) => Effect.sync(() => (ran.push(tag), `${tag} ${text}`))
          })
        const one = count("1")
        const before = start.pipe(Workflow.bind("one", one, "input"))
        const ranBy = Effect.fnUntraced(function* (after: AnyWorkflow<unknown>) {
          yield* edited(before, after)
          return ran.splice(0).slice(1)
        })
        assert.deepStrictEqual(yield* ranBy(start.pipe(Workflow.bind("two", one, "input"))), [])
        assert.deepStrictEqual(
          yield* ranBy(start.pipe(Workflow.bind("two", one, "input"), Workflow.bind("three", count("2"), "input"))),
          ["1", "2"]
        )
        assert.deepStrictEqual(
          yield* ranBy(
            start.pipe(Workflow.bind("two", count("3", Schema.Union([Schema.String, Schema.Null])), "input"))
          ),
          ["3"]
        )
      })
    )

    it.effect("is kept for a place that may still want it", () =>
      Effect.gen(function* () {
        // whether `late` asks what it did hangs on `slow`, which asks anew; so `early` cannot have its result
        const before = start.pipe(
          Workflow.bind("slow", a, "input"),
          Workflow.bind("late", b, () => "same")
        )
        const after = start.pipe(
          Workflow.bind("early", b, () => "same"),
          Workflow.bind("slow", c, "input"),
          Workflow.bind("late", b, ({ slow }) => (slow === "" ? "" : "same"))
        )
        const { asked, output, plan } = yield* edited(before, after)
        assert.deepStrictEqual(plan, [
          "early: run (it has no result yet)",
          "slow: run (changed: step, prompt)",
          "late: perhaps (reads slow)"
        ])
        assert.deepStrictEqual(asked, ["b: same", "c: x"])
        assert.strictEqual(output["late"], "<b: same 1>")
      })
    )
  })

  describe("a refused call", () => {
    it.effect("leaves the journal as it is", () =>
      Effect.gen(function* () {
        const workflow = start.pipe(Workflow.bind("one", a, "input"), Workflow.bind("two", b, "one"))
        const { layer } = counting()
        const elsewhere = yield* Engine.initialize(workflow, "x").pipe(Effect.provide(Journal.layerNone))
        yield* Effect.gen(function* () {
          const journal = yield* Journal.Journal
          for (const refused of [
            Effect.asVoid(Engine.set(workflow, elsewhere, "three", "…")),
            Effect.asVoid(Engine.set(workflow, elsewhere, "two", "…")),
            Effect.asVoid(Engine.set(workflow, elsewhere, "input", 5)),
            Effect.asVoid(Engine.step(workflow, elsewhere, "three")),
            Effect.asVoid(Engine.step(workflow, elsewhere, "two"))
          ]) {
            yield* Effect.flip(refused)
            assert.strictEqual(yield* journal.size(elsewhere.run), 0)
          }
          const set = yield* Engine.set(workflow, elsewhere, "one", "by hand")
          assert.strictEqual(
            (yield* Engine.step(workflow, set, "two")).state.records["two"]?.result?.output,
            "<b: by hand 1>"
          )
        }).pipe(Effect.provide([layer, Journal.layerMemory]))
      })
    )
  })
})
