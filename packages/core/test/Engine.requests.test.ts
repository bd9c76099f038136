import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Queue, Schema, Stream } from "effect"
import { Engine, Journal, Step, Workflow } from "@stepwright/core"

const Plan = Schema.Struct({ kind: Schema.Literals(["small", "large"]) })

/** A gate, what hangs on it, and beside them a step that takes as long as it is let. */
const make = Effect.gen(function* () {
  const started = yield* Deferred.make<void>()
  const release = yield* Deferred.make<void>()
  const slow = Step.effect("slow", {
    input: Schema.String,
    output: Schema.String,
    run: (text) =>
      Effect.andThen(Deferred.succeed(started, undefined), Effect.as(Deferred.await(release), `${text} done`))
  })
  const built = Step.effect("built", {
    input: Plan,
    output: Schema.String,
    run: ({ kind }) => Effect.succeed(`a ${kind} one`)
  })
  const workflow = Workflow.make("w", { input: Schema.String }).pipe(
    Workflow.gate("approval", { question: Schema.String, input: "input", decision: Plan }),
    Workflow.bind("slow", slow, "input"),
    Workflow.bind("built", built, "approval")
  )
  const queue = yield* Queue.unbounded<Journal.Asked>()
  const journal: Journal.Service = { ...Journal.makeMemory(), requests: () => Stream.fromQueue(queue) }
  const ask = (request: Journal.Request) =>
    Effect.gen(function* () {
      const answered = yield* Deferred.make<Journal.Answer>()
      yield* Queue.offer(queue, { request, answer: (answer) => Effect.asVoid(Deferred.succeed(answered, answer)) })
      return yield* Deferred.await(answered)
    })
  const decide = (decision: Schema.Json, by = "one", path = "approval") => ask({ _tag: "Decide", path, decision, by })
  return { ask, decide, layer: Layer.succeed(Journal.Journal, journal), release, started, workflow }
})

const begun = Effect.gen(function* () {
  const all = yield* make
  const state = yield* Effect.provide(Engine.initialize(all.workflow, "go", { run: "r" }), all.layer)
  const running = yield* Effect.forkChild(Effect.provide(Engine.run(all.workflow, state), all.layer))
  yield* Deferred.await(all.started)
  return { ...all, running }
})

describe("a run under way", () => {
  it.effect("takes a decision, and goes on with what hangs on it", () =>
    Effect.gen(function* () {
      const { decide, layer, release, running } = yield* begun
      assert.isTrue((yield* decide({ kind: "small" }, "Ada")).isDone)
      const journal = yield* Effect.provide(Journal.Journal, layer)
      assert.strictEqual((yield* journal.load("r")).at(-1)?._tag, "StepSucceeded")
      yield* Deferred.succeed(release, undefined)
      const { ending, state, undecided } = yield* Fiber.join(running)
      assert.strictEqual(ending._tag, "Completed")
      assert.deepStrictEqual(undecided, [])
      assert.strictEqual(state.records["built"]?.result?.output, "a small one")
      const { by, who } = state.records["approval"]?.result ?? {}
      assert.deepStrictEqual([by, who], ["decision", "Ada"])
    })
  )

  it.effect("takes the first of several decisions, and tells the others whose it was", () =>
    Effect.gen(function* () {
      const { decide, release, running } = yield* begun
      yield* decide({ kind: "large" }, "Ada")
      const again = yield* decide({ kind: "large" }, "Bob")
      assert.deepStrictEqual(again, { isDone: true, detail: "it is decided so already, by Ada" })
      const other = yield* decide({ kind: "small" }, "Bob")
      assert.deepStrictEqual(other, { isDone: false, detail: 'it is decided already: {"kind":"large"}, by Ada' })
      yield* Deferred.succeed(release, undefined)
      assert.strictEqual((yield* Fiber.join(running)).state.records["built"]?.result?.output, "a large one")
    })
  )

  it.effect("takes a decision for the question that was seen, and for no other", () =>
    Effect.gen(function* () {
      const { ask, layer, release, running, workflow } = yield* begun
      const { records } = yield* Effect.provide(Engine.load(workflow, "r"), layer)
      const asked = records["approval"]!.asked!.fingerprint
      const decision = { _tag: "Decide", path: "approval", decision: { kind: "small" }, by: "Ada" } as const
      const other = yield* ask({ ...decision, asked: "another" })
      assert.deepStrictEqual(other, { isDone: false, detail: "it asks something else by now" })
      assert.isTrue((yield* ask({ ...decision, asked })).isDone)
      yield* Deferred.succeed(release, undefined)
      yield* Fiber.join(running)
    })
  )

  it.effect("refuses what is no decision of a gate that waits", () =>
    Effect.gen(function* () {
      const { decide, release, running } = yield* begun
      assert.include((yield* decide({ kind: "huge" })).detail, 'Expected "small" | "large"')
      for (const path of ["slow", "nowhere", "toString"]) {
        const refused = yield* decide({ kind: "small" }, "one", path)
        assert.deepStrictEqual(refused, { isDone: false, detail: "it does not wait for a decision" })
      }
      yield* Deferred.succeed(release, undefined)
      const { ending, undecided } = yield* Fiber.join(running)
      assert.strictEqual(ending._tag, "Suspended")
      assert.deepStrictEqual(undecided, ["approval"])
    })
  )

  it.effect("ends where nothing may interrupt it, too", () =>
    Effect.gen(function* () {
      const { layer, release, workflow } = yield* make
      yield* Deferred.succeed(release, undefined)
      const run = Effect.flatMap(Engine.initialize(workflow, "go"), (state) => Engine.run(workflow, state))
      const { undecided } = yield* Effect.uninterruptible(Effect.provide(run, layer))
      assert.deepStrictEqual(undecided, ["approval"])
    })
  )

  it.effect("is cancelled", () =>
    Effect.gen(function* () {
      const { ask, layer, running } = yield* begun
      assert.isTrue((yield* ask({ _tag: "Cancel", by: "one" })).isDone)
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(running)))
      const journal = yield* Effect.provide(Journal.Journal, layer)
      const last = (yield* journal.load("r")).at(-1)
      assert.strictEqual(last?._tag === "RunEnded" && last.status, "CANCELLED")
    })
  )
})
