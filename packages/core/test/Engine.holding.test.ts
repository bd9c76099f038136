import { Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import { DeltaSink, Engine, Journal, LlmClient, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { reply } from "./support/scripted.ts"
import { counting, say } from "./support/say.ts"

const start = Workflow.make("w", { input: Schema.String })
const nest = Workflow.make("nest", { input: Schema.String })
const otherwise = say("otherwise")
class Bad extends Schema.TaggedError<Bad>()("Bad", {}) {}
const bad = Step.effect("bad", { input: Schema.String, output: Schema.String, run: () => Effect.fail(new Bad()) })

type Any = Workflow.Workflow<string, unknown, unknown, LlmClient.LlmClient>

const number = (options: Partial<Step.ModelSettings> = {}) =>
  Step.make("number", {
    input: Schema.String,
    output: Schema.Finite,
    prompt: PromptTemplate.make("How many: {{text}}"),
    variables: (text) => ({ text }),
    repair: 0,
    ...options
  })

/** A model whose third reply is a number, or that of another name. */
const third = () => {
  let times = 0
  return LlmClient.layer(({ messages, model }) =>
    Effect.sync(() => {
      const isNumber =
        messages.some(({ content }) => content.includes("How many")) && (model === "other" || ++times > 2)
      return reply(isNumber ? "7" : "none")
    })
  )
}

const outputOf = (workflow: Any, state: Parameters<typeof Engine.run>[1]) =>
  Effect.map(Engine.output(workflow, state), (output) => output as Record<string, unknown>)

describe("a failure that was taken over does not hold any more", () => {
  const tried = (step: ReturnType<typeof number>) =>
    start.pipe(Workflow.fallback("draft", step, { input: "input", errors: ["StepOutputError"], otherwise }))

  it.effect.each<readonly [string, ReturnType<typeof tried>]>([
    ["more repairs", tried(number({ repair: 2 }))],
    ["another model", tried(number({ model: "other" }))],
    ["one more model", tried(number({ model: ["default", "other"] }))]
  ])("with %s", ([, after]) =>
    Effect.gen(function* () {
      const before = tried(number())
      const { state } = yield* Engine.run(before, yield* Engine.initialize(before, "x"))
      assert.strictEqual((yield* outputOf(before, state))["draft"], "none")
      const again = yield* Engine.run(after, state)
      assert.strictEqual((yield* outputOf(after, again.state))["draft"], 7)
    }).pipe(Effect.provide([third(), Journal.layerMemory]))
  )

  it.effect("with more time to wait for replies", () => {
    const timed = (timeout: "1 second" | "9 seconds") =>
      start.pipe(Workflow.fallback("draft", number({ timeout }), { input: "input", errors: ["LlmError"], otherwise }))
    const slow = LlmClient.layer(({ metadata }) =>
      Effect.delay(Effect.succeed(reply("7")), metadata.step === "number" ? "5 seconds" : 0)
    )
    const go = Effect.fnUntraced(function* (workflow: Any, state: Parameters<typeof Engine.run>[1]) {
      const fiber = yield* Effect.forkChild(Engine.run(workflow, state))
      yield* TestClock.adjust("5 seconds")
      const ended = yield* Fiber.join(fiber)
      return { ...ended, output: yield* outputOf(workflow, ended.state) }
    })
    return Effect.gen(function* () {
      const { output, state } = yield* go(timed("1 second"), yield* Engine.initialize(timed("1 second"), "x"))
      assert.strictEqual(output["draft"], "7")
      const again = yield* go(timed("1 second"), state)
      assert.deepStrictEqual(again.ran, [])
      assert.strictEqual((yield* go(timed("9 seconds"), again.state)).output["draft"], 7)
    }).pipe(Effect.provide([slow, Journal.layerMemory]))
  })

  const slow = Step.effect("slow", {
    input: Schema.String,
    output: Schema.String,
    run: (text) => Effect.as(Effect.sleep("2 seconds"), text)
  })
  const limited = (after: "1 second" | "3 seconds" | "500 millis") =>
    start.pipe(
      Workflow.fallback("draft", nest.pipe(Workflow.timeout("t", slow, { input: "input", after })), {
        input: "input",
        errors: ["TimeLimitExceeded"],
        otherwise
      })
    )
  it.effect("with more time, or without a limit", () =>
    Effect.gen(function* () {
      const go = Effect.fnUntraced(function* (workflow: Any, state: Parameters<typeof Engine.run>[1]) {
        const fiber = yield* Effect.forkChild(Engine.run(workflow, state))
        yield* TestClock.adjust("5 seconds")
        return yield* Fiber.join(fiber)
      })
      const { state } = yield* go(limited("1 second"), yield* Engine.initialize(limited("1 second"), "x"))
      assert.strictEqual((yield* outputOf(limited("1 second"), state))["draft"], "<otherwise: x 1>")
      assert.deepStrictEqual((yield* go(limited("500 millis"), state)).ran, [])
      const more = yield* go(limited("3 seconds"), state)
      assert.deepStrictEqual(yield* outputOf(limited("3 seconds"), more.state), {
        input: "x",
        draft: { input: "x", t: "x" }
      })
      const body = nest.pipe(Workflow.bind("t", slow, "input"))
      const without = start.pipe(Workflow.fallback("draft", body, { input: "input", errors: [], otherwise }))
      assert.strictEqual((yield* go(without, state)).ran.join(), "draft/try/t")
    }).pipe(Effect.provide([counting().layer, Journal.layerNone]))
  )
})

describe("a failure that was taken over", () => {
  const both = (body: Workflow.Runnable<string, unknown, Bad, LlmClient.LlmClient>) =>
    start.pipe(
      Workflow.fallback("f", body, { input: "input", errors: ["Bad"], otherwise }),
      Workflow.bind("end", say("end"), "input")
    )

  it.effect("leaves no decision to be taken beside it, whichever comes first, and nothing that hangs on one", () =>
    Effect.gen(function* () {
      const gate = Workflow.gate("g", { question: Schema.String, input: "input", decision: Schema.Boolean })
      const fails = Workflow.bind("fails", bad, "input")
      const bodies = [
        nest.pipe(gate, fails),
        nest.pipe(fails, gate),
        nest.pipe(Workflow.all((scope) => [scope.pipe(gate), scope.pipe(fails)])),
        nest.pipe(Workflow.all((scope) => [scope.pipe(fails), scope.pipe(gate)])),
        nest.pipe(
          Workflow.fallback("inner", nest.pipe(gate, fails), { input: "input", errors: ["Bad"], otherwise: bad })
        )
      ]
      for (const body of bodies) {
        const workflow = both(body)
        const { ending, state, undecided } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, "x"))
        assert.deepStrictEqual([ending._tag, undecided], ["Completed", []])
        const plan = yield* Engine.plan(workflow, state)
        assert.deepStrictEqual(
          plan.flatMap(({ action, path }) => (action === "reuse" ? [] : [path])),
          []
        )
        assert.include(String((yield* outputOf(workflow, state))["end"]), "end: x")
      }
    }).pipe(Effect.provide([counting().layer, Journal.layerNone]))
  )

  it.effect("is that of the outermost where several come at once, whichever was first, and again", () =>
    Effect.gen(function* () {
      class Worse extends Schema.TaggedError<Worse>()("Worse", {}) {}
      const fails = (name: string, error: Bad | Worse, millis: number) =>
        Step.effect(name, {
          input: Schema.String,
          output: Schema.String,
          run: () => Effect.andThen(Effect.sleep(millis), Effect.fail(error))
        })
      for (const [first, second] of [
        [1, 2],
        [2, 1]
      ] as const) {
        const inner = nest.pipe(
          Workflow.all((scope) => [
            scope.pipe(Workflow.bind("a", fails("a", new Bad(), first), "input")),
            scope.pipe(Workflow.bind("b", fails("b", new Worse(), second), "input"))
          ])
        )
        const around = nest.pipe(
          Workflow.fallback("inner", inner, { input: "input", errors: ["Bad"], otherwise: say("inner") })
        )
        const workflow = start.pipe(
          Workflow.fallback("outer", around, { input: "input", errors: ["Worse"], otherwise: say("outer") })
        )
        const fiber = yield* Effect.forkChild(
          Effect.flatMap(Engine.initialize(workflow, "x"), (state) => Engine.run(workflow, state))
        )
        yield* TestClock.adjust(10)
        const { state } = yield* Fiber.join(fiber)
        const again = yield* Engine.run(workflow, state)
        assert.deepStrictEqual(again.ran, [])
        assert.include(String((yield* outputOf(workflow, again.state))["outer"]), "outer: x")
      }
    }).pipe(Effect.provide([counting().layer, Journal.layerNone]))
  )

  it.effect("is none of an item that comes after another which fails now", () =>
    Effect.gen(function* () {
      const items = (...all: ReadonlyArray<string>) =>
        both(
          nest.pipe(
            Workflow.forEach("each", bad, {
              items: () => all,
              key: (text: string) => text,
              input: "item",
              concurrency: 1
            })
          )
        )
      const { state } = yield* Engine.run(items("p"), yield* Engine.initialize(items("p"), "x"))
      const after = yield* Engine.run(items("new", "p"), state)
      assert.deepStrictEqual([after.ran, after.reused], [["f/try/each/new"], ["f/otherwise", "end"]])
    }).pipe(Effect.provide([counting().layer, Journal.layerMemory]))
  )

  it.effect("may be that of a key", () =>
    Effect.gen(function* () {
      const keyed = Step.effect("keyed", {
        input: Schema.String,
        output: Schema.String,
        key: () => Effect.fail(new Bad()),
        run: Effect.succeed
      })
      const workflow = both(keyed)
      const { state } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, "x"))
      assert.strictEqual((yield* outputOf(workflow, state))["f"], "<otherwise: x 1>")
      const plan = (yield* Engine.plan(workflow, state)).map(({ action, path, why }) => `${path}: ${action} ${why}`)
      assert.deepStrictEqual(plan, [
        "f/try: reuse failed: Bad, which is taken over",
        "f/otherwise: reuse ",
        "end: reuse "
      ])
      const again = yield* Engine.run(workflow, state)
      assert.deepStrictEqual([again.ran, again.state.orphaned], [[], []])
    }).pipe(Effect.provide([counting().layer, Journal.layerMemory]))
  )

  it.effect("is that of a step by itself, which is asked again with force alone", () => {
    const { asked, layer } = counting()
    return Effect.gen(function* () {
      const workflow = start.pipe(
        Workflow.fallback("draft", number(), { input: "input", errors: ["StepOutputError"], otherwise })
      )
      const { state } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, "x"))
      const requests = asked.length
      const kept = yield* Engine.step(workflow, state, "draft/try")
      assert.deepStrictEqual([kept.ending._tag, asked.length], ["Failed", requests])
      const again = yield* Engine.step(workflow, kept.state, "draft/try", { force: true })
      assert.deepStrictEqual([again.ending._tag, asked.length], ["Failed", requests + 1])
      assert.strictEqual((yield* outputOf(workflow, again.state))["draft"], "<otherwise: x 1>")
    }).pipe(Effect.provide([layer, Journal.layerMemory]))
  })
})

describe("rounds that share what they ask alike", () => {
  it.effect("have one answer, whichever of them asked first", () => {
    const { asked, layer } = counting()
    return Effect.gen(function* () {
      const round = nest.pipe(
        Workflow.bind("n", say("n"), () => "same"),
        Workflow.bind("last", say("last"), "input")
      )
      const rounds = (again: "nothing" | "changed") =>
        start.pipe(
          Workflow.iterate("it", round, {
            input: "input",
            next: ({ last }) => last.last,
            until: () => false,
            atMost: 2,
            collect: "all",
            again
          })
        )
      const { state } = yield* Engine.run(rounds("nothing"), yield* Engine.initialize(rounds("nothing"), "x"))
      assert.lengthOf(asked, 4)
      const shared = yield* Engine.run(rounds("changed"), state)
      const { it: all } = (yield* outputOf(rounds("changed"), shared.state)) as { it: ReadonlyArray<{ n: string }> }
      assert.deepStrictEqual(
        all.map(({ n }) => n),
        ["<n: same 1>", "<n: same 1>"]
      )
      const own = yield* Engine.step(rounds("changed"), shared.state, "it/2/n", { force: true })
      const kept = yield* Engine.run(rounds("changed"), own.state)
      assert.deepStrictEqual(kept.ran, [])
      assert.strictEqual(kept.state.records["it/2/n"]?.result?.output, "<n: same 3>")
    }).pipe(Effect.provide([layer, Journal.layerMemory]))
  })
})

describe("a result that a person rejected", () => {
  it.effect("is rejected where it is asked for, and nothing else is asked anew", () => {
    const { asked, layer } = counting()
    return Effect.gen(function* () {
      const before = start.pipe(Workflow.bind("p", say("a"), "input"), Workflow.bind("q", say("b"), "input"))
      const after = start.pipe(Workflow.bind("q", say("a"), "input"), Workflow.bind("p", say("b"), "input"))
      const { state } = yield* Engine.run(before, yield* Engine.initialize(before, "x"))
      yield* Engine.run(after, yield* Engine.fork(before, state, "p"))
      assert.deepStrictEqual(asked, ["a: x", "b: x", "a: x"])
    }).pipe(Effect.provide([layer, Journal.layerMemory]))
  })
})

describe("a gate", () => {
  it.effect("may have the name of the input", () =>
    Effect.gen(function* () {
      const workflow = Workflow.identity(Schema.Struct({ text: Schema.String })).pipe(
        Workflow.gate("input", { question: Schema.String, input: "text", decision: Schema.Boolean })
      )
      const { state } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, { text: "x" }))
      const decided = yield* Engine.decide(workflow, state, "input", true)
      assert.deepStrictEqual((yield* Engine.run(workflow, decided)).ending, {
        _tag: "Completed",
        output: { text: "x", input: true }
      })
    }).pipe(Effect.provide([counting().layer, Journal.layerMemory]))
  )

  it.effect("that is reached by itself suspends, and takes its question along with its decision", () =>
    Effect.gen(function* () {
      const asks = <const N extends string>(name: N) =>
        start.pipe(Workflow.gate(name, { question: Schema.String, input: "input", decision: Schema.Boolean }))
      const { ending, state } = yield* Engine.step(asks("g"), yield* Engine.initialize(asks("g"), "x"), "g")
      assert.strictEqual(ending._tag, "Suspended")
      const decided = yield* Engine.decide(asks("g"), state, "g", true)
      const renamed = yield* Engine.run(asks("h"), decided)
      const { g, h } = renamed.state.records
      assert.deepStrictEqual([g?.asked, h?.asked !== undefined, h?.result?.output], [undefined, true, true])
    }).pipe(Effect.provide([counting().layer, Journal.layerMemory]))
  )
})

describe("what moves", () => {
  it.effect("goes to the place that has most of its last names", () =>
    Effect.gen(function* () {
      const samples = <const N extends string>(name: N) =>
        start.pipe(
          Workflow.sample(
            name,
            nest.pipe(Workflow.gate("ok", { question: Schema.String, input: "input", decision: Schema.Boolean })),
            { input: "input", count: 2 }
          )
        )
      const { state } = yield* Engine.run(samples("two"), yield* Engine.initialize(samples("two"), "x"))
      const decided = yield* Engine.decide(samples("two"), state, "two/2/ok", false)
      const plan = (yield* Engine.plan(samples("duo"), decided)).map(({ action, path }) => `${path}: ${action}`)
      assert.deepStrictEqual(plan, ["duo/1/ok: decide", "duo/2/ok: reuse"])
    }).pipe(Effect.provide([counting().layer, Journal.layerMemory]))
  )

  it.effect("moves though a selector further on throws", () => {
    const { asked, layer } = counting()
    return Effect.gen(function* () {
      const before = start.pipe(Workflow.bind("a", say("a"), "input"))
      const after = start.pipe(
        Workflow.bind("renamed", nest.pipe(Workflow.bind("a", say("a"), "input")), "input"),
        Workflow.bind("end", say("end"), (): string => {
          throw new Error("a typo")
        })
      )
      const { state } = yield* Engine.run(before, yield* Engine.initialize(before, "x"))
      yield* Effect.exit(Engine.run(after, state))
      assert.deepStrictEqual(asked, ["a: x"])
    }).pipe(Effect.provide([layer, Journal.layerMemory]))
  })
})

describe("a step that runs a workflow of its own", () => {
  it.effect("tells nobody of what comes in there as if it were the run's", () =>
    Effect.gen(function* () {
      const inner = start.pipe(Workflow.bind("deep", say("deep"), "input"))
      const outer = start.pipe(
        Workflow.bind(
          "shallow",
          Step.effect("runs", {
            input: Schema.String,
            output: Schema.String,
            run: (text) => Effect.map(Engine.execute(inner, text), ({ deep }) => deep)
          }),
          "input"
        )
      )
      const paths: Array<string> = []
      yield* Engine.run(outer, yield* Engine.initialize(outer, "x"), { onDelta: ({ path }) => void paths.push(path) })
      assert.deepStrictEqual(paths, [])
      assert.isUndefined(yield* DeltaSink.DeltaSink)
    }).pipe(Effect.provide([counting().layer, Journal.layerMemory]))
  )
})
