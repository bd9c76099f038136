import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { needs } from "../../../test/support/tool.ts"
import { chaos, stop } from "./support/chaos.ts"
import { postgres, type Postgres } from "./support/postgres.ts"
import { endAll } from "./support/workers.ts"

// the whole of it is the soak's; how long a worker may be silent is what it has by itself: a busy machine may take a while
const quick = { workers: 3, latency: [20, 300], options: { slots: 8, poll: "100 millis" } } as const

describe("workers in processes of their own", needs("postgres"), () => {
  let server: Postgres
  beforeAll(async () => {
    server = await postgres()
  }, 60_000)
  afterAll(async () => {
    endAll()
    await server.stop()
  })

  it("lose nothing and ask nothing for nothing, though they are killed, stopped, and their database is", async () => {
    const outcome = await chaos(server, "killed", {
      ...quick,
      runs: 24,
      seed: 1,
      limits: { concurrency: 20, maxTokens: 10_000_000 },
      kills: 4,
      every: 1000,
      faults: [
        // another has its runs by the end
        { at: 3000, what: stop(12_000) },
        { at: 6000, what: ({ away }) => away(() => server.restart(500)) }
      ]
    })
    assert.deepEqual(outcome.problems, [], outcome.said.join("\n"))
    assert.isAtLeast(outcome.hits, 2)
  }, 120_000)

  it("ask nothing twice where only the database was away", async () => {
    const outcome = await chaos(server, "away", {
      ...quick,
      runs: 12,
      seed: 2,
      kills: 0,
      every: 0,
      faults: [
        { at: 1500, what: () => server.freeze(1500) },
        { at: 3500, what: () => server.restart(1000) }
      ]
    })
    assert.deepEqual(outcome.problems, [], outcome.said.join("\n"))
    assert.strictEqual(outcome.repeats, 0)
  }, 120_000)
})
