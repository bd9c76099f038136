import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { PgClient } from "@effect/sql-pg"
import { assert, it } from "@effect/vitest"
import { Effect, ManagedRuntime, Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { SqlLimits } from "@stepwright/cluster"
import { migrate } from "../src/internal/ledger.ts"
import { postgres } from "./support/postgres.ts"

it("SqlLimits are kept by three processes, each of which is killed again and again", async () => {
  const server = await postgres()
  const runtime = ManagedRuntime.make(PgClient.layer({ url: Redacted.make(server.url) }))
  await runtime.runPromise(migrate)

  let active = 0
  let most = 0
  let calls = 0
  let billed = 0
  const provider = createServer((_request, response) => {
    most = Math.max(most, ++active)
    response.once("close", () => active--)
    const output = ++calls % 89
    // whoever asked may be dead when it is billed
    setTimeout(
      () => {
        billed += 12 * 10_000 + output * 100_000
        if (calls % 20 === 0) return response.destroy()
        response.end(JSON.stringify({ input: 12, output }))
      },
      20 + (calls % 20)
    )
  })
  provider.listen(0, "127.0.0.1")
  await once(provider, "listening")
  const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`

  const caller = new URL("support/caller.ts", import.meta.url).pathname
  const start = (run: string) =>
    spawn(process.execPath, [caller, server.url, url, "both", run], { stdio: ["ignore", "inherit", "inherit"] })
  const runs = ["a", "b", "c"]
  const children = runs.map(start)
  const ended = (child: ChildProcess) => Effect.promise(async () => child.exitCode ?? (await once(child, "exit"))[0])

  let looks = 0
  const nano = (usd: number) => Math.round(usd * 1e9)
  const look = Effect.gen(function* () {
    const before = billed
    const now = yield* SqlLimits.read("both")
    if (now === undefined) return undefined
    const [recorded, bound] = [nano(now.recorded.usd), nano(now.recorded.usd + now.unclear.usd + now.held.usd)]
    const sums = `${recorded} <= ${before}, ${billed} <= ${bound}`
    assert.isTrue(recorded <= billed && before <= bound && bound <= 5e9 && now.flying <= 6, sums)
    looks++
    return now
  })

  let kills = 0
  const kill = (i: number) =>
    Effect.gen(function* () {
      yield* Effect.sleep("700 millis")
      const victim = children[i % 3]!
      if (victim.exitCode !== null) return
      victim.kill("SIGKILL")
      yield* ended(victim)
      kills++
      children[i % 3] = start(runs[i % 3]!)
    })
  const killing = Effect.andThen(
    Effect.forEach([0, 1, 2, 3, 4, 5, 6, 7, 8], kill, { discard: true }),
    Effect.suspend(() => Effect.forEach(children, ended))
  )
  // what is seen meanwhile fails the test at once
  const watching = Effect.repeat(look, Schedule.spaced("20 millis"))
  const codes = await runtime.runPromise(Effect.raceFirst(killing, Effect.andThen(watching, Effect.succeed([]))))
  assert.deepStrictEqual(codes, [0, 0, 0])
  const last = await runtime.runPromise(look)
  const statements = await runtime.runPromise(
    Effect.flatMap(
      SqlClient.SqlClient,
      (sql) => sql.unsafe("select sum(xact_commit)::int from pg_stat_database").values
    )
  )
  console.log({ kills, calls, most, looks, billed: billed / 1e9, transactions: statements[0]?.[0], ...last })
  assert.deepStrictEqual([last?.held.usd, last?.flying], [0, 0])
  assert.isAtMost(most, 6)
  assert.isAbove(kills, 3)
  provider.close()
  await runtime.dispose()
  await server.stop()
})
