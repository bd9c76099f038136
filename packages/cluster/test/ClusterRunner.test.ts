import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Result, Schedule, Schema, Scope, Stream } from "effect"
import { SqlClient, SqlError } from "effect/sql"
import { Engine, Journal, LlmClient, Step, Workflow } from "@stepwright/core"
import { RateLimit } from "@stepwright/llm"
import { ClusterRunner, Runs, SqlLimits } from "@stepwright/cluster"
import { reserve } from "../src/internal/limitStatements.ts"
import { enqueue } from "../src/internal/statements.ts"
import { needs } from "../../../test/support/tool.ts"
import { answering, emptyAt } from "./support/database.ts"
import { flow, gated, localModel } from "./support/flow.ts"
import { postgres, type Postgres } from "./support/postgres.ts"

const fast = { poll: "50 millis", beat: "200 millis", lease: "1 second", drain: 0 } as const
type Options = Omit<ClusterRunner.Options<LlmClient.LlmClient>, "workflows">

describe("ClusterRunner", needs("postgres"), () => {
  let server: Postgres
  beforeAll(async () => {
    server = await postgres()
  })
  afterAll(() => server.stop())

  /** Work with tables of its own. */
  const withDatabase = <A, E>(work: Effect.Effect<A, E, SqlClient.SqlClient | Runs.Runs>) =>
    Effect.flatMap(emptyAt(server.url), (client) => Effect.provide(work, Layer.provideMerge(Runs.layer, client)))

  /** A worker, until the scope ends. */
  const worker = (
    options: Options = {},
    model = localModel,
    workflows: ClusterRunner.Options<LlmClient.LlmClient>["workflows"] = [flow, gated]
  ) =>
    Layer.build(
      Layer.fresh(
        ClusterRunner.layer({ ...fast, workflows, ...options }).pipe(
          Layer.provide(Layer.succeed(LlmClient.LlmClient, model))
        )
      )
    )

  const glanceOf = (run: string) =>
    Effect.map(
      Effect.flatMap(Runs.Runs, ({ glance }) => glance(run)),
      (glance) => glance!
    )

  /** A run, once it stands so. */
  const standing = (run: string, isSo: (glance: Runs.Glance) => boolean) =>
    glanceOf(run).pipe(
      Effect.repeat({ until: isSo, schedule: Schedule.spaced("20 millis") }),
      Effect.timeout("20 seconds")
    )
  const ended = (run: string) => standing(run, ({ status }) => status !== "QUEUED" && status !== "RUNNING")

  const eventsOf = (run: string) => Effect.flatMap(Runs.Runs, ({ journal }) => journal.load(run))

  const outputOf = <In, Out, E>(workflow: Workflow.Workflow<In, Out, E, LlmClient.LlmClient>, run: string) =>
    Effect.gen(function* () {
      const { journal } = yield* Runs.Runs
      return yield* Effect.flatMap(Engine.load(workflow, run), (state) => Engine.output(workflow, state)).pipe(
        Effect.provideService(Journal.Journal, journal),
        Effect.provideService(LlmClient.LlmClient, localModel)
      )
    })

  it.live("works on what was submitted, and tells who watches all that happens", () =>
    withDatabase(
      Effect.gen(function* () {
        yield* worker()
        const { submit, watch } = yield* Runs.Runs
        const run = yield* submit(flow, "one")
        const events = yield* Stream.runCollect(watch(run))
        assert.deepStrictEqual(
          events.map(({ number }) => number),
          events.map((_, i) => i + 1)
        )
        assert.strictEqual(events.at(-1)?.event._tag, "RunEnded")
        assert.include(yield* glanceOf(run), { status: "COMPLETED", worker: undefined, events: events.length })
        const alone = yield* Effect.provideService(Engine.execute(flow, "one"), LlmClient.LlmClient, localModel)
        assert.deepStrictEqual(yield* outputOf(flow, run), alone)
      }).pipe(Effect.scoped)
    )
  )

  it.live("leaves runs of a definition that it has not, and tells of them", () =>
    withDatabase(
      Effect.gen(function* () {
        yield* worker({}, localModel, [gated])
        const { queued, submit, workers } = yield* Runs.Runs
        const run = yield* submit(flow, "one")
        const other = yield* submit(gated, "one")
        yield* ended(other)
        assert.strictEqual((yield* glanceOf(run)).status, "QUEUED")
        const [waiting] = yield* queued
        assert.include(waiting, { workflow: "twenty", runs: 1 })
        const [there] = yield* workers
        assert.notInclude(Object.values(there!.about.definitions), waiting!.definition)
      }).pipe(Effect.scoped)
    )
  )

  it.live("waits for a decision, which is taken by hand, and goes on with it", () =>
    withDatabase(
      Effect.gen(function* () {
        yield* worker()
        const { ask, journal, resume, submit } = yield* Runs.Runs
        const run = yield* submit(gated, "one")
        assert.strictEqual((yield* ended(run)).status, "SUSPENDED")
        // nobody works on it
        const decision = { _tag: "Decide", path: "approval", decision: { approved: true }, by: "ada" } as const
        assert.isUndefined(yield* ask(run, decision))
        const decided = Effect.flatMap(Engine.load(gated, run), (state) =>
          Engine.decide(gated, state, "approval", { approved: true }, { who: "ada" })
        )
        yield* decided.pipe(
          Effect.provideService(Journal.Journal, journal),
          Effect.provideService(LlmClient.LlmClient, localModel)
        )
        assert.strictEqual((yield* glanceOf(run)).status, "IN_PROGRESS")
        yield* resume(run, gated)
        assert.strictEqual((yield* ended(run)).status, "COMPLETED")
        assert.deepInclude(yield* outputOf(gated, run), { approval: { approved: true } })
      }).pipe(Effect.scoped)
    )
  )

  /** A model whose first call waits until it is let go. */
  const slow = Effect.map(Deferred.make<void>(), (isAsked) => ({
    isAsked,
    model: LlmClient.make((request) =>
      Effect.andThen(Effect.andThen(Deferred.succeed(isAsked, undefined), Effect.never), localModel.generate(request))
    )
  }))

  /** A model whose calls take their time to end once they are cancelled. */
  const stubborn = Effect.map(Effect.all([Deferred.make<void>(), Deferred.make<void>()]), ([isAsked, isCancelled]) => ({
    isAsked,
    isCancelled,
    model: LlmClient.make(() =>
      Effect.andThen(Deferred.succeed(isAsked, undefined), Effect.never).pipe(
        Effect.onInterrupt(() => Effect.andThen(Deferred.succeed(isCancelled, undefined), Effect.sleep("800 millis")))
      )
    )
  }))

  it.live("is asked while a run is under way: it is cancelled when that is answered", () =>
    withDatabase(
      Effect.gen(function* () {
        const { isAsked, model } = yield* stubborn
        yield* worker({}, model)
        const { ask, journal, submit } = yield* Runs.Runs
        const run = yield* submit(flow, "one")
        yield* Deferred.await(isAsked)
        // nobody else changes it meanwhile
        assert.strictEqual((yield* Effect.flip(journal.size(run))).reason, "Locked")
        const asking = ["ada", "grace"].map((by) => ask(run, { _tag: "Cancel", by }))
        const answers = yield* Effect.all(asking, { concurrency: "unbounded" })
        assert.strictEqual((yield* glanceOf(run)).status, "CANCELLED")
        for (const answer of answers) assert.deepInclude(answer, { isDone: true })
      }).pipe(Effect.scoped)
    )
  )

  it.live("asks nothing of a run any more that was asked before it ended", () =>
    withDatabase(
      Effect.gen(function* () {
        const { journal, resume, submit } = yield* Runs.Runs
        const sql = yield* SqlClient.SqlClient
        const run = yield* submit(flow, "one")
        // whoever asked has gone, and so has the worker, once it was cancelled
        yield* sql`insert into sw_request (run, request) values (${run}, '{"_tag":"Cancel","by":"ada"}')`
        yield* journal.size(run)
        yield* journal.append(run, { _tag: "RunEnded", status: "CANCELLED", orphaned: [], at: 2 })
        yield* resume(run, flow)
        yield* worker()
        assert.strictEqual((yield* ended(run)).status, "COMPLETED")
      }).pipe(Effect.scoped)
    )
  )

  it.live("goes on with no run that has ended, though it was handed to workers before, and that comes late", () =>
    withDatabase(
      Effect.gen(function* () {
        yield* worker()
        const { resume, submit } = yield* Runs.Runs
        const sql = yield* SqlClient.SqlClient
        const run = yield* submit(flow, "one")
        const { definition, events } = yield* ended(run)
        assert.isEmpty(yield* sql.unsafe(enqueue, [run, definition, 1]))
        assert.strictEqual((yield* glanceOf(run)).status, "COMPLETED")
        yield* resume(run, flow)
        assert.isAbove(
          (yield* standing(run, (now) => now.events > events && now.status === "COMPLETED")).events,
          events
        )
      }).pipe(Effect.scoped)
    )
  )

  it.live("hands over what it has when it ends, and tells of no end", () =>
    withDatabase(
      Effect.gen(function* () {
        const { isAsked, model } = yield* slow
        const { submit, workers } = yield* Runs.Runs
        const run = yield* submit(flow, "one")
        yield* Effect.scoped(Effect.andThen(worker({}, model), Deferred.await(isAsked)))
        assert.include(yield* glanceOf(run), { status: "QUEUED", worker: undefined, attempts: 0 })
        assert.deepStrictEqual(yield* workers, [])
        yield* worker()
        assert.strictEqual((yield* ended(run)).status, "COMPLETED")
        const ends = (yield* eventsOf(run)).filter(({ _tag }) => _tag === "RunEnded")
        assert.lengthOf(ends, 1)
        assert.deepStrictEqual(
          yield* outputOf(flow, run),
          yield* Effect.provideService(Engine.execute(flow, "one"), LlmClient.LlmClient, localModel)
        )
      }).pipe(Effect.scoped)
    )
  )

  it.live("lets its runs end first, where they do in time", () =>
    withDatabase(
      Effect.gen(function* () {
        const { submit } = yield* Runs.Runs
        const isAsked = yield* Deferred.make<void>()
        const model = LlmClient.make((request) =>
          Effect.andThen(Deferred.succeed(isAsked, undefined), Effect.delay(localModel.generate(request), "20 millis"))
        )
        const run = yield* submit(flow, "one")
        yield* Effect.scoped(Effect.andThen(worker({ drain: "20 seconds" }, model), Deferred.await(isAsked)))
        assert.strictEqual((yield* glanceOf(run)).status, "COMPLETED")
      })
    )
  )

  it.live("gives steps what is made for their run, by its journal, and says what it does", () =>
    withDatabase(
      Effect.gen(function* () {
        const { submit } = yield* Runs.Runs
        const said: Array<ClusterRunner.Said> = []
        const around = <A, E>(run: string, work: Effect.Effect<A, E, LlmClient.LlmClient>) =>
          Effect.gen(function* () {
            const { load } = yield* Journal.Journal
            assert.lengthOf(yield* load(run), 1)
            return yield* Effect.provideService(work, LlmClient.LlmClient, localModel)
          })
        const says = (one: ClusterRunner.Said) => Effect.sync(() => void said.push(one))
        // it needs no model from elsewhere
        yield* Layer.build(Layer.fresh(ClusterRunner.layer({ ...fast, workflows: [flow], around, says })))
        const run = yield* submit(flow, "one")
        yield* ended(run)
        assert.deepStrictEqual(
          said.slice(0, 2).map((one) => [one._tag, "run" in one ? one.run : one._tag === "Joined" && one.slots]),
          [
            ["Joined", 8],
            ["Took", run]
          ]
        )
        yield* Effect.repeat(Effect.void, { until: () => said.length > 2, schedule: Schedule.spaced("20 millis") })
        assert.deepStrictEqual(said[2], { _tag: "Ended", run, status: "COMPLETED" })
      }).pipe(Effect.scoped)
    )
  )

  it.live("says how a run ended that failed, and that one waits whose worker died", () =>
    withDatabase(
      Effect.gen(function* () {
        const { queued, submit } = yield* Runs.Runs
        const sql = yield* SqlClient.SqlClient
        const breaks = Step.effect("breaks", {
          input: Schema.String,
          output: Schema.String,
          run: () => Effect.die(new Error("it broke"))
        })
        const broken = Workflow.make("broken", { input: Schema.String }).pipe(Workflow.bind("a", breaks, "input"))
        const said: Array<ClusterRunner.Said> = []
        const says = (one: ClusterRunner.Said) => Effect.sync(() => void said.push(one))
        const run = yield* submit(broken, "one")
        yield* Effect.scoped(
          Effect.andThen(
            worker({ says }, localModel, [broken]),
            Effect.repeat(Effect.void, { until: () => said.length > 2, schedule: Schedule.spaced("20 millis") })
          )
        )
        assert.deepStrictEqual(said[2], { _tag: "Ended", run, status: "FAILED" })
        yield* sql`update sw_run set owner = 'dead', status = 'RUNNING'`
        assert.deepInclude((yield* queued)[0], { workflow: "broken", runs: 1 })
      }).pipe(Effect.scoped)
    )
  )

  it.live("has a cancelled run stay so, though its worker ends before the step does", () =>
    withDatabase(
      Effect.gen(function* () {
        const { isAsked, isCancelled, model } = yield* stubborn
        const { ask, submit } = yield* Runs.Runs
        const run = yield* submit(flow, "one")
        const asking = yield* Effect.scoped(
          Effect.gen(function* () {
            yield* worker({}, model)
            yield* Deferred.await(isAsked)
            const asking = yield* Effect.forkDetach(ask(run, { _tag: "Cancel", by: "ada" }))
            yield* Deferred.await(isCancelled)
            return asking
          })
        )
        assert.strictEqual((yield* glanceOf(run)).status, "CANCELLED")
        assert.deepInclude(yield* Fiber.join(asking), { isDone: true })
      }).pipe(Effect.scoped)
    )
  )

  it.live("leaves a run to the process that began to run it, and lists one whose texts no database holds", () =>
    withDatabase(
      Effect.gen(function* () {
        const { journal, list, submit } = yield* Runs.Runs
        const sql = yield* SqlClient.SqlClient
        const run = yield* submit(flow, "one")
        yield* journal.append(run, { _tag: "RunStarted", version: 1, definition: "d", at: 2 })
        yield* journal.load(run)
        assert.deepStrictEqual(yield* sql`select status, definition from sw_run`, [
          { status: "RUNNING", definition: null }
        ])
        // and who takes over what a worker had does not give it to workers either
        yield* sql`update sw_run set status = 'RUNNING', owner = 'dead', definition = 'of a worker'`
        yield* journal.append(run, { _tag: "RunEnded", status: "CANCELLED", orphaned: [], at: 3 })
        yield* sql`update sw_run set status = 'RUNNING', owner = 'dead', definition = 'of a worker'`
        yield* journal.append(run, { _tag: "RunStarted", version: 1, definition: "d", at: 4 })
        yield* journal.load(run)
        assert.deepStrictEqual(yield* sql`select definition from sw_run`, [{ definition: null }])
        const error = { path: "a", tag: "Error", message: "half \ud800 and \u0000" }
        yield* journal.append(run, { _tag: "RunEnded", status: "FAILED", orphaned: [], error, at: 5 })
        const [glance] = yield* list
        assert.include(glance, { run, status: "FAILED", written: 5 })
      }).pipe(Effect.scoped)
    )
  )

  it.live("lets a run rest that cannot be worked on, and tells why", () =>
    withDatabase(
      Effect.gen(function* () {
        const { poison, submit } = yield* Runs.Runs
        const sql = yield* SqlClient.SqlClient
        const run = yield* submit(flow, "one")
        yield* sql`update sw_event set event = '{"_tag":"Strange"}' where run = ${run}`
        yield* worker()
        const glance = yield* standing(run, ({ rests }) => rests)
        assert.include(glance, { status: "QUEUED", worker: undefined })
        assert.include(glance.note, "event 1 cannot be read")
        assert.deepStrictEqual(
          (yield* poison).map(({ run }) => run),
          [run]
        )
      }).pipe(Effect.scoped)
    )
  )

  it.live("takes what workers left that died, but a run less and less often whose owners die", () =>
    withDatabase(
      Effect.gen(function* () {
        const { poison, submit } = yield* Runs.Runs
        const sql = yield* SqlClient.SqlClient
        const run = yield* submit(flow, "one")
        // two that had it are dead
        yield* sql`update sw_run set owner = 'dead', status = 'RUNNING', attempts = 2 where run = ${run}`
        const { isAsked, model } = yield* slow
        yield* worker({ slots: 1 }, model)
        yield* Deferred.await(isAsked)
        assert.include(yield* glanceOf(run), { status: "RUNNING", attempts: 3, rests: true })
        assert.lengthOf(yield* poison, 1)
        // the third dies as well
        yield* sql`update sw_run set owner = 'dead' where run = ${run}`
        yield* sql`update sw_run set attempts = 12, not_before = clock_timestamp() + interval '500 s' where run = ${run}`
        yield* worker({}, localModel)
        const other = yield* submit(flow, "two")
        yield* ended(other)
        assert.include(yield* glanceOf(run), { status: "RUNNING", worker: undefined })
      }).pipe(Effect.scoped)
    )
  )

  it.live.each([
    ["a dead worker's run", "status = 'RUNNING'"],
    ["a run that has ended", "status = 'COMPLETED', owner = null"]
  ])("frees what %s held of a limit, though nobody has room for it", ([, left]) =>
    withDatabase(
      Effect.gen(function* () {
        const { submit } = yield* Runs.Runs
        const sql = yield* SqlClient.SqlClient
        const limits = yield* Layer.build(SqlLimits.layer)
        const counted = yield* Effect.provideContext(RateLimit.make({ name: "places", concurrency: 1 }), limits)
        const run = yield* submit(flow, "one")
        yield* sql`update sw_run set owner = 'dead'`
        yield* sql.unsafe(reserve, ["places", run, "1", "00000000-0000-4000-8000-000000000001", "a", true, 1, 10, 0])
        yield* sql.unsafe(`update sw_run set ${left}`)
        const other = yield* submit(flow, "two")
        yield* sql`update sw_run set created_at = now() - interval '1 day' where run = ${other}`
        // it has room for the other one only
        yield* worker({ slots: 1 }, counted(localModel))
        assert.strictEqual((yield* ended(other)).status, "COMPLETED")
        assert.strictEqual((yield* ended(run)).status, "COMPLETED")
      }).pipe(Effect.scoped)
    )
  )

  /** A database of which some answers are lost, or that fails for a while: `fault` says so of a statement. */
  const faulty = (
    sql: SqlClient.SqlClient,
    fault: (statement: string) => SqlError.SqlError | undefined,
    isAfter: boolean
  ) =>
    answering(sql, (statement, parameters) => {
      const error = fault(statement)
      const { values } = sql.withoutTransforms().unsafe(statement, parameters)
      if (error === undefined) return values
      return isAfter ? Effect.andThen(values, Effect.fail(error)) : Effect.fail(error)
    })

  const codeOf = (code: string, message: string) =>
    new SqlError.SqlError({ reason: new SqlError.UnknownError({ cause: Object.assign(new Error(message), { code }) }) })

  it.live("finds a run again that it took, of which the answer was lost", () =>
    withDatabase(
      Effect.gen(function* () {
        const { submit } = yield* Runs.Runs
        const sql = yield* SqlClient.SqlClient
        let lost = 0
        const cut = new SqlError.SqlError({ reason: new SqlError.UnknownError({ cause: new Error("it is cut") }) })
        const lossy = faulty(
          sql,
          (statement) => (statement.includes("skip locked") && lost++ < 1 ? cut : undefined),
          true
        )
        const run = yield* submit(flow, "one")
        yield* Effect.provideService(worker(), SqlClient.SqlClient, lossy)
        assert.strictEqual((yield* ended(run)).status, "COMPLETED")
        assert.isAbove(lost, 1)
        // the first epoch is its beginning, the second was lost
        const [row] = yield* sql`select epoch::int as epoch from sw_run`
        assert.deepStrictEqual(row, { epoch: 3 })
      }).pipe(Effect.scoped)
    )
  )

  it.live("waits for a database that is full, and asks nothing twice", () =>
    withDatabase(
      Effect.gen(function* () {
        const { submit } = yield* Runs.Runs
        const sql = yield* SqlClient.SqlClient
        let refused = 0
        const full = codeOf("53100", "could not extend file: No space left on device")
        // it has no room for the third write and those after it, until room is made
        let writes = 0
        const lossy = faulty(
          sql,
          (statement) =>
            statement.includes("insert into sw_event") && ++writes > 2 && refused++ < 5 ? full : undefined,
          false
        )
        let calls = 0
        const counting = LlmClient.make((request) =>
          Effect.suspend(() => {
            calls++
            return localModel.generate(request)
          })
        )
        const run = yield* submit(flow, "one")
        yield* Effect.provideService(worker({}, counting), SqlClient.SqlClient, lossy)
        assert.strictEqual((yield* ended(run)).status, "COMPLETED")
        assert.isAtLeast(refused, 5)
        assert.strictEqual(calls, 20)
      }).pipe(Effect.scoped)
    )
  )

  it.live("refuses a second run of the same name, whoever submits it", () =>
    withDatabase(
      Effect.gen(function* () {
        const { submit } = yield* Runs.Runs
        const both = yield* Effect.forEach(
          ["one", "two"],
          (input) => Effect.result(submit(flow, input, { run: "same" })),
          {
            concurrency: 2
          }
        )
        assert.lengthOf(both.filter(Result.isSuccess), 1)
        const [failure] = both.flatMap((result) => (Result.isFailure(result) ? [result.failure] : []))
        assert.strictEqual(failure?.reason._tag, "RunExists")
      })
    )
  )

  it.live("does heavy steps of other workers, and what cannot be done elsewhere is done by its own", () =>
    withDatabase(
      Effect.gen(function* () {
        const { submit, watch } = yield* Runs.Runs
        const done: Array<string> = []
        /** The same definition, whose code says who does it. */
        const workflowOf = (by: string, key: string) =>
          Workflow.make("heavy", { input: Schema.Array(Schema.Int) }).pipe(
            Workflow.forEach(
              "items",
              Step.effect("item", {
                input: Schema.Int,
                output: Schema.Int,
                heavy: true,
                key: () => Effect.succeed(key),
                run: (n) => Effect.sync(() => (done.push(by), n))
              }),
              { items: "input", key: String, input: "item", concurrency: 50 }
            )
          )
        const [own, other, otherwise] = [workflowOf("own", "a"), workflowOf("other", "a"), workflowOf("otherwise", "b")]
        const items = Array.from({ length: 30 }, (_, i) => i)
        // one that does no heavy work, and one that takes no runs
        yield* worker({ heavy: 0 }, localModel, [own])
        const heavy = yield* Effect.scope
        const helping = yield* Scope.fork(heavy)
        yield* Scope.provide(worker({ slots: 0 }, localModel, [other]), helping)
        yield* Stream.runDrain(watch(yield* submit(own, items)))
        assert.deepStrictEqual(new Set(done), new Set(["other"]))
        yield* Scope.close(helping, Exit.void)
        // its key says that it would do something else
        yield* worker({ slots: 0 }, localModel, [otherwise])
        done.length = 0
        yield* Stream.runDrain(watch(yield* submit(own, items)))
        assert.deepStrictEqual(new Set(done), new Set(["own"]))
      }).pipe(Effect.scoped)
    )
  )

  it.live("is what the example is made of", () =>
    Effect.promise(async () => {
      const file = join(import.meta.dirname, "..", "..", "..", "examples", "95-runs-on-a-cluster.ts")
      const env = { ...process.env, STEPWRIGHT_DATABASE_URL: server.url }
      const { stdout } = await promisify(execFile)(process.execPath, [file], { env })
      assert.match(stdout, /: It rains\. \(1 worker\)\n$/u)
    })
  )
})
