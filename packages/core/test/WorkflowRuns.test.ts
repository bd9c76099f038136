import { Deferred, Effect, Exit, Layer, Schema, Scope, Stream } from "effect"
import { DefinitionError, Engine, Journal, Step, Workflow } from "@stepwright/core"
import * as WorkflowRuns from "@stepwright/core/WorkflowRuns"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { z } from "zod"

const upper = Step.effect("upper", {
  input: Schema.String,
  output: Schema.String,
  run: (text) => Effect.succeed(text.toUpperCase())
})

/** A step that waits, and whoever may let it go on. */
const waiting = Effect.map(Deferred.make<void>(), (gate) => ({
  gate,
  step: Step.effect("wait", {
    input: Schema.String,
    output: Schema.String,
    run: (x) => Effect.as(Deferred.await(gate), x)
  })
}))

const approval = { question: Schema.String, input: "input", decision: Schema.Boolean } as const
const gated = Workflow.make("gated", { input: Schema.String }).pipe(
  Workflow.bind("before", upper, "input"),
  Workflow.gate("ok", approval),
  Workflow.bind("after", upper, ({ before, ok }) => `${before} ${ok}`)
)

/** What another process over the same journal has under way. */
const anotherProcess = Layer.build(Layer.fresh(WorkflowRuns.layer))

const provided = Effect.provide([WorkflowRuns.layer, Journal.layerMemory])

describe("WorkflowRuns", () => {
  describe("outputSchema", () => {
    const day = Step.effect("day", {
      input: Schema.String,
      output: Schema.Struct({ day: Schema.DateFromString, note: Schema.OptionFromNullOr(Schema.String) }),
      run: () => Effect.die("never")
    })

    it("is made of the Schemas of the steps, each writing values as it does alone", () => {
      const workflow = Workflow.make("w", { input: Schema.String }).pipe(
        Workflow.bind("one", day, "input"),
        Workflow.all((scope) => [
          scope.pipe(Workflow.forEach("each", upper, { items: () => [], key: (x) => x, input: "item" })),
          scope.pipe(Workflow.sample("few", day, { input: "input", count: 2 }))
        ]),
        Workflow.forEachDependency("keyed", upper, {
          items: () => [],
          key: (x) => x,
          dependsOn: () => [],
          input: "item"
        }),
        Workflow.let("when", "one.day"),
        Workflow.bind("inner", Workflow.identity(Schema.String).pipe(Workflow.andThen(day)), "input"),
        Workflow.bind("zod", zodStep, "input")
      )
      const schema = WorkflowRuns.outputSchema(workflow)
      type Out = ReturnType<typeof Schema.decodeUnknownSync<typeof schema>> extends (_: never) => infer O ? O : never
      expectTypeOf<Out["when"]>().toEqualTypeOf<Date>()
      const written = { day: "2026-11-28T00:00:00.000Z", note: null }
      const json = {
        input: "x",
        one: written,
        each: ["A"],
        few: [written, written],
        keyed: { a: "A" },
        when: written.day,
        inner: written,
        zod: { count: 3 }
      }
      const codec = Schema.toCodecJson(schema)
      const value = Schema.decodeUnknownSync(codec)(json)
      assert.instanceOf(value.when, Date)
      assert.deepStrictEqual(Schema.encodeSync(codec)(value), json)
      const { schema: told } = Schema.toJsonSchemaDocument(codec)
      assert.containsAllKeys(told["properties"], Object.keys(json))
      assert.include(JSON.stringify(told), '"count":{"type":"number"}')
    })

    it("is refused where a function computes a value, unless another Schema shows the rest", () => {
      const workflow = Workflow.make("w", { input: Schema.String }).pipe(
        Workflow.let("length", ({ input }) => input.length),
        Workflow.bind("loud", upper, "input")
      )
      assert.throws(() => WorkflowRuns.outputSchema(workflow), DefinitionError.DefinitionError, /"length"/)
      class Point extends Schema.Class<Point>("Point")({ x: Schema.Int }) {}
      const point = Step.effect("point", {
        input: Schema.Int,
        output: Point,
        run: (x) => Effect.succeed(new Point({ x }))
      })
      const more = Workflow.identity(Schema.Int).pipe(Workflow.andThen(point), Workflow.let("y", "x"))
      const nested = Workflow.make("w", { input: Schema.Int }).pipe(Workflow.bind("inner", more, "input"))
      assert.throws(() => WorkflowRuns.outputSchema(nested), DefinitionError.DefinitionError, /its output/)
      const output = Schema.Struct({ loud: Schema.String })
      const schema = WorkflowRuns.outputSchema(workflow, { output })
      assert.deepStrictEqual(Schema.encodeSync(schema)({ loud: "X", length: 1 } as never), { loud: "X" })
      // @ts-expect-error -- the workflow gives no such thing
      WorkflowRuns.outputSchema(workflow, { output: Schema.Struct({ quiet: Schema.String }) })
    })
  })

  describe("make", () => {
    it.effect("wants a journal", () =>
      Effect.gen(function* () {
        const exit = yield* Effect.exit(Effect.provide(WorkflowRuns.make(gated), WorkflowRuns.layer))
        assert.include(String(exit), "Journal.layerMemory")
      })
    )

    it.effect("starts a run in the background, which rests at a gate, is decided and gone on with", () =>
      Effect.gen(function* () {
        const runs = yield* WorkflowRuns.make(gated)
        const { run } = yield* runs.start("rain")
        const resting = yield* runs.get(run, { wait: "1 minute" })
        assert.deepStrictEqual(resting, {
          run,
          status: "SUSPENDED",
          gates: [{ path: "ok", question: "rain", decision: { type: "boolean" } }],
          error: { path: "ok", tag: "Undecided", message: resting.error!.message }
        })
        const decided = yield* runs
          .decide(run, "ok", true)
          .pipe(Effect.provideService(WorkflowRuns.Who, "ada (the app)"))
        assert.deepStrictEqual(decided, { run, status: "STOPPED", gates: [] })
        assert.deepStrictEqual(yield* runs.get(run), decided)
        yield* runs.resume(run)
        const { output, status } = yield* runs.get(run, { wait: "1 minute" })
        assert.strictEqual(status, "COMPLETED")
        expectTypeOf(output?.ok).toEqualTypeOf<boolean | undefined>()
        assert.deepStrictEqual(output, { input: "rain", before: "RAIN", ok: true, after: "RAIN TRUE" })
        const { records } = yield* Engine.load(gated, run)
        assert.strictEqual(records["ok"]?.result?.who, "ada (the app)")
        assert.strictEqual(records["before"]?.attempts, 1)
      }).pipe(provided)
    )

    it.effect("says what it waits for by now, and takes another decision until it goes on", () =>
      Effect.gen(function* () {
        const workflow = Workflow.make("w", { input: Schema.String }).pipe(
          Workflow.all((scope) => [
            scope.pipe(Workflow.gate("one", approval)),
            scope.pipe(Workflow.gate("two", approval))
          ])
        )
        const runs = yield* WorkflowRuns.make(workflow)
        const { run } = yield* runs.start("x")
        const { error } = yield* runs.get(run, { wait: "1 minute" })
        assert.deepInclude(error, { path: "one", message: 'it waits for a decision: "one" and 1 more' })
        const decided = yield* runs.decide(run, "one", false)
        assert.deepStrictEqual(decided.error, {
          path: "two",
          tag: "Undecided",
          message: 'it waits for a decision: "two"'
        })
        yield* runs.decide(run, "one", true)
        yield* runs.decide(run, "two", false)
        yield* runs.resume(run)
        const { output } = yield* runs.get(run, { wait: "1 minute" })
        assert.deepStrictEqual(output, { input: "x", one: true, two: false })
      }).pipe(provided)
    )

    it.effect("takes a decision while another part is at work", () =>
      Effect.gen(function* () {
        const { gate, step } = yield* waiting
        const workflow = Workflow.make("w", { input: Schema.String }).pipe(
          Workflow.all((scope) => [
            scope.pipe(Workflow.gate("ok", approval)),
            scope.pipe(Workflow.bind("slow", step, "input"))
          ])
        )
        const runs = yield* WorkflowRuns.make(workflow)
        const { run } = yield* runs.start("x")
        yield* Stream.runDrain(Stream.takeUntil(yield* runs.events(run), ({ event }) => event._tag === "GateAsked"))
        const { gates, status } = yield* runs.get(run)
        assert.deepStrictEqual([status, gates.length], ["RUNNING", 1])
        const wrong = yield* Effect.flip(runs.decide(run, "ok", "yes"))
        assert.strictEqual(wrong._tag, "RunBadRequest")
        const none = yield* Effect.flip(runs.decide(run, "slow", false))
        assert.strictEqual(none._tag, "RunConflict")
        yield* runs.decide(run, "ok", false)
        yield* Deferred.succeed(gate, undefined)
        const { output } = yield* runs.get(run, { wait: "1 minute" })
        assert.deepStrictEqual(output, { input: "x", ok: false, slow: "x" })
      }).pipe(Effect.scoped, provided)
    )

    it.effect("lets nobody change a run that another is just changing", () => {
      const kept = Journal.makeMemory()
      // one that takes its time
      const append: typeof kept.append = (run, event) => Effect.andThen(Effect.yieldNow, kept.append(run, event))
      return Effect.gen(function* () {
        const runs = yield* WorkflowRuns.make(gated)
        const { run } = yield* runs.start("x")
        yield* runs.get(run, { wait: "1 minute" })
        const exits = yield* Effect.all(
          [runs.decide(run, "ok", true), runs.decide(run, "ok", false), runs.resume(run)].map(Effect.exit),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(exits.map(Exit.isSuccess), [true, false, false])
        yield* runs.resume(run)
        const { output } = yield* runs.get(run, { wait: "1 minute" })
        assert.strictEqual(output?.ok, true)
      }).pipe(Effect.provideService(Journal.Journal, { ...kept, append }), Effect.provide(WorkflowRuns.layer))
    })

    it.effect("cancels a run with what is recorded kept, and goes on with it", () =>
      Effect.gen(function* () {
        const { gate, step } = yield* waiting
        const workflow = Workflow.make("w", { input: Schema.String }).pipe(
          Workflow.bind("fast", upper, "input"),
          Workflow.bind("slow", step, "fast")
        )
        const runs = yield* WorkflowRuns.make(workflow)
        const { run } = yield* runs.start("x")
        assert.strictEqual((yield* Effect.flip(runs.resume(run))).code, "UnderWay")
        yield* Stream.runDrain(
          Stream.takeUntil(
            yield* runs.events(run),
            ({ event }) => event._tag === "StepStarted" && event.path === "slow"
          )
        )
        assert.strictEqual((yield* runs.cancel(run)).status, "CANCELLED")
        assert.strictEqual((yield* runs.cancel(run)).status, "CANCELLED")
        yield* Deferred.succeed(gate, undefined)
        yield* runs.resume(run)
        const { output } = yield* runs.get(run, { wait: "1 minute" })
        assert.strictEqual(output?.slow, "X")
        const { records } = yield* Engine.load(workflow, run)
        assert.deepStrictEqual([records["fast"]?.attempts, records["slow"]?.attempts], [1, 2])
      }).pipe(Effect.scoped, provided)
    )

    it.effect("cancels what is under way when its layer is closed", () =>
      Effect.gen(function* () {
        const { step } = yield* waiting
        const workflow = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("slow", step, "input"))
        const scope = yield* Scope.make()
        const context = yield* Layer.buildWithScope(WorkflowRuns.layer, scope)
        const runs = yield* Effect.provideContext(WorkflowRuns.make(workflow), context)
        const { run, status } = yield* runs.start("x")
        assert.strictEqual(status, "RUNNING")
        yield* Scope.close(scope, Exit.void)
        assert.strictEqual((yield* Engine.load(workflow, run)).status, "CANCELLED")
      }).pipe(Effect.provide(Journal.layerMemory))
    )

    it.effect("tells what happened after an event, and what happens, once and in order", () =>
      Effect.gen(function* () {
        const runs = yield* WorkflowRuns.make(gated)
        const { run } = yield* runs.start("rain")
        const first = yield* Stream.runCollect(yield* runs.events(run))
        const kept = yield* (yield* Journal.Journal).load(run)
        assert.deepStrictEqual(
          first,
          kept.map((event, i) => ({ number: i + 1, event }))
        )
        yield* runs.decide(run, "ok", true)
        yield* runs.resume(run)
        const later = yield* Stream.runCollect(yield* runs.events(run, first.length))
        assert.deepStrictEqual(
          later.map(({ number }) => number),
          later.map((_, i) => first.length + i + 1)
        )
        assert.strictEqual(later.at(-1)?.event._tag, "RunEnded")
      }).pipe(Effect.scoped, provided)
    )

    it.effect("says when another process has the run, before anything is under way", () =>
      Effect.gen(function* () {
        const journal = Journal.makeMemory()
        const { run } = yield* Effect.provideService(Engine.initialize(gated, "x"), Journal.Journal, journal)
        const size = () =>
          Effect.fail(new Journal.JournalError({ run, reason: "Locked", detail: "process 7 writes to it" }))
        const runs = yield* Effect.provideService(WorkflowRuns.make(gated), Journal.Journal, { ...journal, size })
        const refused = yield* Effect.flip(runs.resume(run))
        assert.deepStrictEqual([refused._tag, refused.code], ["RunConflict", "Locked"])
        assert.include(refused.message, "process 7")
      }).pipe(Effect.provide(WorkflowRuns.layer))
    )

    it.effect("cancels nothing that is under way elsewhere, and says so", () =>
      Effect.gen(function* () {
        const { step } = yield* waiting
        const workflow = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("slow", step, "input"))
        const elsewhere = yield* Effect.provide(WorkflowRuns.make(workflow), yield* anotherProcess)
        const { run } = yield* elsewhere.start("x")
        const runs = yield* WorkflowRuns.make(workflow)
        assert.strictEqual((yield* runs.get(run)).status, "STOPPED")
        const refused = yield* Effect.flip(runs.cancel(run))
        assert.deepStrictEqual([refused._tag, refused.code], ["RunConflict", "NotUnderWay"])
        assert.include(refused.message, "another process")
        assert.strictEqual((yield* elsewhere.get(run)).status, "RUNNING")
      }).pipe(Effect.scoped, provided)
    )

    it.effect("knows workflows by their names: two of one name are refused, and so is a run of another's input", () =>
      Effect.gen(function* () {
        const runs = yield* WorkflowRuns.make(gated)
        const { run } = yield* runs.start("x")
        yield* runs.get(run, { wait: "1 minute" })
        yield* WorkflowRuns.make(gated)
        const other = Workflow.make("gated", { input: Schema.Int }).pipe(
          Workflow.gate("ok", { question: Schema.Int, input: "input", decision: Schema.Boolean })
        )
        const exit = yield* Effect.exit(WorkflowRuns.make(other))
        assert.include(String(exit), "give one another name")
        // one that takes something else by now
        const later = yield* Effect.provide(WorkflowRuns.make(other), yield* anotherProcess)
        for (const look of [later.get(run), later.decide(run, "ok", true), later.resume(run)]) {
          const { _tag, code } = yield* Effect.flip(look)
          assert.deepStrictEqual([_tag, code], ["RunConflict", "InvalidInput"])
        }
      }).pipe(Effect.scoped, provided)
    )

    it.effect("says what is wrong by what it is", () =>
      Effect.gen(function* () {
        const runs = yield* WorkflowRuns.make(gated)
        const others = yield* WorkflowRuns.make(Workflow.make("other", { input: Schema.String }))
        const { run } = yield* runs.start("rain")
        yield* runs.get(run, { wait: "1 minute" })
        const asked: ReadonlyArray<Effect.Effect<unknown, WorkflowRuns.Problem>> = [
          runs.get("nobody"),
          others.get(run),
          runs.decide(run, "nothing", true),
          runs.decide(run, "ok", "yes"),
          runs.decide(run, "before", true),
          runs.start(7 as never)
        ]
        const wrong = yield* Effect.forEach(asked, (one) =>
          Effect.map(Effect.flip(one), ({ _tag, code }) => `${_tag} ${code}`)
        )
        assert.deepStrictEqual(wrong, [
          "RunNotFound NotFound",
          "RunNotFound WrongWorkflow",
          "RunNotFound UnknownPath",
          "RunBadRequest InvalidOutput",
          "RunNotFound UnknownPath",
          "RunBadRequest InvalidInput"
        ])
      }).pipe(provided)
    )
  })
})

const zodStep = Step.effect("zod", {
  input: Schema.String,
  output: z.object({ count: z.number() }),
  run: () => Effect.die("never")
})
