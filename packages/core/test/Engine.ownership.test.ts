import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Queue, Schema, Stream } from "effect"
import { Engine, Journal, Step, Workflow, WorkflowEvent } from "@stepwright/core"

const Text = Schema.String
const begin = Workflow.make("w", { input: Text })
const step = (name: string, run: (text: string) => Effect.Effect<string>) =>
  Step.effect(name, { input: Text, output: Text, run })
const pass = (name: string) => step(name, (text) => Effect.succeed(text))

/** A run with a step that never ends, interrupted from outside. */
const interrupted = (options: Engine.RunOptions) =>
  Effect.gen(function* () {
    const started = yield* Deferred.make<void>()
    let ended = 0
    const slow = step("slow", () =>
      Effect.andThen(Deferred.succeed(started, undefined), Effect.never).pipe(
        Effect.onInterrupt(() => Effect.sync(() => void ended++))
      )
    )
    const workflow = begin.pipe(Workflow.bind("first", pass("first"), "input"), Workflow.bind("slow", slow, "first"))
    const state = yield* Engine.initialize(workflow, "x", { run: "r" })
    const running = yield* Effect.forkChild(Engine.run(workflow, state, options))
    yield* Deferred.await(started)
    yield* Fiber.interrupt(running)
    const journal = yield* Journal.Journal
    return { ended, events: yield* journal.load("r"), exit: yield* Fiber.await(running) }
  }).pipe(Effect.provide(Journal.layerMemory))

const statuses = (events: ReadonlyArray<WorkflowEvent.WorkflowEvent>) =>
  events.flatMap((event) => (event._tag === "RunEnded" ? [event.status] : []))

describe("Engine, where another process goes on with a run", () => {
  describe("onInterrupt", () => {
    it.effect('"leave" interrupts the steps and records no end, as if the process had been killed', () =>
      Effect.gen(function* () {
        const { ended, events, exit } = yield* interrupted({ onInterrupt: "leave" })
        assert.isTrue(Exit.hasInterrupts(exit))
        assert.strictEqual(ended, 1)
        const tags = ["RunInitialized", "RunStarted", "StepStarted", "StepSucceeded", "StepStarted"]
        assert.deepStrictEqual(
          events.map(({ _tag }) => _tag),
          tags
        )
        assert.strictEqual(WorkflowEvent.fold(events)?.status, "IN_PROGRESS")
      })
    )

    it.effect("records that it was cancelled without it", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(statuses((yield* interrupted({})).events), ["CANCELLED"])
      })
    )

    it.effect('"leave" changes nothing of a run that is asked to cancel, or whose step interrupts itself', () =>
      Effect.gen(function* () {
        const asked = yield* Queue.unbounded<Journal.Asked>()
        const journal: Journal.Service = { ...Journal.makeMemory(), requests: () => Stream.fromQueue(asked) }
        const cancels = step("cancels", () =>
          Effect.andThen(
            Queue.offer(asked, { request: { _tag: "Cancel", by: "one" }, answer: () => Effect.void }),
            Effect.never
          )
        )
        for (const quits of [cancels, step("quits", () => Effect.interrupt)]) {
          const workflow = begin.pipe(Workflow.bind("quits", quits, "input"))
          const state = yield* Engine.initialize(workflow, "x", { run: quits.name })
          const run = Engine.run(workflow, state, { onInterrupt: "leave" })
          const exit = yield* Effect.exit(Effect.provideService(run, Journal.Journal, journal))
          assert.isTrue(Exit.hasInterrupts(exit))
          assert.deepStrictEqual(statuses(yield* journal.load(quits.name)), ["CANCELLED"])
        }
      })
    )

    it.effect('"leave" records an end that the run came to', () =>
      Effect.gen(function* () {
        const fails = Step.effect("fails", { input: Text, output: Text, run: () => Effect.fail("broken") })
        const workflow = begin.pipe(Workflow.bind("fails", fails, "input"))
        const run = Engine.run(workflow, yield* Engine.initialize(workflow, "x"), { onInterrupt: "leave" })
        assert.strictEqual((yield* run).state.status, "FAILED")
      })
    )
  })
})
