import { Cause, Deferred, Effect, Exit, Fiber, Option, Schema, Stream, Tracer } from "effect"
import { TestClock } from "effect/testing"
import {
  Engine,
  Journal,
  LlmClient,
  LlmError,
  type LlmReply,
  PromptTemplate,
  Step,
  StepExecutor,
  Workflow,
  WorkflowEvent,
  WorkflowState
} from "@stepwright/core"
import { assert, describe, expect, it } from "@effect/vitest"
import { runState, stepState } from "./support/engine.ts"
import { scripted } from "./support/scripted.ts"

const say = (name: string, template = `${name}: {{text}}`, options: { readonly model?: string } = {}) =>
  Step.make(name, {
    input: Schema.Struct({ text: Schema.String }),
    output: Schema.String,
    prompt: PromptTemplate.make(template),
    variables: ({ text }) => ({ text }),
    ...options
  })

const reply = (text: string): LlmReply.LlmReply => ({ text, finishReason: "stop", usage: { input: 10, output: 5 } })

/** A model that answers by path and keeps the paths it was asked for. */
const model = (answer: (path: string) => string | LlmError.LlmError = (path) => `<${path}>`) => {
  const asked: Array<string> = []
  const layer = LlmClient.layer((request) => {
    asked.push(request.metadata.path)
    const text = answer(request.metadata.path)
    return typeof text === "string" ? Effect.succeed(reply(text)) : Effect.fail(text)
  })
  return { asked, layer }
}

const Text = Schema.Struct({ text: Schema.String })

/** Three levels: outer steps, a nested workflow, one nested in that. */
const nested = (inner = say("inner")) =>
  Workflow.make("nested", { input: Text }).pipe(
    Workflow.bind("first", say("first"), "input"),
    Workflow.bind(
      "design",
      Workflow.make("design", { input: Schema.String }).pipe(
        Workflow.bind(
          "tasks",
          Workflow.make("tasks", { input: Schema.String }).pipe(Workflow.bind("inner", inner, { text: "input" })),
          "input"
        )
      ),
      "first"
    ),
    Workflow.bind("last", say("last"), { text: "design.tasks.inner" })
  )

const Task = Schema.Struct({ id: Schema.String, dependsOn: Schema.Array(Schema.String) })
type Task = typeof Task.Type

const implement = Step.make("implement", {
  input: Schema.Struct({ task: Task, before: Schema.Record(Schema.String, Schema.String) }),
  output: Schema.String,
  prompt: PromptTemplate.make("Do {{id}} after {{before}}"),
  variables: ({ before, task }) => ({ id: task.id, before: Object.values(before).join(" and ") })
})

const project = Workflow.make("project", { input: Schema.Struct({ tasks: Schema.Array(Task) }) }).pipe(
  Workflow.forEachDependency("code", implement, {
    items: "input.tasks",
    key: "id",
    dependsOn: "dependsOn",
    input: { task: "item", before: "dependencies" }
  })
)

const tasks = (...list: ReadonlyArray<readonly [string, ...ReadonlyArray<string>]>): ReadonlyArray<Task> =>
  list.map(([id, ...dependsOn]) => ({ id, dependsOn }))

/** Runs a workflow from the start, giving the state. */
const start = <In, Out, E, R>(workflow: Workflow.Workflow<In, Out, E, R>, input: In) =>
  Effect.flatMap(Engine.initialize(workflow, input, { run: "r" }), (state) => runState(workflow, state))

const actions = (plan: ReadonlyArray<Engine.PlanEntry>) =>
  Object.fromEntries(plan.map(({ action, path }) => [path, action]))

describe("Engine", () => {
  describe("execute", () => {
    it.effect("gives the typed scope, nested by name", () => {
      const { asked, layer } = model()
      return Effect.gen(function* () {
        const output = yield* Engine.execute(nested(), { text: "go" })
        assert.strictEqual(output.design.tasks.inner, "<design/tasks/inner>")
        assert.deepStrictEqual(Object.keys(output), ["input", "first", "design", "last"])
        assert.deepStrictEqual(asked, ["first", "design/tasks/inner", "last"])
      }).pipe(Effect.provide(layer))
    })

    it.effect("fails with the step's own error and its path", () => {
      class NotToday extends Schema.TaggedError<NotToday>()("NotToday", { day: Schema.String }) {}
      const refuse = Step.effect("refuse", {
        input: Schema.String,
        output: Schema.String,
        error: NotToday,
        run: (day) => Effect.fail(new NotToday({ day }))
      })
      const workflow = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("step", refuse, "input"))
      return Effect.gen(function* () {
        const error = yield* Effect.flip(Engine.execute(workflow, "Monday"))
        assert.strictEqual(error.path, "step")
        assert.instanceOf(error.reason, NotToday)
        const state = yield* start(workflow, "Monday")
        assert.strictEqual(state.status, "FAILED")
        assert.deepStrictEqual(state.records["step"]?.error?.value, { _tag: "NotToday", day: "Monday" })
      })
    })

    it.effect("refuses an input that does not fit, with the place", () =>
      Effect.gen(function* () {
        const workflow = Workflow.make("w", { input: Schema.Struct({ topic: Schema.NonEmptyString }) })
        const error = yield* Effect.flip(Engine.execute(workflow, { topic: "" }))
        assert.strictEqual(error.reason._tag, "InvalidInput")
        assert.include(error.message, "topic")
      })
    )
  })

  describe("run", () => {
    it.effect("tells how it ended: the output, what it reused, ran and asked", () => {
      const { layer } = model()
      return Effect.gen(function* () {
        const first = yield* Engine.run(nested(), yield* Engine.initialize(nested(), { text: "go" }))
        assert.deepStrictEqual(first.ending, {
          _tag: "Completed",
          output: yield* Engine.output(nested(), first.state)
        })
        assert.deepStrictEqual([first.reused, first.ran], [[], ["first", "design/tasks/inner", "last"]])
        assert.deepStrictEqual([first.replies, first.requests], [3, 0])

        const changed = nested(say("inner", "Now {{text}}"))
        const second = yield* Engine.run(changed, first.state)
        assert.deepStrictEqual([second.reused, second.ran], [["first", "last"], ["design/tasks/inner"]])
      }).pipe(Effect.provide(layer))
    })

    it.effect("tells the reason of a failure and of a suspension as they were, with the path", () => {
      const over = new LlmError.LlmError({ reason: new LlmError.BudgetExceeded({ detail: "over" }) })
      const refused = new LlmError.LlmError({ reason: new LlmError.InvalidRequest({ detail: "no" }) })
      const endingWith = (error: LlmError.LlmError) =>
        Effect.gen(function* () {
          const { ending } = yield* Engine.run(nested(), yield* Engine.initialize(nested(), { text: "go" }))
          return ending
        }).pipe(Effect.provide(model((path) => (path === "first" ? "ok" : error)).layer))
      return Effect.gen(function* () {
        const path = "design/tasks/inner"
        const reasonOf = (ending: Engine.RunEnding<unknown, unknown>) =>
          ending._tag === "Completed" ? [] : [ending._tag, ending.path, String(ending.reason)]
        assert.deepStrictEqual(reasonOf(yield* endingWith(over)), ["Suspended", path, String(over)])
        assert.deepStrictEqual(reasonOf(yield* endingWith(refused)), ["Failed", path, String(refused)])
      })
    })

    it.effect("tells a listener of each event once it is journalled, with the state it led to", () => {
      const journal = Journal.makeMemory()
      const { layer } = model()
      return Effect.gen(function* () {
        const begun = yield* Engine.initialize(nested(), { text: "go" }, { run: "r" })
        const told: Array<readonly [string, string]> = []
        const onEvent: Engine.Listeners["onEvent"] = ({ _tag }, state) => void told.push([_tag, state.status])
        const { state } = yield* Engine.run(nested(), begun, { onEvent })
        const events = yield* journal.load("r")
        const expected = events.map(
          ({ _tag }, i) => [_tag, WorkflowEvent.fold(events.slice(0, i + 1))!.status] as const
        )
        // the first began the run, before anybody listened
        assert.deepStrictEqual(told, expected.slice(1))
        assert.strictEqual(told.at(-1)?.[1], state.status)
      }).pipe(Effect.provide(layer), Effect.provideService(Journal.Journal, journal))
    })

    it.effect("tells a listener of the pieces of replies where it asks for them", () =>
      Effect.gen(function* () {
        const pieces: Array<string> = []
        const onDelta: Engine.Listeners["onDelta"] = (delta) =>
          void pieces.push(delta._tag === "ReplyDelta" ? `${delta.path}: ${delta.text}` : "discarded")
        yield* Engine.run(nested(), yield* Engine.initialize(nested(), { text: "go" }), { onDelta })
        assert.deepStrictEqual(pieces, ["first: <first>", "design/tasks/inner: <design/tasks/inner>", "last: <last>"])
      }).pipe(Effect.provide(model().layer))
    )

    it.effect("calls nothing when it resumes a finished run", () => {
      const { asked, layer } = model()
      return Effect.gen(function* () {
        const state = yield* start(nested(), { text: "go" })
        assert.strictEqual(state.status, "COMPLETED")
        yield* runState(nested(), state)
        assert.strictEqual(asked.length, 3)
      }).pipe(Effect.provide(layer))
    })

    it.effect("runs a step again whose constant inside `variables` changed, and what its new output feeds", () => {
      const withTone = (tone: string) =>
        Step.make("tell", {
          input: Text,
          output: Schema.String,
          prompt: PromptTemplate.make("{{text}} in a {{tone}} tone"),
          variables: ({ text }) => ({ text, tone })
        })
      const workflow = (tone: string) =>
        Workflow.make("w", { input: Text }).pipe(
          Workflow.bind("tell", withTone(tone), "input"),
          Workflow.bind("after", say("after"), { text: "tell" })
        )
      const { asked, layer } = model()
      return Effect.gen(function* () {
        const state = yield* start(workflow("calm"), { text: "go" })
        assert.deepStrictEqual(actions(yield* Engine.plan(workflow("loud"), state)), { tell: "run", after: "perhaps" })
        yield* runState(workflow("loud"), state)
        // the answer is the same, so what follows is not asked again
        assert.deepStrictEqual(asked, ["tell", "after", "tell"])
      }).pipe(Effect.provide(layer))
    })

    it.effect("lets what is in flight finish and starts nothing new when a step fails", () => {
      const slow = Step.effect("slow", {
        input: Text,
        output: Schema.String,
        run: () => Effect.as(Effect.sleep(50), "done")
      })
      const bad = Step.effect("bad", { input: Text, output: Schema.String, run: () => Effect.fail("broken") })
      const workflow = Workflow.make("w", { input: Text }).pipe(
        Workflow.all((w) => [
          w.pipe(Workflow.bind("slow", slow, "input"), Workflow.bind("never", say("never"), { text: "slow" })),
          w.pipe(Workflow.bind("bad", bad, "input"))
        ])
      )
      const { asked, layer } = model()
      return Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(start(workflow, { text: "go" }), { startImmediately: true })
        yield* TestClock.adjust(100)
        const state = yield* Fiber.join(fiber)
        assert.strictEqual(state.status, "FAILED")
        assert.strictEqual(state.error?.path, "bad")
        assert.strictEqual(state.records["slow"]?.result?.output, "done")
        assert.isUndefined(state.records["never"])
        assert.deepStrictEqual(asked, [])
      }).pipe(Effect.provide(layer))
    })

    it.effect("suspends when the budget is used up, and goes on from there", () => {
      const poor = new LlmError.LlmError({ reason: new LlmError.BudgetExceeded({ detail: "10 of 10 calls" }) })
      const broke = model((path) => (path === "last" ? poor : `<${path}>`))
      const rich = model()
      return Effect.gen(function* () {
        const state = yield* Effect.provide(start(nested(), { text: "go" }), broke.layer)
        assert.strictEqual(state.status, "SUSPENDED")
        assert.strictEqual(state.error?.path, "last")
        const done = yield* Effect.provide(runState(nested(), state), rich.layer)
        assert.strictEqual(done.status, "COMPLETED")
        assert.deepStrictEqual(rich.asked, ["last"])
      })
    })

    it.effect("asks anew, and says so, after replies that were of no use and when forced", () => {
      const asked: Array<string> = []
      const point = Step.make("point", {
        input: Text,
        output: Schema.Struct({ x: Schema.Int }),
        prompt: PromptTemplate.make("{{text}}"),
        variables: ({ text }) => ({ text }),
        repair: 0
      })
      const workflow = Workflow.make("w", { input: Text }).pipe(Workflow.bind("point", point, "input"))
      const answering = (text: string) =>
        LlmClient.layer(({ metadata }) => {
          asked.push(`${text} ${metadata.fresh ?? false}`)
          return Effect.succeed(reply(text))
        })
      return Effect.gen(function* () {
        const failed = yield* Effect.provide(start(workflow, { text: "go" }), answering("no"))
        const done = yield* Effect.provide(runState(workflow, failed), answering('{"x":1}'))
        yield* Effect.provide(stepState(workflow, done, "point", { force: true }), answering('{"x":2}'))
        assert.deepStrictEqual(asked, ["no false", '{"x":1} true', '{"x":2} true'])
      })
    })

    it.effect("refuses a state of another workflow", () =>
      Effect.gen(function* () {
        const other = Workflow.make("other", { input: Text })
        const state = yield* Engine.initialize(other, { text: "go" })
        const error = yield* Effect.flip(runState(project, state))
        assert.include(error.message, `belongs to the workflow "other"`)
      }).pipe(Effect.provide(model().layer))
    )

    it.effect("is a defect, with the path, when a selector throws; the run is FAILED", () => {
      const { layer } = model()
      const workflow = Workflow.make("w", { input: Text }).pipe(
        Workflow.bind("a", say("a"), () => {
          throw new Error("oops")
        })
      )
      return Effect.gen(function* () {
        const journal = Journal.makeMemory()
        const exit = yield* Effect.exit(start(workflow, { text: "go" })).pipe(
          Effect.provideService(Journal.Journal, journal)
        )
        assert.isTrue(Exit.hasDies(exit))
        assert.include(String(exit), "a: a selector")
        assert.strictEqual(WorkflowEvent.fold(yield* journal.load("r"))?.status, "FAILED")
      }).pipe(Effect.provide(layer))
    })

    it.effect("tells a journal that fails after the work was done from one that fails before", () => {
      const failing = (tag: string, reason: "Failed" | "Locked"): Journal.Service => ({
        ...Journal.makeMemory(),
        size: () => Effect.undefined,
        append: (run, event) =>
          event._tag === tag ? Effect.fail(new Journal.JournalError({ run, reason, detail: "disk full" })) : Effect.void
      })
      const { layer } = model()
      const attempt = (tag: string, reason: "Failed" | "Locked" = "Failed") =>
        Effect.flip(start(nested(), { text: "go" })).pipe(
          Effect.provideService(Journal.Journal, failing(tag, reason)),
          Effect.map(({ path, reason }) => [path, reason._tag])
        )
      return Effect.gen(function* () {
        assert.deepStrictEqual(yield* attempt("RunStarted"), ["", "JournalError"])
        assert.deepStrictEqual(yield* attempt("StepStarted"), ["first", "JournalError"])
        assert.deepStrictEqual(yield* attempt("StepReplied"), ["first", "ResultNotRecorded"])
        assert.deepStrictEqual(yield* attempt("StepSucceeded"), ["first", "ResultNotRecorded"])
        // whether it has to be done again is for the process to say that has the run
        assert.deepStrictEqual(yield* attempt("StepSucceeded", "Locked"), ["first", "JournalError"])
      }).pipe(Effect.provide(layer))
    })

    it.effect("records what is no longer part of the definition as orphaned", () => {
      const { layer } = model()
      return Effect.gen(function* () {
        const state = yield* start(project, { tasks: tasks(["a"], ["b"]) })
        const fewer = yield* Engine.set(project, state, "input", { tasks: tasks(["a"]) } as never)
        assert.strictEqual(fewer.status, "IN_PROGRESS")
        const done = yield* runState(project, fewer)
        assert.deepStrictEqual(done.orphaned, ["code/b"])
      }).pipe(Effect.provide(layer))
    })

    it.effect("gives each execution to the StepExecutor", () => {
      const { layer } = model()
      const seen: Array<string> = []
      return Effect.gen(function* () {
        yield* start(nested(), { text: "go" })
        assert.deepStrictEqual(seen, ["r first 1", "r design/tasks/inner 1", "r last 1"])
      }).pipe(
        Effect.provideService(StepExecutor.StepExecutor, (work, { attempt, path, run }) => {
          seen.push(`${run} ${path} ${attempt}`)
          return work
        }),
        Effect.provide(layer)
      )
    })
  })

  describe("forEachDependency", () => {
    it.effect("gives each item the outputs of what it depends on", () => {
      const prompts: Array<string> = []
      const layer = LlmClient.layer((request) => {
        prompts.push(request.messages.at(-1)!.content)
        return Effect.succeed(reply(`done ${request.metadata.path}`))
      })
      return Effect.gen(function* () {
        const output = yield* Engine.execute(project, { tasks: tasks(["c", "a", "b"], ["a"], ["b", "a"]) })
        assert.deepStrictEqual(Object.keys(output.code), ["c", "a", "b"])
        assert.deepStrictEqual(prompts, [
          "Do a after ",
          "Do b after done code/a",
          "Do c after done code/a and done code/b"
        ])
      }).pipe(Effect.provide(layer))
    })

    for (const [name, list, message] of [
      ["itself", tasks(["a", "a"]), `"a" depends on itself`],
      [
        "something unknown",
        tasks(["api", "stor"], ["store"]),
        `"api" depends on "stor", which is not there; did you mean "store"?`
      ],
      ["a circle", tasks(["a", "b"], ["b", "c"], ["c", "b"]), `in a circle: "b" → "c" → "b"`],
      ["the same key twice", tasks(["a"], ["a"]), `two items have the key "a"`],
      ["a key of no end", tasks(["a"], ["b".repeat(2049)]), "a key has 2049 characters; the most are 2048"]
    ] as const) {
      it.effect(`refuses by name, before any call: ${name}`, () => {
        const { asked, layer } = model()
        return Effect.gen(function* () {
          const error = yield* Effect.flip(Engine.execute(project, { tasks: list }))
          assert.strictEqual(error.path, "code")
          assert.include(error.message, message)
          assert.deepStrictEqual(asked, [])
        }).pipe(Effect.provide(layer))
      })
    }

    it.effect("runs a changed item and what depends on it, and no other", () => {
      const list = tasks(["a"], ["b", "a"], ["c", "b"], ["d"], ["e", "d"])
      const { asked, layer } = model((path) => `<${path} ${asked.length}>`)
      return Effect.gen(function* () {
        const state = yield* start(project, { tasks: list })
        const changed = yield* Engine.set(project, state, "code/b", "by hand", { who: "Ada" })
        const { by, who } = changed.records["code/b"]?.result ?? {}
        assert.deepStrictEqual([by, who], ["hand", "Ada"])
        assert.deepStrictEqual(actions(yield* Engine.plan(project, changed)), {
          "code/a": "reuse",
          "code/b": "reuse",
          "code/c": "run",
          "code/d": "reuse",
          "code/e": "reuse"
        })
        asked.length = 0
        const done = yield* runState(project, changed)
        assert.deepStrictEqual(asked, ["code/c"])
        assert.strictEqual(done.records["code/b"]?.result?.output, "by hand")
      }).pipe(Effect.provide(layer))
    })
  })

  describe("plan", () => {
    it.effect("says of each path what a run would do, and why, without a call", () => {
      const { asked, layer } = model()
      return Effect.gen(function* () {
        const state = yield* Engine.initialize(nested(), { text: "go" })
        assert.deepStrictEqual(yield* Engine.plan(nested(), state), [
          { path: "first", action: "run", why: "it has no result yet" },
          { path: "design/tasks/inner", action: "perhaps", why: "reads first" },
          { path: "last", action: "perhaps", why: "reads design/tasks/inner" }
        ])
        const done = yield* runState(nested(), state)
        const [, changed] = yield* Engine.plan(nested(say("inner", "other: {{text}}")), done)
        assert.deepStrictEqual(changed, { path: "design/tasks/inner", action: "run", why: "changed: prompt" })
        const other = yield* Engine.plan(nested(say("inner", undefined, { model: "large" })), done)
        assert.deepStrictEqual(actions(other), { first: "reuse", "design/tasks/inner": "reuse", last: "reuse" })
        assert.include(other[1]?.why, `made by model "default", now "large"`)
        assert.strictEqual(asked.length, 3)
      }).pipe(Effect.provide(layer))
    })

    it.effect("says of items that are not known yet that they wait", () => {
      const list = Step.effect("list", { input: Text, output: Schema.Array(Task), run: () => Effect.succeed([]) })
      const workflow = Workflow.make("w", { input: Text }).pipe(
        Workflow.bind("list", list, "input"),
        Workflow.forEach("each", say("each"), { items: "list", key: "id", input: { text: "item.id" } })
      )
      return Effect.gen(function* () {
        const state = yield* Engine.initialize(workflow, { text: "go" })
        assert.deepStrictEqual((yield* Engine.plan(workflow, state))[1], {
          path: "each/*",
          action: "perhaps",
          why: "reads list"
        })
      }).pipe(Effect.provide(model().layer))
    })
  })

  describe("runStep", () => {
    it.effect("executes one step at depth 3 from recorded results, through JSON", () => {
      const { asked, layer } = model()
      return Effect.gen(function* () {
        const through = (state: WorkflowState.WorkflowState) => WorkflowState.fromJson(WorkflowState.toJson(state))
        const state = yield* Engine.initialize(nested(), { text: "go" })
        const first = yield* stepState(nested(), yield* through(state), "first")
        assert.strictEqual(first.status, "IN_PROGRESS")
        const inner = yield* stepState(nested(), yield* through(first), "design/tasks/inner")
        assert.strictEqual(inner.records["design/tasks/inner"]?.result?.output, "<design/tasks/inner>")
        assert.deepStrictEqual(asked, ["first", "design/tasks/inner"])
        const done = yield* runState(nested(), yield* through(inner))
        assert.strictEqual(done.status, "COMPLETED")
        assert.deepStrictEqual(asked, ["first", "design/tasks/inner", "last"])
      }).pipe(Effect.provide(layer))
    })

    it.effect("names what is missing when it comes too early", () =>
      Effect.gen(function* () {
        const state = yield* Engine.initialize(nested(), { text: "go" })
        const error = yield* Effect.flip(stepState(nested(), state, "design/tasks/inner"))
        assert.strictEqual(
          error.message,
          `design/tasks/inner: it needs the result of "first", which has none yet; run that step first`
        )
      }).pipe(Effect.provide(model().layer))
    )

    it.effect("names the near paths when there is no such step", () =>
      Effect.gen(function* () {
        const state = yield* Engine.initialize(nested(), { text: "go" })
        const error = yield* Effect.flip(stepState(nested(), state, "design/task/inner"))
        assert.include(error.message, `did you mean "design/tasks/inner"?`)
      }).pipe(Effect.provide(model().layer))
    )

    it.effect("keeps a result that holds; forced with an equal output it leaves what follows untouched", () => {
      const { asked, layer } = model()
      return Effect.gen(function* () {
        const done = yield* start(nested(), { text: "go" })
        assert.deepStrictEqual(yield* stepState(nested(), done, "first"), done)
        const forced = yield* stepState(nested(), done, "first", { force: true })
        assert.strictEqual(forced.status, "COMPLETED")
        assert.strictEqual(forced.records["first"]?.attempts, 2)
        yield* runState(nested(), forced)
        assert.deepStrictEqual(asked.slice(3), ["first"])
      }).pipe(Effect.provide(layer))
    })

    it.effect("leaves a failure in the state", () => {
      const refused = new LlmError.LlmError({ reason: new LlmError.ContentRefused({ detail: "no" }) })
      return Effect.gen(function* () {
        const state = yield* Engine.initialize(nested(), { text: "go" })
        const failed = yield* stepState(nested(), state, "first")
        assert.strictEqual(failed.records["first"]?.error?.tag, "LlmError")
      }).pipe(Effect.provide(model(() => refused).layer))
    })
  })

  describe("provide", () => {
    it.effect("checks what is provided against the step's Schema and loses nothing", () =>
      Effect.gen(function* () {
        const done = yield* start(nested(), { text: "go" })
        const error = yield* Effect.flip(Engine.set(nested(), done, "design/tasks/inner", 7))
        assert.strictEqual(error.reason._tag, "InvalidOutput")
        assert.strictEqual(done.records["design/tasks/inner"]?.result?.by, "model")
      }).pipe(Effect.provide(model().layer))
    )

    it.effect("records an input as its Schema writes it, and keeps the status where it is equal", () =>
      Effect.gen(function* () {
        const done = yield* start(nested(), { text: "go" })
        const same = yield* Engine.set(nested(), done, "input", { text: "go", unknown: 1 })
        assert.deepStrictEqual(same.input, { text: "go" })
        assert.strictEqual(same.status, "COMPLETED")
      }).pipe(Effect.provide(model().layer))
    )

    it.effect("with the path `input` changes the run's input", () => {
      const { asked, layer } = model()
      return Effect.gen(function* () {
        const done = yield* start(nested(), { text: "go" })
        const edited = yield* Engine.set(nested(), done, "input", { text: "go on" })
        assert.strictEqual(edited.status, "IN_PROGRESS")
        assert.deepStrictEqual(actions(yield* Engine.plan(nested(), edited)), {
          first: "run",
          "design/tasks/inner": "perhaps",
          last: "perhaps"
        })
        yield* runState(nested(), edited)
        // the first step's output is what it was: one call
        assert.deepStrictEqual(asked.slice(3), ["first"])
      }).pipe(Effect.provide(layer))
    })
  })

  describe("initialize", () => {
    it.effect("takes models, parameters and prompts by path from a configuration, and keeps it", () => {
      const asked: Array<string> = []
      const layer = LlmClient.layer((request) => {
        asked.push(`${request.model} ${request.parameters.temperature} ${request.messages[0]?.content}`)
        return Effect.succeed(reply("ok"))
      })
      return Effect.gen(function* () {
        const config = {
          model: "small",
          parameters: { temperature: 0 },
          steps: { design: { steps: { "tasks/inner": { model: "large", prompt: "Now {{text}}!" } } } }
        }
        const state = yield* Engine.initialize(nested(), { text: "go" }, { config })
        yield* runState(nested(), state)
        assert.deepStrictEqual(asked, ["small 0 first: go", "large 0 Now ok!", "small 0 last: ok"])
      }).pipe(Effect.provide(layer))
    })

    for (const [name, steps, message] of [
      ["an unknown path", { frist: { model: "x" } }, `"frist": no step has this path; did you mean "first"?`],
      ["a prompt that misses a variable", { first: { prompt: "nothing" } }, "text"],
      ["a prompt with an unknown variable", { first: { prompt: "{{text}} {{texture}}" } }, "texture"]
    ] as const) {
      it.effect(`refuses ${name}`, () =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(Engine.initialize(nested(), { text: "go" }, { config: { steps } }))
          assert.include(error.message, message)
        })
      )
    }
  })

  describe("adopt", () => {
    it.effect("starts a run from another's results, which stays as it is", () => {
      const { asked, layer } = model()
      return Effect.gen(function* () {
        const done = yield* runState(nested(), yield* Engine.initialize(nested(), { text: "a" }))
        const calls = asked.length
        const adopted = yield* Engine.import(nested(), done, { run: "other" })
        assert.deepStrictEqual([adopted.run, adopted.origin, adopted.records], ["other", done.run, done.records])
        assert.deepStrictEqual(yield* Engine.load(nested(), "other"), adopted)
        yield* runState(nested(), adopted)
        assert.strictEqual(asked.length, calls)
        assert.deepStrictEqual(yield* Engine.load(nested(), done.run), done)
      }).pipe(Effect.provide([layer, Journal.layerMemory]))
    })

    it.effect("refuses the state of another workflow", () =>
      Effect.gen(function* () {
        const other = Workflow.make("other", { input: Text })
        const state = yield* Engine.initialize(other, { text: "a" })
        const error = yield* Effect.flip(Engine.import(nested(), state))
        assert.include(error.message, 'the run belongs to the workflow "other", not to "nested"')
      })
    )
  })

  describe("load", () => {
    it.effect("gives the state of a run that another engine left, killed at any event", () => {
      const { asked, layer } = model()
      return Effect.gen(function* () {
        yield* start(nested(), { text: "go" })
        const loaded = yield* Engine.load(nested(), "r")
        assert.strictEqual(loaded.status, "COMPLETED")
        assert.strictEqual(asked.length, 3)
        const error = yield* Effect.flip(Engine.load(nested(), "s"))
        assert.strictEqual(error.reason._tag, "JournalError")
      }).pipe(Effect.provide([layer, Journal.layerMemory]))
    })

    it.effect("writes a state that came as JSON to a journal that does not know it", () =>
      Effect.gen(function* () {
        const state = yield* start(nested(), { text: "go" })
        const journal = Journal.makeMemory()
        const inner = { ...state, run: "copy" }
        yield* Effect.provideService(runState(nested(), inner), Journal.Journal, journal)
        const events = yield* journal.load("copy")
        assert.deepStrictEqual(
          events.map(({ _tag }) => _tag),
          ["RunImported", "RunStarted", "RunEnded"]
        )
        assert.strictEqual(WorkflowEvent.fold(events)?.records["first"]?.result?.output, "<first>")
      }).pipe(Effect.provide(model().layer))
    )
  })

  describe("events", () => {
    it.effect("streams what happens, which folds to the state", () =>
      Effect.gen(function* () {
        const state = yield* Engine.initialize(nested(), { text: "go" })
        const events = yield* Stream.runCollect(Engine.events(nested(), state))
        assert.deepStrictEqual(
          events.map((event) => ("path" in event ? `${event._tag} ${event.path}` : event._tag)),
          [
            "RunStarted",
            ...["first", "design/tasks/inner", "last"].flatMap((path) => [
              `StepStarted ${path}`,
              `StepReplied ${path}`,
              `StepSucceeded ${path}`
            ]),
            "RunEnded"
          ]
        )
      }).pipe(Effect.provide(model().layer))
    )

    it.effect("tells the text of replies as it comes where it is asked to, and keeps none of it", () => {
      const journal = Journal.makeMemory()
      const client = LlmClient.make(
        () => Effect.die("asked for a whole reply"),
        ({ metadata: { path } }) =>
          Stream.make(
            { _tag: "Delta", text: "no" } as const,
            { _tag: "Discarded" } as const,
            { _tag: "Delta", text: `<${path}` } as const,
            { _tag: "Delta", text: ">" } as const,
            { _tag: "Finished", reply: reply(`<${path}>`) } as const
          )
      )
      return Effect.gen(function* () {
        const state = yield* Engine.initialize(nested(), { text: "go" }, { run: "r" })
        const events = yield* Stream.runCollect(Engine.events(nested(), state, { deltas: true }))
        assert.deepStrictEqual(
          events.flatMap((event) => ("path" in event && event.path === "first" ? [event] : [])).map(({ _tag }) => _tag),
          ["StepStarted", "ReplyDelta", "ReplyDiscarded", "ReplyDelta", "ReplyDelta", "StepReplied", "StepSucceeded"]
        )
        assert.deepStrictEqual(events[4], { _tag: "ReplyDelta", path: "first", step: "first", turn: 1, text: "<first" })
        const kept = yield* journal.load("r")
        assert.isFalse(kept.some(({ _tag }) => _tag.startsWith("Reply")))
        assert.strictEqual(WorkflowEvent.fold(kept)?.records["last"]?.result?.output, "<last>")
      }).pipe(Effect.provideService(LlmClient.LlmClient, client), Effect.provideService(Journal.Journal, journal))
    })
  })

  describe("spans", () => {
    /** The spans of some work, with the name of what each is in. */
    const spansOf = <A, E, R>(work: Effect.Effect<A, E, R>) => {
      const spans: Array<Tracer.NativeSpan> = []
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          spans.push(span)
          return span
        }
      })
      return Effect.as(Effect.exit(Effect.provideService(work, Tracer.Tracer, tracer)), spans)
    }
    const attributesOf = ({ attributes }: Tracer.NativeSpan) => Object.fromEntries(attributes)
    const parentOf = ({ parent }: Tracer.NativeSpan) =>
      Option.getOrUndefined(Option.map(parent, (span) => ("name" in span ? span.name : "")))
    const saidOf = ({ status }: Tracer.NativeSpan) =>
      status._tag === "Ended" && Exit.isFailure(status.exit)
        ? Cause.prettyErrors(status.exit.cause).map(({ message }) => message)
        : []

    it.effect("gives a run a span, and each step one in it named by its path, with what they used", () =>
      Effect.gen(function* () {
        const spans = yield* spansOf(Effect.withSpan(start(nested(), { text: "go" }), "app"))
        const run = `invoke_workflow ${nested().name}`
        assert.deepStrictEqual(
          spans.map((span) => [span.name, parentOf(span)]),
          [
            ["app", undefined],
            [run, "app"],
            ["first", run],
            ["design/tasks/inner", run],
            ["last", run]
          ]
        )
        assert.deepStrictEqual(attributesOf(spans[1]!), {
          "gen_ai.operation.name": "invoke_workflow",
          "gen_ai.agent.name": nested().name,
          "stepwright.run": "r"
        })
        assert.deepInclude(attributesOf(spans[2]!), {
          "stepwright.run": "r",
          "gen_ai.request.model": "default",
          "gen_ai.usage.input_tokens": 10,
          "gen_ai.usage.output_tokens": 5
        })
        // the requests to a provider have spans of their own
        assert.notProperty(attributesOf(spans[2]!), "gen_ai.operation.name")
        for (const { status } of spans) assert.strictEqual(status._tag, "Ended")
      }).pipe(Effect.provide(model().layer))
    )

    it.effect("says in a span how a step failed, and nothing of what its error quotes", () => {
      const { layer } = scripted("secret prose", "secret again", "secret still")
      const asking = Workflow.make("asking", { input: Task }).pipe(
        Workflow.bind(
          "task",
          Step.make("task", {
            input: Task,
            output: Task,
            prompt: PromptTemplate.make("A secret plan for {{id}}"),
            variables: ({ id }) => ({ id })
          }),
          "input"
        )
      )
      return Effect.gen(function* () {
        const spans = yield* spansOf(start(asking, { id: "a", dependsOn: [] }))
        assert.deepStrictEqual(
          spans.map((span) => [span.name, attributesOf(span)["error.type"], saidOf(span)]),
          [
            ["invoke_workflow asking", "StepOutputError", ["StepOutputError"]],
            ["task", "StepOutputError", ["StepOutputError"]]
          ]
        )
        const text = spans.map((span) => `${span.name} ${JSON.stringify(attributesOf(span))} ${saidOf(span).join()}`)
        assert.notInclude(text.join(), "secret")
      }).pipe(Effect.provide(layer))
    })

    it.effect("leaves the words of an error of code in its step's span", () => {
      const broken = Step.effect("broken", {
        input: Schema.String,
        output: Schema.String,
        run: () => Effect.die(new Error("the disk is full"))
      })
      const failing = Workflow.make("failing", { input: Schema.String }).pipe(Workflow.bind("code", broken, "input"))
      return Effect.gen(function* () {
        const spans = yield* spansOf(start(failing, "x"))
        assert.deepStrictEqual(spans.map(saidOf), [["Error"], ["the disk is full"]])
      })
    })

    it.effect("puts one step into the span of its workflow too, and none where nothing is done again", () =>
      Effect.gen(function* () {
        const state = yield* start(nested(), { text: "go" })
        const spans = yield* spansOf(stepState(nested(), state, "last", { force: true }))
        assert.deepStrictEqual(
          spans.map(({ name }) => name),
          [`invoke_workflow ${nested().name}`, "last"]
        )
        const again = yield* spansOf(runState(nested(), state))
        assert.deepStrictEqual(
          again.map(({ name }) => name),
          [`invoke_workflow ${nested().name}`]
        )
      }).pipe(Effect.provide(model().layer))
    )
  })

  it.effect("keeps the texts of prompts and replies in the journal, by hash", () => {
    const journal = Journal.makeMemory()
    return Effect.gen(function* () {
      yield* start(nested(), { text: "go" })
      const replied = (yield* journal.load("r")).find((event) => event._tag === "StepReplied")!
      assert.include(yield* journal.getText("r", replied.prompt), "first: go")
      assert.strictEqual(yield* journal.getText("r", replied.reply), "<first>")
    }).pipe(Effect.provide(model().layer), Effect.provideService(Journal.Journal, journal))
  })

  it.effect("records a reply that came before an interruption", () => {
    const journal = Journal.makeMemory()
    return Effect.gen(function* () {
      const appending = yield* Deferred.make<void>()
      const go = yield* Deferred.make<void>()
      const slow: Journal.Service = {
        ...journal,
        append: (run, event) =>
          (event._tag === "StepReplied"
            ? Effect.andThen(Deferred.succeed(appending, undefined), Deferred.await(go))
            : Effect.void
          ).pipe(Effect.andThen(journal.append(run, event)))
      }
      const fiber = yield* Effect.forkChild(
        Effect.provideService(start(nested(), { text: "go" }), Journal.Journal, slow)
      )
      yield* Deferred.await(appending)
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(fiber), { startImmediately: true })
      yield* Deferred.succeed(go, undefined)
      yield* Fiber.join(interrupting)
      const state = WorkflowEvent.fold(yield* journal.load("r"))
      expect(state?.records["first"]?.result?.output).toBe("<first>")
      assert.strictEqual(state?.status, "CANCELLED")
    }).pipe(Effect.provide(model().layer))
  })
})
