import { spawnSync } from "node:child_process"
import { rmSync } from "node:fs"
import { createServer } from "node:net"
import { afterEach, assert, describe, it } from "vitest"
import { removeAll } from "../packages/node-runner/test/support/folder.ts"
import { until } from "./support/cli.ts"
import { allGone, embedded, placeForAll, saying, submit, withRuns } from "./support/cluster.ts"
import { needs } from "./support/tool.ts"

const placeIn = (text: string): { readonly port: number; readonly guard: number; readonly password: string } =>
  JSON.parse(text)

describe("worker --embedded", needs("postgres"), () => {
  afterEach(removeAll)

  it("has its data, its port and its password again, and another port where that is taken", async () => {
    const here = placeForAll(["cluster.ts"])
    const place = () => placeIn(here.read(".stepwright/postgres/server.json"))
    const url = () => `postgres://stepwright:${place().password}@127.0.0.1:${place().port}/postgres`
    const first = await embedded(here)
    const run = await submit(url())
    const before = place()
    for (const signal of ["SIGINT", "SIGINT"] as const) first.process.kill(signal)
    await first.ended
    await allGone(here)
    const second = await embedded(here)
    assert.deepStrictEqual(place(), before)
    assert.strictEqual((await withRuns(url(), ({ glance }) => glance(run)))?.run, run)
    second.process.kill("SIGKILL")
    await allGone(here)
    const [one, other] = [before.port, before.guard].map((port) =>
      createServer((socket) => socket.on("error", () => {}).end("?\n")).listen(port, "127.0.0.1")
    )
    const third = await embedded(here)
    assert.notStrictEqual(place().port, before.port)
    assert.notStrictEqual(place().guard, before.guard)
    assert.strictEqual((await withRuns(url(), ({ glance }) => glance(run)))?.run, run)
    for (const server of [one, other]) server?.close()
    third.process.kill("SIGTERM")
    assert.strictEqual((await third.ended).status, 0)
    await allGone(here)
  })

  it("starts its server again when that is killed, or who looks after it", async () => {
    const here = placeForAll(["cluster.ts"])
    const worker = await embedded(here)
    const said = saying(worker)
    const { password, port } = placeIn(here.read(".stepwright/postgres/server.json"))
    const url = `postgres://stepwright:${password}@127.0.0.1:${port}/postgres`
    for (const name of ["bin/postgres", "guard.ts"]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const run = await submit(url)
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await until(() => here.exists(`out/${run}/outline.md`), worker)
      const { stdout } = spawnSync("pgrep", ["-f", `${name}.*${here.path(".stepwright")}`], { encoding: "utf8" })
      for (const pid of stdout.trim().split("\n")) process.kill(Number(pid), "SIGKILL")
      here.write("go", "")
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await until(() => said().includes(`run ${run}: COMPLETED`), worker)
      rmSync(here.path("go"))
    }
    await until(() => /has gone: it is started again/u.test(said()), worker)
    worker.process.kill("SIGTERM")
    assert.strictEqual((await worker.ended).status, 0)
    await allGone(here)
  })
})
