import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Runs } from "@stepwright/cluster"
import { Effect, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { postgres, type Postgres } from "../../../../../cluster/test/support/postgres.ts"
import { needs } from "../../../../../../test/support/tool.ts"
import { asking } from "../../../support/asking.ts"
import { call, type Called, inFolder, startedWith } from "../../../support/commandLine.ts"
import { asked, serving, untilRest } from "../../../support/serving.ts"
import { emptyDatabase, knowing, runsAt, worker } from "../../../support/onCluster.ts"

/** Calls the command line for a program of its own, which has to do what it is called for. */
const told = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  const { err, out, status } = yield* call(args, asking)
  assert.strictEqual(status, 0, `${args.join(" ")}: ${err}`)
  return out
})

const read = (...args: ReadonlyArray<string>) => Effect.map(told(...args, "--json"), (text) => JSON.parse(text))

const submitted = (run: string) =>
  Effect.flatMap(Runs.Runs, ({ submit }) =>
    submit(asking.workflow, { text: "A shelf" }, { run, settings: JSON.stringify({ format: 1, out: `out/${run}` }) })
  )

/** A run, once no worker has it or shall. */
const rested = (run: string) =>
  Effect.flatMap(Runs.Runs, ({ glance }) =>
    glance(run).pipe(
      Effect.repeat({
        until: (seen) => seen?.status !== "QUEUED" && seen?.status !== "RUNNING",
        schedule: Schedule.spaced("20 millis")
      }),
      Effect.timeout("20 seconds")
    )
  )

describe("runs on a cluster", needs("postgres"), () => {
  let server: Postgres
  beforeAll(async () => {
    server = await postgres()
  })
  afterAll(() => server.stop())

  /** Work with a database of its own, in a folder. */
  const onCluster = <A, E, R>(work: (url: string) => Effect.Effect<A, E, R>) =>
    Effect.flatMap(emptyDatabase(server.url), (url) =>
      work(url).pipe(knowing(url), Effect.provide(runsAt(url)), Effect.scoped)
    ).pipe(inFolder)

  it.live("are seen beside those of the folder, and changed where they are", () =>
    onCluster((url) =>
      Effect.gen(function* () {
        const here = yield* startedWith(asking)
        yield* submitted("there")
        const [waiting] = yield* read("list")
        assert.deepStrictEqual(waiting.cluster, { worker: null, isQueued: true, note: null })
        assert.match(yield* told("list"), /there {2}RUNNING .*on the cluster, waits for a worker\n/u)
        assert.include(yield* told("status", "there"), "on the cluster, waits for a worker\n")
        yield* Effect.gen(function* () {
          yield* worker(url, asking)
          yield* rested("there")
        }).pipe(Effect.scoped)
        assert.sameDeepMembers(
          (yield* read("list")).map(({ run, status }: Readonly<Record<string, string>>) => [run, status]),
          [
            ["there", "SUSPENDED"],
            [here, "SUSPENDED"]
          ]
        )
        const { undecided } = yield* read("status", "there")
        assert.strictEqual(undecided[0].path, "approval")
        assert.include(yield* told("show", "there", "design"), "A shelf")
        const actions = (plan: ReadonlyArray<Readonly<Record<string, string>>>) =>
          plan.map(({ action, path }) => [path, action])
        assert.deepStrictEqual(actions(yield* read("plan", "there")), actions(yield* read("plan", here)))
        assert.strictEqual(JSON.parse(yield* told("export", "there")).run, "there")
        yield* told("decide", "there", "approval", '{"approved": true, "note": "go"}')
        yield* told("fork", "there", "design", "--run", "forked")
        assert.isTrue(existsSync(".stepwright/runs/forked"))
        yield* told("rm", "there", "--yes")
        assert.isUndefined(yield* Effect.flatMap(Runs.Runs, ({ glance }) => glance("there")))
        assert.isFalse(existsSync(".stepwright/runs/there"))
      })
    )
  )

  it.live("are begun, followed to what they wait for, decided, and gone on with by workers", () =>
    onCluster((url) =>
      Effect.gen(function* () {
        yield* worker(url, asking)
        writeFileSync("doc.md", "A shelf")
        const begun = yield* call(["run", "doc.md", "--on", "cluster", "--json"], asking)
        assert.strictEqual(begun.status, 4, begun.err)
        const alone = yield* call(["run", "doc.md", "--json"], asking)
        const documentOf = ({ out }: Called) => {
          const { durationMillis: _, filesFolder: __, out: ___, run, ...rest } = JSON.parse(out)
          return { run, rest: JSON.stringify(rest, null, 2).replaceAll(run, "RUN") }
        }
        const { rest, run } = documentOf(begun)
        assert.strictEqual(rest, documentOf(alone).rest)
        assert.match(begun.err, /^suspended: .*approval.*\ndecide with `node asking.ts decide \S+ approval/u)
        assert.isFalse(existsSync(`.stepwright/runs/${run}`))
        yield* told("decide", run, "approval", '{"approved": true, "note": "go"}')
        const done = yield* call(["resume", run], asking)
        assert.strictEqual(done.status, 0, done.err)
        assert.match(done.out, /^COMPLETED in .*: 1 step run, 3 reused/u)
        assert.include(yield* told("show", run, "build"), "built, go")
      })
    )
  )

  it.live("are left to workers with --detach, and handed to them with other settings", () =>
    onCluster((url) =>
      Effect.gen(function* () {
        writeFileSync("doc.md", "A shelf")
        const { err, out, status } = yield* call(
          ["run", "doc.md", "--on", "cluster", "--detach", "--max-calls", "5"],
          asking
        )
        assert.strictEqual(status, 0, err)
        const run = out.trim()
        assert.strictEqual(
          err,
          `no worker is there that has asking; run ${run} waits for one\n` +
            `follow it with \`node asking.ts status ${run} --watch\`, cancel it with \`node asking.ts cancel ${run}\`\n`
        )
        const settings = Effect.flatMap(Runs.Runs, ({ glance }) =>
          Effect.map(glance(run), (seen) => JSON.parse(seen?.settings ?? ""))
        )
        assert.include(yield* settings, { format: 1, maxCalls: 5, out: `out/${run}` })
        yield* told("cancel", run)
        assert.strictEqual(yield* told("resume", run, "--detach", "--max-calls", "9"), `${run}\n`)
        assert.include(yield* settings, { maxCalls: 9 })
        yield* worker(url, asking)
        assert.include(yield* rested(run), { status: "SUSPENDED" })
      })
    )
  )

  it.live("are served: seen, followed, decided, and handed to workers", () =>
    onCluster((url) =>
      Effect.gen(function* () {
        yield* submitted("there")
        yield* worker(url, asking)
        yield* rested("there")
        const server = yield* serving("serve")
        const ask = asked(server)
        const happened = Effect.promise(() => untilRest(`${server}/api/runs/there/events`))
        assert.strictEqual((yield* ask("GET", "/runs"))[0].run, "there")
        assert.include(yield* happened, '"_tag":"RunInitialized"')
        // twice: a worker has had it since the first decision
        for (const note of ["one", "two"]) {
          yield* ask("POST", "/runs/there/decide", { path: "approval", decision: { approved: true, note } })
          assert.strictEqual((yield* ask("POST", "/runs/there/resume", {})).status, "RUNNING")
          yield* rested("there")
          assert.strictEqual((yield* ask("GET", "/runs/there")).status, "COMPLETED")
          assert.include(yield* happened, `built, ${note}`)
        }
      })
    )
  )

  it.live("are trusted no more than files of somebody else", () =>
    onCluster(() =>
      Effect.gen(function* () {
        yield* submitted("there")
        const { setSettings } = yield* Runs.Runs
        yield* setSettings("there", JSON.stringify({ format: 1, out: "out/there", module: "theirs.ts", name: "w" }))
        writeFileSync("theirs.ts", 'import { writeFileSync } from "node:fs"\nwriteFileSync("ran", "")')
        const { err, status } = yield* call(["resume", "there", "--detach"])
        assert.strictEqual(status, 3)
        assert.match(
          err,
          /\/there does this, and no command of yours wrote it:\nmodule: runs the code of theirs\.ts#w\n/u
        )
        assert.strictEqual((yield* call(["status", "there"])).status, 0)
        assert.isFalse(existsSync("ran"))
      })
    )
  )

  it.live("are moved from the folder and back, to the byte", () =>
    onCluster((url) =>
      Effect.gen(function* () {
        const run = yield* startedWith(asking)
        const file = `.stepwright/runs/${run}/events.jsonl`
        const before = readFileSync(file, "utf8")
        const shown = yield* told("show", run, "design")
        const settings = readFileSync(`.stepwright/runs/${run}/run.json`, "utf8")
        assert.include(yield* told("move", run, "--to", "cluster"), `run ${run} is in postgres://127.0.0.1`)
        assert.isFalse(existsSync(`.stepwright/runs/${run}`))
        const { read: from } = yield* Runs.Runs
        for (const json of yield* from(run, 0)) assert.include(before, `${json.slice(0, -1)},"n":`)
        assert.strictEqual(yield* told("show", run, "design"), shown)
        assert.include(yield* told("move", run, "--to", "cluster"), `run ${run} was already in`)
        yield* told("move", run, "--to", "folder")
        assert.strictEqual(readFileSync(file, "utf8"), before)
        assert.deepStrictEqual(
          JSON.parse(readFileSync(`.stepwright/runs/${run}/run.json`, "utf8")),
          JSON.parse(settings)
        )
        assert.isUndefined(yield* Effect.flatMap(Runs.Runs, ({ glance }) => glance(run)))
        // a worker goes on with what came from here
        yield* told("move", run, "--to", "cluster")
        yield* told("decide", run, "approval", '{"approved": true}')
        yield* worker(url, asking)
        assert.include(yield* told("resume", run), "COMPLETED")
      })
    )
  )

  it.live("are in one place once a move that was cut short is done again, and never replaced by another run", () =>
    onCluster(() =>
      Effect.gen(function* () {
        const run = yield* startedWith(asking)
        const [folder, kept] = [`.stepwright/runs/${run}`, "kept"]
        const before = readFileSync(`${folder}/events.jsonl`, "utf8")
        cpSync(folder, kept, { recursive: true })
        yield* told("move", run, "--to", "cluster")
        // it was to be removed here
        cpSync(kept, folder, { recursive: true })
        yield* told("move", run, "--to", "cluster")
        assert.isFalse(existsSync(folder))
        // it has only begun here
        cpSync(kept, folder, { recursive: true })
        writeFileSync(`${folder}/events.jsonl`, `${before.split("\n").slice(0, 4).join("\n")}\n`)
        yield* told("move", run, "--to", "folder")
        assert.strictEqual(readFileSync(`${folder}/events.jsonl`, "utf8"), before)
        yield* told("move", run, "--to", "cluster")
        yield* told("decide", run, "approval", "yes")
        cpSync(kept, folder, { recursive: true })
        yield* told("decide", run, "approval", "no")
        const { err, status } = yield* call(["move", run, "--to", "folder"], asking)
        assert.deepStrictEqual(
          [status, err],
          [2, `stepwright: another run ${run} is in .stepwright/runs: remove one of them\n`]
        )
      })
    )
  )

  it.live("are named by workers where their own has died, and no other can take them", () =>
    onCluster(() =>
      Effect.gen(function* () {
        yield* submitted("there")
        const sql = yield* SqlClient.SqlClient
        yield* sql`update sw_run set owner = 'dead', status = 'RUNNING'`
        assert.match(yield* told("workers"), /no worker that is alive has .* resume RUN`: there\n/u)
      })
    )
  )

  it.live("are not moved while workers have them", () =>
    onCluster(() =>
      Effect.gen(function* () {
        yield* submitted("there")
        const { err, status } = yield* call(["move", "there", "--to", "folder"], asking)
        assert.deepStrictEqual(
          [status, err],
          [2, "stepwright: run there is under way: cancel it first: `cancel there`\n"]
        )
      })
    )
  )

  it.live("are cancelled though no worker has them", () =>
    onCluster(() =>
      Effect.gen(function* () {
        yield* submitted("there")
        assert.include(yield* told("cancel", "there"), "run there is cancelled")
        assert.strictEqual((yield* read("status", "there")).status, "CANCELLED")
        assert.include(yield* rested("there"), { status: "CANCELLED" })
      })
    )
  )
})

describe("a cluster whose database is away", () => {
  it.live("is told of, and hinders nobody who works in the folder", () =>
    Effect.gen(function* () {
      const run = yield* startedWith(asking)
      const { err, out, status } = yield* call(["list"], asking)
      assert.strictEqual(status, 3)
      assert.include(out, run)
      assert.match(err, /^the database postgres:\/\/127\.0\.0\.1:1\/runs cannot be used: .*ECONNREFUSED/u)
      assert.notInclude(err, "secret")
      assert.strictEqual((yield* read("status", run)).status, "SUSPENDED")
      assert.strictEqual((yield* call(["status", "nowhere"], asking)).status, 3)
    }).pipe(knowing("postgres://me:secret@127.0.0.1:1/runs?connect_timeout=1"), inFolder)
  )
})

describe("a cluster whose address is none", () => {
  it.effect("is told of where it is asked for, and hinders nobody who works in the folder", () =>
    Effect.gen(function* () {
      const run = yield* startedWith(asking)
      assert.strictEqual((yield* call(["status", run], asking)).status, 0)
      const { err, out, status } = yield* call(["list"], asking)
      assert.strictEqual(status, 3)
      assert.include(out, run)
      assert.include(err, "STEPWRIGHT_DATABASE_URL is no address of PostgreSQL")
      const none = yield* call(["run", "doc.md", "--on", "cluster"], asking)
      assert.strictEqual(none.status, 3)
      assert.notInclude(err + none.err, "secret")
    }).pipe(knowing("mysql://me:secret@db/runs"), inFolder)
  )
})

describe("a cluster that nobody has named", () => {
  it.effect("takes no run, and none that goes on here is left to it", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "A shelf")
      const none = yield* call(["run", "doc.md", "--on", "cluster"], asking)
      assert.deepStrictEqual(
        [none.status, none.err],
        [
          3,
          "stepwright: there is no cluster here: set STEPWRIGHT_DATABASE_URL to postgres://USER@HOST:PORT/DATABASE, or start a worker with a database of this folder: stepwright worker --embedded\n"
        ]
      )
      const here = yield* call(["run", "doc.md", "--detach"], asking)
      assert.strictEqual(here.status, 2)
      assert.include(here.err, "--detach is for a run on a cluster, and this one goes on here: leave it out")
      assert.isFalse(existsSync(".stepwright"))
    }).pipe(knowing(""), inFolder)
  )
})
