import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Runs } from "@stepwright/cluster"
import { postgres, type Postgres } from "../packages/cluster/test/support/postgres.ts"
import { forget } from "../packages/node-runner/src/cli/module/workflowModule.ts"
import { emptyDatabase, runsAt, worker } from "../packages/node-runner/test/support/onCluster.ts"
import gated from "./fixtures/gated.ts"
import { place, until } from "./support/cli.ts"
import { needs } from "./support/tool.ts"

const run = ["run", "--workflow", "gated.ts", "--input", '{"text": "a shelf"}', "--on", "cluster"]

describe.concurrent("a cluster, for commands that are processes", needs("postgres"), () => {
  let server: Postgres
  beforeAll(async () => {
    server = await postgres()
  })
  afterAll(() => server.stop())

  it.live("has a run that is followed to a decision, and after it to its end", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabase(server.url)
      const here = place(["gated.ts"], { STEPWRIGHT_DATABASE_URL: url })
      yield* worker(url, { workflow: forget(gated) })
      const begun = yield* Effect.promise(() => here.stepwright(...run))
      assert.strictEqual(begun.status, 4, begun.stderr)
      const [, id = ""] = /^run (\S+): gated\napproval: waits for a decision\n/u.exec(begun.stderr) ?? []
      assert.include(begun.stderr, `decide with \`stepwright decide ${id} approval`)
      assert.isFalse(here.exists(".stepwright/runs"))
      const decided = yield* Effect.promise(() => here.stepwright("decide", id, "approval", "yes"))
      assert.strictEqual(decided.status, 0, decided.stderr)
      const done = yield* Effect.promise(() => here.stepwright("resume", id, "--json"))
      assert.strictEqual(done.status, 0, done.stderr)
      const { run: of, status, workflowOutput } = JSON.parse(done.stdout)
      assert.deepStrictEqual([of, status, workflowOutput.build], [id, "COMPLETED", "built"])
    }).pipe(Effect.scoped)
  )

  it.live("keeps a run that nobody follows any more", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabase(server.url)
      const here = place(["gated.ts"], { STEPWRIGHT_DATABASE_URL: url })
      const started = here.start(...run)
      let said = ""
      started.process.stderr?.on("data", (chunk) => (said += String(chunk)))
      yield* Effect.promise(() => until(() => said.includes("waits for one"), started))
      started.process.kill("SIGINT")
      const { status, stderr } = yield* Effect.promise(() => started.ended)
      assert.strictEqual(status, 130)
      const [, id = ""] = /^no worker is there that has gated; run (\S+) waits for one$/mu.exec(stderr) ?? []
      assert.include(
        stderr,
        `run ${id} goes on without this command; follow it with \`stepwright status ${id} --watch\`, cancel it with \`stepwright cancel ${id}\``
      )
      const seen = Effect.flatMap(Runs.Runs, ({ glance }) => glance(id))
      assert.include(yield* Effect.provide(seen, runsAt(url)), { run: id, status: "QUEUED" })
    })
  )
})
