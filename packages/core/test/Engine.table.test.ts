import { Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Engine, LlmClient, LlmError, Step, Workflow, type WorkflowState } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { say } from "./support/say.ts"
import { reply } from "./support/scripted.ts"

const a = say("a")
const b = say("b")
const c = say("c")

class Refused extends Schema.TaggedError<Refused>()("Refused", {}) {}
const refuse = Step.effect("refuse", {
  input: Schema.String,
  output: Schema.String,
  run: () => Effect.fail(new Refused())
})

const start = Workflow.make("w", { input: Schema.String })
type Any = Workflow.Workflow<string, object, unknown, LlmClient.LlmClient>

interface Row {
  /** One step more before it where it says how much is known, and one more after it that reads it. */
  readonly make: (name: "it") => Any
  /** What a plan says before anything ran, and after all did. */
  readonly before: ReadonlyArray<string>
  readonly after: ReadonlyArray<string>
  /** A path to fork at, what a plan says then of that path, and what is asked. */
  readonly fork: readonly [path: string, says: string, ...asked: ReadonlyArray<string>]
  /** The request at which a budget ends. */
  readonly cut: string
  /** Other edits by which nothing is asked. */
  readonly edits?: Readonly<Record<string, Any>>
}

const renewed = "run (a new result was asked for)"
const missing = "run (it has no result yet)"

/** What `docs/22-combinators.md` says of each combinator in a table. */
const rows: Readonly<Record<string, Row>> = {
  bind: {
    make: (name) => start.pipe(Workflow.bind(name, a, "input"), Workflow.bind("end", b, name)),
    before: [`it: ${missing}`, "end: perhaps (reads it)"],
    after: ["it: reuse", "end: reuse"],
    fork: ["it", renewed, "a: x", "b: <a: x 2>"],
    cut: "b: <a: x>"
  },
  let: {
    make: (name) =>
      start.pipe(
        Workflow.let(name, ({ input }) => `${input}!`),
        Workflow.bind("end", b, name)
      ),
    before: [`end: ${missing}`],
    after: ["end: reuse"],
    fork: ["end", renewed, "b: x!"],
    cut: "b: x!",
    edits: { "no name for the value": start.pipe(Workflow.bind("end", b, ({ input }) => `${input}!`)) }
  },
  all: {
    make: (name) =>
      start.pipe(
        Workflow.all((scope) => [
          scope.pipe(Workflow.bind(name, a, "input")),
          scope.pipe(Workflow.bind("beside", b, "input"))
        ])
      ),
    before: [`it: ${missing}`, `beside: ${missing}`],
    after: ["it: reuse", "beside: reuse"],
    fork: ["beside", renewed, "b: x"],
    cut: "b: x",
    edits: { "in sequence": start.pipe(Workflow.bind("it", a, "input"), Workflow.bind("beside", b, "input")) }
  },
  forEach: {
    make: (name) =>
      start.pipe(
        Workflow.bind("first", a, "input"),
        Workflow.forEach(name, b, { items: ({ first }) => [first, "y"], key: (item) => item.at(-1)!, input: "item" })
      ),
    before: [`first: ${missing}`, "it/*: perhaps (reads first)"],
    after: ["first: reuse", "it/%3E: reuse", "it/y: reuse"],
    fork: ["it/y", renewed, "b: y"],
    cut: "b: y",
    edits: {
      "another key": start.pipe(
        Workflow.bind("first", a, "input"),
        Workflow.forEach("it", b, {
          items: ({ first }) => [first, "y"],
          key: (item) => item.slice(0, 2),
          input: "item"
        })
      )
    }
  },
  forEachDependency: {
    make: (name) =>
      start.pipe(
        Workflow.forEachDependency(name, b, {
          items: ({ input }) => [input, "y"],
          key: (item) => item,
          dependsOn: (item) => (item === "y" ? [] : ["y"]),
          input: ({ dependencies, item }) => Object.values(dependencies).join("") + item
        })
      ),
    before: [`it/y: ${missing}`, "it/x: perhaps (reads it/y)"],
    after: ["it/y: reuse", "it/x: reuse"],
    fork: ["it/y", renewed, "b: y", "b: <b: y 2>x"],
    cut: "b: <b: y>x"
  },
  branch: {
    make: (name) =>
      start.pipe(
        Workflow.bind("first", a, "input"),
        Workflow.branch(name, {
          on: ({ first }): boolean => first !== "",
          cases: { true: b, false: c },
          input: "input"
        })
      ),
    before: [`first: ${missing}`, "it/true: perhaps (reads first)", "it/false: perhaps (reads first)"],
    after: ["first: reuse", "it/true: reuse"],
    fork: ["it/true", renewed, "b: x"],
    cut: "b: x",
    edits: { "no branch": start.pipe(Workflow.bind("first", a, "input"), Workflow.bind("it", b, "input")) }
  },
  iterate: {
    make: (name) =>
      start.pipe(
        Workflow.iterate(name, a, { input: "input", next: "last", until: ({ last }) => last.length > 8, atMost: 4 })
      ),
    before: [`it/1: ${missing}`, "it/*: perhaps (reads it/1)"],
    after: ["it/1: reuse", "it/2: reuse"],
    fork: ["it/1", renewed, "a: x", "a: <a: x 2>"],
    cut: "a: <a: x>",
    edits: {
      "rounds by name": start.pipe(Workflow.bind("one", a, "input"), Workflow.bind("two", a, "one")),
      "a smaller bound": start.pipe(Workflow.iterate("it", a, { input: "input", until: () => false, atMost: 1 }))
    }
  },
  "iterate, again what changed": {
    make: (name) =>
      start.pipe(
        Workflow.iterate(
          name,
          start.pipe(
            Workflow.bind("same", a, () => "same"),
            Workflow.bind("other", b, "input")
          ),
          { input: "input", next: "last.other", until: () => false, atMost: 2, again: "changed" }
        )
      ),
    before: [
      `it/1/same: ${missing}`,
      `it/1/other: ${missing}`,
      `it/2/same: ${missing}`,
      "it/2/other: perhaps (reads it/1/other)"
    ],
    after: ["it/1/same: reuse", "it/1/other: reuse", "it/2/same: reuse (as in it/1/same)", "it/2/other: reuse"],
    fork: ["it/2/same", renewed, "a: same"],
    cut: "b: <b: x>"
  },
  sample: {
    make: (name) => start.pipe(Workflow.sample(name, a, { input: "input", count: 3 })),
    before: [`it/1: ${missing}`, `it/2: ${missing}`, `it/3: ${missing}`],
    after: ["it/1: reuse", "it/2: reuse", "it/3: reuse"],
    fork: ["it/2", renewed, "a: x"],
    cut: "a: x",
    edits: {
      "samples by name": start.pipe(
        Workflow.bind("one", a, "input"),
        Workflow.bind("two", a, "input"),
        Workflow.bind("three", a, "input")
      )
    }
  },
  fallback: {
    make: (name) => start.pipe(Workflow.fallback(name, refuse, { input: "input", errors: ["Refused"], otherwise: a })),
    before: [`it/try: ${missing}`, "it/otherwise: perhaps (reads it/try)"],
    after: ["it/try: reuse (failed: Refused, which is taken over)", "it/otherwise: reuse"],
    fork: ["it/try", renewed],
    cut: "a: x",
    edits: { "only the other": start.pipe(Workflow.bind("it", a, "input")) }
  },
  timeout: {
    make: (name) => start.pipe(Workflow.timeout(name, a, { input: "input", after: "1 minute" })),
    before: [`it: ${missing}`],
    after: ["it: reuse"],
    fork: ["it", renewed, "a: x"],
    cut: "a: x",
    edits: { "no limit": start.pipe(Workflow.bind("other", a, "input")) }
  },
  gate: {
    make: (name) =>
      start.pipe(
        Workflow.gate(name, { question: Schema.String, input: "input", decision: Schema.Boolean }),
        Workflow.bind("end", a, (scope) => String(scope[name]))
      ),
    before: ["it: decide (it waits for a decision)", "end: perhaps (reads it)"],
    after: ["it: reuse", "end: reuse"],
    fork: ["it", "decide (it waits for a decision: a new result was asked for)"],
    cut: "a: true"
  }
}

/** A model whose k-th answer to a request is its k-th, and which has no budget for some. */
const model = (cut?: string) => {
  const asked: Array<string> = []
  const layer = LlmClient.layer(({ messages }) => {
    const text = messages.at(-1)!.content
    if (text === cut) {
      return Effect.fail(new LlmError.LlmError({ reason: new LlmError.BudgetExceeded({ detail: "no more" }) }))
    }
    const nth = asked.push(text) && asked.filter((other) => other === text).length
    return Effect.succeed(reply(nth === 1 ? `<${text}>` : `<${text} ${nth}>`))
  })
  return { asked, layer }
}

const planned = (workflow: Any, state: WorkflowState.WorkflowState) =>
  Effect.map(Engine.plan(workflow, state), (plan) =>
    plan.map(({ action, path, why }) => `${path}: ${action}${why === "" ? "" : ` (${why})`}`)
  )

/** Runs a workflow, and decides what it waits for. */
const goOn = Effect.fnUntraced(function* (workflow: Any, state: WorkflowState.WorkflowState) {
  const outcome = yield* Engine.run(workflow, state)
  const [gate] = outcome.undecided
  if (gate === undefined) return outcome
  return yield* Engine.run(workflow, yield* Engine.decide(workflow, outcome.state, gate, true))
})

const another = <Name extends string>(name: string) => name as Name

describe("the table of combinators", () => {
  describe.each(Object.entries(rows))("%s", (_, { after, before, cut, edits, fork, make }) => {
    const workflow = make("it")
    const begun = Engine.initialize(workflow, "x")
    const whole = Effect.flatMap(begun, (state) => goOn(workflow, state))

    it.effect("is planned before and after it runs", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* planned(workflow, yield* begun), before)
        const { ending, state } = yield* whole
        assert.strictEqual(ending._tag, "Completed")
        assert.deepStrictEqual(yield* planned(workflow, state), after)
      }).pipe(Effect.provide(model().layer))
    )

    it.effect("goes on with what has no result", () =>
      Effect.gen(function* () {
        const fresh = model()
        yield* Effect.provide(whole, fresh.layer)
        const short = model(cut)
        const { state } = yield* Effect.provide(whole, short.layer)
        assert.strictEqual(state.status, "SUSPENDED")
        const rest = model()
        const { ending } = yield* Effect.provide(goOn(workflow, state), rest.layer)
        assert.strictEqual(ending._tag, "Completed")
        assert.include(rest.asked, cut)
        assert.deepStrictEqual([...short.asked, ...rest.asked].toSorted(), fresh.asked.toSorted())
      })
    )

    it.effect("is asked for anew at one path, and what reads that where it differs", () => {
      const { asked, layer } = model()
      return Effect.gen(function* () {
        const { state } = yield* whole
        const [path, says, ...anew] = fork
        const forked = yield* Engine.fork(workflow, state, path)
        assert.include(yield* planned(workflow, forked), `${path}: ${says}`)
        const calls = asked.length
        yield* goOn(workflow, forked)
        assert.deepStrictEqual(asked.slice(calls), anew)
      }).pipe(Effect.provide(layer))
    })

    const nested = start.pipe(Workflow.bind("nest", workflow, "input"))
    const others = { "another name": make(another("other")), "a nest": nested, ...edits }
    it.effect.each(Object.entries<Any>(others))("asks nothing by %s", ([, other]) => {
      const { asked, layer } = model()
      return Effect.gen(function* () {
        const { state } = yield* whole
        const calls = asked.length
        const plan = yield* Engine.plan(other, state)
        const { ending, ran } = yield* goOn(other, state)
        assert.strictEqual(ending._tag, "Completed")
        assert.deepStrictEqual(asked.slice(calls), [])
        assert.deepStrictEqual(ran, [])
        assert.deepStrictEqual([...new Set(plan.map(({ action }) => action))], ["reuse"])
      }).pipe(Effect.provide(layer))
    })
  })

  it.effect("timeout: its time begins anew when a run goes on", () => {
    const slow = (name: string, seconds: number) =>
      Step.effect(name, {
        input: Schema.String,
        output: Schema.String,
        run: (text) => Effect.as(Effect.sleep(seconds * 1000), text)
      })
    const workflow = start.pipe(
      Workflow.timeout(
        "both",
        start.pipe(
          Workflow.bind("first", slow("first", 50), "input"),
          Workflow.bind("asked", a, "first"),
          Workflow.bind("last", slow("last", 50), "asked")
        ),
        { input: "input", after: "1 minute" }
      )
    )
    return Effect.gen(function* () {
      const begun = yield* Engine.initialize(workflow, "x")
      const first = yield* Effect.forkChild(Effect.provide(Engine.run(workflow, begun), model("a: x").layer))
      yield* TestClock.adjust("50 seconds")
      const { state } = yield* Fiber.join(first)
      assert.strictEqual(state.status, "SUSPENDED")
      const rest = yield* Effect.forkChild(Effect.provide(Engine.run(workflow, state), model().layer))
      yield* TestClock.adjust("50 seconds")
      assert.strictEqual((yield* Fiber.join(rest)).ending._tag, "Completed")
    })
  })
})
