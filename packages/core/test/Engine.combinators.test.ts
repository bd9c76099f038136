import { Cause, Effect, Exit, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Engine, Journal, LlmClient, LlmError, Step, Workflow, WorkflowEvent } from "@stepwright/core"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { reply } from "./support/scripted.ts"
import { counting, say } from "./support/say.ts"

const a = say("a")
const b = say("b")

const started = <In, Out, E, R>(workflow: Workflow.Workflow<In, Out, E, R>, input: In) =>
  Effect.flatMap(Engine.initialize(workflow, input), (state) => Engine.run(workflow, state))

const outputOf = <Out, E>({ ending }: Engine.RunOutcome<Out, E>): Out => {
  if (ending._tag === "Completed") return ending.output
  throw new Error(`${ending._tag} at ${ending.path}: ${String(ending.reason)}`)
}

const planned = (plan: ReadonlyArray<Engine.PlanEntry>) =>
  plan.map(({ action, path, why }) => `${path}: ${action}${why === "" ? "" : ` (${why})`}`)

const Kind = Schema.Struct({ kind: Schema.Literals(["bug", "question"]), text: Schema.String })

describe("Workflow", () => {
  describe("branch", () => {
    const triage = Workflow.make("triage", { input: Kind }).pipe(
      Workflow.branch("answer", { on: "input.kind", cases: { bug: a, question: b }, input: "input.text" })
    )

    it.effect("runs the case of a value, and keeps what the others have", () => {
      const { asked, layer } = counting()
      return Effect.gen(function* () {
        const bug = yield* started(triage, { kind: "bug", text: "x" })
        assert.strictEqual(outputOf(bug).answer, "<a: x 1>")
        const other = yield* Engine.set(triage, bug.state, "input", { kind: "question", text: "x" })
        assert.deepStrictEqual(planned(yield* Engine.plan(triage, other)), [
          "answer/question: run (it has no result yet)"
        ])
        const question = yield* Engine.run(triage, other)
        assert.strictEqual(outputOf(question).answer, "<b: x 1>")
        assert.deepStrictEqual(question.state.orphaned, [])
        const back = yield* Engine.run(
          triage,
          yield* Engine.set(triage, question.state, "input", { kind: "bug", text: "x" })
        )
        assert.strictEqual(outputOf(back).answer, "<a: x 1>")
        assert.deepStrictEqual(asked, ["a: x", "b: x"])
      }).pipe(Effect.provide([layer, Journal.layerMemory]))
    })

    it.effect("takes a boolean, by a function or a wire, and workflows for cases", () => {
      const { layer } = counting()
      const Flag = Schema.Struct({ yes: Schema.Boolean, text: Schema.String })
      const inner = Workflow.make("inner", { input: Schema.String }).pipe(Workflow.bind("one", a, "input"))
      const wired = Workflow.make("w", { input: Flag }).pipe(
        Workflow.branch("by", { on: "input.yes", cases: { true: inner, false: b }, input: "input.text" })
      )
      const byFunction = Workflow.make("w", { input: Flag }).pipe(
        Workflow.branch("by", {
          on: ({ input }) => input.yes,
          cases: { true: inner, false: b },
          input: ({ input }) => input.text
        })
      )
      return Effect.gen(function* () {
        for (const workflow of [wired, byFunction]) {
          assert.deepStrictEqual(outputOf(yield* started(workflow, { yes: true, text: "x" })).by as unknown, {
            input: "x",
            one: workflow === wired ? "<a: x 1>" : "<a: x 2>"
          })
        }
        expectTypeOf(outputOf(yield* started(wired, { yes: false, text: "x" })).by).toEqualTypeOf<
          string | { readonly input: string; readonly one: string }
        >()
      }).pipe(Effect.provide(layer))
    })

    it.effect("says of a step on a way which is not gone that the run does not come by it", () => {
      const { layer } = counting()
      return Effect.gen(function* () {
        const { state } = yield* started(triage, { kind: "bug", text: "x" })
        const path = "answer/question"
        const calls = [
          Effect.asVoid(Engine.fork(triage, state, path)),
          Effect.asVoid(Engine.step(triage, state, path)),
          Effect.asVoid(Engine.set(triage, state, path, "mine"))
        ]
        for (const call of calls) {
          const { message } = yield* Effect.flip(call)
          assert.strictEqual(message, "answer/question: the run does not come by this step")
        }
        const { message } = yield* Effect.flip(Engine.fork(triage, state, "answer/qestion"))
        assert.strictEqual(message, 'answer/qestion: no step has this path; did you mean "answer/question"?')
      }).pipe(Effect.provide([layer, Journal.layerMemory]))
    })

    it("is exhaustive, by type", () => {
      const start = Workflow.make("w", { input: Kind })
      expectTypeOf(triage).toExtend<Workflow.Workflow<typeof Kind.Type, unknown, unknown, LlmClient.LlmClient>>()
      // @ts-expect-error -- there is no case for a question
      void start.pipe(Workflow.branch("answer", { on: "input.kind", cases: { bug: a }, input: "input.text" }))
      const more = { bug: a, question: b, praise: b }
      // @ts-expect-error -- no value is praise
      void start.pipe(Workflow.branch("answer", { on: "input.kind", cases: more, input: "input.text" }))
      // @ts-expect-error -- the cases take a text
      void start.pipe(Workflow.branch("answer", { on: "input.kind", cases: { bug: a, question: b }, input: "input" }))
    })

    it.effect("says which cases there are for a value that has none", () => {
      const any = Workflow.make("w", { input: Schema.String }).pipe(
        Workflow.branch("way", { on: ({ input }) => input as "one", cases: { one: a }, input: "input" })
      )
      return Effect.gen(function* () {
        const { ending } = yield* started(any, "two")
        assert.strictEqual(ending._tag, "Failed")
        assert.include(String(ending._tag === "Failed" && ending.reason), 'there is no case "two"; the cases are "one"')
        assert.strictEqual(ending._tag === "Failed" && ending.path, "way")
      }).pipe(Effect.provide(counting().layer))
    })
  })

  describe("iterate", () => {
    const long = (text: string) => text.length > 20
    const refine = (options: { readonly again?: "nothing" | "changed"; readonly atMost?: number }) =>
      Workflow.make("refine", { input: Schema.String }).pipe(
        Workflow.iterate("rounds", a, {
          input: "input",
          next: ({ last }) => last,
          until: ({ last }) => long(last),
          atMost: 5,
          ...options
        })
      )

    it.effect("runs rounds until one will do, each with records of its own", () => {
      const { asked, layer } = counting()
      return Effect.gen(function* () {
        const outcome = yield* started(refine({}), "x")
        assert.strictEqual(outputOf(outcome).rounds, "<a: <a: <a: x 1> 1> 1>")
        assert.deepStrictEqual(Object.keys(outcome.state.records), ["rounds/1", "rounds/2", "rounds/3"])
        const fewer = yield* Engine.run(refine({ atMost: 2 }), outcome.state)
        assert.strictEqual(outputOf(fewer).rounds, "<a: <a: x 1> 1>")
        assert.deepStrictEqual(fewer.state.orphaned, ["rounds/3"])
        assert.strictEqual(asked.length, 3)
      }).pipe(Effect.provide(layer))
    })

    it.effect("gives all outputs where they are collected, and feeds the first input again without `next`", () => {
      const { layer } = counting()
      const all = Workflow.make("w", { input: Schema.String }).pipe(
        Workflow.iterate("rounds", a, {
          input: "input",
          until: ({ last }) => last.includes("3"),
          atMost: 9,
          collect: "all"
        })
      )
      return Effect.gen(function* () {
        const output = outputOf(yield* started(all, "x"))
        expectTypeOf(output.rounds).toEqualTypeOf<ReadonlyArray<string>>()
        assert.deepStrictEqual(output.rounds, ["<a: x 1>", "<a: x 2>", "<a: x 3>"])
      }).pipe(Effect.provide(layer))
    })

    /** Two steps a round, of which only one asks anew in the second. */
    const amend = (again: "nothing" | "changed") =>
      Workflow.make("w", { input: Schema.String }).pipe(
        Workflow.iterate(
          "rounds",
          Workflow.make("round", { input: Schema.String }).pipe(
            Workflow.bind("same", a, () => "same"),
            Workflow.bind("other", b, "input")
          ),
          { input: "input", next: ({ last }) => last.other, until: () => false, atMost: 3, again }
        )
      )

    it.effect("asks again in each round by default, and only what changed where that is said", () => {
      const { asked, layer } = counting()
      return Effect.gen(function* () {
        yield* started(amend("nothing"), "x")
        assert.deepStrictEqual(asked.filter((text) => text === "a: same").length, 3)
        asked.length = 0
        const outcome = yield* started(amend("changed"), "y")
        assert.deepStrictEqual(asked, ["a: same", "b: y", "b: <b: y 1>", "b: <b: <b: y 1> 1>"])
        assert.strictEqual(outputOf(outcome).rounds.same, "<a: same 1>")
        assert.deepStrictEqual(
          planned(yield* Engine.plan(amend("changed"), outcome.state)).filter((line) => line.includes("same")),
          [
            "rounds/1/same: reuse",
            "rounds/2/same: reuse (as in rounds/1/same)",
            "rounds/3/same: reuse (as in rounds/1/same)"
          ]
        )
        const again = yield* Engine.run(amend("changed"), outcome.state)
        assert.deepStrictEqual(again.ran, [])
        assert.deepStrictEqual(yield* Engine.output(amend("changed"), again.state), outputOf(outcome))
        assert.deepStrictEqual(again.state.orphaned, [])
      }).pipe(Effect.provide([layer, Journal.layerMemory]))
    })

    it.effect("keeps what a person made or asked for of a later round", () => {
      const { asked, layer } = counting()
      return Effect.gen(function* () {
        const shared = yield* started(amend("changed"), "x")
        const set = yield* Engine.set(amend("changed"), shared.state, "rounds/2/same", "by hand")
        const forced = yield* Engine.step(amend("changed"), set, "rounds/3/same", { force: true })
        asked.length = 0
        const { ran, state } = yield* Engine.run(amend("changed"), forced.state)
        assert.deepStrictEqual([ran, asked], [[], []])
        const outputs = ["1", "2", "3"].map((n) => state.records[`rounds/${n}/same`]?.result?.output)
        assert.deepStrictEqual(outputs, ["<a: same 1>", "by hand", "<a: same 2>"])
      }).pipe(Effect.provide([layer, Journal.layerMemory]))
    })

    it.effect("asks for samples of its own once it takes nothing any more", () => {
      const { asked, layer } = counting()
      return Effect.gen(function* () {
        const shared = yield* started(amend("changed"), "x")
        const { reason } = yield* Effect.flip(Engine.output(amend("nothing"), shared.state))
        assert.include(String(reason), "rounds/2/same")
        asked.length = 0
        const { ran } = yield* Engine.run(amend("nothing"), shared.state)
        assert.deepStrictEqual(asked, ["a: same", "a: same"])
        assert.deepStrictEqual(ran, ["rounds/2/same", "rounds/3/same"])
      }).pipe(Effect.provide([layer, Journal.layerMemory]))
    })

    it("needs a bound", () => {
      assert.throws(() => refine({ atMost: 0 }), '"rounds" needs a bound `atMost` of 1 or more, not 0')
      assert.throws(() => refine({ atMost: Infinity }), "not Infinity")
    })
  })

  describe("sample", () => {
    it.effect("has as many results of one request as it counts, and asks only for more", () => {
      const { asked, layer } = counting()
      const samples = (count: number) =>
        Workflow.make("w", { input: Schema.String }).pipe(Workflow.sample("drafts", a, { input: "input", count }))
      return Effect.gen(function* () {
        const two = yield* started(samples(2), "x")
        assert.deepStrictEqual(outputOf(two).drafts, ["<a: x 1>", "<a: x 2>"])
        const three = yield* Engine.run(samples(3), two.state)
        assert.deepStrictEqual(outputOf(three).drafts, ["<a: x 1>", "<a: x 2>", "<a: x 3>"])
        assert.strictEqual(asked.length, 3)
        const one = yield* Engine.run(samples(1), three.state)
        assert.deepStrictEqual(outputOf(one).drafts, ["<a: x 1>"])
        assert.deepStrictEqual(one.state.orphaned, ["drafts/2", "drafts/3"])
      }).pipe(Effect.provide([layer, Journal.layerMemory]))
    })
  })

  describe("fallback", () => {
    class Refused extends Schema.TaggedError<Refused>()("Refused", {}) {}
    class Broken extends Schema.TaggedError<Broken>()("Broken", {}) {}
    const failing = (tries: Array<string>, error: Refused | Broken = new Refused()) =>
      Step.effect("failing", {
        input: Schema.String,
        output: Schema.Finite,
        run: (text) => Effect.suspend(() => (tries.push(text), Effect.fail(error)))
      })
    const guarded = (tries: Array<string>, error?: Refused | Broken) =>
      Workflow.make("w", { input: Schema.String }).pipe(
        Workflow.fallback("draft", failing(tries, error), { input: "input", errors: ["Refused"], otherwise: a })
      )

    it.effect("does the other where a named error comes, and does not try again on resume", () => {
      const { asked, layer } = counting()
      const tries: Array<string> = []
      const workflow = guarded(tries)
      return Effect.gen(function* () {
        const outcome = yield* started(workflow, "x")
        const { draft } = outputOf(outcome)
        expectTypeOf(draft).toEqualTypeOf<string | number>()
        assert.strictEqual(draft, "<a: x 1>")
        assert.strictEqual(outcome.state.status, "COMPLETED")
        assert.strictEqual(outcome.state.records["draft/try"]?.error?.tag, "Refused")
        assert.deepStrictEqual(planned(yield* Engine.plan(workflow, outcome.state)), [
          "draft/try: reuse (failed: Refused, which is taken over)",
          "draft/otherwise: reuse"
        ])
        const again = yield* Engine.run(workflow, outcome.state)
        assert.deepStrictEqual(again.ran, [])
        assert.deepStrictEqual(yield* Engine.output(workflow, again.state), outputOf(outcome))
        const changed = yield* Engine.run(workflow, yield* Engine.set(workflow, again.state, "input", "y"))
        assert.strictEqual(outputOf(changed).draft, "<a: y 1>")
        assert.deepStrictEqual(tries, ["x", "y"])
        assert.deepStrictEqual(asked, ["a: x", "a: y"])
      }).pipe(Effect.provide([layer, Journal.layerMemory]))
    })

    it.effect("lets any other error end the run", () =>
      Effect.gen(function* () {
        const { ending, state } = yield* started(guarded([], new Broken()), "x")
        assert.strictEqual(ending._tag === "Failed" && ending.path, "draft/try")
        assert.strictEqual(state.status, "FAILED")
      }).pipe(Effect.provide(counting().layer))
    )

    it("takes over no error that the body does not have", () => {
      void Workflow.make("w", { input: Schema.String }).pipe(
        // @ts-expect-error -- it never fails so
        Workflow.fallback("draft", failing([]), { input: "input", errors: ["StepOutputError"], otherwise: a })
      )
      expectTypeOf<Workflow.Workflow<never, unknown, Broken, unknown>>().toExtend<
        Workflow.Workflow<never, unknown, Broken, unknown>
      >()
    })

    it.effect("leaves what suspends a run, a defect and an interruption to the run", () => {
      const other = Workflow.make("w", { input: Schema.String }).pipe(
        Workflow.fallback("draft", a, { input: "input", errors: ["LlmError"], otherwise: b })
      )
      const failsWith = (reason: LlmError.LlmError["reason"]) =>
        Effect.provide(
          started(other, "x"),
          LlmClient.layer(({ messages }) =>
            messages[0]!.content.startsWith("a")
              ? Effect.fail(new LlmError.LlmError({ reason }))
              : Effect.succeed(reply("b"))
          )
        )
      return Effect.gen(function* () {
        const suspended = yield* failsWith(new LlmError.BudgetExceeded({ detail: "no more" }))
        assert.strictEqual(suspended.state.status, "SUSPENDED")
        const taken = yield* failsWith(new LlmError.InvalidRequest({ detail: "no" }))
        assert.strictEqual(outputOf(taken).draft, "b")
        const dies = Workflow.make("w", { input: Schema.String }).pipe(
          Workflow.fallback(
            "draft",
            Step.effect("dies", {
              input: Schema.String,
              output: Schema.String,
              run: (text): Effect.Effect<string, Refused> =>
                text === "" ? Effect.fail(new Refused()) : Effect.die(new Refused())
            }),
            { input: "input", errors: ["Refused"], otherwise: a }
          )
        )
        const exit = yield* Effect.exit(Effect.provide(started(dies, "x"), counting().layer))
        assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
      })
    })

    it.effect("stops only what is inside, and the innermost that takes an error takes it", () => {
      const { asked, layer } = counting()
      const tries: Array<string> = []
      const inner = Workflow.make("inner", { input: Schema.String }).pipe(
        Workflow.bind("fails", failing(tries), "input"),
        Workflow.bind("after", a, ({ fails }) => String(fails))
      )
      const workflow = Workflow.make("w", { input: Schema.String }).pipe(
        Workflow.all((scope) => [
          scope.pipe(
            Workflow.fallback(
              "outer",
              Workflow.make("middle", { input: Schema.String }).pipe(
                Workflow.fallback("middle", inner, { input: "input", errors: ["Refused"], otherwise: b })
              ),
              { input: "input", errors: ["LlmError"], otherwise: a }
            )
          ),
          scope.pipe(Workflow.bind("beside", a, "input"))
        ])
      )
      return Effect.gen(function* () {
        const output = outputOf(yield* started(workflow, "x"))
        assert.deepStrictEqual(output.outer as unknown, { input: "x", middle: "<b: x 1>" })
        assert.strictEqual(output.beside, "<a: x 1>")
        assert.deepStrictEqual(asked.toSorted(), ["a: x", "b: x"])
      }).pipe(Effect.provide(layer))
    })
  })

  describe("timeout", () => {
    const slow = (millis: number) =>
      Step.effect("slow", {
        input: Schema.String,
        output: Schema.String,
        run: (text) => Effect.as(Effect.sleep(millis), `${text} done`)
      })
    const limited = (millis: number) =>
      Workflow.make("w", { input: Schema.String }).pipe(
        Workflow.timeout("work", slow(millis), { input: "input", after: "1 second" })
      )

    it.effect("fails what takes longer, and records it", () =>
      Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(started(limited(1001), "x"))
        yield* TestClock.adjust(1000)
        const { ending, state } = yield* Fiber.join(fiber)
        assert.strictEqual(ending._tag === "Failed" && ending.path, "work")
        assert.strictEqual(state.error?.tag, "TimeLimitExceeded")
        assert.strictEqual(state.error?.message, "it was not done after 1s")
        assert.strictEqual(state.records["work"]?.error?.tag, "TimeLimitExceeded")
        assert.isUndefined(state.records["work"]?.pending)
      }).pipe(Effect.provide(Journal.layerMemory))
    )

    it.effect("leaves alone what is done in time", () =>
      Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(started(limited(999), "x"))
        yield* TestClock.adjust(999)
        assert.strictEqual(outputOf(yield* Fiber.join(fiber)).work, "x done")
      })
    )

    it.effect("ends all that is side by side in it, and nothing else", () => {
      const each = Workflow.make("each", { input: Schema.String }).pipe(
        Workflow.sample("slow", slow(2000), { input: "input", count: 3, concurrency: 2 }),
        Workflow.all((scope) => [
          scope.pipe(Workflow.bind("one", slow(1), "input")),
          scope.pipe(Workflow.bind("two", slow(1), "input"))
        ])
      )
      const limited = Workflow.make("limited", { input: Schema.String }).pipe(
        Workflow.timeout("work", each, { input: "input", after: "1 second" })
      )
      const workflow = Workflow.make("w", { input: Schema.String }).pipe(
        Workflow.all((scope) => [
          scope.pipe(
            Workflow.fallback("draft", limited, { input: "input", errors: ["TimeLimitExceeded"], otherwise: a })
          ),
          scope.pipe(Workflow.bind("beside", slow(3000), "input"))
        ]),
        Workflow.bind("after", b, "input")
      )
      return Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(started(workflow, "x"))
        yield* TestClock.adjust(3000)
        const outcome = yield* Fiber.join(fiber)
        assert.deepStrictEqual(outputOf(outcome), {
          input: "x",
          draft: "<a: x 1>",
          beside: "x done",
          after: "<b: x 1>"
        } as never)
        const tags = Object.entries(outcome.state.records).flatMap(([path, { error }]) =>
          error ? [[path, error.tag]] : []
        )
        assert.deepStrictEqual(tags, [
          ["draft/try/work/slow/1", "TimeLimitExceeded"],
          ["draft/try/work/slow/2", "TimeLimitExceeded"]
        ])
        const again = yield* Engine.run(workflow, outcome.state)
        assert.deepStrictEqual([again.ran, again.ending._tag], [[], "Completed"])
      }).pipe(Effect.provide([counting().layer, Journal.layerMemory]))
    })

    it.effect("is an error that can be taken over, and is not tried again then", () => {
      const workflow = Workflow.make("w", { input: Schema.String }).pipe(
        Workflow.fallback("draft", limited(5000), { input: "input", errors: ["TimeLimitExceeded"], otherwise: a })
      )
      return Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(started(workflow, "x"))
        yield* TestClock.adjust(1000)
        const outcome = yield* Fiber.join(fiber)
        assert.strictEqual(outputOf(outcome).draft, "<a: x 1>")
        const again = yield* Engine.run(workflow, outcome.state)
        assert.deepStrictEqual(again.ran, [])
      }).pipe(Effect.provide([counting().layer, Journal.layerMemory]))
    })
  })

  describe("gate", () => {
    const Decision = Schema.Struct({ approved: Schema.Boolean })
    const guarded = (other: string, ask: typeof a = a) => {
      // any name that the compiler does not see
      const name = other as "approval"
      return Workflow.make("w", { input: Schema.String }).pipe(
        Workflow.bind("draft", ask, "input"),
        Workflow.gate(name, { question: Schema.String, input: "draft", decision: Decision }),
        Workflow.bind("beside", b, "input"),
        Workflow.branch("end", {
          on: (scope) => scope[name].approved,
          cases: { true: a, false: b },
          input: "draft"
        })
      )
    }

    it.effect("waits for a decision, while all that does not hang on it goes on", () => {
      const { asked, layer } = counting()
      const workflow = guarded("approval")
      return Effect.gen(function* () {
        const waiting = yield* started(workflow, "x")
        assert.deepStrictEqual(asked, ["a: x", "b: x"])
        assert.strictEqual(waiting.state.status, "SUSPENDED")
        assert.deepStrictEqual(waiting.undecided, ["approval"])
        assert.strictEqual(waiting.state.error?.tag, "Undecided")
        const plan = yield* Engine.plan(workflow, waiting.state)
        assert.deepStrictEqual(
          plan.filter(({ path }) => path === "approval"),
          [{ path: "approval", action: "decide", why: "it waits for a decision", question: "<a: x 1>" }]
        )
        const wrong = yield* Effect.flip(Engine.decide(workflow, waiting.state, "approval", { approved: "yes" }))
        assert.strictEqual((wrong.reason as { readonly _tag: string })._tag, "InvalidOutput")
        const nowhere = yield* Effect.flip(Engine.decide(workflow, waiting.state, "draft", { approved: true }))
        assert.include(nowhere.message, "no gate has this path")
        const decided = yield* Engine.decide(workflow, waiting.state, "approval", { approved: true })
        assert.strictEqual(decided.status, "IN_PROGRESS")
        const done = yield* Engine.run(workflow, decided)
        assert.strictEqual(outputOf(done).end, "<a: <a: x 1> 1>")
        assert.deepStrictEqual(WorkflowEvent.fold(yield* (yield* Journal.Journal).load(done.state.run)), done.state)
        const renamed = yield* Engine.run(guarded("review"), done.state)
        assert.strictEqual(outputOf(renamed).end, "<a: <a: x 1> 1>")
        assert.deepStrictEqual(renamed.ran, [])
        const other = yield* Engine.run(guarded("review", say("c")), renamed.state)
        assert.strictEqual(other.state.status, "SUSPENDED")
      }).pipe(Effect.provide([layer, Journal.layerMemory]))
    })
  })
})
