import { Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import {
  Engine,
  Journal,
  LlmError,
  PromptTemplate,
  Step,
  Workflow,
  WorkflowEvent,
  WorkflowState
} from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { runState, stepState } from "./support/engine.ts"
import { reply, scripted } from "./support/scripted.ts"

const Text = Schema.String
const begin = Workflow.make("w", { input: Text })
const step = <E = never>(name: string, run: (text: string) => Effect.Effect<string, E>) =>
  Step.effect(name, { input: Text, output: Text, run })
const bound = <E>(body: Step.Step<string, string, E>) => begin.pipe(Workflow.bind("a", body, "input"))

const say = Step.make("say", {
  input: Text,
  output: Text,
  prompt: PromptTemplate.make("Say {{text}}"),
  variables: (text) => ({ text })
})

const initialize = <Out, E>(workflow: Workflow.Workflow<string, Out, E, never>) =>
  Engine.initialize(workflow, "x", { run: "r" })
const start = <Out, E>(workflow: Workflow.Workflow<string, Out, E, never>) =>
  Effect.flatMap(initialize(workflow), (state) => runState(workflow, state))

/** Runs for so long that all has slept enough. */
const slept = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(work, { startImmediately: true })
    yield* TestClock.adjust(1000)
    return yield* Fiber.join(fiber)
  })

const isRefused = (work: Effect.Effect<unknown, unknown>) =>
  Effect.map(Effect.exit(work), (exit) => exit._tag === "Failure")

describe("a recorded result", () => {
  it.effect("is made anew where it no longer fits the step's Schema", () => {
    const of = <O extends Step.AnyCodec>(output: O, value: O["Type"]) =>
      begin.pipe(
        Workflow.bind("a", Step.effect("s", { input: Text, output, run: () => Effect.succeed(value) }), "input")
      )
    const number = of(Schema.Int, 1)
    return Effect.gen(function* () {
      const before = yield* start(of(Text, "one"))
      const [entry] = yield* Engine.plan(number, before)
      assert.deepStrictEqual(entry, { path: "a", action: "run", why: "its recorded output no longer fits its Schema" })
      const after = yield* runState(number, before)
      assert.strictEqual(after.records["a"]?.result?.output, 1)
    })
  })

  it.effect("is none of a step that failed", () => {
    const attempt = (run: Effect.Effect<string, string>) => bound(step("s", () => run))
    return Effect.gen(function* () {
      const failed = yield* start(attempt(Effect.fail("broken")))
      const healed = attempt(Effect.succeed("whole"))
      assert.deepStrictEqual(yield* Engine.plan(healed, failed), [
        { path: "a", action: "run", why: "it has no result yet" }
      ])
      const done = yield* runState(healed, failed)
      assert.strictEqual(done.status, "COMPLETED")
      assert.strictEqual(done.records["a"]?.result?.output, "whole")
    })
  })

  it.effect("is the newer one after a step was forced, in the state and in the journal", () => {
    let made = 0
    const workflow = bound(step("s", () => Effect.sync(() => `${++made}`)))
    const outputOf = (state: WorkflowState.WorkflowState | undefined) => state?.records["a"]?.result?.output
    return Effect.gen(function* () {
      const done = yield* start(workflow)
      const forced = yield* stepState(workflow, done, "a", { force: true })
      assert.deepStrictEqual([outputOf(done), outputOf(forced)], ["1", "2"])
      const loaded = yield* Engine.load(workflow, "r")
      assert.strictEqual(outputOf(loaded), "2")
      assert.strictEqual((yield* Engine.output(workflow, yield* runState(workflow, loaded))).a, "2")
      assert.strictEqual(made, 2)
    }).pipe(Effect.provide(Journal.layerMemory))
  })

  it.effect("is told to no listener before the journal has it", () => {
    const memory = Journal.makeMemory()
    let appended = 0
    let journalled = 0
    const slow: Journal.Service = {
      ...memory,
      append: (run, event) =>
        Effect.gen(function* () {
          // longer for some events than for others
          yield* Effect.sleep(1 + ((appended++ * 7) % 5))
          yield* memory.append(run, event)
          if (event._tag === "StepSucceeded") journalled++
        })
    }
    const slowly = (name: string) => step(name, (text) => Effect.as(Effect.sleep(name.length), text + name))
    const workflow = begin.pipe(
      Workflow.all((w) => [
        w.pipe(Workflow.bind("a", slowly("a"), "input"), Workflow.bind("b", slowly("bb"), "a")),
        w.pipe(Workflow.bind("c", slowly("ccc"), "input"), Workflow.bind("d", slowly("dddd"), "c"))
      ])
    )
    return Effect.gen(function* () {
      const told: Array<readonly [inState: number, inJournal: number]> = []
      yield* Engine.run(workflow, yield* initialize(workflow), {
        onEvent: (_, { records }) =>
          void told.push([Object.values(records).filter(({ result }) => result !== undefined).length, journalled])
      })
      assert.strictEqual(told.at(-1)?.[0], 4)
      for (const [inState, inJournal] of told) assert.isAtMost(inState, inJournal)
    }).pipe(Effect.provideService(Journal.Journal, slow), slept)
  })

  it.effect("is told to no listener where the journal does not take it", () => {
    const memory = Journal.makeMemory()
    const full: Journal.Service = {
      ...memory,
      append: (run, event) =>
        event._tag === "StepSucceeded"
          ? Effect.fail(new Journal.JournalError({ run, reason: "Failed", detail: "no space left" }))
          : memory.append(run, event)
    }
    const workflow = bound(step("s", (text) => Effect.succeed(text)))
    return Effect.gen(function* () {
      const told: Array<string> = []
      const onEvent = ({ _tag }: WorkflowEvent.WorkflowEvent) => void told.push(_tag)
      yield* Effect.flip(Engine.run(workflow, yield* initialize(workflow), { onEvent }))
      assert.deepStrictEqual(told, ["RunStarted", "StepStarted"])
    }).pipe(Effect.provideService(Journal.Journal, full))
  })

  it.effect("is none of what a content filter left of a reply, though it would fit", () => {
    const workflow = begin.pipe(Workflow.bind("a", say, "input"))
    return Effect.gen(function* () {
      const state = yield* runState(workflow, yield* Engine.initialize(workflow, "x"))
      assert.deepStrictEqual([state.status, state.records["a"]?.result], ["FAILED", undefined])
    }).pipe(Effect.provide(scripted(reply("half", { finishReason: "content-filter" })).layer))
  })
})

describe("a reply", () => {
  it.effect("is recorded though the run is interrupted while its text is kept, and is asked for once", () => {
    const { layer, requests } = scripted("said")
    const memory = Journal.makeMemory()
    const slow: Journal.Service = {
      ...memory,
      putText: (run, hash, text) => Effect.andThen(Effect.sleep(10), memory.putText(run, hash, text))
    }
    const workflow = begin.pipe(Workflow.bind("a", say, "input"))
    return Effect.gen(function* () {
      const state = yield* Engine.initialize(workflow, "x", { run: "r" })
      const fiber = yield* Effect.forkChild(runState(workflow, state), { startImmediately: true })
      yield* TestClock.adjust(5)
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(fiber), { startImmediately: true })
      yield* TestClock.adjust(100)
      yield* Fiber.join(interrupting)
      const stopped = yield* Engine.load(workflow, "r")
      assert.deepStrictEqual([stopped.status, stopped.records["a"]?.replies], ["CANCELLED", 1])
      yield* slept(runState(workflow, stopped))
      assert.strictEqual(requests.length, 1)
    }).pipe(Effect.provide(layer), Effect.provideService(Journal.Journal, slow))
  })
})

describe("the end of a run", () => {
  const after = (millis: number, error: string | LlmError.LlmError) =>
    Step.effect("s", { input: Text, output: Text, run: () => Effect.andThen(Effect.sleep(millis), Effect.fail(error)) })
  const poor = new LlmError.LlmError({ reason: new LlmError.BudgetExceeded({ detail: "none left" }) })
  const side = (suspends: number, fails: number) =>
    begin.pipe(
      Workflow.all((w) => [
        w.pipe(Workflow.bind("suspends", after(suspends, poor), "input")),
        w.pipe(Workflow.bind("fails", after(fails, "broken"), "input"))
      ])
    )

  it.effect.each([
    ["first", 10, 20],
    ["last", 20, 10]
  ] as const)("is FAILED by the step that fails where another suspends %s", ([, suspends, fails]) =>
    Effect.gen(function* () {
      const state = yield* slept(start(side(suspends, fails)))
      assert.deepStrictEqual([state.status, state.error?.path], ["FAILED", "fails"])
      assert.deepStrictEqual(Object.keys(state.records).toSorted(), ["fails", "suspends"])
    })
  )
})

describe("what is refused", () => {
  it.effect("two items with one key, before any of them runs", () => {
    const ran: Array<string> = []
    const each = Workflow.make("w", { input: Schema.Array(Text) }).pipe(
      Workflow.forEach(
        "each",
        step("s", (text) => Effect.sync(() => (ran.push(text), text))),
        {
          items: "input",
          key: (item) => item.slice(0, 1),
          input: "item"
        }
      )
    )
    return Effect.gen(function* () {
      const state = yield* runState(each, yield* Engine.initialize(each, ["ab", "b", "ac"]))
      assert.deepStrictEqual([state.status, state.error?.path, state.error?.tag], ["FAILED", "each", "InvalidItems"])
      assert.deepStrictEqual(ran, [])
    })
  })

  it.effect("a value by hand that does not fit, which leaves the run as it was", () => {
    const workflow = bound(step("s", Effect.succeed))
    return Effect.gen(function* () {
      const done = yield* start(workflow)
      assert.isTrue(yield* isRefused(Engine.set(workflow, done, "a", 7)))
      assert.deepStrictEqual(yield* Engine.load(workflow, "r"), done)
    }).pipe(Effect.provide(Journal.layerMemory))
  })

  it.effect("a state that the journal went on from, and the id of another run, which leave the run as it was", () => {
    let ran = 0
    const workflow = bound(step("s", (text) => Effect.sync(() => (ran++, text))))
    return Effect.gen(function* () {
      const initial = yield* initialize(workflow)
      const done = yield* runState(workflow, initial)
      assert.isTrue(yield* isRefused(runState(workflow, initial)))
      assert.isTrue(yield* isRefused(initialize(workflow)))
      assert.strictEqual(ran, 1)
      assert.deepStrictEqual(yield* Engine.load(workflow, "r"), done)
    }).pipe(Effect.provide(Journal.layerMemory))
  })
})
