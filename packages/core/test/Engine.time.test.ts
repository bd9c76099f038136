import { Arbitrary, Clock, Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Engine, Step, Workflow } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { runs } from "./support/texts.ts"

const cases = runs(Number(process.env["LAW_RUNS"] ?? 200))
const natural = (maximum: number) => Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum })))

/** Runs a workflow under the test's clock. **Units** milliseconds; `undefined` where it has not ended by then */
const timed = <Out>(workflow: Workflow.Workflow<null, Out, never, never>, atMost: number) =>
  Effect.gen(function* () {
    const start = yield* Clock.currentTimeMillis
    const run = Effect.gen(function* () {
      const output = yield* Engine.execute(workflow, null)
      return { output, millis: (yield* Clock.currentTimeMillis) - start }
    })
    const fiber = yield* Effect.forkChild(run, { startImmediately: true })
    yield* TestClock.adjust(atMost)
    const exit = fiber.pollUnsafe()
    yield* Fiber.interrupt(fiber)
    return exit === undefined ? undefined : yield* exit
  })

/** Keeps how many are at work at a time. */
const meter = () => {
  const seen = { now: 0, most: 0, ended: [] as Array<number> }
  const sleeps = Step.effect("sleeps", {
    input: Schema.Struct({ id: Schema.Int, millis: Schema.Int }),
    output: Schema.Int,
    run: ({ id, millis }) =>
      Effect.gen(function* () {
        seen.most = Math.max(seen.most, ++seen.now)
        yield* Effect.sleep(millis)
        seen.now--
        seen.ended.push(id)
        return id
      })
  })
  return { seen, sleeps }
}

describe("items with dependencies", () => {
  interface Item {
    readonly id: number
    readonly millis: number
    readonly needs: ReadonlyArray<number>
  }

  /** A graph without circles, its items in any order. */
  const graphs = Arbitrary.map(
    Arbitrary.all({
      items: Arbitrary.array(
        Arbitrary.all({
          millis: natural(40),
          rank: natural(999),
          needs: Arbitrary.array(natural(999), { maxLength: 3 })
        }),
        { minLength: 1, maxLength: 14 }
      )
    }),
    ({ items }): ReadonlyArray<Item> =>
      items
        .map(({ millis, needs, rank }, id) => ({
          rank,
          item: { id, millis, needs: id === 0 ? [] : [...new Set(needs.map((need) => need % id))] }
        }))
        .toSorted((a, b) => a.rank - b.rank)
        .map(({ item }) => item)
  )

  const workflowOf = (items: ReadonlyArray<Item>, concurrency: number) => {
    const { seen, sleeps } = meter()
    const workflow = Workflow.make("graph", { input: Schema.Null }).pipe(
      Workflow.forEachDependency("items", sleeps, {
        items: () => items,
        key: ({ id }) => `${id}`,
        dependsOn: ({ needs }) => needs.map(String),
        input: ({ item: { id, millis } }) => ({ id, millis }),
        concurrency
      })
    )
    return { seen, workflow }
  }

  const workOf = (items: ReadonlyArray<Item>) => items.reduce((sum, { millis }) => sum + millis, 0)

  /** How long the longest way through a graph is. */
  const criticalPath = (items: ReadonlyArray<Item>): number => {
    const ends = new Map<number, number>()
    for (const { id, millis, needs } of items.toSorted((a, b) => a.id - b.id)) {
      ends.set(id, millis + Math.max(0, ...needs.map((need) => ends.get(need)!)))
    }
    return Math.max(...ends.values())
  }

  it.effect.prop(
    "take exactly as long as the critical path where any number may run",
    { items: graphs },
    ({ items }) =>
      Effect.gen(function* () {
        const { workflow } = workflowOf(items, Infinity)
        const done = yield* timed(workflow, workOf(items) + 1)
        assert.strictEqual(done?.millis, criticalPath(items))
        // whatever ended first
        assert.deepStrictEqual(
          Object.entries(done!.output.items),
          Object.entries(Object.fromEntries(items.map(({ id }) => [`${id}`, id])))
        )
      }),
    cases
  )

  // **Source** R. L. Graham, Bounds on Multiprocessing Timing Anomalies (1969)
  it.effect.prop(
    "take at most the work of each of those that run at a time and the critical path, and are never more",
    { items: graphs, atATime: Arbitrary.map(natural(3), (n) => n + 1) },
    ({ atATime, items }) =>
      Effect.gen(function* () {
        const { seen, workflow } = workflowOf(items, atATime)
        const work = workOf(items)
        const done = yield* timed(workflow, work + 1)
        assert.isDefined(done, "they wait for each other")
        assert.isAtMost(done!.millis, work / atATime + criticalPath(items))
        assert.isAtLeast(done!.millis, Math.max(work / atATime, criticalPath(items)))
        assert.isAtMost(seen.most, atATime)
        if (atATime === 1) assert.strictEqual(done!.millis, work)
        const before = new Map(seen.ended.map((id, i) => [id, i]))
        for (const { id, needs } of items) {
          for (const need of needs) assert.isBelow(before.get(need)!, before.get(id)!)
        }
      }),
    cases
  )
})

describe("workflows in each other", () => {
  /** A workflow as data; an item of a list takes as long as those of its body together, but for itself. */
  type Shape =
    | { readonly _tag: "Step"; readonly step: number }
    | { readonly _tag: "Sequence" | "All"; readonly parts: ReadonlyArray<Shape> }
    | { readonly _tag: "ForEach" | "Sample"; readonly items: number; readonly atATime: number; readonly body: Shape }
    | { readonly _tag: "Iterate"; readonly rounds: number; readonly body: Shape }

  const shapeOf = (numbers: ReadonlyArray<number>): Shape => {
    let position = 0
    let steps = 0
    const next = (below: number) => (numbers[position++] ?? 0) % below
    const shape = (depth: number): Shape => {
      const kind = depth === 0 ? 0 : next(7)
      if (kind < 2) return { _tag: "Step", step: steps++ }
      if (kind === 4) return { _tag: "Iterate", rounds: 1 + next(3), body: shape(depth - 1) }
      if (kind > 4) {
        const [items, atATime] = [next(6), [1, 2, 3, Infinity][next(4)]!]
        return kind === 5
          ? { _tag: "ForEach", items, atATime, body: shape(depth - 1) }
          : { _tag: "Sample", items: 1 + items, atATime, body: shape(depth - 1) }
      }
      const parts = Array.from({ length: 1 + next(3) }, () => shape(depth - 1))
      return { _tag: kind === 2 ? "Sequence" : "All", parts }
    }
    return { _tag: "Sequence", parts: [shape(3), shape(3)] }
  }

  /** How long a step sleeps, by what it is given. */
  const millisOf = (seed: number, step: number) => ((seed * 31 + step * 17) * 7919) % 41
  const seedOf = (seed: number, item: number) => (seed * 13 + item * 29 + 5) % 997

  /** How long a workflow takes: items take turns in their order, each where a place is free first. */
  const expected = (shape: Shape, seed: number): number => {
    switch (shape._tag) {
      case "Step":
        return millisOf(seed, shape.step)
      case "Sequence":
        return shape.parts.reduce((sum, part) => sum + expected(part, seed), 0)
      case "All":
        return Math.max(...shape.parts.map((part) => expected(part, seed)))
      case "Iterate":
        return shape.rounds * expected(shape.body, seed)
      case "ForEach":
      case "Sample": {
        const places = Array.from({ length: Math.min(shape.atATime, shape.items) }, () => 0)
        for (let item = 0; item < shape.items; item++) {
          const free = places.indexOf(Math.min(...places))
          places[free]! += expected(shape.body, shape._tag === "Sample" ? seed : seedOf(seed, item))
        }
        return Math.max(0, ...places)
      }
    }
  }

  const { sleeps } = meter()
  const Seed = Schema.Struct({ seed: Schema.Int })
  type Scope = { readonly input: { readonly seed: number } }
  type Any = Workflow.Workflow<{ readonly seed: number }, Scope, never, never>

  const workflowOf = (shape: Shape): Any => {
    // names and bodies are made here, so types cannot see them
    const begin = Workflow.make("shape", { input: Seed }) as unknown as Any
    return put(begin, shape, "n")
  }

  const put = (self: Any, shape: Shape, name: string): Any => {
    const piped: any = self
    switch (shape._tag) {
      case "Step":
        return piped.pipe(
          Workflow.bind(
            name as never,
            sleeps as never,
            (({ input: { seed } }: Scope) => ({
              id: shape.step,
              millis: millisOf(seed, shape.step)
            })) as never
          )
        )
      case "Sequence":
        return shape.parts.reduce((before, part, i) => put(before, part, `${name}s${i}`), self)
      case "All":
        return piped.pipe(
          Workflow.all((scope) => shape.parts.map((part, i) => put(scope as never, part, `${name}a${i}`)) as never)
        )
      case "Sample": {
        const options = { input: "input", count: shape.items, concurrency: shape.atATime }
        return piped.pipe(Workflow.sample(name as never, workflowOf(shape.body) as never, options as never))
      }
      case "Iterate": {
        const options = { input: "input", until: () => false, atMost: shape.rounds }
        return piped.pipe(Workflow.iterate(name as never, workflowOf(shape.body) as never, options as never))
      }
      case "ForEach": {
        const options = {
          items: () => Array.from({ length: shape.items }, (_, item) => item),
          key: String,
          input: ({ input, item }: Scope & { readonly item: number }) => ({ seed: seedOf(input.seed, item) }),
          concurrency: shape.atATime
        }
        return piped.pipe(Workflow.forEach(name as never, workflowOf(shape.body) as never, options as never))
      }
    }
  }

  it.effect.prop(
    "take exactly as long as what follows each other, and of what is side by side the longest",
    { numbers: Arbitrary.array(natural(999), { minLength: 40, maxLength: 60 }), seed: natural(996) },
    ({ numbers, seed }) =>
      Effect.gen(function* () {
        const shape = shapeOf(numbers)
        const workflow = Workflow.make("timed", { input: Schema.Null }).pipe(
          Workflow.bind("shape", workflowOf(shape), () => ({ seed }))
        )
        const millis = expected(shape, seed)
        assert.strictEqual((yield* timed(workflow, millis * 10 + 1))?.millis, millis)
      }),
    cases
  )
})

describe("items", () => {
  it.effect.prop(
    "give their outputs in their own order, whichever is done first",
    {
      all: Arbitrary.array(natural(40), { minLength: 1, maxLength: 12 }),
      atATime: Arbitrary.map(natural(5), (n) => n + 1)
    },
    ({ all, atATime }) =>
      Effect.gen(function* () {
        const { seen, sleeps } = meter()
        const workflow = Workflow.make("items", { input: Schema.Null }).pipe(
          Workflow.forEach("items", sleeps, {
            items: () => all.map((millis, id) => ({ id, millis })),
            key: ({ id }) => `${id}`,
            input: "item",
            concurrency: atATime
          })
        )
        const done = yield* timed(
          workflow,
          all.reduce((sum, millis) => sum + millis, 1)
        )
        assert.deepStrictEqual(
          done?.output.items,
          all.map((_, id) => id)
        )
        assert.isAtMost(seen.most, atATime)
      }),
    cases
  )
})
