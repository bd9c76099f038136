import { Effect, Schema } from "effect"
import { Engine, Step, Workflow } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"

const one = Step.effect("one", { input: Schema.Unknown, output: Schema.Finite, run: () => Effect.succeed(1) })
const begin = Workflow.make("w", { input: Schema.Finite })

/** A workflow whose names the compiler does not follow. */
type Any = Workflow.Workflow<number, Readonly<Record<string, unknown>>>

const chain = (length: number, from: Any = begin): Any => {
  let made = from
  for (let i = 0; i < length; i++) made = made.pipe(Workflow.bind(`s${i}`, one, () => i))
  return made
}

/** What is put around a workflow, to nest it once more, and how a refusal names its place. */
interface Way {
  readonly put: (body: Any) => Any
  readonly place: string
}

const around = Workflow.identity(Schema.Struct({ input: Schema.Finite })) as unknown as Any

const ways: Readonly<Record<string, Way>> = {
  bind: { put: (body) => begin.pipe(Workflow.bind("n", body, "input")), place: `workflow "w": "n"` },
  // what a body takes is not looked at until it runs
  andThen: { put: (body) => begin.pipe(Workflow.andThen(body as never)) as Any, place: `workflow "w": "w"` },
  all: { put: (body) => around.pipe(Workflow.all(() => [body])), place: `workflow "identity": all` },
  forEach: {
    put: (body) => begin.pipe(Workflow.forEach("n", body, { items: () => [1], key: () => "k", input: "item" })),
    place: `workflow "w": "n"`
  },
  forEachDependency: {
    put: (body) =>
      begin.pipe(
        Workflow.forEachDependency("n", body, {
          items: () => [1],
          key: () => "k",
          dependsOn: () => [],
          input: "item"
        })
      ),
    place: `workflow "w": "n"`
  },
  branch: {
    put: (body) => begin.pipe(Workflow.branch("n", { on: () => "yes", cases: { yes: body }, input: "input" })),
    place: `workflow "w": "n"`
  },
  iterate: {
    put: (body) => begin.pipe(Workflow.iterate("n", body, { input: "input", until: () => true, atMost: 1 })),
    place: `workflow "w": "n"`
  },
  sample: {
    put: (body) => begin.pipe(Workflow.sample("n", body, { input: "input", count: 1 })),
    place: `workflow "w": "n"`
  },
  fallback: {
    put: (body) => begin.pipe(Workflow.fallback("n", body, { input: "input", errors: [], otherwise: one })),
    place: `workflow "w": "n"`
  },
  "the other way of fallback": {
    put: (body) => begin.pipe(Workflow.fallback("n", one, { input: "input", errors: [], otherwise: body })),
    place: `workflow "w": "n"`
  },
  timeout: {
    put: (body) => begin.pipe(Workflow.timeout("n", body, { input: "input", after: "1 hour" })) as never,
    place: `workflow "w": "n"`
  }
}

const nest = (depth: number, { put }: Way, start: Any = begin): Any => {
  let made: Any = start.pipe(Workflow.bind("a", one, () => 1))
  for (let i = 0; i < depth; i++) made = put(made)
  return made
}

describe("a workflow of many names", () => {
  it("is made of 100,000, which would take minutes if each looked at those before it", () => {
    assert.lengthOf(Workflow.stepPaths(chain(100_000)), 100_000)
  })

  it("still refuses one that is used twice", () => {
    assert.throws(() => chain(1000).pipe(Workflow.bind("s7", one, "input")), `"s7" is used twice`)
  })

  it("is two that know nothing of each other, where two go on from one", () => {
    const start = chain(3)
    const longer = start.pipe(Workflow.bind("x", one, "input"), Workflow.bind("y", one, "input"))
    const other = start.pipe(Workflow.bind("y", one, "input"))
    const third = start.pipe(Workflow.all((w) => [w.pipe(Workflow.bind("x", one, "input"))]))
    assert.deepStrictEqual(Workflow.stepPaths(start), ["s0", "s1", "s2"])
    assert.deepStrictEqual(Workflow.stepPaths(longer), ["s0", "s1", "s2", "x", "y"])
    assert.deepStrictEqual(Workflow.stepPaths(other), ["s0", "s1", "s2", "y"])
    assert.deepStrictEqual(Workflow.stepPaths(third), ["s0", "s1", "s2", "x"])
    // what was read stays as it was, whatever goes on from it
    assert.deepStrictEqual(Workflow.stepPaths(longer.pipe(Workflow.bind("z", one, "input"))).slice(3), ["x", "y", "z"])
    assert.deepStrictEqual(Workflow.stepPaths(longer).slice(3), ["x", "y"])
  })
})

describe("a workflow in a workflow", () => {
  for (const [name, way] of Object.entries(ways)) {
    it.effect(`is described, drawn, configured, planned, run and read 1,000 deep: ${name}`, () =>
      Effect.gen(function* () {
        const deep = name === "all" ? begin.pipe(Workflow.all(() => [nest(999, way, around)])) : nest(1000, way)
        const paths = Workflow.stepPaths(deep)
        assert.isAtLeast(paths.length, 1)
        assert.isAbove(JSON.stringify(Workflow.describe(deep)).length, 1000)
        assert.isAbove(Workflow.toMermaid(deep).length, 50)
        const configured = yield* Workflow.configure(deep, { model: "x" })
        const state = yield* Engine.initialize(configured, 1)
        assert.lengthOf(yield* Engine.plan(configured, state), paths.length)
        const run = yield* Engine.run(configured, state)
        if (run.ending._tag !== "Completed") return assert.fail(run.ending._tag)
        const output = yield* Engine.output(configured, run.state)
        assert.deepStrictEqual(Object.keys(output), Object.keys(run.ending.output))
        assert.isAbove(Workflow.toMermaid(configured, run.state).length, 50)
      })
    )

    it(`is refused where it is nested deeper, by name and with the depth that is allowed: ${name}`, () => {
      const deepest = nest(1000, way, name === "all" ? around : begin)
      assert.throws(() => way.put(deepest), `${way.place} is nested 1001 deep; at most 1000 are allowed`)
    })
  }
})
