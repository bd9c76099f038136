import { Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Engine, Journal, LlmClient, LlmError, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { reply } from "./support/scripted.ts"

const Text = Schema.String
const start = Workflow.make("w", { input: Text })

const say = (name: string, template = `${name}: {{text}}`) =>
  Step.make(name, {
    input: Text,
    output: Text,
    prompt: PromptTemplate.make(template),
    variables: (text) => ({ text }),
    repair: 0
  })

/** A model whose k-th answer to a request is its k-th. */
const model = () => {
  const asked: Array<string> = []
  const layer = LlmClient.layer(({ messages }) => {
    const text = messages.at(-1)!.content
    asked.push(text)
    return Effect.succeed(reply(`${text} ${asked.filter((other) => other === text).length}`))
  })
  return { asked, layer }
}

class Broken extends Schema.TaggedError<Broken>()("Broken", {}) {}
class Worn extends Schema.TaggedError<Worn>()("Worn", {}) {}

const passes = (name: string) =>
  Step.effect(name, { input: Text, output: Text, run: (text) => Effect.succeed(`${text}>${name}`) })

const statusOf = ({ ending }: { readonly ending: Engine.RunEnding<unknown, unknown> }) =>
  ending._tag === "Completed" ? "Completed" : `${ending._tag} at ${ending.path}`

describe("iterate", () => {
  const rounds = (again: "nothing" | "changed", atMost = 3) =>
    start.pipe(
      Workflow.iterate("refine", say("say"), {
        input: "input",
        until: ({ last }) => last === "say: x 5",
        atMost,
        collect: "all",
        again
      })
    )

  it.effect("asks anew in each round what is asked alike, and takes nothing of the rounds before", () => {
    const { asked, layer } = model()
    return Effect.gen(function* () {
      const { refine } = yield* Engine.execute(rounds("nothing"), "x")
      assert.deepStrictEqual(refine, ["say: x 1", "say: x 2", "say: x 3"])
      assert.strictEqual(asked.length, 3)
    }).pipe(Effect.provide(layer))
  })

  it.effect("asks only what changed where that is wanted, in a run and in those after it", () => {
    const { asked, layer } = model()
    return Effect.gen(function* () {
      const workflow = rounds("changed")
      const { ending, state } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, "x"))
      assert.deepStrictEqual(ending._tag === "Completed" && ending.output.refine, ["say: x 1", "say: x 1", "say: x 1"])
      assert.deepStrictEqual(asked, ["say: x"])
      assert.deepStrictEqual(
        (yield* Engine.plan(workflow, state)).map(({ action, path, why }) => [path, action, why]),
        [
          ["refine/1", "reuse", ""],
          ["refine/2", "reuse", "as in refine/1"],
          ["refine/3", "reuse", "as in refine/1"]
        ]
      )
      yield* Engine.run(workflow, state)
      assert.deepStrictEqual(asked, ["say: x"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("ends with the round that will do, and at the latest with the last that may be", () => {
    const { layer } = model()
    return Effect.gen(function* () {
      assert.strictEqual((yield* Engine.execute(rounds("nothing", 9), "x")).refine.length, 5)
      assert.strictEqual((yield* Engine.execute(rounds("nothing", 2), "x")).refine.length, 2)
    }).pipe(Effect.provide(layer))
  })
})

describe("sample", () => {
  it.effect("has a result of its own for each, and keeps them", () => {
    const { asked, layer } = model()
    const workflow = start.pipe(Workflow.sample("drafts", say("say"), { input: "input", count: 3 }))
    return Effect.gen(function* () {
      const { state } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, "x"))
      assert.deepStrictEqual(Object.keys(state.records), ["drafts/1", "drafts/2", "drafts/3"])
      yield* Engine.run(workflow, state)
      assert.strictEqual(asked.length, 3)
      assert.deepStrictEqual((yield* Engine.output(workflow, state)).drafts, ["say: x 1", "say: x 2", "say: x 3"])
    }).pipe(Effect.provide(layer))
  })
})

describe("fallback", () => {
  /** A step that fails as told, what comes of it, and how often it tried. */
  const trying = <E extends Broken | Worn | LlmError.LlmError>(error: () => E | undefined) => {
    const tried: Array<string> = []
    const tries = (version: number) =>
      Step.effect("tries", {
        input: Text,
        output: Text,
        version,
        run: (text): Effect.Effect<string, E> =>
          Effect.suspend(() => {
            tried.push(text)
            const failure = error()
            return failure === undefined ? Effect.succeed(`${text}>tries`) : Effect.fail(failure)
          })
      })
    const workflow = (version = 1, errors: ReadonlyArray<"Broken" | "LlmError"> = ["Broken", "LlmError"]) =>
      start.pipe(
        Workflow.fallback("draft", tries(version), {
          input: "input",
          errors: errors as never,
          otherwise: passes("otherwise")
        })
      )
    return { tried, workflow }
  }

  it.effect("does the other where the first fails as named, and does not try again while it is asked the same", () => {
    const { tried, workflow } = trying(() => new Broken())
    return Effect.gen(function* () {
      const first = yield* Engine.run(workflow(), yield* Engine.initialize(workflow(), "x"))
      assert.strictEqual(statusOf(first), "Completed")
      assert.strictEqual((yield* Engine.output(workflow(), first.state)).draft, "x>otherwise")
      yield* Engine.run(workflow(), first.state)
      assert.deepStrictEqual(tried, ["x"])
      // of what is another question, the failure says nothing
      yield* Engine.run(workflow(2), first.state)
      assert.deepStrictEqual(tried, ["x", "x"])
    })
  })

  it.effect("leaves an error alone that is not named", () => {
    const { workflow } = trying(() => new Worn())
    return Effect.gen(function* () {
      const outcome = yield* Engine.run(workflow(), yield* Engine.initialize(workflow(), "x"))
      assert.strictEqual(statusOf(outcome), "Failed at draft/try")
      assert.isUndefined(outcome.state.records["draft/otherwise"])
    })
  })

  it.effect("leaves what suspends a run alone, and tries again then", () => {
    let isPoor = true
    const poor = new LlmError.LlmError({ reason: new LlmError.BudgetExceeded({ detail: "none left" }) })
    const { workflow } = trying(() => (isPoor ? poor : undefined))
    return Effect.gen(function* () {
      const suspended = yield* Engine.run(workflow(), yield* Engine.initialize(workflow(), "x"))
      assert.strictEqual(statusOf(suspended), "Suspended at draft/try")
      isPoor = false
      const { state } = yield* Engine.run(workflow(), suspended.state)
      assert.strictEqual((yield* Engine.output(workflow(), state)).draft, "x>tries")
    })
  })

  it.effect("starts nothing new inside of what failed, and goes on with all else", () => {
    const fails = Step.effect("fails", {
      input: Text,
      output: Text,
      run: () => Effect.andThen(Effect.sleep(5), Effect.fail(new Broken()))
    })
    const slow = Step.effect("slow", { input: Text, output: Text, run: (text) => Effect.as(Effect.sleep(10), text) })
    const late = Step.effect("late", {
      input: Text,
      output: Text,
      key: () => Effect.as(Effect.sleep(10), "key"),
      run: Effect.succeed
    })
    const both = Workflow.make("both", { input: Text }).pipe(
      Workflow.all((w) => [
        w.pipe(Workflow.bind("fails", fails, "input")),
        w.pipe(Workflow.bind("late", late, "input")),
        w.pipe(Workflow.bind("slow", slow, "input"), Workflow.bind("never", passes("never"), "slow"))
      ])
    )
    const workflow = start.pipe(
      Workflow.all((w) => [
        w.pipe(
          Workflow.fallback("draft", both, { input: "input", errors: ["Broken"], otherwise: passes("otherwise") })
        ),
        w.pipe(Workflow.bind("beside", slow, "input"), Workflow.bind("after", passes("after"), "beside"))
      ])
    )
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(
        Effect.flatMap(Engine.initialize(workflow, "x"), (state) => Engine.run(workflow, state)),
        { startImmediately: true }
      )
      yield* TestClock.adjust(100)
      const outcome = yield* Fiber.join(fiber)
      assert.strictEqual(statusOf(outcome), "Completed")
      assert.sameMembers([...outcome.ran], ["draft/try/fails", "draft/try/slow", "draft/otherwise", "beside", "after"])
    })
  })
})

describe("timeout", () => {
  it.effect("ends what takes longer, and leaves alone what does not", () => {
    const slow = Step.effect("slow", {
      input: Schema.Int,
      output: Text,
      run: (millis) => Effect.as(Effect.sleep(millis), "done")
    })
    const workflow = Workflow.make("w", { input: Schema.Int }).pipe(
      Workflow.timeout("slow", slow, { input: "input", after: "50 millis" })
    )
    const after = (millis: number) =>
      Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(
          Effect.flatMap(Engine.initialize(workflow, millis), (state) => Engine.run(workflow, state)),
          { startImmediately: true }
        )
        yield* TestClock.adjust(60)
        const exit = fiber.pollUnsafe()
        yield* Fiber.interrupt(fiber)
        return exit?._tag === "Success" ? exit.value.ending : undefined
      })
    return Effect.gen(function* () {
      assert.deepStrictEqual(yield* after(40), { _tag: "Completed", output: { input: 40, slow: "done" } })
      const ending = yield* after(1000)
      assert.deepStrictEqual(ending?._tag === "Failed" && [ending.path, ending.reason._tag], [
        "slow",
        "TimeLimitExceeded"
      ])
    })
  })
})

describe("gate", () => {
  const approved = Schema.Struct({ approved: Schema.Boolean })
  const gated = (design = passes("design"), decision: Step.AnyCodec = approved) =>
    start.pipe(
      Workflow.bind("design", design, "input"),
      Workflow.gate("approval", { question: Text, input: "design", decision }),
      Workflow.bind("beside", passes("beside"), "design"),
      Workflow.bind("after", passes("after"), ({ approval, design }) => `${JSON.stringify(approval)} ${design}`)
    )
  const suspended = Effect.gen(function* () {
    const outcome = yield* Engine.run(gated(), yield* Engine.initialize(gated(), "x", { run: "r" }))
    assert.deepStrictEqual([statusOf(outcome), outcome.undecided], ["Suspended at approval", ["approval"]])
    return outcome
  })

  it.effect(
    "lets all be done that does not hang on the decision, then suspends the run, and goes on once there is one",
    () =>
      Effect.gen(function* () {
        const { ran, state } = yield* suspended
        assert.deepStrictEqual([ran, state.status], [["design", "beside"], "SUSPENDED"])
        const decided = yield* Engine.decide(gated(), state, "approval", { approved: true })
        assert.strictEqual(decided.status, "IN_PROGRESS")
        const done = yield* Engine.run(gated(), decided)
        assert.deepStrictEqual([statusOf(done), done.ran], ["Completed", ["after"]])
      }).pipe(Effect.provide(Journal.layerMemory))
  )

  it.effect("keeps a decision for the question that was decided upon, and for what could be decided then", () =>
    Effect.gen(function* () {
      const { state } = yield* suspended
      const decided = yield* Engine.decide(gated(), state, "approval", { approved: true })
      const other = Step.effect("design", {
        input: Text,
        output: Text,
        version: 2,
        run: (text) => Effect.succeed(`other ${text}`)
      })
      const withOther = yield* Engine.run(gated(other), decided)
      assert.deepStrictEqual([statusOf(withOther), withOther.undecided], ["Suspended at approval", ["approval"]])
      const more = gated(passes("design"), Schema.Struct({ approved: Schema.Boolean, why: Schema.optionalKey(Text) }))
      assert.strictEqual(statusOf(yield* Engine.run(more, decided)), "Suspended at approval")
      // what it was asked before is asked once
      const same = Step.effect("design", {
        input: Text,
        output: Text,
        version: 3,
        run: (text) => Effect.succeed(`${text}>design`)
      })
      assert.strictEqual(statusOf(yield* Engine.run(gated(same), decided)), "Completed")
    })
  )

  it.effect("takes no decision that does not fit", () =>
    Effect.gen(function* () {
      const { state } = yield* suspended
      const exit = yield* Effect.exit(Engine.decide(gated(), state, "approval", "yes"))
      assert.strictEqual(exit._tag, "Failure")
    })
  )
})
