/* oxlint-disable no-await-in-loop -- one after the other */
import { spawnSync } from "node:child_process"
import { copyFileSync, globSync, mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { revision } from "../../../benchmarks/support/packages.ts"
import { needs } from "../../../test/support/tool.ts"
import { type Chaos, chaos, type Outcome, stop } from "./support/chaos.ts"
import { postgres, type Postgres } from "./support/postgres.ts"
import { type Proxy, proxy } from "./support/proxy.ts"
import { endAll } from "./support/workers.ts"

const wait = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

/** The first version that has workers, limits of all, and heavy work. */
const versionBefore = "251cd44497e10420730e07fab4430018b76c9c21"

/** Each worker has 8 calls on their way at most; how long it may be silent is what workers have by themselves. */
const usual = { workers: 3, latency: [20, 800], options: { slots: 8 } } as const

/** What tells a process another time; the command of this name would be killed in place of it. */
const [faketime] = globSync("/usr/lib/*/faketime/libfaketime.so.1")

/** Makes a disk of so much memory. */
const mounted = (folder: string) => spawnSync("mount", ["-t", "tmpfs", "-o", "size=220m", "tmpfs", folder]).status === 0

const canMount = () => {
  const folder = mkdtempSync(join(tmpdir(), "disk-"))
  return mounted(folder) && spawnSync("umount", [folder]).status === 0
}

const told = ({ said: _, ...outcome }: Outcome) => console.log(JSON.stringify(outcome, null, 2))

describe("workers in processes of their own", needs("postgres"), () => {
  let server: Postgres
  let between: Proxy
  beforeAll(async () => {
    server = await postgres()
    between = await proxy(server.port)
  }, 60_000)
  afterAll(async () => {
    endAll()
    await between.close()
    await server.stop()
  })

  const through = (database: string) => server.url.replace(/:\d+\/postgres$/u, `:${between.port}/${database}`)

  it("lose nothing and ask nothing for nothing, whatever happens", async () => {
    const times = [10, 70, 130, 190].map((s) => s * 1000)
    const outcome = await chaos(server, "everything", {
      ...usual,
      runs: 500,
      seed: 1,
      limits: { concurrency: 20, maxTokens: 10_000_000 },
      kills: 100,
      every: 4000,
      through: through("everything"),
      // the clock of each third is a minute ahead
      environment: (n): Readonly<Record<string, string>> =>
        n % 3 === 2 && faketime !== undefined ? { LD_PRELOAD: faketime, FAKETIME: "+60s" } : {},
      faults: [
        ...times.map((at) => ({ at, what: stop(16_000) })),
        ...times.flatMap((at) =>
          [
            { at: at + 20_000, what: () => server.restart(2000) },
            { at: at + 30_000, what: () => server.freeze(10_000) },
            { at: at + 45_000, what: () => between.cut() },
            { at: at + 50_000, what: () => between.silence() }
          ].map(({ at, what }) => ({ at, what: ({ away }: Chaos) => away(what) }))
        )
      ]
    })
    told(outcome)
    assert.deepEqual(outcome.problems, [])
    assert.isAtLeast(outcome.hits, 60)
    assert.isAtMost(outcome.repeats, outcome.inFlight)
  }, 3_600_000)

  it("ask nothing twice where only the database was away", async () => {
    const outcome = await chaos(server, "away", {
      ...usual,
      runs: 250,
      seed: 2,
      kills: 0,
      every: 0,
      through: through("away"),
      faults: [
        { at: 5000, what: () => server.freeze(10_000) },
        { at: 25_000, what: () => server.restart(10_000) },
        { at: 50_000, what: async () => between.cut() },
        { at: 60_000, what: async () => between.silence() }
      ]
    })
    told(outcome)
    assert.deepEqual(outcome.problems, [])
    assert.strictEqual(outcome.repeats, 0)
  }, 3_600_000)

  it("have what a killed one had within the time that it may be silent, and nothing of one that stalls", async () => {
    const taken: Array<number> = []
    const kill = async ({ doom, epochs, runsOf, workers }: Chaos) => {
      // one that has some
      const has = await Promise.all(workers.map(runsOf))
      const worker = workers[has.findIndex(({ length }) => length > 0)]
      const runs = await runsOf(worker!)
      const before = await epochs()
      doom(worker!)
      worker!.kill("SIGKILL")
      const began = performance.now()
      const left = new Set(runs)
      while (left.size > 0 && performance.now() - began < 30_000) {
        const now = await epochs()
        for (const run of left) {
          if (now.get(run) === before.get(run)) continue
          left.delete(run)
          taken.push(performance.now() - began)
        }
        await wait(50)
      }
      assert.isAbove(runs.length, 0)
      assert.strictEqual(left.size, 0)
    }
    // their calls take so long that they have runs all the time
    const slow = { ...usual, latency: [2000, 4000], kills: 0, every: 0 } as const
    const killed = await chaos(server, "taken", { ...slow, runs: 16, seed: 3, faults: [{ at: 6000, what: kill }] })
    console.log(`taken over after ${taken.map((millis) => (millis / 1000).toFixed(1)).join(", ")} s`)
    assert.deepEqual(killed.problems, [])
    assert.isAtMost(Math.max(...taken), 12_000)

    const stall = async ({ workers: [worker] }: Chaos) => worker!.kill("SIGUSR2")
    const stalled = await chaos(server, "stalled", {
      ...slow,
      runs: 16,
      seed: 4,
      faults: [6000, 20_000].map((at) => ({ at, what: stall }))
    })
    assert.deepEqual(stalled.problems, [])
    assert.strictEqual(stalled.repeats, 0)
  }, 3_600_000)

  it("go on from a copy of the database that was made while they worked", async () => {
    const restore = async ({ without }: Chaos) => {
      const from = performance.now()
      const putBack = await server.backup()
      await wait(5000)
      await without(from, putBack)
    }
    const outcome = await chaos(server, "restored", {
      ...usual,
      runs: 60,
      seed: 5,
      kills: 0,
      every: 0,
      faults: [{ at: 6000, what: restore }]
    })
    told(outcome)
    // what the provider was asked after the copy was made is in no ledger
    assert.deepEqual(
      outcome.problems.filter((problem) => !problem.startsWith("the ledger has")),
      []
    )
    assert.isAbove(outcome.repeats, 0)
  }, 3_600_000)

  it("work side by side with those of the version before", async () => {
    const folder = revision(versionBefore)
    assert.isDefined(folder, "the history has it")
    // it finds the packages of that version
    const files = join(folder!, "packages", "cluster")
    const support = join(import.meta.dirname, "support")
    for (const name of ["program.ts", "flow.ts"]) copyFileSync(join(support, name), join(files, name))
    const outcome = await chaos(server, "upgraded", {
      ...usual,
      runs: 60,
      seed: 6,
      kills: 12,
      every: 2500,
      program: (n) => (n % 2 === 0 ? join(files, "program.ts") : undefined)
    })
    told(outcome)
    assert.deepEqual(outcome.problems, [])
    assert.isAtMost(outcome.repeats, outcome.inFlight)
  }, 3_600_000)

  // a small disk is made of memory, which only root may do
  it.skipIf(!canMount())(
    "wait for a disk that is full, and ask nothing twice",
    async () => {
      const disk = mkdtempSync(join(tmpdir(), "disk-"))
      assert.isTrue(mounted(disk))
      const small = await postgres({ max_wal_size: "64MB", min_wal_size: "32MB" }, disk)
      try {
        const outcome = await chaos(small, "no_room", {
          ...usual,
          runs: 100,
          seed: 7,
          kills: 0,
          every: 0,
          faults: [6000, 20_000].map((at) => ({ at, what: () => small.fill(6000) }))
        })
        told(outcome)
        assert.deepEqual(outcome.problems, [])
        assert.strictEqual(outcome.repeats, 0)
      } finally {
        await small.stop()
        spawnSync("umount", [disk])
      }
    },
    3_600_000
  )
})
