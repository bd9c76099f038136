import { request } from "node:http"
import { afterAll, assert, beforeAll, describe, expect, it } from "@effect/vitest"
import { place, type Place } from "./support/cli.ts"
import { clients, type Connected, type Listening, listening, started } from "./support/mcp.ts"

const module = `import { Effect, Schema } from "effect"
import { PromptTemplate, Step, Workflow } from "@stepwright/core"
import { MockLlm } from "@stepwright/llm"

const outline = Step.make("outline", {
  input: Schema.Struct({ topic: Schema.String }),
  output: Schema.Struct({ title: Schema.String }),
  prompt: PromptTemplate.make("Outline {{topic}}"),
  variables: ({ topic }) => ({ topic })
})
export const article = Workflow.make("an article", { input: Schema.Struct({ topic: Schema.String }) }).pipe(
  Workflow.bind("outline", outline, "input"),
  Workflow.gate("approval", { question: Schema.String, input: "outline.title", decision: Schema.Boolean })
)
const shout = Step.effect("shout", {
  input: Schema.String,
  output: Schema.String,
  run: (text) => Effect.succeed(text.toUpperCase())
})
export const loud = Workflow.make("loud", { input: Schema.String }).pipe(Workflow.bind("text", shout, "input"))
export const layer = MockLlm.layer([{ step: "outline", reply: { title: "Rain" } }])
`

const workflows = ["--workflow", "w.ts#article", "--workflow", "w.ts#loud"]

const folder = () => {
  const here = place()
  here.write("w.ts", module)
  return here
}

describe("workflows as tools of a model", () => {
  let here: Place
  let server: Listening
  beforeAll(async () => {
    here = folder()
    server = await listening(here, ...workflows)
  })
  afterAll(() => {
    server.server.process.kill("SIGTERM")
  })

  const connections: ReadonlyArray<readonly [string, string, () => Promise<Connected>]> = [
    ["2026-07-28", "HTTP", () => clients["2026-07-28"](server)],
    ["2025-11-25", "HTTP", () => clients["2025-11-25"](server)],
    ["2026-07-28", "its standard streams", () => started(here, workflows)]
  ]

  it.each(connections)(
    "start, wait for a decision, go on and end, and say at each step what to do next: %s over %s",
    async (version, _way, connect) => {
      const { addresses, call, close, instructions, read, tools, version: spoken } = await connect()
      assert.strictEqual(spoken, version)
      assert.include(instructions, "runs_status")
      const required = new Map((await tools()).map(({ inputSchema, name }) => [name, inputSchema.required]))
      assert.deepStrictEqual(required.get("start_an_article"), ["topic"])
      // a tool takes an object
      assert.deepStrictEqual(required.get("start_loud"), ["input"])
      const { next, run } = await call("start_an_article", { topic: "rain" })
      assert.include(next, "runs_status")
      const told: Array<number> = []
      const waits = await call("runs_status", { run, waitSeconds: 30 }, ({ progress }) => told.push(progress))
      assert.deepStrictEqual(told, told.toSorted())
      assert.deepStrictEqual([waits["status"], String(waits["next"]).includes("runs_decide")], ["SUSPENDED", true])
      const wrong = await call("runs_decide", { run, path: "approval", decision: "perhaps" })
      assert.isTrue(wrong["isError"])
      assert.deepInclude(wrong["error"], { code: "InvalidOutput", target: "approval" })
      await call("runs_decide", { run, path: "approval", decision: true })
      await call("runs_resume", { run })
      const { status, steps } = await call("runs_status", { run, waitSeconds: 30 })
      assert.strictEqual(status, "COMPLETED")
      assert.match(JSON.stringify(steps), / \(MCP\)"/u)
      const { output } = await call("runs_show", { run })
      assert.deepInclude(output, { outline: { title: "Rain" }, approval: true })
      const report = await call("runs_report", { run })
      assert.include(report["text"], "outline")
      assert.strictEqual(await read(`stepwright://runs/${run}/report`), report["text"])
      assert.include(await read(`stepwright://runs/${run}/prompts/outline`), "Outline rain")
      assert.include(await read(`stepwright://runs/${run}/replies/outline`), "Rain")
      assert.deepInclude(JSON.parse(await read(`stepwright://runs/${run}`)), { run, status: "COMPLETED" })
      assert.include(await read("stepwright://runs"), String(run))
      assert.include(await addresses(), "stepwright://runs/{run}/prompts/{path}")
      await expect(read(`stepwright://runs/${run}/prompts/approval`)).rejects.toThrow("no reply of a model")
      const loud = await call("start_loud", { input: "hey" })
      await call("runs_status", { run: loud["run"], waitSeconds: 30 })
      assert.deepInclude(await call("runs_show", { run: loud["run"], path: "text" }), { output: "HEY" })
      await close()
    }
  )

  it("only look where nothing is to be changed, and begin no more than they may", async () => {
    const [looking, few] = await Promise.all([
      started(folder(), [...workflows, "--read-only"]),
      started(folder(), [...workflows, "--max-starts", "1"])
    ])
    assert.deepStrictEqual(
      (await looking.tools()).map(({ name }) => name),
      ["runs_status", "runs_plan", "runs_gates", "runs_show", "runs_report"]
    )
    await few.call("start_loud", { input: "one" })
    const second = await few.call("start_loud", { input: "two" })
    assert.deepInclude(second["error"], { code: "TooManyStarts" })
    await Promise.all([looking.close(), few.close()])
  })

  it("are served over HTTP to whoever has the token, under the server's own name, to pages of no other origin", async () => {
    const { host } = new URL(server.url)
    const ask = async (headers: Record<string, string>) => {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" })
      const { promise, reject, resolve } = Promise.withResolvers<number | undefined>()
      const sent = request(
        server.url,
        { method: "POST", headers: { "content-type": "application/json", ...headers } },
        (answer) => {
          answer.resume()
          resolve(answer.statusCode)
        }
      )
      sent.on("error", reject).end(body)
      return await promise
    }
    const authorization = `Bearer ${server.token}`
    assert.strictEqual(await ask({}), 401)
    assert.strictEqual(await ask({ authorization: "Bearer guessed-guessed-guessed" }), 401)
    assert.strictEqual(await ask({ authorization, host: "evil.example" }), 421)
    assert.strictEqual(await ask({ authorization, origin: "http://evil.example" }), 403)
    // who is let in is told what else is missing
    assert.strictEqual(await ask({ authorization, origin: `http://${host}` }), 406)
  })

  it("take flags of a listening server only where it listens", async () => {
    const { status, stderr } = await here.stepwright("mcp", "--port", "0")
    assert.deepStrictEqual([status, stderr.includes("add --http")], [2, true], stderr)
  })
})
