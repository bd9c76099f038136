import { Effect, Schema } from "effect"
import {
  Engine,
  Journal,
  LlmClient,
  LlmError,
  PromptTemplate,
  Step,
  Workflow,
  WorkflowEvent,
  WorkflowState
} from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { stepState } from "./support/engine.ts"
import { reply } from "./support/scripted.ts"

const Text = Schema.Struct({ text: Schema.String })

const say = Step.make("say", {
  input: Text,
  output: Schema.String,
  prompt: PromptTemplate.make("Say {{text}}"),
  variables: ({ text }) => ({ text })
})

const workflow = Workflow.make("w", { input: Text }).pipe(
  Workflow.bind("first", say, "input"),
  Workflow.forEach("each", say, { items: () => ["a", "b"], key: (item) => item, input: { text: "item" } }),
  Workflow.let("loud", ({ first }) => first.toUpperCase()),
  Workflow.bind("last", say, { text: "loud" })
)

/** A model that says the same word for `first` each time, or words of its own; keeps what it was asked, and how. */
const model = (answer: (path: string) => string | LlmError.LlmError = (path) => `<${path}>`) => {
  const asked: Array<string> = []
  const layer = LlmClient.layer(({ metadata: { fresh = false, path } }) => {
    asked.push(fresh ? `${path} fresh` : path)
    const text = answer(path)
    return typeof text === "string" ? Effect.succeed(reply(text)) : Effect.fail(text)
  })
  return { asked, layer }
}

const done = Effect.flatMap(Engine.initialize(workflow, { text: "go" }, { run: "r" }), (state) =>
  Effect.map(Engine.run(workflow, state), ({ state }) => state)
)

/** In a journal that holds a run as a kill left it: after the last event of this kind. */
const killedAfter = (
  tag: WorkflowEvent.WorkflowEvent["_tag"],
  work: Effect.Effect<unknown, unknown, LlmClient.LlmClient>
) =>
  Effect.gen(function* () {
    const memory = Journal.makeMemory()
    yield* Effect.provideService(work, Journal.Journal, memory)
    const events = yield* memory.load("r")
    const left = events.slice(0, events.findLastIndex(({ _tag }) => _tag === tag) + 1)
    const journal = Journal.makeMemory()
    for (const event of left) {
      yield* journal.append("r", event)
      if (event._tag !== "StepReplied") continue
      for (const hash of [event.prompt, event.reply]) {
        yield* journal.putText("r", hash, yield* memory.getText("r", hash))
      }
    }
    return journal
  })

const forced = (path: string) => Effect.flatMap(done, (state) => stepState(workflow, state, path, { force: true }))

const planned = (plan: ReadonlyArray<Engine.PlanEntry>) =>
  plan.map(({ action, path, why }) => `${action} ${path}${why === "" ? "" : `: ${why}`}`)

const kept = ["reuse first", "reuse each/a", "reuse each/b", "reuse last"]

describe("Engine.fork", () => {
  it.effect("starts a run with all results, which asks at the path alone while its output stays equal", () => {
    const { asked, layer } = model()
    return Effect.gen(function* () {
      const state = yield* done
      const before = WorkflowState.toJson(state)
      const fork = yield* Engine.fork(workflow, state, "first", { run: "f" })
      assert.deepStrictEqual([fork.run, fork.origin, fork.status, fork.events], ["f", "r", "IN_PROGRESS", 1])
      assert.deepStrictEqual(yield* Engine.load(workflow, "f"), fork)
      assert.deepStrictEqual(yield* WorkflowState.fromJson(WorkflowState.toJson(fork)), fork)
      assert.deepStrictEqual(planned(yield* Engine.plan(workflow, fork)), [
        "run first: a new result was asked for",
        ...kept.slice(1, 3),
        "perhaps last: reads first"
      ])
      const calls = asked.length
      const after = yield* Engine.run(workflow, fork)
      assert.deepStrictEqual([asked.slice(calls), after.ran], [["first fresh"], ["first"]])
      assert.strictEqual(after.state.status, "COMPLETED")
      assert.strictEqual(WorkflowState.toJson(yield* Engine.load(workflow, "r")), before)
    }).pipe(Effect.provide([layer, Journal.layerMemory]))
  })

  it.effect("runs what hangs on the path where the output differs, and no other", () =>
    Effect.gen(function* () {
      const state = yield* Effect.provide(done, model().layer)
      const other = model((path) => `other ${path}`)
      const first = yield* Engine.fork(workflow, state, "first")
      yield* Effect.provide(Engine.run(workflow, first), other.layer)
      assert.deepStrictEqual(other.asked, ["first fresh", "last"])
      const item = yield* Engine.fork(workflow, state, "each/b")
      assert.match(item.run, /^\d{8}-\d{6}-[a-z]{6}$/)
      const { state: after } = yield* Effect.provide(Engine.run(workflow, item), other.layer)
      assert.deepStrictEqual(other.asked.slice(2), ["each/b fresh"])
      assert.deepStrictEqual(after.records["each/a"], state.records["each/a"])
    }).pipe(Effect.provide([model().layer, Journal.layerMemory]))
  )

  it.effect("forks a fork, and one at two paths", () =>
    Effect.gen(function* () {
      const { asked, layer } = model()
      const state = yield* Effect.provide(done, layer)
      const one = yield* Engine.fork(workflow, state, "each/a", { run: "one" })
      const two = yield* Engine.fork(workflow, one, "last", { run: "two" })
      assert.strictEqual(two.origin, "one")
      const calls = asked.length
      yield* Effect.provide(Engine.run(workflow, two), layer)
      assert.deepStrictEqual(asked.slice(calls), ["each/a fresh", "last fresh"])
    }).pipe(Effect.provide([model().layer, Journal.layerMemory]))
  )

  it.effect("asks for the result anew that the step would find at another path", () =>
    Effect.gen(function* () {
      const renamed = Workflow.make("w", { input: Text }).pipe(Workflow.bind("begin", say, "input"))
      const state = yield* done
      const moved = yield* Engine.fork(renamed, state, "begin")
      assert.deepStrictEqual(planned(yield* Engine.plan(renamed, moved)), ["run begin: a new result was asked for"])
      const { asked, layer } = model()
      yield* Effect.provide(Engine.run(renamed, moved), layer)
      assert.deepStrictEqual(asked, ["begin fresh"])
    }).pipe(Effect.provide([model().layer, Journal.layerMemory]))
  )

  it.effect("asks anew for a decision, for what was taken over, and in a round that shares an earlier one", () =>
    Effect.gen(function* () {
      const useless = Step.make("useless", {
        input: Text,
        output: Schema.Int,
        prompt: PromptTemplate.make("Count {{text}}"),
        variables: ({ text }) => ({ text }),
        repair: 0
      })
      const all = Workflow.make("all", { input: Text }).pipe(
        Workflow.gate("approval", { question: Text, input: "input", decision: Schema.Boolean }),
        Workflow.fallback("count", useless, { input: "input", errors: ["StepOutputError"], otherwise: say }),
        Workflow.iterate("twice", say, { input: ({ input }) => input, until: () => false, atMost: 2, again: "changed" })
      )
      const { asked, layer } = model(() => "no number")
      yield* Effect.gen(function* () {
        const waiting = yield* Engine.run(all, yield* Engine.initialize(all, { text: "go" }))
        const decided = yield* Engine.decide(all, waiting.state, "approval", true)
        const { ending, state } = yield* Engine.run(all, decided)
        assert.strictEqual(ending._tag, "Completed")
        assert.deepStrictEqual(asked, ["count/try", "count/otherwise", "twice/1"])
        for (const [path, again] of [
          ["count/try", ["count/try fresh"]],
          ["count/otherwise", ["count/otherwise fresh"]],
          ["twice/1", ["twice/1 fresh"]],
          ["twice/2", ["twice/2 fresh"]]
        ] as const) {
          const calls = asked.length
          const forked = yield* Engine.run(all, yield* Engine.fork(all, state, path))
          assert.deepStrictEqual([path, asked.slice(calls)], [path, again])
          assert.strictEqual(forked.ending._tag, "Completed")
        }
        const calls = asked.length
        const undecided = yield* Engine.run(all, yield* Engine.fork(all, state, "approval"))
        assert.deepStrictEqual([undecided.state.status, asked.length], ["SUSPENDED", calls])
        const again = yield* Engine.run(all, yield* Engine.decide(all, undecided.state, "approval", false))
        assert.deepStrictEqual([again.ending._tag, asked.length], ["Completed", calls])
      }).pipe(Effect.provide([layer, Journal.layerMemory]))
    })
  )

  it.effect("is no more than a copy at a step without a result", () =>
    Effect.gen(function* () {
      const initial = yield* Engine.initialize(workflow, { text: "go" })
      const fork = yield* Engine.fork(workflow, initial, "last", { run: "f" })
      assert.deepStrictEqual([fork.status, fork.records], ["INITIALIZED", {}])
      const { asked, layer } = model()
      yield* Effect.provide(Engine.run(workflow, fork), layer)
      assert.deepStrictEqual(asked, ["first", "each/a", "each/b", "last"])
    }).pipe(Effect.provide([model().layer, Journal.layerMemory]))
  )

  it.effect("takes a state from anywhere, and leaves the journal of its run alone", () =>
    Effect.gen(function* () {
      const state = yield* Effect.provide(done, model().layer)
      const journal = Journal.makeMemory()
      yield* Effect.provideService(Engine.fork(workflow, state, "last", { run: "f" }), Journal.Journal, journal)
      assert.strictEqual(yield* journal.size("r"), 0)
      assert.deepStrictEqual(
        (yield* journal.load("f")).map(({ _tag }) => _tag),
        ["RunImported"]
      )
    }).pipe(Effect.provide(model().layer))
  )

  it.effect("takes the replies of other steps, which were cut off in the run that it comes from", () =>
    Effect.gen(function* () {
      const journal = yield* Effect.provide(killedAfter("StepReplied", done), model().layer)
      // texts are those of one run, as on disk
      const apart: Journal.Service = {
        ...journal,
        getText: (run, hash) =>
          run === "r"
            ? journal.getText(run, hash)
            : Effect.fail(new Journal.JournalError({ run, reason: "NotFound", detail: hash }))
      }
      const { asked, layer } = model()
      yield* Effect.gen(function* () {
        const fork = yield* Engine.fork(workflow, yield* Engine.load(workflow, "r"), "first", { run: "f" })
        yield* Engine.run(workflow, fork)
        assert.deepStrictEqual(asked, ["first fresh"])
        const anew = yield* Engine.fork(workflow, yield* Engine.load(workflow, "r"), "last", { run: "g" })
        yield* Engine.run(workflow, anew)
        assert.deepStrictEqual(asked.slice(1), ["last fresh"])
      }).pipe(Effect.provide(layer), Effect.provideService(Journal.Journal, apart))
    })
  )

  it.effect("refuses a path that no step has, with the near ones, and an id that a run has", () =>
    Effect.gen(function* () {
      const state = yield* Effect.provide(done, model().layer)
      for (const [path, said] of [
        ["frist", 'no step has this path; did you mean "first"?'],
        ["each", "no step has this path"],
        ["each/c", "no step has this path"],
        ["each/*", "no step has this path"],
        ["input", "no step has this path"],
        ["", "no step has this path"]
      ] as const) {
        const error = yield* Effect.flip(Engine.fork(workflow, state, path))
        assert.deepStrictEqual([error.path, error.reason._tag], [path, "UnknownPath"])
        assert.include(error.message, said)
      }
      const taken = yield* Effect.flip(Engine.fork(workflow, state, "first", { run: "r" }))
      assert.strictEqual(taken.reason._tag, "RunExists")
      const other = Workflow.make("other", { input: Text })
      const wrong = yield* Effect.flip(Engine.fork(other, state, "first"))
      assert.strictEqual(wrong.reason._tag, "WrongWorkflow")
    }).pipe(Effect.provide([model().layer, Journal.layerMemory]))
  )
})

describe("Engine, a new result that was asked for", () => {
  it.effect("is asked for again where the process ended before the reply", () =>
    Effect.gen(function* () {
      const journal = yield* Effect.provide(killedAfter("StepStarted", forced("first")), model().layer)
      const { asked, layer } = model((path) => `anew ${path}`)
      yield* Effect.gen(function* () {
        const state = yield* Engine.load(workflow, "r")
        assert.strictEqual(state.records["first"]?.result?.output, "<first>")
        assert.deepStrictEqual(yield* WorkflowState.fromJson(WorkflowState.toJson(state)), state)
        assert.deepStrictEqual(planned(yield* Engine.plan(workflow, state)), [
          "run first: a new result was asked for",
          ...kept.slice(1, 3),
          "perhaps last: reads first"
        ])
        const { state: after } = yield* Engine.run(workflow, state)
        assert.deepStrictEqual(asked, ["first fresh", "last"])
        assert.strictEqual(after.records["first"]?.result?.output, "anew first")
        assert.isTrue((yield* Engine.plan(workflow, after)).every(({ action }) => action === "reuse"))
        assert.deepStrictEqual(WorkflowEvent.fold(yield* journal.load("r")), after)
      }).pipe(Effect.provide(layer), Effect.provideService(Journal.Journal, journal))
    })
  )

  it.effect("is that of the reply where the process ended after it, which is not paid for again", () =>
    Effect.gen(function* () {
      let word = "old"
      const changing = model((path) => `${word} ${path}`)
      const again = Effect.flatMap(done, (state) => {
        word = "new"
        return stepState(workflow, state, "first", { force: true })
      })
      const journal = yield* Effect.provide(killedAfter("StepReplied", again), changing.layer)
      const { asked, layer } = model()
      yield* Effect.gen(function* () {
        const { state } = yield* Engine.run(workflow, yield* Engine.load(workflow, "r"))
        assert.deepStrictEqual([asked, state.records["first"]?.result?.output], [["last"], "new first"])
      }).pipe(Effect.provide(layer), Effect.provideService(Journal.Journal, journal))
    })
  )

  it.effect("is still asked for after the attempt failed, and by a single step too", () =>
    Effect.gen(function* () {
      const { layer } = model()
      const down = new LlmError.LlmError({ reason: new LlmError.ProviderUnavailable({ detail: "503" }) })
      const failed = yield* Effect.provide(
        Effect.flatMap(Effect.provide(done, layer), (state) => stepState(workflow, state, "first", { force: true })),
        model(() => down).layer
      )
      const { asked, layer: up } = model()
      const after = yield* Effect.provide(stepState(workflow, failed, "first"), up)
      assert.deepStrictEqual(asked, ["first fresh"])
      yield* Effect.provide(Engine.run(workflow, after), up)
      assert.deepStrictEqual(asked, ["first fresh"])
    }).pipe(Effect.provide(Journal.layerMemory))
  )

  it.effect("is asked for of an item, and of a step that calls no model", () =>
    Effect.gen(function* () {
      let count = 0
      const code = Step.effect("code", { input: Text, output: Schema.Int, run: () => Effect.sync(() => ++count) })
      const counting = Workflow.make("counting", { input: Schema.Array(Text) }).pipe(
        Workflow.forEach("each", code, { items: "input", key: "text", input: "item" })
      )
      const memory = Journal.makeMemory()
      yield* Effect.gen(function* () {
        const state = yield* Engine.initialize(counting, [{ text: "a" }, { text: "b" }], { run: "r" })
        const { state: first } = yield* Engine.run(counting, state)
        yield* stepState(counting, first, "each/b", { force: true })
      }).pipe(Effect.provideService(Journal.Journal, memory))
      const events = yield* memory.load("r")
      const state = WorkflowEvent.fold(events.slice(0, -1))!
      assert.deepStrictEqual(planned(yield* Engine.plan(counting, state)), [
        "reuse each/a",
        "run each/b: a new result was asked for"
      ])
      const { ran } = yield* Engine.run(counting, state)
      assert.deepStrictEqual([ran, count], [["each/b"], 4])
    })
  )

  it.effect("is what a person sets by hand meanwhile, and what was set by hand is replaced, as the plan says", () =>
    Effect.gen(function* () {
      const { asked, layer } = model()
      const byHand = Effect.flatMap(done, (state) => Engine.set(workflow, state, "first", "mine"))
      const again = Effect.flatMap(byHand, (state) => stepState(workflow, state, "first", { force: true }))
      const journal = yield* Effect.provide(killedAfter("StepStarted", again), layer)
      yield* Effect.gen(function* () {
        const state = yield* Engine.load(workflow, "r")
        assert.include(
          planned(yield* Engine.plan(workflow, state)),
          "run first: a new result was asked for (replaces a result set by hand)"
        )
        const set = yield* Engine.set(workflow, state, "first", "mine too")
        const calls = asked.length
        const { state: after } = yield* Engine.run(workflow, set)
        assert.deepStrictEqual(asked.slice(calls), ["last"])
        assert.strictEqual(after.records["first"]?.result?.output, "mine too")
      }).pipe(Effect.provide(layer), Effect.provideService(Journal.Journal, journal))
    })
  )
})
