import { Cause, Effect, Exit, Fiber, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import {
  Engine,
  Journal,
  LlmClient,
  PromptTemplate,
  Step,
  Workflow,
  WorkflowError,
  WorkflowEvent
} from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { runState, stepState } from "./support/engine.ts"
import { reply } from "./support/scripted.ts"

const Text = Schema.String
const step = <E = never, R = never>(name: string, run: (text: string) => Effect.Effect<string, E, R>) =>
  Step.effect(name, { input: Text, output: Text, run })
const pass = (name: string) => step(name, (text) => Effect.succeed(`${text}>${name}`))
const begin = Workflow.make("w", { input: Text })

/** Runs with a journal of its own; gives the exit and what the journal holds. */
const inJournal = <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  input: In,
  journal = Journal.makeMemory()
) =>
  Effect.gen(function* () {
    const state = yield* Engine.initialize(workflow, input, { run: "r" })
    const exit = yield* Effect.exit(runState(workflow, state))
    const events = yield* journal.load("r")
    return { exit, events, tags: events.map(({ _tag }) => _tag) }
  }).pipe(Effect.provideService(Journal.Journal, journal))

describe("Engine, where things go wrong", () => {
  it.effect("a step whose key comes late does not start after another failed", () => {
    let ran = false
    const late = Step.effect("late", {
      input: Text,
      output: Text,
      key: () => Effect.as(Effect.sleep(100), "key"),
      run: (text) => Effect.sync(() => ((ran = true), text))
    })
    const bad = step("bad", () => Effect.andThen(Effect.sleep(10), Effect.fail("broken")))
    const workflow = begin.pipe(
      Workflow.all((w) => [w.pipe(Workflow.bind("late", late, "input")), w.pipe(Workflow.bind("bad", bad, "input"))])
    )
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(inJournal(workflow, "x"), { startImmediately: true })
      yield* TestClock.adjust(200)
      const { tags } = yield* Fiber.join(fiber)
      assert.isFalse(ran)
      assert.deepStrictEqual(tags, ["RunInitialized", "RunStarted", "StepStarted", "StepFailed", "RunEnded"])
    })
  })

  it.effect("nothing new starts beside a selector that throws", () => {
    let ran = 0
    const slow = step("slow", (text) => Effect.as(Effect.sleep(10), (ran++, text)))
    const workflow = begin.pipe(
      Workflow.all((w) => [
        w.pipe(Workflow.bind("a", slow, "input"), Workflow.bind("b", slow, "a")),
        w.pipe(
          Workflow.bind("c", slow, () => {
            throw new Error("oops")
          })
        )
      ])
    )
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(inJournal(workflow, "x"), { startImmediately: true })
      yield* TestClock.adjust(100)
      const { events, exit } = yield* Fiber.join(fiber)
      assert.isTrue(Exit.hasDies(exit))
      assert.strictEqual(ran, 1)
      assert.strictEqual(WorkflowEvent.fold(events)?.status, "FAILED")
    })
  })

  it.effect("a step that interrupts itself ends the run once, as CANCELLED, and nothing new starts", () => {
    let ran = 0
    const quits = step("quits", () => Effect.interrupt)
    const slow = step("slow", (text) => Effect.as(Effect.sleep(10), (ran++, text)))
    const workflow = begin.pipe(
      Workflow.all((w) => [
        w.pipe(Workflow.bind("a", slow, "input"), Workflow.bind("b", slow, "a")),
        w.pipe(Workflow.bind("quits", quits, "input"))
      ])
    )
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(inJournal(workflow, "x"), { startImmediately: true })
      yield* TestClock.adjust(100)
      const { events, exit } = yield* Fiber.join(fiber)
      assert.isTrue(Exit.hasInterrupts(exit))
      assert.deepStrictEqual(
        events.flatMap((event) => (event._tag === "RunEnded" ? [event.status] : [])),
        ["CANCELLED"]
      )
      assert.strictEqual(ran, 1)
    })
  })

  it.effect.each([1, 2])("an interruption keeps waiting items from starting, %i at a time", (concurrency) => {
    let ran = 0
    const workflow = Workflow.make("w", { input: Schema.Array(Text) }).pipe(
      Workflow.forEach(
        "each",
        step("s", (text) => Effect.as(Effect.sleep(10), (ran++, text))),
        {
          items: "input",
          key: String,
          input: "item",
          concurrency
        }
      )
    )
    return Effect.gen(function* () {
      const journal = Journal.makeMemory()
      const items = Array.from({ length: 20 }, (_, i) => `${i}`)
      const fiber = yield* Effect.forkChild(inJournal(workflow, items, journal), { startImmediately: true })
      yield* TestClock.adjust(15)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(ran, 2 * concurrency)
      assert.strictEqual(WorkflowEvent.fold(yield* journal.load("r"))?.status, "CANCELLED")
    })
  })

  it.effect("what a step's output loses on its way through JSON, the first run does not see either", () => {
    let ran = 0
    const more = Step.effect("more", {
      input: Text,
      output: Schema.Struct({ a: Text }),
      run: (a) => Effect.succeed({ a, secret: ++ran })
    })
    const shows = Step.effect("shows", {
      input: Schema.Unknown,
      output: Text,
      run: (value) => Effect.sync(() => (ran++, JSON.stringify(value)))
    })
    const workflow = begin.pipe(Workflow.bind("more", more, "input"), Workflow.bind("shows", shows, "more"))
    return Effect.gen(function* () {
      const first = yield* runState(workflow, yield* Engine.initialize(workflow, "x"))
      assert.strictEqual(first.records["shows"]?.result?.output, `{"a":"x"}`)
      yield* runState(workflow, first)
      assert.strictEqual(ran, 2)
    })
  })

  describe("journal", () => {
    it.effect("the path whose paid work was not recorded is named, whatever failed beside it", () => {
      const memory = Journal.makeMemory()
      const failing: Journal.Service = {
        ...memory,
        append: (run, event) =>
          "path" in event && event.path === (event._tag === "StepSucceeded" ? "paid" : "next")
            ? Effect.fail(new Journal.JournalError({ run, reason: "Failed", detail: `no ${event._tag}` }))
            : memory.append(run, event)
      }
      const workflow = begin.pipe(
        Workflow.all((w) => [
          w.pipe(
            Workflow.bind(
              "paid",
              step("paid", (text) => Effect.as(Effect.sleep(20), text)),
              "input"
            )
          ),
          w.pipe(
            Workflow.bind(
              "quick",
              step("quick", (text) => Effect.as(Effect.sleep(10), text)),
              "input"
            ),
            Workflow.bind("next", pass("next"), "quick")
          )
        ])
      )
      return Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(inJournal(workflow, "x", failing), { startImmediately: true })
        yield* TestClock.adjust(100)
        const { exit } = yield* Fiber.join(fiber)
        const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
        const { _tag, path, reason } = error as WorkflowError.WorkflowError
        assert.strictEqual(_tag, "WorkflowError")
        assert.deepStrictEqual([path, reason._tag], ["paid", "ResultNotRecorded"])
      })
    })

    it.effect("an id that a run has is refused to another, and the run stays as it was", () =>
      Effect.gen(function* () {
        const workflow = begin.pipe(Workflow.bind("a", pass("a"), "input"))
        const done = yield* runState(workflow, yield* Engine.initialize(workflow, "x", { run: "r" }))
        for (const second of [
          Engine.initialize(workflow, "y", { run: "r" }),
          Engine.import(workflow, done, { run: "r" })
        ]) {
          assert.strictEqual((yield* Effect.flip(second)).reason._tag, "RunExists")
        }
        assert.deepStrictEqual(yield* Engine.load(workflow, "r"), done)
      }).pipe(Effect.provide(Journal.layerMemory))
    )

    it.effect.each(["a/b", "..", "", "a b", "a\u001b[2J", "größe", "r".repeat(129)])(
      "an id that no journal could keep is refused: %j",
      (run) =>
        Effect.gen(function* () {
          const workflow = begin.pipe(Workflow.bind("a", pass("a"), "input"))
          const done = yield* runState(workflow, yield* Engine.initialize(workflow, "x"))
          for (const named of [
            Engine.initialize(workflow, "x", { run }),
            Engine.import(workflow, done, { run }),
            Engine.fork(workflow, done, "a", { run })
          ]) {
            const { message, reason } = yield* Effect.flip(named)
            assert.strictEqual(reason._tag, "JournalError")
            assert.include(message, "an id has up to 128 letters, digits, . _ and -")
          }
        }).pipe(Effect.provide(Journal.layerMemory))
    )

    it.effect("a state that is not the newest of its run is refused, so that nothing is paid for twice", () =>
      Effect.gen(function* () {
        const workflow = begin.pipe(Workflow.bind("a", pass("a"), "input"))
        const initial = yield* Engine.initialize(workflow, "x", { run: "r" })
        const done = yield* runState(workflow, initial)
        for (const old of [
          runState(workflow, initial),
          stepState(workflow, initial, "a"),
          Engine.set(workflow, initial, "a", "by hand")
        ]) {
          const error = yield* Effect.flip(old)
          assert.strictEqual(
            error.message,
            `the journal holds 5 events of run "r", this state comes of 1: load the run again`
          )
        }
        assert.deepStrictEqual(yield* Engine.load(workflow, "r"), done)
        yield* runState(workflow, yield* Engine.load(workflow, "r"))
      }).pipe(Effect.provide(Journal.layerMemory))
    )
  })

  describe("items", () => {
    const Item = Schema.Struct({ key: Text, needs: Schema.Array(Text) })
    const project = (concurrency: number, body: Step.Step<string, string, string> = pass("s")) =>
      Workflow.make("w", { input: Schema.Array(Item) }).pipe(
        Workflow.forEachDependency("code", body, {
          items: "input",
          key: "key",
          dependsOn: "needs",
          input: ({ dependencies, item }) => [item.key, ...Object.values(dependencies)].join("+"),
          concurrency
        })
      )
    const chain = (length: number) =>
      Array.from({ length }, (_, i) => ({ key: `k${i}`, needs: i + 1 < length ? [`k${i + 1}`] : [] }))

    it.effect("a chain in the wrong order runs with a concurrency of 1", () =>
      Effect.gen(function* () {
        const { code } = yield* Engine.execute(project(1), chain(5))
        assert.strictEqual(code["k3"], "k3+k4>s>s")
      })
    )

    it.effect("a failed item ends the run; those that depend on it never start", () => {
      const ran: Array<string> = []
      const body = step("s", (text) => {
        ran.push(text)
        return text.startsWith("k3") ? Effect.fail("broken") : Effect.succeed(text)
      })
      return Effect.gen(function* () {
        const error = yield* Effect.flip(Engine.execute(project(1, body), chain(5)))
        assert.strictEqual(error.path, "code/k3")
        assert.deepStrictEqual(ran, ["k4", "k3+k4"])
      })
    })

    for (const concurrency of [0, -1, NaN, 1.5]) {
      it(`a concurrency of ${concurrency} is refused when the workflow is made`, () => {
        assert.throws(() => project(concurrency), "concurrency")
      })
    }

    it.effect("keys that objects treat as their own are keys like all others", () => {
      const keys = ["__proto__", "constructor", "2", "1", "toString", ""]
      return Effect.gen(function* () {
        const items = keys.map((key, i) => ({ key, needs: keys.slice(0, i) }))
        const workflow = project(4)
        const state = yield* runState(workflow, yield* Engine.initialize(workflow, items))
        assert.strictEqual(state.status, "COMPLETED")
        const { code } = yield* Engine.output(workflow, state)
        assert.sameMembers(Object.keys(code), keys)
        assert.isTrue(Object.hasOwn(code, "__proto__"))
        assert.deepStrictEqual(
          (yield* Engine.plan(workflow, state)).filter(({ action }) => action !== "reuse"),
          []
        )
      })
    })

    it.effect("paths that no item has any more are orphaned in one order, whatever that of their start", () =>
      Effect.gen(function* () {
        const workflow = project(1)
        const done = yield* runState(workflow, yield* Engine.initialize(workflow, chain(3)))
        assert.deepStrictEqual(Object.keys(done.records), ["code/k2", "code/k1", "code/k0"])
        const none = yield* runState(workflow, yield* Engine.set(workflow, done, "input", []))
        assert.deepStrictEqual(none.orphaned, ["code/k0", "code/k1", "code/k2"])
      })
    )

    it.effect("items that cannot be walked are named to whoever asks for one, or for the output", () =>
      Effect.gen(function* () {
        const workflow = project(1)
        const done = yield* runState(workflow, yield* Engine.initialize(workflow, chain(2)))
        const circle = yield* Engine.set(workflow, done, "input", [
          { key: "k0", needs: ["k1"] },
          { key: "k1", needs: ["k0"] }
        ])
        const inCircle = `code: these depend on each other in a circle: "k0" → "k1" → "k0"`
        assert.strictEqual((yield* Effect.flip(Engine.output(workflow, circle))).message, inCircle)
        assert.strictEqual((yield* Effect.flip(stepState(workflow, circle, "code/k0"))).message, inCircle)
        assert.strictEqual((yield* Effect.flip(Engine.set(workflow, circle, "code/k0", "x"))).message, inCircle)
      })
    )
  })

  describe("events", () => {
    it.effect("a slow reader misses nothing", () => {
      const workflow = Workflow.make("w", { input: Schema.Array(Text) }).pipe(
        Workflow.forEach("each", pass("s"), { items: "input", key: String, input: "item" })
      )
      return Effect.gen(function* () {
        const items = Array.from({ length: 500 }, (_, i) => `${i}`)
        const state = yield* Engine.initialize(workflow, items)
        const read = Engine.events(workflow, state).pipe(
          Stream.tap(() => Effect.yieldNow),
          Stream.runCollect
        )
        assert.strictEqual((yield* read).length, 1002)
      })
    })

    it.effect("are those of the run asked for, not of one that a step starts inside", () => {
      const inner = begin.pipe(Workflow.bind("inside", pass("inside"), "input"))
      const outer = begin.pipe(
        Workflow.bind(
          "outside",
          step("outside", (text) => Effect.as(Engine.execute(inner, text), text)),
          "input"
        )
      )
      return Effect.gen(function* () {
        const state = yield* Engine.initialize(outer, "x")
        const events = yield* Stream.runCollect(Engine.events(outer, state))
        assert.deepStrictEqual(
          events.map(({ _tag }) => _tag),
          ["RunStarted", "StepStarted", "StepSucceeded", "RunEnded"]
        )
      })
    })
  })

  it.effect("wherever an interruption comes, what a model answered is recorded, and asked for once", () => {
    const say = Step.make("say", {
      input: Text,
      output: Text,
      prompt: PromptTemplate.make("Say {{text}}"),
      variables: (text) => ({ text })
    })
    const workflow = Workflow.make("w", { input: Schema.Array(Text) }).pipe(
      Workflow.forEach("each", say, { items: "input", key: String, input: "item", concurrency: 2 }),
      Workflow.bind("last", say, ({ each }) => each.join())
    )
    const pause = Effect.andThen(Effect.yieldNow, Effect.yieldNow)
    return Effect.gen(function* () {
      const statuses = new Set<string>()
      for (let steps = 0; statuses.size < 2 || !statuses.has("COMPLETED"); steps++) {
        assert.isBelow(steps, 500)
        const memory = Journal.makeMemory()
        const slow: Journal.Service = {
          ...memory,
          append: (run, event) => Effect.andThen(pause, memory.append(run, event))
        }
        let answered = 0
        const layer = LlmClient.layer(({ metadata }) =>
          Effect.andThen(
            pause,
            Effect.sync(() => (answered++, reply(`<${metadata.path}>`)))
          )
        )
        const body = Effect.gen(function* () {
          const state = yield* Engine.initialize(workflow, ["a", "b", "c"], { run: "r" })
          const fiber = yield* Effect.forkChild(runState(workflow, state), { startImmediately: true })
          for (let i = 0; i < steps; i++) yield* Effect.yieldNow
          yield* Fiber.interrupt(fiber)
          const stopped = yield* Engine.load(workflow, "r")
          statuses.add(stopped.status)
          const replies = Object.values(stopped.records).reduce((sum, { replies }) => sum + replies, 0)
          assert.strictEqual(replies, answered, `after ${steps} steps`)
          assert.strictEqual((yield* runState(workflow, stopped)).status, "COMPLETED")
          assert.strictEqual(answered, 4, `after ${steps} steps`)
        })
        yield* body.pipe(Effect.provide(layer), Effect.provideService(Journal.Journal, slow))
      }
      assert.sameMembers([...statuses], ["CANCELLED", "COMPLETED"])
    })
  })

  it.effect("a completed run shows no failure and nothing pending of attempts that do not count any more", () => {
    const attempt = (version: number, run: Effect.Effect<string, string>) => {
      const body = Step.effect("s", { input: Text, output: Text, version, run: () => run })
      return begin.pipe(Workflow.bind("a", body, "input"))
    }
    const good = attempt(1, Effect.succeed("done"))
    return Effect.gen(function* () {
      const done = yield* runState(good, yield* Engine.initialize(good, "x"))
      const failed = yield* runState(attempt(2, Effect.fail("broken")), done)
      assert.strictEqual(failed.records["a"]?.error?.message, "broken")
      const back = yield* runState(good, failed)
      assert.strictEqual(back.status, "COMPLETED")
      assert.isUndefined(back.records["a"]?.error)

      const killed = WorkflowEvent.draft(back)
      WorkflowEvent.apply(killed, { _tag: "StepStarted", path: "a", step: "s", at: 1 })
      assert.isDefined(killed.records["a"]?.pending)
      assert.isUndefined((yield* runState(good, killed)).records["a"]?.pending)
    })
  })

  it.effect("two runs at a time of the same workflow value do not touch each other", () =>
    Effect.gen(function* () {
      const slow = step("slow", (text) => Effect.as(Effect.sleep(10), `${text}!`))
      const workflow = begin.pipe(Workflow.bind("a", slow, "input"), Workflow.bind("b", slow, "a"))
      const fiber = yield* Effect.forkChild(
        Effect.all([Engine.execute(workflow, "x"), Engine.execute(workflow, "y")], { concurrency: 2 }),
        { startImmediately: true }
      )
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(yield* Fiber.join(fiber), [
        { input: "x", a: "x!", b: "x!!" },
        { input: "y", a: "y!", b: "y!!" }
      ])
    })
  )

  it.effect("a scope of a class keeps what the class gives its values", () => {
    class Person extends Schema.Class<Person>("Person")({ first: Text }) {
      get loud() {
        return this.first.toUpperCase()
      }
    }
    const person = Step.effect("person", {
      input: Text,
      output: Person,
      run: (first) => Effect.succeed(new Person({ first }))
    })
    const workflow = Workflow.identity(Text).pipe(
      Workflow.andThen(person),
      Workflow.bind("a", pass("a"), "first"),
      Workflow.bind("b", pass("b"), ({ loud }) => loud)
    )
    return Effect.gen(function* () {
      assert.strictEqual((yield* Engine.execute(workflow, "x")).b, "X>b")
    })
  })

  it.effect("a prompt's value with braces in it is not a hole", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const layer = LlmClient.layer(({ messages }) => {
        asked.push(messages[0]!.content)
        return Effect.succeed(reply("ok"))
      })
      const say = Step.make("say", {
        input: Text,
        output: Text,
        prompt: PromptTemplate.make("Say {{text}}, {{text}}"),
        variables: (text) => ({ text })
      })
      yield* Effect.provide(Step.run(say, "{{text}} {{outputFormat}}"), layer)
      assert.deepStrictEqual(asked, ["Say {{text}} {{outputFormat}}, {{text}} {{outputFormat}}"])
    })
  )

  it.effect("plan says what a failing key of any kind would fail with", () => {
    const broken = Step.effect("broken", {
      input: Text,
      output: Text,
      key: () => Effect.fail({ _tag: "NoDisk", message: "no disk" }),
      run: (text) => Effect.succeed(text)
    })
    const workflow = begin.pipe(Workflow.bind("a", broken, "input"))
    return Effect.gen(function* () {
      const [entry] = yield* Engine.plan(workflow, yield* Engine.initialize(workflow, "x"))
      assert.strictEqual(entry?.why, "would fail: no disk")
    })
  })
})
