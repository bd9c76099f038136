import { readFileSync } from "node:fs"
import { isAbsolute } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Engine, WorkflowState } from "@stepwright/core"
import { NodeJournal } from "@stepwright/node-runner"
import { approved } from "./fixtures/approved.ts"
import { place, type Started } from "./support/cli.ts"

const decision = { isGood: true, note: "as it is" }

/** The first line that a server prints. */
const firstLine = ({ ended, process }: Started) =>
  new Promise<string>((resolve, reject) => {
    let text = ""
    process.stdout?.on("data", (data) => {
      text += String(data)
      if (text.includes("\n")) resolve(text.split("\n", 1)[0]!)
    })
    void ended.then(({ stderr }) => reject(new Error(stderr)))
  })

/** A state, but for what differs from run to run: its id, its times, who decided. */
const settled = (state: string): unknown =>
  JSON.parse(state, (key, value: unknown) =>
    ["run", "at", "createdAt", "updatedAt", "durationMillis", "who"].includes(key) ? undefined : value
  )

describe("a gate", () => {
  it("leaves the same state whether it is decided by command, over HTTP, by a model's tool or in code", async () => {
    const here = place(["approved.ts"])
    const directory = here.path(".stepwright/runs")
    const inCode = <A, E>(work: Effect.Effect<A, E>) =>
      Effect.runPromise(Effect.scoped(Effect.provide(work, Layer.fresh(NodeJournal.layer({ directory })))))
    const begun = () =>
      inCode(
        Effect.map(
          Effect.flatMap(Engine.initialize(approved, { topic: "rain" }), (state) => Engine.run(approved, state)),
          ({ state }) => state.run
        )
      )
    const [byCommand, byHttp, byTool, byCode] = [await begun(), await begun(), await begun(), await begun()]

    const decided = await here.stepwright(
      "decide",
      "--workflow",
      "approved.ts#approved",
      byCommand,
      "approval",
      JSON.stringify(decision)
    )
    assert.strictEqual(decided.status, 0, decided.stderr)

    const server = here.start("serve", "--workflow", "approved.ts#approved", "--port", "0", "--json")
    const { tokenFile, url }: { readonly tokenFile: string; readonly url: string } = JSON.parse(await firstLine(server))
    const token = readFileSync(isAbsolute(tokenFile) ? tokenFile : here.path(tokenFile), "utf8").trim()
    const answer = await fetch(`${url}/api/runs/${byHttp}/decide`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ path: "approval", decision })
    })
    assert.strictEqual(answer.status, 200)
    server.process.kill("SIGTERM")

    const tools = here.startWith({ open: true }, "mcp", "--workflow", "approved.ts#approved")
    const send = (message: object) => tools.process.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`)
    const answered = new Promise<void>((resolve) => {
      tools.process.stdout?.on("data", (data) => String(data).includes('"id":2') && resolve())
    })
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } }
    send({ id: 1, method: "initialize", params })
    send({ method: "notifications/initialized" })
    const call = { name: "runs_decide", arguments: { run: byTool, path: "approval", decision } }
    send({ id: 2, method: "tools/call", params: call })
    await answered
    tools.process.stdin?.end()

    await inCode(
      Effect.flatMap(Engine.load(approved, byCode), (state) => Engine.decide(approved, state, "approval", decision))
    )

    await Promise.all([server.ended, tools.ended])
    const states = await Promise.all(
      [byCommand, byHttp, byTool, byCode].map((run) =>
        inCode(
          Effect.map(
            Effect.flatMap(Engine.load(approved, run), (state) => Engine.run(approved, state)),
            ({ state }) => WorkflowState.toJson(state)
          )
        )
      )
    )
    const [first, ...others] = states.map(settled)
    assert.deepInclude(first, { status: "COMPLETED" })
    for (const other of others) assert.deepStrictEqual(other, first)
    const who = states.map((state): unknown => JSON.parse(state).records.approval.result.who)
    assert.deepStrictEqual(
      who.map((name) => (typeof name === "string" ? name.replace(/^.* /u, "") : name)),
      ["(command)", "(HTTP)", "(MCP)", undefined]
    )
  })
})
