import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js"
import { Engine, Journal, Step, Workflow } from "@stepwright/core"
import { JournalConformance } from "@stepwright/core/testing"
import { Console, Deferred, Effect, Fiber, Layer, Schema } from "effect"
import { configuration } from "../../../../src/cli/base/cliError.ts"
import { general } from "../../../../src/cli/base/words.ts"
import * as commandLine from "../../../../src/cli/commandLine.ts"
import { Bound, type Loaded } from "../../../../src/cli/module/workflowModule.ts"
import { make as makePage } from "../../../../src/cli/page/make.ts"
import * as folder from "../../../../src/cli/run/store/folder.ts"
import type { RunStore } from "../../../../src/cli/run/store/runStore.ts"
import * as stores from "../../../../src/cli/run/store/stores.ts"
import * as NodeHasher from "../../../../src/NodeHasher.ts"
import { conforms } from "../../../../../../test/support/conformance.ts"
import { asking, program } from "../../../support/asking.ts"
import { call, inFolder, startedWith } from "../../../support/commandLine.ts"
import { inProject } from "../../../support/configured.ts"
import { asked, serving, token, untilRest } from "../../../support/serving.ts"
import { saying } from "../../../support/saying.ts"
import * as memoryStore from "../../../support/memoryStore.ts"

type Memory = ReturnType<typeof memoryStore.make>

const also = (store: RunStore) => Effect.provideService(stores.Stores, [folder.here, store])

/** Does something with a journal of a store, as a worker elsewhere does. */
const inStore = <A, E, R>(store: Memory, work: Effect.Effect<A, E, R>) =>
  Effect.scoped(Effect.flatMap(store.journal, (journal) => Effect.provideService(work, Journal.Journal, journal)))

/** A run in a store, as far as it goes by itself. */
const ranIn = (store: Memory, run: string, { layer, workflow }: Loaded = asking) =>
  inStore(
    store,
    Effect.gen(function* () {
      const state = yield* Engine.initialize(workflow, { text: "A shelf" }, { run })
      yield* store.settings.write(run, JSON.stringify({ format: 1, out: `out/${run}` }))
      yield* Effect.ignore(Effect.provide(Engine.run(workflow, state), layer) as Effect.Effect<unknown>)
    })
  )

/** Calls the command line for a program of its own, which has to do what it is called for. */
const told = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  const { err, out, status } = yield* call(args, asking)
  assert.strictEqual(status, 0, err)
  return out
})

const read = (...args: ReadonlyArray<string>) => Effect.map(told(...args, "--json"), (text) => JSON.parse(text))

const folders = () => readdirSync(".stepwright/runs")

const module = `import { Effect, Schema } from "effect"
import { Step, Workflow } from "@stepwright/core"
const say = Step.effect("say", { input: Schema.String, output: Schema.String, run: Effect.succeed })
export const w = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("said", say, "input"))
`

/** Begins a run with all that happened to another, wherever that is. */
const copied = Effect.fnUntraced(function* (store: Memory, from: string, run: string) {
  const { load } = yield* Journal.Journal
  const events = yield* load(from)
  yield* inStore(
    store,
    Effect.flatMap(Journal.Journal, ({ append }) =>
      Effect.forEach(events, (event) => append(run, event._tag === "RunInitialized" ? { ...event, run } : event))
    )
  )
})

/** What `status --watch` says of a run that has said something by now, and its end. */
const watching = Effect.fnUntraced(function* (run: string, bound: Loaded) {
  const documents: Array<{ readonly status: string }> = []
  const first = yield* Deferred.make<void>()
  const log = (text: string) => {
    documents.push(JSON.parse(text))
    Deferred.doneUnsafe(first, Effect.void)
  }
  const fiber = yield* commandLine
    .program("stepwright", general, ["status", run, "--watch", "--json"])
    .pipe(
      Effect.provideService(Bound, bound),
      Effect.provideService(Console.Console, { ...globalThis.console, log }),
      Effect.forkScoped
    )
  yield* Deferred.await(first)
  return { documents, ended: Fiber.await(fiber) }
})

describe("runs in another place than the folder", () => {
  const inMemory = Effect.sync(memoryStore.make)
  conforms(JournalConformance.suite(Effect.map(inMemory, ({ journal }) => Layer.effect(Journal.Journal, journal))))

  it.effect("are listed among those of the folder by when they were written to, and found by every reference", () =>
    Effect.gen(function* () {
      const store = memoryStore.make()
      yield* Effect.gen(function* () {
        yield* ranIn(store, "there-1")
        const here = yield* startedWith(asking)
        const file = `.stepwright/runs/${here}/events.jsonl`
        const times = (seconds: number) => utimesSync(file, seconds, seconds)
        times(1)
        const listed = yield* read("list")
        assert.deepStrictEqual(
          listed.map(({ run, status }: Readonly<Record<string, string>>) => [run, status]),
          [
            ["there-1", "SUSPENDED"],
            [here, "SUSPENDED"]
          ]
        )
        // what is kept of a list is no other than what was read
        assert.deepStrictEqual(yield* read("list"), listed)
        for (const reference of ["latest", "there", "there-1"]) {
          assert.strictEqual((yield* read("status", reference)).run, "there-1", reference)
        }
        times(4_000_000_000)
        assert.strictEqual((yield* read("status", "latest")).run, here)
        assert.include(yield* told("show", "there-1", "design"), "A shelf")
        assert.deepStrictEqual(
          (yield* read("plan", "there")).map(({ action, path }: Readonly<Record<string, string>>) => [path, action]),
          (yield* read("plan", here)).map(({ action, path }: Readonly<Record<string, string>>) => [path, action])
        )
        assert.strictEqual(JSON.parse(yield* told("export", "there")).run, "there-1")
        const { err } = yield* call(["status", "nowhere"], asking)
        assert.match(err, /the runs here are .*there-1/)
      }).pipe(also(store))
    }).pipe(inFolder)
  )

  it.effect("are told of where there are none, and refused under a name that is taken", () =>
    Effect.gen(function* () {
      const store = memoryStore.make()
      yield* Effect.gen(function* () {
        const none = yield* call(["status"], asking)
        assert.include(none.err, "there are no runs here (.stepwright/runs, memory://here)")
        yield* ranIn(store, "there")
        const again = yield* call(["fork", "there", "design", "--run", "there"], asking)
        assert.strictEqual(again.status, 2)
        assert.include(again.err, 'there is a run "there" already')
        assert.isFalse(existsSync(".stepwright/runs/there"))
      }).pipe(also(store))
    }).pipe(inFolder)
  )

  it.effect("are not left out where that place cannot be asked: who asks for runs is told", () =>
    Effect.gen(function* () {
      const run = yield* startedWith(asking)
      const away = Effect.fail(configuration("memory://here does not answer"))
      const called = (...args: ReadonlyArray<string>) =>
        also({ ...memoryStore.make(), glances: away })(call(args, asking))
      for (const args of [["status"], ["plan"]]) {
        const { err, status } = yield* called(...args)
        assert.deepStrictEqual([status, err], [3, "stepwright: memory://here does not answer\n"])
      }
      // a list has those that can be seen, and the status says that there may be others
      const listed = yield* called("list")
      assert.deepStrictEqual([listed.status, listed.err], [3, "memory://here does not answer\n"])
      assert.match(listed.out, new RegExp(`^${run} {2}SUSPENDED`, "u"))
      // what is here needs no other place
      assert.strictEqual((yield* called("status", run)).status, 0)
    }).pipe(inFolder)
  )

  it.effect("go on where they are: with a decision, a result set by hand, and to their end", () =>
    Effect.gen(function* () {
      const store = memoryStore.make()
      yield* Effect.gen(function* () {
        yield* ranIn(store, "there")
        yield* told("decide", "there", "approval", '{"approved": true, "note": "go"}')
        yield* told("resume", "there")
        assert.strictEqual((yield* read("status", "there")).status, "COMPLETED")
        assert.include(yield* told("show", "there", "build"), "built, go")
        writeFileSync("other.json", '"by hand"')
        yield* told("set", "there", "other", "other.json")
        assert.include(yield* told("show", "there", "other"), "by hand")
        assert.isFalse(existsSync(".stepwright/runs"))
      }).pipe(also(store))
      // none of it is seen without the store
      assert.strictEqual((yield* call(["status", "there"], asking)).status, 2)
    }).pipe(inFolder)
  )

  it.effect("have forks in the folder", () =>
    Effect.gen(function* () {
      const store = memoryStore.make()
      yield* Effect.gen(function* () {
        yield* ranIn(store, "there")
        const { origin, run } = yield* read("fork", "there", "design", "--run", "here")
        assert.deepStrictEqual([origin, run, folders()], ["there", "here", ["here"]])
        yield* call(["resume", "here"], asking)
        assert.strictEqual((yield* read("status", "here")).status, "SUSPENDED")
        assert.strictEqual(yield* store.glance("here"), undefined)
      }).pipe(also(store))
    }).pipe(inFolder)
  )

  it.live("are watched, decided and cancelled while somebody works on them there", () =>
    Effect.gen(function* () {
      const store = memoryStore.make()
      const isDone = yield* Deferred.make<void>()
      const slow = Step.effect("slow", {
        input: Schema.Struct({ text: Schema.String }),
        output: Schema.String,
        run: ({ text }) => Effect.as(Deferred.await(isDone), text)
      })
      const bound = program(
        Workflow.make("beside", { input: Schema.Struct({ text: Schema.String }) }).pipe(
          Workflow.all((scope) => [
            scope.pipe(Workflow.bind("slow", slow, "input")),
            scope.pipe(Workflow.gate("ok", { question: Schema.String, input: "input.text", decision: Schema.Boolean }))
          ])
        )
      )
      yield* Effect.gen(function* () {
        const working = yield* Effect.forkScoped(ranIn(store, "there", bound))
        const isRunning = Effect.map(call(["list", "--json"], bound), ({ out }) => out.includes('"RUNNING"'))
        yield* Effect.repeat(isRunning, { until: (so) => so })
        const refused = yield* call(["resume", "there"], bound)
        assert.include(refused.err, "another worker is at it")
        const decided = yield* call(["decide", "there", "ok", "yes", "--json"], bound)
        assert.strictEqual(decided.status, 0, decided.err)
        assert.strictEqual(JSON.parse((yield* call(["show", "there", "ok"], bound)).out), true)
        const { documents, ended } = yield* watching("there", bound)
        const cancelled = yield* call(["cancel", "there", "--json"], bound)
        assert.deepStrictEqual(JSON.parse(cancelled.out), { run: "there", status: "CANCELLED", cancelled: true })
        yield* Fiber.await(working)
        yield* ended
        assert.deepStrictEqual([documents[0]?.status, documents.at(-1)?.status], ["RUNNING", "CANCELLED"])
        assert.deepStrictEqual(JSON.parse((yield* call(["cancel", "there", "--json"], bound)).out).cancelled, false)
      }).pipe(Effect.scoped, also(store))
    }).pipe(inFolder)
  )

  it.effect("are removed where they are, not by gc, and need no repair", () =>
    Effect.gen(function* () {
      const store = memoryStore.make()
      yield* Effect.gen(function* () {
        yield* ranIn(store, "there")
        yield* told("decide", "there", "approval", "yes")
        yield* told("resume", "there")
        assert.deepStrictEqual((yield* read("gc", "--older-than", "0d")).runs, [])
        const repaired = yield* call(["repair", "there"], asking)
        assert.strictEqual(repaired.status, 2)
        assert.include(repaired.err, "run there is kept in memory://here, where no repair is needed")
        yield* told("rm", "there", "--yes")
        assert.strictEqual(yield* store.glance("there"), undefined)
      }).pipe(also(store))
    }).pipe(inFolder)
  )

  it.effect("hold their prompts and replies for a page", () =>
    Effect.gen(function* () {
      const store = memoryStore.make()
      const page = Effect.gen(function* () {
        yield* ranIn(store, "there", saying())
        return yield* makePage({ script: "", style: "" }, "there", { hasTexts: true, most: 1_000_000 })
      })
      const { holds } = yield* page.pipe(
        Effect.provide([stores.layer, NodeHasher.layer, NodeServices.layer]),
        Effect.provideService(Bound, saying()),
        also(store)
      )
      assert.includeMembers(
        holds.map(({ kind }) => kind),
        ["prompt", "reply"]
      )
    }).pipe(inFolder)
  )

  it.live("are served beside those of the folder: seen, followed, decided, gone on with", () =>
    Effect.gen(function* () {
      const store = memoryStore.make()
      yield* Effect.gen(function* () {
        yield* ranIn(store, "there")
        const url = yield* serving("serve")
        const ask = asked(url)
        const happened = (path: string) => Effect.promise(() => untilRest(`${url}/api${path}`))
        const before = yield* happened("/runs/there/events")
        assert.include(before, '"_tag":"RunInitialized"')
        assert.strictEqual((yield* ask("GET", "/runs"))[0].run, "there")
        assert.strictEqual((yield* ask("GET", "/runs/there")).status, "SUSPENDED")
        yield* ask("POST", "/runs/there/decide", { path: "approval", decision: { approved: true } })
        // who has decided gives it back
        assert.isFalse(yield* store.isLive("there"))
        assert.strictEqual((yield* ask("POST", "/runs/there/resume", {})).status, "RUNNING")
        const [last] = [...before.matchAll(/^id: (\S+)$/gmu)].map(([, id]) => id).toReversed()
        const after = yield* Effect.repeat(happened(`/runs/there/events?after=${last}`), {
          until: (text) => text.includes('"status":"COMPLETED"')
        })
        assert.notInclude(after, "RunInitialized")
        assert.strictEqual((yield* ask("GET", "/runs/there")).status, "COMPLETED")
        assert.isFalse(existsSync(".stepwright/runs"))
      }).pipe(Effect.scoped, also(store))
    }).pipe(inFolder)
  )

  it.live("are seen and decided by a language model", () =>
    Effect.gen(function* () {
      const store = memoryStore.make()
      yield* Effect.gen(function* () {
        yield* ranIn(store, "there")
        const url = yield* serving("mcp", "--http")
        const client = yield* Effect.acquireRelease(
          Effect.sync(() => new Client({ name: "test", version: "1" })),
          (client) => Effect.promise(() => client.close())
        )
        const headers = { authorization: `Bearer ${token}` }
        yield* Effect.promise(() =>
          client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }))
        )
        const use = (name: string, given: object) =>
          Effect.map(
            Effect.promise(() => client.callTool({ name, arguments: { run: "there", ...given } })),
            ({ structuredContent }) => structuredContent
          )
        assert.deepInclude(yield* use("runs_status", {}), { run: "there", status: "SUSPENDED" })
        yield* use("runs_decide", { path: "approval", decision: { approved: false } })
        yield* use("runs_resume", {})
        assert.deepInclude(yield* use("runs_status", { waitSeconds: 30 }), { run: "there", status: "COMPLETED" })
      }).pipe(Effect.scoped, also(store))
    }).pipe(inFolder)
  )

  it.effect("are trusted with no more than a file of somebody else, until this person trusts them", () =>
    inProject(
      { "m.mjs": module },
      Effect.gen(function* () {
        const store = memoryStore.make()
        yield* Effect.gen(function* () {
          const { out } = yield* call(["run", "--workflow", "m.mjs", "--input", '"x"', "--json"])
          const { run: here }: { readonly run: string } = JSON.parse(out)
          yield* copied(store, here, "there").pipe(Effect.provide(stores.layer))
          const text = readFileSync(`.stepwright/runs/${here}/run.json`, "utf8")
          rmSync(`.stepwright/runs/${here}`, { recursive: true })
          // the seal is for another place
          yield* store.settings.write("there", text)
          const refused = yield* call(["plan", "there"])
          assert.strictEqual(refused.status, 3)
          assert.match(refused.err, /memory:\/\/here\/there does this, .*\nmodule: runs the code of m\.mjs#w/)
          assert.strictEqual((yield* call(["trust", "--yes"])).status, 0)
          assert.strictEqual((yield* call(["plan", "there"])).status, 0)
          // and not for another run
          yield* copied(store, "there", "third").pipe(Effect.provide(stores.layer))
          yield* store.settings.write("third", (yield* store.settings.read("there")) ?? "")
          assert.strictEqual((yield* call(["plan", "third"])).status, 3)
        }).pipe(also(store))
      })
    )
  )
})

describe("the journal of two places", () => {
  const inBoth = Effect.sync(() => {
    const store = memoryStore.make()
    // who asks first is answered last
    let left = 50
    const slow: Memory = {
      ...store,
      glance: (run) => Effect.andThen(Effect.repeat(Effect.yieldNow, { times: Math.max(0, left--) }), store.glance(run))
    }
    return Layer.provide(stores.layer, Layer.succeed(stores.Stores, [slow, memoryStore.make()]))
  })
  conforms(JournalConformance.suite(inBoth))
})
