import { Deferred, Effect, Fiber, Layer, Logger, Schema } from "effect"
import {
  Engine,
  Journal,
  LlmClient,
  LlmError,
  PromptTemplate,
  ResultCache,
  Step,
  Workflow,
  WorkflowEvent,
  type WorkflowState
} from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { reply } from "./support/scripted.ts"

const Text = Schema.Struct({ text: Schema.String })

const say = (name: string, words = "Say", options: { readonly cache?: boolean; readonly model?: string } = {}) =>
  Step.make(name, {
    input: Text,
    output: Schema.String,
    prompt: PromptTemplate.make(`${words} {{text}}`),
    variables: ({ text }) => ({ text }),
    ...options
  })

const article = (words = "Say", options?: { readonly cache?: boolean; readonly model?: string }) =>
  Workflow.make("article", { input: Text }).pipe(
    Workflow.bind("outline", say("outline", words, options), "input"),
    Workflow.bind("draft", say("draft", "Write", options), { text: "outline" })
  )

const samples = (count: number) =>
  Workflow.make("samples", { input: Text }).pipe(
    Workflow.sample("drafts", say("draft"), { count, input: "input" }),
    Workflow.bind("best", say("best", "Choose of"), ({ drafts }) => ({ text: drafts.join() }))
  )

/** A model whose every answer is another, and that keeps the paths that ask. */
const model = (identify?: LlmClient.Service["identify"]) => {
  const asked: Array<string> = []
  let answers = 0
  const client = LlmClient.make(({ metadata: { path } }) => {
    asked.push(path)
    return Effect.succeed(reply(`answer ${++answers}`))
  })
  const layer = Layer.succeed(LlmClient.LlmClient, { ...client, ...(identify && { identify }) })
  const take = () => asked.splice(0)
  return { take, layer }
}

const run = <In, Out, E, R>(workflow: Workflow.Workflow<In, Out, E, R>, input: In, id: string) =>
  Effect.flatMap(Engine.initialize(workflow, input, { run: id }), (state) => Engine.run(workflow, state))

const outputOf = <Out, E>({ ending }: Engine.RunOutcome<Out, E>): Out => {
  assert(ending._tag === "Completed", JSON.stringify(ending))
  return ending.output
}

const made = (state: WorkflowState.WorkflowState) =>
  Object.fromEntries(Object.entries(state.records).map(([path, { result }]) => [path, result?.by]))

const planned = (plan: ReadonlyArray<Engine.PlanEntry>) =>
  plan.map(({ action, path, why }) => `${action} ${path}${why === "" ? "" : `: ${why}`}`)

/** Each test has a cache and a model of its own. */
const withCache = <A, E>(
  test: (take: () => ReadonlyArray<string>) => Effect.Effect<A, E, LlmClient.LlmClient>,
  { cache = ResultCache.makeMemory(), journal = Journal.makeMemory() } = {}
) => {
  const { layer, take } = model()
  return test(take).pipe(
    Effect.provide(layer),
    Effect.provideService(ResultCache.ResultCache, cache),
    Effect.provideService(Journal.Journal, journal)
  )
}

describe("a run with a ResultCache", () => {
  it.effect("has what another run was answered, which costs nothing and says whence it is", () =>
    withCache((take) =>
      Effect.gen(function* () {
        const first = yield* run(article(), { text: "x" }, "first")
        assert.deepStrictEqual(take(), ["outline", "draft"])
        assert.deepStrictEqual(first.cached, [])
        assert.deepStrictEqual(made(first.state), { outline: "model", draft: "model" })

        const again = yield* run(article(), { text: "x" }, "again")
        assert.deepStrictEqual(take(), [])
        assert.deepStrictEqual(outputOf(again), outputOf(first))
        assert.deepStrictEqual(again.cached, ["outline", "draft"])
        assert.deepStrictEqual([again.ran, again.reused, again.replies], [[], [], 0])
        const { attempts, replies, requests, result } = again.state.records["draft"]!
        assert.deepStrictEqual([attempts, replies, requests.started], [0, 0, 0])
        assert.deepInclude(result, { by: "cache", model: "default" })
        assert.strictEqual(result?.cache?.run, "first")
        assert.deepStrictEqual(again.state.orphaned, [])

        // it holds then as any result does
        const { cached, reused } = yield* Engine.run(article(), again.state)
        assert.deepStrictEqual([cached, reused], [[], ["outline", "draft"]])
        const journal = yield* Journal.Journal
        assert.deepStrictEqual(WorkflowEvent.fold(yield* journal.load("again"))?.records, again.state.records)
      })
    )
  )

  it.effect("asks nothing for a prompt that was changed and changed back", () =>
    withCache((take) =>
      Effect.gen(function* () {
        const first = yield* run(article(), { text: "x" }, "r")
        const changed = yield* Engine.run(article("Tell"), first.state)
        take()
        const back = yield* Engine.run(article(), changed.state)
        assert.deepStrictEqual(take(), [])
        assert.deepStrictEqual(outputOf(back), outputOf(first))
        assert.deepStrictEqual(back.cached, ["outline", "draft"])
      })
    )
  )

  it.effect("keeps samples samples, each in its place again", () =>
    withCache((take) =>
      Effect.gen(function* () {
        const first = yield* run(samples(3), { text: "x" }, "first")
        assert.strictEqual(new Set(outputOf(first).drafts).size, 3)
        take()
        assert.deepStrictEqual(outputOf(yield* run(samples(3), { text: "x" }, "again")), outputOf(first))
        assert.deepStrictEqual(take(), [])
        const more = yield* run(samples(5), { text: "x" }, "more")
        assert.deepStrictEqual(take(), ["drafts/4", "drafts/5", "best"])
        assert.deepStrictEqual(outputOf(more).drafts.slice(0, 3), outputOf(first).drafts)
        assert.strictEqual(new Set(outputOf(more).drafts).size, 5)
      })
    )
  )

  it.effect("never has one entry at two places, also when it goes on after a kill", () =>
    withCache((take) =>
      Effect.gen(function* () {
        const first = yield* run(samples(2), { text: "x" }, "r")
        const journal = yield* Journal.Journal
        const events = yield* journal.load("r")
        const made = events.findIndex((event) => event._tag === "StepSucceeded" && event.path === "drafts/1")
        const left = Journal.makeMemory()
        for (const event of events.slice(0, made + 1)) yield* left.append("r", event)
        take()
        const state = WorkflowEvent.fold(events.slice(0, made + 1))!
        const went = yield* Effect.provideService(Engine.run(samples(2), state), Journal.Journal, left)
        assert.deepStrictEqual(take(), [])
        assert.deepStrictEqual(outputOf(went), outputOf(first))
        assert.deepStrictEqual(went.cached, ["drafts/2", "best"])
      })
    )
  )

  it.effect("takes what was made for a path that this workflow does not have", () =>
    withCache((take) =>
      Effect.gen(function* () {
        const first = yield* run(article(), { text: "x" }, "first")
        take()
        const nested = Workflow.make("other", { input: Text }).pipe(Workflow.bind("part", article(), "input"))
        const { part } = outputOf(yield* run(nested, { text: "x" }, "nested"))
        assert.deepStrictEqual(take(), [])
        assert.deepStrictEqual(part, outputOf(first))
      })
    )
  )

  it.effect("takes first what was made for a path that is gone, before what another place was given", () =>
    withCache((take) =>
      Effect.gen(function* () {
        const start = Workflow.make("two", { input: Text })
        const before = start.pipe(
          Workflow.bind("stays", say("same"), "input"),
          Workflow.bind("gone", say("same"), "input")
        )
        const after = start.pipe(
          Workflow.bind("comes", say("same"), "input"),
          Workflow.bind("stays", say("same"), "input")
        )
        const first = outputOf(yield* run(before, { text: "x" }, "first"))
        take()
        const second = outputOf(yield* run(after, { text: "x" }, "second"))
        assert.deepStrictEqual(take(), [])
        assert.deepStrictEqual([second.comes, second.stays], [first.gone, first.stays])
      })
    )
  )

  it.effect("is told beforehand by plan, as far as outputs are known", () =>
    withCache((take) =>
      Effect.gen(function* () {
        yield* run(article(), { text: "x" }, "first")
        take()
        const state = yield* Engine.initialize(article(), { text: "x" }, { run: "again" })
        assert.deepStrictEqual(planned(yield* Engine.plan(article(), state)), [
          "reuse outline: cache, made by run first",
          "reuse draft: cache, made by run first"
        ])
        assert.deepStrictEqual(planned(yield* Engine.plan(article("Tell"), state)), [
          "run outline: it has no result yet",
          "perhaps draft: reads outline"
        ])
        const done = (yield* Engine.run(article(), state)).state
        assert.deepStrictEqual(planned(yield* Engine.plan(article(), done)), ["reuse outline", "reuse draft"])
        assert.deepStrictEqual(take(), [])
      })
    )
  )

  it.effect("asks for what is wanted anew, and takes out what was rejected", () =>
    withCache((take) =>
      Effect.gen(function* () {
        const first = yield* run(article(), { text: "x" }, "first")
        const again = yield* run(article(), { text: "x" }, "again")
        take()
        const forced = yield* Engine.step(article(), again.state, "outline", { force: true })
        assert.deepStrictEqual(take(), ["outline"])
        assert.deepStrictEqual(forced.cached, [])
        const third = yield* run(article(), { text: "x" }, "third")
        assert.deepStrictEqual(take(), ["draft"])
        assert.strictEqual(outputOf(third).outline, forced.state.records["outline"]?.result?.output)

        const fork = yield* Engine.fork(article(), first.state, "draft", { run: "fork" })
        yield* Engine.run(article(), fork)
        assert.deepStrictEqual(take(), ["draft"])

        // a result set by hand is nobody's answer, and neither is the one that it took the place of
        yield* Engine.set(article(), third.state, "outline", "by hand")
        const fourth = yield* run(article(), { text: "x" }, "fourth")
        assert.deepStrictEqual(take(), ["outline", "draft"])
        assert.notStrictEqual(outputOf(fourth).outline, "by hand")
      })
    )
  )

  it.effect("asks each model for itself: by provider, host and settings where the client says, else by alias", () =>
    Effect.gen(function* () {
      const cache = ResultCache.makeMemory()
      const asks = (
        id: string,
        identify?: LlmClient.Service["identify"],
        { alias, parameters }: { alias?: string; parameters?: LlmClient.Service["parameters"] } = {}
      ) => {
        const { layer, take } = model(identify)
        const told = Layer.effect(
          LlmClient.LlmClient,
          Effect.map(LlmClient.LlmClient, (client) => ({ ...client, ...(parameters && { parameters }) }))
        )
        const workflow = article("Say", alias === undefined ? {} : { model: alias })
        return run(workflow, { text: "x" }, id).pipe(
          Effect.provide(Layer.provide(told, layer)),
          Effect.provideService(ResultCache.ResultCache, cache),
          Effect.map(() => take().length)
        )
      }
      const at = (host: string) => (alias: string) => ({
        provider: "p",
        host,
        model: alias === "best" ? "default" : alias
      })
      assert.strictEqual(yield* asks("a"), 2)
      assert.strictEqual(yield* asks("b", undefined, { alias: "other" }), 2)
      assert.strictEqual(yield* asks("c", at("one")), 2)
      assert.strictEqual(yield* asks("d", at("two")), 2)
      assert.strictEqual(yield* asks("e", at("one"), { parameters: { default: { temperature: 1 } } }), 2)
      assert.strictEqual(yield* asks("f", at("one")), 0)
      assert.strictEqual(yield* asks("g", at("one"), { alias: "best" }), 0)
      assert.strictEqual(yield* asks("h"), 0)
    })
  )

  it.effect("has nothing of a step that says so, and of code only where that says so", () =>
    Effect.gen(function* () {
      let runs = 0
      const code = (cache?: boolean) =>
        Workflow.make("w", { input: Text }).pipe(
          Workflow.bind(
            "count",
            Step.effect("count", {
              input: Text,
              output: Schema.Int,
              ...(cache !== undefined && { cache }),
              run: () => Effect.sync(() => ++runs)
            }),
            "input"
          )
        )
      yield* run(code(), { text: "x" }, "a")
      yield* run(code(), { text: "x" }, "b")
      assert.strictEqual(runs, 2)
      yield* run(code(true), { text: "x" }, "c")
      const { cached } = yield* run(code(true), { text: "x" }, "d")
      assert.deepStrictEqual([runs, cached], [3, ["count"]])
    }).pipe(
      Effect.andThen(
        Effect.gen(function* () {
          const { layer, take } = model()
          const asks = run(article("Say", { cache: false }), { text: "x" }, "a").pipe(Effect.provide(layer))
          yield* asks
          const { cached } = yield* asks
          assert.deepStrictEqual(take(), ["outline", "draft", "outline", "draft"])
          assert.deepStrictEqual(cached, [])
        })
      ),
      Effect.provide(ResultCache.layerMemory)
    )
  )

  it.effect("does not take what no longer fits: its Schema, its check, or the world", () =>
    Effect.gen(function* () {
      let isThere = true
      const runs: Array<string> = []
      const checked = (check: (output: string) => string | undefined) =>
        Workflow.make("w", { input: Text }).pipe(
          Workflow.bind(
            "say",
            Step.make("say", {
              input: Text,
              output: Schema.String,
              prompt: PromptTemplate.make("{{text}}"),
              variables: ({ text }) => ({ text }),
              check
            }),
            "input"
          ),
          Workflow.bind(
            "write",
            Step.effect("write", {
              input: Text,
              output: Schema.String,
              cache: true,
              isCurrent: () => Effect.succeed(isThere),
              run: ({ text }) => Effect.sync(() => (runs.push(text), text))
            }),
            "input"
          )
        )
      yield* withCache((take) =>
        Effect.gen(function* () {
          yield* run(
            checked(() => undefined),
            { text: "x" },
            "a"
          )
          isThere = false
          const stricter = (output: string) => (output === "answer 1" ? "too short" : undefined)
          const second = yield* run(checked(stricter), { text: "x" }, "b")
          assert.deepStrictEqual(take(), ["say", "say"])
          assert.deepStrictEqual(runs, ["x", "x"])
          assert.strictEqual(outputOf(second).say, "answer 2")
          // what was made anew took its place
          isThere = true
          assert.deepStrictEqual((yield* run(checked(stricter), { text: "x" }, "c")).cached, ["say", "write"])
        })
      )
      const cache = ResultCache.makeMemory()
      const wrong: ResultCache.Service = {
        ...cache,
        put: (key, entry) => cache.put(key, { ...entry, output: { not: "a text" } })
      }
      yield* withCache(
        (take) =>
          Effect.gen(function* () {
            yield* run(article(), { text: "x" }, "a")
            yield* run(article(), { text: "x" }, "b")
            assert.strictEqual(take().length, 4)
          }),
        { cache: wrong }
      )
    })
  )

  it.effect("keeps no failure", () =>
    Effect.gen(function* () {
      const failing = LlmClient.layer(() =>
        Effect.fail(new LlmError.LlmError({ reason: new LlmError.ProviderUnavailable({ detail: "down" }) }))
      )
      const failed = yield* Effect.provide(run(article(), { text: "x" }, "a"), failing)
      assert.strictEqual(failed.ending._tag, "Failed")
      const { layer, take } = model()
      yield* Effect.provide(run(article(), { text: "x" }, "b"), layer)
      assert.deepStrictEqual(take(), ["outline", "draft"])
    }).pipe(Effect.provide(ResultCache.layerMemory))
  )

  it.effect("pays once for equal requests of runs at the same moment, and goes on when who asks first fails", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const go = yield* Deferred.make<void>()
      const client = LlmClient.layer(({ metadata: { path, run } }) => {
        asked.push(`${run} ${path}`)
        const fails = asked.length === 1
        return Effect.andThen(
          Deferred.await(go),
          fails
            ? Effect.fail(new LlmError.LlmError({ reason: new LlmError.ProviderUnavailable({ detail: "down" }) }))
            : Effect.succeed(reply("said"))
        )
      })
      const runs = yield* Effect.forEach(["a", "b", "c", "d"], (id) =>
        Effect.forkChild(Effect.provide(run(article(), { text: "x" }, id), client), { startImmediately: true })
      )
      assert.deepStrictEqual(asked, ["a outline"])
      yield* Deferred.succeed(go, undefined)
      const endings = yield* Effect.forEach(runs, (fiber) => Effect.map(Fiber.join(fiber), ({ ending }) => ending._tag))
      assert.deepStrictEqual(endings, ["Failed", "Completed", "Completed", "Completed"])
      assert.strictEqual(asked.length, 3)
    }).pipe(Effect.provide(ResultCache.layerMemory))
  )

  it.effect("frees its claim when it is interrupted", () =>
    withCache(() =>
      Effect.gen(function* () {
        const never = LlmClient.layer(() => Effect.never)
        const first = yield* Effect.forkChild(Effect.provide(run(article(), { text: "x" }, "a"), never), {
          startImmediately: true
        })
        const second = yield* Effect.forkChild(run(article(), { text: "x" }, "b"), { startImmediately: true })
        yield* Fiber.interrupt(first)
        assert.strictEqual((yield* Fiber.join(second)).ending._tag, "Completed")
      })
    )
  )

  it.effect("goes on without a cache that fails, and says so once", () => {
    const fails = () => Effect.fail(new ResultCache.ResultCacheError({ detail: "no space left on device" }))
    const broken: ResultCache.Service = { look: fails, get: fails, claim: fails, put: fails, remove: fails }
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => void lines.push(String(message)))
    return withCache(
      (take) =>
        Effect.gen(function* () {
          assert.strictEqual((yield* run(article(), { text: "x" }, "r")).ending._tag, "Completed")
          assert.deepStrictEqual(take(), ["outline", "draft"])
          assert.deepStrictEqual(lines, ["run r goes on without its cache of results: no space left on device"])
        }),
      { cache: broken }
    ).pipe(Effect.provide(Logger.layer([logger])))
  })

  it.effect("shares nothing with the results of a run that it started from but what that has", () =>
    withCache((take) =>
      Effect.gen(function* () {
        const first = yield* run(samples(2), { text: "x" }, "first")
        const state = yield* Engine.import(samples(3), first.state, { run: "more" })
        take()
        const more = outputOf(yield* Engine.run(samples(3), state))
        assert.deepStrictEqual(take(), ["drafts/3", "best"])
        assert.deepStrictEqual(more.drafts.slice(0, 2), outputOf(first).drafts)
        assert.strictEqual(new Set(more.drafts).size, 3)
      })
    )
  )
})
