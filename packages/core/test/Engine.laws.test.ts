import { Arbitrary, Deferred, Effect, Fiber, Schema } from "effect"
import { Engine, Journal, StepPath, WorkflowEvent, WorkflowState } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { runState, stepState } from "./support/engine.ts"
import { shapeOf, start, stepsOf, workflowOf, type World } from "./support/generated.ts"

const numbers = Arbitrary.schema(
  Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 }))).check(
    Schema.isMinLength(60),
    Schema.isMaxLength(90)
  )
)
const pick = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 })))
const count = Number(process.env["LAW_RUNS"] ?? 20)
const runs = { arbitrary: { runs: count } }
/** Of what takes as long as all others. */
const fewer = { arbitrary: { runs: Math.ceil(count / 2) } }

const world = (options: Partial<World> = {}): World => ({
  ran: [],
  fails: new Set(),
  hangs: new Set(),
  hanging: Effect.void,
  changed: new Set(),
  adds: 0,
  yields: () => 0,
  ...options
})

const deepFreeze = <A>(value: A): A => {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(deepFreeze)
  }
  return value
}

/** A run in a journal of its own. */
const inJournal = <A, E, R>(use: (journal: Journal.Service) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const journal = Journal.makeMemory()
    return Effect.provideService(use(journal), Journal.Journal, journal)
  })

/** What a run leaves, without times. */
const timeless = (state: WorkflowState.WorkflowState): unknown =>
  JSON.parse(WorkflowState.toJson(state), (key, value) =>
    ["at", "createdAt", "updatedAt", "durationMillis"].includes(key) ? 0 : value
  )

describe("Engine, over generated workflows", () => {
  it.effect.prop(
    "a finished run goes to JSON and back, equals the fold of its events, and leaves the state it started from alone",
    { numbers },
    ({ numbers }) =>
      inJournal((journal) =>
        Effect.gen(function* () {
          const workflow = workflowOf(world(), shapeOf(numbers))
          const initial = deepFreeze(yield* Engine.initialize(workflow, start, { run: "r" }))
          const before = WorkflowState.toJson(initial)
          const state = yield* runState(workflow, initial)
          assert.strictEqual(state.status, "COMPLETED")
          assert.strictEqual(WorkflowState.toJson(initial), before)
          assert.deepStrictEqual(yield* WorkflowState.fromJson(WorkflowState.toJson(state)), state)
          assert.deepStrictEqual(WorkflowEvent.fold(yield* journal.load("r")), state)
          // a finished run runs nothing again
          const idle = world()
          const again = yield* runState(workflowOf(idle, shapeOf(numbers)), deepFreeze(state))
          assert.deepStrictEqual(idle.ran, [])
          assert.deepStrictEqual(
            yield* Engine.output(workflow, again),
            yield* Engine.execute(workflow, start, { run: "other" })
          )
        })
      ),
    runs
  )

  it.effect.prop(
    "every non-empty prefix of the events of a run with failures resumes to the result of a run without",
    { numbers, failing: pick },
    ({ failing, numbers }) =>
      Effect.gen(function* () {
        const shapes = shapeOf(numbers, 1)
        const expected = yield* Engine.execute(workflowOf(world(), shapes), start)
        const steps = stepsOf(shapes)
        const fails = new Set([steps[failing % steps.length]!])
        const events = yield* inJournal((journal) =>
          Effect.gen(function* () {
            const broken = workflowOf(world({ fails }), shapes)
            const failed = yield* runState(broken, yield* Engine.initialize(broken, start, { run: "r" }))
            // the failing step may stand in a `forEach` without items
            if (failed.status !== "FAILED") assert.strictEqual(failed.status, "COMPLETED")
            assert.deepStrictEqual(WorkflowEvent.fold(yield* journal.load("r")), failed)
            assert.deepStrictEqual(yield* WorkflowState.fromJson(WorkflowState.toJson(failed)), failed)
            const healed = workflowOf(world(), shapes)
            yield* runState(healed, deepFreeze(failed))
            return yield* journal.load("r")
          })
        )
        for (let length = 1; length <= events.length; length++) {
          // a prefix of events that is not empty always folds into a state
          const state = deepFreeze(WorkflowEvent.fold(events.slice(0, length))!)
          const here = world()
          const workflow = workflowOf(here, shapes)
          const done = yield* runState(workflow, state)
          assert.strictEqual(done.status, "COMPLETED")
          assert.deepStrictEqual(yield* Engine.output(workflow, done), expected)
          const recorded = Object.values(state.records).filter(({ result }) => result !== undefined).length
          assert.strictEqual(here.ran.length, Object.keys(done.records).length - recorded)
        }
      }),
    fewer
  )

  it.effect.prop(
    "an interrupted run is CANCELLED, and resumes to the result of one that was not",
    { numbers, hanging: pick },
    ({ hanging, numbers }) =>
      inJournal((journal) =>
        Effect.gen(function* () {
          const shapes = shapeOf(numbers)
          const steps = stepsOf(shapes)
          const reached = yield* Deferred.make<void>()
          const there = world({
            hangs: new Set([steps[hanging % steps.length]!]),
            hanging: Effect.asVoid(Deferred.succeed(reached, undefined))
          })
          const workflow = workflowOf(there, shapes)
          const initial = yield* Engine.initialize(workflow, start, { run: "r" })
          const fiber = yield* Effect.forkChild(runState(workflow, initial))
          yield* Effect.raceFirst(Deferred.await(reached), Fiber.await(fiber))
          yield* Fiber.interrupt(fiber)
          const stopped = yield* Engine.load(workflow, "r")
          assert.include(["CANCELLED", "COMPLETED"], stopped.status)
          const healthy = workflowOf(world(), shapes)
          const done = yield* runState(healthy, deepFreeze(stopped))
          assert.strictEqual(done.status, "COMPLETED")
          assert.deepStrictEqual(WorkflowEvent.fold(yield* journal.load("r")), done)
          assert.deepStrictEqual(yield* Engine.output(healthy, done), yield* Engine.execute(healthy, start))
        })
      ),
    runs
  )

  it.effect.prop(
    "`plan` foretells what runs after steps changed, and the result is that of a run from the start",
    { numbers, changing: pick, adds: pick, failing: pick },
    ({ adds, changing, failing, numbers }) =>
      inJournal((journal) =>
        Effect.gen(function* () {
          const shapes = shapeOf(numbers)
          const steps = stepsOf(shapes)
          const nth = (n: number) => steps[n % steps.length]!
          // half of the runs are not finished, half of the changes leave outputs equal
          const before = workflowOf(world({ fails: new Set(failing % 2 === 0 ? [] : [nth(failing)]) }), shapes)
          const state = yield* runState(before, yield* Engine.initialize(before, start, { run: "r" }))
          const there = world({ changed: new Set([nth(changing), nth(adds)]), adds: adds % 2 })
          const after = workflowOf(there, shapes)
          const plan = yield* Engine.plan(after, deepFreeze(state))
          assert.deepStrictEqual(there.ran, [])

          const known = (yield* journal.load("r")).length
          const done = yield* runState(after, state)
          const events = (yield* journal.load("r")).slice(known)
          const ran = events.flatMap((event) => (event._tag === "StepStarted" ? [event.path] : []))
          const foretold = (path: string) =>
            plan.filter(
              (entry) => entry.path === path || (entry.path.includes("*") && StepPath.matches(entry.path, path))
            )
          for (const path of ran) assert.include(["run", "perhaps"], foretold(path)[0]?.action, path)
          for (const { action, path } of plan) {
            if (action === "run") assert.include(ran, path)
            if (action === "reuse") assert.notInclude(ran, path)
          }
          // what was neither started nor foretold does not exist
          for (const path of Object.keys(done.records)) {
            if (!done.orphaned.includes(path)) assert.strictEqual(foretold(path).length, 1, path)
          }
          assert.deepStrictEqual(yield* Engine.output(after, done), yield* Engine.execute(after, start))
          assert.isTrue((yield* Engine.plan(after, done)).every(({ action }) => action === "reuse"))
        })
      ),
    runs
  )

  it.effect.prop(
    "`plan` foretells what runs after an output was provided by hand, which itself never does",
    { numbers, providing: pick },
    ({ numbers, providing }) =>
      Effect.gen(function* () {
        const shapes = shapeOf(numbers)
        const there = world()
        const workflow = workflowOf(there, shapes)
        const state = yield* runState(workflow, yield* Engine.initialize(workflow, start, { run: "r" }))
        const paths = Object.keys(state.records)
        if (paths.length === 0) return
        const path = paths[providing % paths.length]!
        const value = { count: providing, at: "2000-01-01T00:00:00.000Z", note: { _tag: "None" } }
        const provided = yield* Engine.set(workflow, deepFreeze(state), path, value)
        const plan = yield* Engine.plan(workflow, provided)
        const done = yield* runState(workflow, deepFreeze(provided))
        const ran = Object.keys(done.records).filter((path) => done.records[path] !== provided.records[path])
        assert.notInclude(ran, path)
        for (const { action, path } of plan) {
          if (action === "run") assert.include(ran, path)
          if (action === "reuse") assert.notInclude(ran, path)
        }
        for (const path of ran)
          assert.isTrue(
            plan.some((entry) => StepPath.matches(entry.path, path)),
            path
          )
        const idle = there.ran.length
        yield* runState(workflow, done)
        assert.strictEqual(there.ran.length, idle)
      }),
    runs
  )

  it.effect.prop(
    "step by step, as `plan` says and through JSON, a run comes to the result of one in one go",
    { numbers },
    ({ numbers }) =>
      Effect.gen(function* () {
        const shapes = shapeOf(numbers, 1)
        const there = world()
        const workflow = workflowOf(there, shapes)
        let state = yield* Engine.initialize(workflow, start, { run: "r" })
        for (;;) {
          const plan = yield* Engine.plan(workflow, state)
          const waiting = plan.find(({ action }) => action === "perhaps")
          if (waiting !== undefined) {
            const early = yield* Effect.flip(stepState(workflow, state, waiting.path))
            assert.strictEqual(early.reason._tag, "MissingResult")
          }
          const next = plan.find(({ action }) => action === "run")
          if (next === undefined) break
          const before = there.ran.length
          const after = yield* stepState(workflow, deepFreeze(state), next.path)
          assert.strictEqual(there.ran.length, before + 1)
          state = yield* WorkflowState.fromJson(WorkflowState.toJson(after))
        }
        const ran = there.ran.length
        const done = yield* runState(workflow, state)
        assert.strictEqual(there.ran.length, ran)
        assert.deepStrictEqual(yield* Engine.output(workflow, done), yield* Engine.execute(workflow, start))
      }),
    runs
  )

  it.effect.prop(
    "the order in which parallel steps complete changes nothing",
    { numbers, seed: pick },
    ({ numbers, seed }) =>
      Effect.gen(function* () {
        const shapes = shapeOf(numbers)
        const finish = (yields: World["yields"]) =>
          Effect.gen(function* () {
            const workflow = workflowOf(world({ yields }), shapes)
            return timeless(yield* runState(workflow, yield* Engine.initialize(workflow, start, { run: "r" })))
          })
        assert.deepStrictEqual(yield* finish((step) => (step * seed) % 7), yield* finish(() => 0))
      }),
    runs
  )
})
