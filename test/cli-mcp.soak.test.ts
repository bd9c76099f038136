import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { place } from "./support/cli.ts"
import {
  accept,
  askedAgain,
  callAsTask,
  clients,
  type Listening,
  listening,
  saying,
  started,
  theWholeWay,
  twoQuestions,
  workflows
} from "./support/mcp.ts"

describe("workflows as tools of a model", () => {
  let server: Listening
  beforeAll(async () => {
    server = await listening(place(["writing.ts"]), ...workflows)
  })
  afterAll(() => {
    server.server.process.kill("SIGTERM")
  })

  it("are driven by the client of before over HTTP", async () => {
    const client = await clients["2025-11-25"](server)
    assert.strictEqual(client.version, "2025-11-25")
    await theWholeWay(client)
  })

  it("are driven by a client that starts the server, over its standard streams", async () => {
    const client = await started(place(["writing.ts"]), workflows)
    assert.strictEqual(client.version, "2026-07-28")
    await theWholeWay(client)
  })

  it.each(["2025-11-25", "2026-07-28"] as const)(
    "ask a person again for a decision that will not do, by %s",
    async (version) => {
      const asked = await askedAgain((person) => clients[version](server, person))
      assert.strictEqual(asked[0], "word waits for a decision:\n  rain")
      assert.match(asked[1]!, /^this is no decision: .*\n\nword waits/u)
    }
  )

  it("are tasks where the client takes them: it is asked what gates ask, and told what the run came to", async () => {
    const { asked, person } = saying(accept("no"), accept("ok then"))
    const { outcome, seen } = await callAsTask(server, "start_strict", { topic: "rain" }, person)
    const { result } = outcome as { readonly result?: { readonly structuredContent?: unknown } }
    assert.deepInclude(result?.structuredContent, {
      status: "COMPLETED",
      output: { input: { topic: "rain" }, word: "ok then" }
    })
    assert.lengthOf(asked, 2)
    assert.deepStrictEqual(new Set(seen), new Set(["tools/call", "tasks/get", "tasks/update"]))
  })

  it("are tasks that end where a person declines, and leave the run waiting", async () => {
    const { person } = saying({ action: "decline" })
    const { outcome } = await callAsTask(server, "start_an_article", { topic: "rain" }, person)
    const { result } = outcome as { readonly result?: { readonly structuredContent?: unknown } }
    assert.deepInclude(result?.structuredContent, { status: "SUSPENDED" })
  })

  it("are tasks that take answers which come together, and go on once with all", async () => {
    const { answers, names, settled } = await twoQuestions(server)
    await Promise.all(names.map((name) => answers(name)))
    assert.strictEqual((await settled()).status, "completed")
  })

  it("only look where nothing is to be changed, and begin no more than they may", async () => {
    const here = place(["writing.ts"])
    const [looking, few] = await Promise.all([
      started(here, [...workflows, "--read-only"]),
      started(here, [...workflows, "--max-starts", "1"])
    ])
    assert.deepStrictEqual(
      (await looking.tools()).map(({ name }) => name),
      ["runs_status", "runs_plan", "runs_gates", "runs_show", "runs_report"]
    )
    const { run } = await few.call("start_an_article", { topic: "rain" })
    const second = await few.call("start_loud", { input: "two" })
    assert.deepInclude(second["error"], { code: "TooManyStarts" })
    const { next } = await looking.call("runs_status", { run, waitSeconds: 30 })
    assert.include(next, "this server only looks at runs")
    await Promise.all([looking.close(), few.close()])
  })

  it("stop at the budget where they are started in a loop, say how far they are, and can be cancelled", async () => {
    const here = place(["writing.ts"])
    const { call, close } = await started(here, ["--workflow", "writing.ts#long", "--max-usd", "1"])
    const first = await call("start_long", { input: "hey" })
    const second = await call("start_long", { input: "hey" })
    assert.deepInclude(second["error"], { code: "BudgetExceeded" })
    assert.include(JSON.stringify(second["error"]), String(first["run"]))
    const told: Array<string | undefined> = []
    const { status } = await call("runs_status", { run: first["run"], waitSeconds: 5 }, ({ message }) =>
      told.push(message)
    )
    assert.deepStrictEqual([status, told.at(-1)], ["RUNNING", "text is done"])
    assert.deepInclude(await call("runs_cancel", { run: first["run"] }), { status: "CANCELLED" })
    // what it did not spend is there again
    assert.deepInclude(await call("start_long", { input: "hey" }), { status: "RUNNING" })
    await close()
  })
})
