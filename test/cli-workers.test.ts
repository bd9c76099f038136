import { statSync } from "node:fs"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { postgres, type Postgres } from "../packages/cluster/test/support/postgres.ts"
import { type Place, place, until } from "./support/cli.ts"
import { allGone, embedded, named, placeForAll, processesWith, saying, submit, withRuns } from "./support/cluster.ts"
import { needs } from "./support/tool.ts"

describe("workers", needs("postgres"), () => {
  let server: Postgres
  let here: Place
  beforeAll(async () => {
    server = await postgres()
    here = place(["cluster.ts"], { STEPWRIGHT_DATABASE_URL: server.url })
  })
  afterAll(() => server.stop())

  it("work on runs, tell it, and hand over what does not end in time", async () => {
    const first = here.start(...named, "--build", "one", "--drain", "0", "--json")
    const saidFirst = saying(first)
    const run = await submit(server.url, undefined, "one")
    const other = await submit(server.url, undefined, "two")
    await until(() => here.exists(`out/${run}/outline.md`), first)
    const { queue, workers } = JSON.parse((await here.stepwright("workers", "--json")).stdout)
    const [{ worker, ...about }] = workers
    assert.deepInclude(about, { pid: first.process.pid, isAlive: true, slots: 8, runs: [run] })
    assert.include(about.definitions.waiting, " one")
    assert.deepInclude(queue, {
      workflow: "waiting",
      definition: queue[0].definition,
      runs: 1,
      resting: 0,
      isKnown: false,
      strange: [other]
    })
    const { stdout } = await here.stepwright("workers")
    assert.match(
      stdout,
      /no worker that is alive has waiting [0-9a-f]{12} two: start one .* `stepwright resume RUN`: /u
    )
    first.process.kill("SIGTERM")
    const ended = await first.ended
    assert.strictEqual(ended.status, 0, ended.stderr)
    const lines = ended.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
    assert.deepStrictEqual(
      lines.map(({ _tag }) => _tag),
      ["Joined", "Took", "Drains", "GaveBack"]
    )
    assert.deepInclude(lines[0], { worker, slots: 8, database: `postgres://127.0.0.1:${server.port}/postgres` })
    assert.deepInclude(lines[1], { run, workflow: "waiting", events: 1 })
    assert.notInclude(saidFirst(), "password")

    const second = here.start(...named, "--build", "one")
    const said = saying(second)
    here.write("go", "")
    await until(() => said().includes(`run ${run}: COMPLETED`), second)
    assert.include(said(), `connected to postgres://127.0.0.1:${server.port}/postgres\n`)
    assert.match(said(), new RegExp(`run ${run} of waiting: taken, after \\d+ events\\n`, "u"))
    assert.notInclude(said(), other)
    second.process.kill("SIGINT")
    assert.strictEqual((await second.ended).status, 0)
    assert.deepStrictEqual(await withRuns(server.url, ({ workers }) => workers), [])
  })

  it("keep to the caps that a run says, and to nothing else that others wrote of it", async () => {
    here.write("go", "")
    const worker = here.start(...named, "--max-calls", "3")
    const said = saying(worker)
    const written = { format: 1, out: "../elsewhere", module: "evil.ts", python: "/bin/evil", sandbox: "none" }
    const capped = await submit(server.url, { ...written, maxCalls: 0 })
    const free = await submit(server.url, { ...written, maxCalls: 100 })
    const odd = await submit(server.url, { format: 1, out: "out", maxUsd: "a lot" })
    await until(() => said().includes(`run ${odd}: cannot be worked on`), worker)
    await until(() => said().includes(`run ${capped}: SUSPENDED`), worker)
    await until(() => said().includes(`run ${free}: COMPLETED`), worker)
    assert.isFalse(here.exists("../elsewhere"))
    assert.strictEqual(here.read(`out/${free}/outline.md`), "Rain falls.")
    const [{ note, run } = {}] = await withRuns(server.url, ({ poison }) => poison)
    assert.strictEqual(run, odd)
    assert.match(note ?? "", /^its settings cannot be read: .*maxUsd/u)
    worker.process.kill("SIGTERM")
    assert.strictEqual((await worker.ended).status, 0)
  })

  it("say which database cannot be reached", async () => {
    const away = here.withEnv({ STEPWRIGHT_DATABASE_URL: "postgres://me:secret@127.0.0.1:1/runs" })
    const { status, stderr } = await away.stepwright(...named)
    assert.strictEqual(status, 3)
    assert.include(stderr, "the database postgres://127.0.0.1:1/runs cannot be used: ")
    assert.notInclude(stderr, "secret")
  })
})

describe("worker --embedded", needs("postgres"), () => {
  it("has a database of the folder, which others find, and which ends with the last worker, though that is killed", async () => {
    const here = placeForAll(["cluster.ts"])
    const first = await embedded(here)
    const file = here.path(".stepwright/postgres/server.json")
    assert.strictEqual(statSync(file).mode & 0o777, 0o600)
    const second = await embedded(here)
    first.process.kill("SIGTERM")
    assert.strictEqual((await first.ended).status, 0)
    const { stdout } = await here.stepwright("workers", "--json")
    assert.deepStrictEqual(
      JSON.parse(stdout).workers.map(({ pid }: { readonly pid: number }) => pid),
      [second.process.pid]
    )
    assert.isNotEmpty(processesWith(here.path(".")))
    second.process.kill("SIGKILL")
    await allGone(here)
  })
})
