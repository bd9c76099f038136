import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Queue, Result, Schema, Stream } from "effect"
import { Engine, Journal, Step, Workflow, WorkflowError, WorkflowEvent } from "@stepwright/core"

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

  const workflow = begin.pipe(Workflow.bind("a", pass("a"), "input"))

  const refusing = (tag: string, reason: Journal.JournalError["reason"]): Journal.Service => {
    const journal = Journal.makeMemory()
    return {
      ...journal,
      append: (run, event) =>
        event._tag === tag
          ? Effect.fail(new Journal.JournalError({ run, reason, detail: "refused" }))
          : journal.append(run, event)
    }
  }

  describe("a result that could not be recorded", () => {
    const ran = (reason: Journal.JournalError["reason"]) =>
      Effect.gen(function* () {
        const state = yield* Engine.initialize(workflow, "x")
        return (yield* Effect.flip(Engine.run(workflow, state))).reason
      }).pipe(Effect.provideService(Journal.Journal, refusing("StepSucceeded", reason)))

    it.effect("keeps what the journal said, also as JSON", () =>
      Effect.gen(function* () {
        const reason = yield* ran("Failed")
        assert.strictEqual(reason._tag === "ResultNotRecorded" && reason.cause?.reason, "Failed")
        const refused = new Journal.JournalError({ run: "r", reason: "Failed", detail: "disk full" })
        const told = new WorkflowError.ResultNotRecorded({ detail: refused.message, cause: refused })
        const codec = Schema.toCodecJson(WorkflowError.ResultNotRecorded)
        const json: unknown = JSON.parse(JSON.stringify(Schema.encodeSync(codec)(told)))
        const { cause } = Schema.decodeUnknownSync(codec)(json)
        assert.deepStrictEqual([cause?._tag, cause?.reason], ["JournalError", "Failed"])
      })
    )

    it("is read where it was written without that", () => {
      const codec = Schema.toCodecJson(WorkflowError.ResultNotRecorded)
      const before = Schema.decodeUnknownResult(codec)({ _tag: "ResultNotRecorded", detail: "disk full" })
      assert.isUndefined(Result.getOrThrow(before).cause)
    })

    it.effect("is the other's to tell of where somebody else owns the run by now", () =>
      Effect.gen(function* () {
        const reason = yield* ran("Fenced")
        assert.deepStrictEqual(
          [reason._tag, reason._tag === "JournalError" && reason.reason],
          ["JournalError", "Fenced"]
        )
      })
    )
  })

  it.effect("a run that another one begins between the look and the first event exists", () =>
    Effect.gen(function* () {
      const journal = refusing("RunInitialized", "Exists")
      const { reason } = yield* Effect.flip(
        Effect.provideService(Engine.initialize(workflow, "x", { run: "r" }), Journal.Journal, journal)
      )
      assert.deepStrictEqual([reason._tag, reason._tag === "RunExists" && reason.run], ["RunExists", "r"])
    })
  )

  it.effect("definition is the hash that a run of the workflow records", () =>
    Effect.gen(function* () {
      const definition = yield* Engine.definition(workflow)
      const { state } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, "x", { run: "r" }))
      assert.strictEqual(state.status, "COMPLETED")
      const events = yield* Effect.flatMap(Journal.Journal, ({ load }) => load("r"))
      const recorded = events.flatMap((event) => ("definition" in event ? [event.definition] : []))
      assert.deepStrictEqual(recorded, [definition, definition])
      const other = begin.pipe(Workflow.bind("b", pass("a"), "input"))
      assert.notStrictEqual(yield* Engine.definition(other), definition)
    }).pipe(Effect.provide(Journal.layerMemory))
  )
})
