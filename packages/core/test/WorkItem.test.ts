import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Schema } from "effect"
import {
  AttemptSink,
  Engine,
  Journal,
  LlmClient,
  PromptTemplate,
  Step,
  StepExecutor,
  Workflow,
  WorkItem
} from "@stepwright/core"
import { reply, scripted } from "./support/scripted.ts"

class TooLong extends Schema.TaggedError<TooLong>()("TooLong", { at: Schema.Date }) {}

/** What another process has and that of the run has not. */
class Machine extends Context.Service<Machine, string>()("Machine") {}

const Job = Schema.Struct({ name: Schema.String, due: Schema.Date })

const job = Step.effect("job", {
  input: Job,
  output: Schema.Struct({ by: Schema.String, due: Schema.Date }),
  error: TooLong,
  heavy: true,
  run: ({ due, name }) =>
    Effect.gen(function* () {
      const by = yield* Machine
      if (name === "long") return yield* new TooLong({ at: due })
      if (name === "broken") return yield* Effect.die(new Error("it broke"))
      if (name === "odd") return { by: 1 as never, due }
      if (name === "quits") return yield* Effect.interrupt
      return { by, due }
    })
})

const light = Step.effect("light", {
  input: Schema.Array(Job),
  output: Schema.Int,
  run: ({ length }) => Effect.succeed(length)
})

const jobs = Workflow.make("jobs", { input: Schema.Array(Job) }).pipe(
  Workflow.forEach("each", job, { items: "input", key: ({ name }) => name, input: "item" }),
  Workflow.bind("count", light, "input")
)

const due = new Date(0)

/** Executes heavy steps by `work`, through text; what is sent is in `sent`. */
const elsewhere =
  (
    work: (item: WorkItem.WorkItem) => Effect.Effect<Schema.Json>,
    sent: Array<WorkItem.WorkItem> = []
  ): typeof StepExecutor.StepExecutor.Service =>
  (local, execution) => {
    if (!execution.heavy) return local
    const item = Schema.decodeUnknownSync(WorkItem.WorkItem)(JSON.parse(JSON.stringify(WorkItem.of(execution))))
    sent.push(item)
    return Effect.flatMap(work(item), (json) =>
      WorkItem.exitOf(execution, JSON.parse(JSON.stringify(json)) as Schema.Json)
    ) as typeof local
  }

const run = (names: ReadonlyArray<string>, executor?: typeof StepExecutor.StepExecutor.Service) =>
  Effect.gen(function* () {
    const input = names.map((name) => ({ name, due }))
    const state = yield* Engine.initialize(jobs, input, { run: "r" })
    const exit = yield* Effect.exit(Engine.run(jobs, state))
    const events = yield* Effect.flatMap(Journal.Journal, ({ load }) => load("r"))
    return { exit, events: events.map((event) => ({ ...event, at: 0 })) }
  }).pipe(
    executor === undefined ? (work) => work : Effect.provideService(StepExecutor.StepExecutor, executor),
    Effect.provide(Journal.layerMemory),
    Effect.provideService(Machine, "here")
  )

const there = (item: WorkItem.WorkItem) => Effect.provideService(WorkItem.work(jobs, item), Machine, "there")

const message = (json: Schema.Json) => JSON.stringify(json)

describe("WorkItem", () => {
  it.effect("has what a heavy step is asked, and gives its output where the run is", () =>
    Effect.gen(function* () {
      const sent: Array<WorkItem.WorkItem> = []
      const { exit } = yield* run(["a", "b"], elsewhere(there, sent))
      assert.strictEqual(exit._tag, "Success")
      if (exit._tag === "Failure") return
      const { ending, state } = exit.value
      assert.strictEqual(ending._tag, "Completed")
      const output = { by: "there", due: "1970-01-01T00:00:00.000Z" }
      assert.deepStrictEqual(state.records["each/a"]?.result?.output, output)
      // the light step is done where the run is
      assert.deepStrictEqual(
        sent.map(({ input, path, run }) => ({ input, path, run })),
        ["a", "b"].map((name) => ({ input: { name, due: output.due }, path: `each/${name}`, run: "r" }))
      )
    })
  )

  for (const name of ["long", "broken", "odd", "quits"]) {
    it.effect(`records what it would of a step that is ${name}`, () =>
      Effect.gen(function* () {
        const here = yield* run([name])
        const other = yield* run([name], elsewhere(there))
        assert.deepStrictEqual(other.events, here.events)
        assert.strictEqual(other.exit._tag, here.exit._tag)
      })
    )
  }

  it.effect("gives a typed failure as the step's own error", () =>
    Effect.gen(function* () {
      const { exit } = yield* run(["long"], elsewhere(there))
      if (exit._tag === "Failure") return assert.fail("it has an ending")
      const { ending } = exit.value
      if (ending._tag !== "Failed") return assert.fail("it failed")
      assert.instanceOf(ending.reason, TooLong)
      assert.deepStrictEqual(ending.reason.at, due)
    })
  )

  it.effect("is refused, with what to do, where the step asks a model, is not there, or would do something else", () =>
    Effect.gen(function* () {
      const sent: Array<WorkItem.WorkItem> = []
      yield* run(["a"], elsewhere(there, sent))
      const [item] = sent as [WorkItem.WorkItem]
      const ask = Step.make("ask", {
        input: Schema.String,
        output: Schema.String,
        prompt: PromptTemplate.make("{{text}}"),
        variables: (text) => ({ text })
      })
      const asking = Workflow.make("asking", { input: Schema.String }).pipe(Workflow.bind("ask", ask, "input"))
      const asked = WorkItem.work(asking, { ...item, path: "ask" })
      const { layer, requests } = scripted("never")
      assert.include(message(yield* Effect.provide(asked, layer)), "it asks a model")
      assert.lengthOf(requests, 0)
      assert.include(message(yield* there({ ...item, path: "each" })), "no step of the workflow has this path")
      assert.include(message(yield* there({ ...item, input: { name: "other" } })), "its input does not fit")
      assert.include(message(yield* there({ ...item, fingerprint: "other" })), "it would do something else")
    })
  )

  it.effect("does not ask a provider, which the ledger would not know of", () =>
    Effect.gen(function* () {
      let requests = 0
      const client = LlmClient.make((request) =>
        Effect.gen(function* () {
          // as the innermost middleware does
          const ended = yield* (yield* AttemptSink.AttemptSink).started(request)
          requests++
          yield* ended({})
          return reply("hello")
        })
      )
      const asks = (heavy: boolean) =>
        Workflow.make("asks", { input: Schema.String }).pipe(
          Workflow.bind(
            "asks",
            Step.effect("asks", {
              input: Schema.String,
              output: Schema.String,
              heavy,
              run: (text) =>
                Effect.flatMap(LlmClient.LlmClient, ({ generate }) =>
                  Effect.map(
                    generate({
                      model: "m",
                      messages: [{ role: "user", content: text }],
                      parameters: {},
                      format: { type: "text" },
                      metadata: { run: "r", step: "asks", path: "asks", turn: 1, fresh: false }
                    }),
                    ({ text }) => text
                  )
                )
            }),
            "input"
          )
        )
      const outcome = (heavy: boolean) => {
        const workflow = asks(heavy)
        const work = (item: WorkItem.WorkItem) =>
          Effect.provideService(WorkItem.work(workflow, item), LlmClient.LlmClient, client)
        return Effect.gen(function* () {
          const state = yield* Engine.initialize(workflow, "x")
          return yield* Effect.exit(Engine.run(workflow, state))
        }).pipe(
          Effect.provideService(StepExecutor.StepExecutor, elsewhere(work)),
          Effect.provideService(LlmClient.LlmClient, client),
          Effect.provide(Journal.layerNone)
        )
      }
      const refused = yield* outcome(true)
      assert.include(String(refused), "its code asks a model, which would not be recorded; leave out `heavy`")
      assert.strictEqual(requests, 0)
      assert.strictEqual((yield* outcome(false))._tag, "Success")
      assert.strictEqual(requests, 1)
    })
  )

  it.effect("changes neither the definition nor a fingerprint, and light steps say that they are", () =>
    Effect.gen(function* () {
      const of = (heavy?: boolean) => {
        const step = Step.effect("s", {
          input: Schema.String,
          output: Schema.String,
          ...(heavy !== undefined && { heavy }),
          run: (text) => Effect.succeed(text)
        })
        return Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("s", step, "input"))
      }
      const seen: Array<readonly [string, boolean, string, Schema.Json]> = []
      const definitions = yield* Effect.forEach([of(), of(true)], (workflow) =>
        Effect.gen(function* () {
          yield* Engine.execute(workflow, "x").pipe(
            Effect.provideService(StepExecutor.StepExecutor, (work, { fingerprint, heavy, input, step }) => {
              seen.push([step, heavy, fingerprint, input])
              return work
            })
          )
          return yield* Engine.definition(workflow)
        })
      )
      assert.strictEqual(definitions[0], definitions[1])
      const [light, heavy] = seen
      assert.deepStrictEqual(heavy, ["s", true, light![2], "x"])
      assert.deepStrictEqual(light, ["s", false, light![2], "x"])
    })
  )
})
