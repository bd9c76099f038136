import { assert, describe, it } from "@effect/vitest"
import { place, type Started } from "./support/cli.ts"

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

interface Answer {
  readonly result?: {
    readonly tools?: ReadonlyArray<{
      readonly name: string
      readonly inputSchema: { readonly required: ReadonlyArray<string> }
    }>
    readonly instructions?: string
    readonly isError?: boolean
    readonly structuredContent?: Readonly<Record<string, unknown>>
  }
  readonly error?: { readonly code: number }
}

/** A client that speaks the protocol by hand. */
const clientOf = ({ ended, process }: Started) => {
  const waiting = new Map<number, (answer: Answer) => void>()
  let text = ""
  process.stdout?.on("data", (data) => {
    const lines = (text + String(data)).split("\n")
    text = lines.pop()!
    for (const line of lines) {
      const { id, ...answer }: Answer & { readonly id?: number } = JSON.parse(line)
      if (id !== undefined) waiting.get(id)?.(answer)
    }
  })
  const send = (message: object) => process.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`)
  let last = 0
  const call = (method: string, params: object = {}) =>
    new Promise<Answer>((resolve, reject) => {
      void ended.then(({ stderr }) => reject(new Error(stderr)))
      const id = ++last
      waiting.set(id, resolve)
      send({ id, method, params })
    })
  const tool = async (name: string, args: object = {}) => {
    const { result } = await call("tools/call", { name, arguments: args })
    return { isError: result?.isError, ...result?.structuredContent } as Readonly<Record<string, unknown>>
  }
  const begin = async () => {
    const { result } = await call("initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "test", version: "1" }
    })
    send({ method: "notifications/initialized" })
    return result
  }
  return { begin, call, tool }
}

const served = (...flags: ReadonlyArray<string>) => {
  const here = place()
  here.write("w.ts", module)
  const server = here.startWith(
    { open: true },
    "mcp",
    "--workflow",
    "w.ts#article",
    "--workflow",
    "w.ts#loud",
    ...flags
  )
  return { here, server, ...clientOf(server) }
}

describe("workflows as tools of a model", () => {
  it("start, wait for a decision, go on and end, and say at each step what to do next", async () => {
    const { begin, call, here, server, tool } = served()
    assert.include((await begin())?.instructions, "runs_status")
    const { result } = await call("tools/list")
    const tools = new Map(result?.tools?.map(({ inputSchema, name }) => [name, inputSchema.required]))
    assert.deepStrictEqual(tools.get("start_an_article"), ["topic"])
    // a tool takes an object
    assert.deepStrictEqual(tools.get("start_loud"), ["input"])
    const { next, run } = await tool("start_an_article", { topic: "rain" })
    assert.include(next, "runs_status")
    const waits = await tool("runs_status", { run, waitSeconds: 30 })
    assert.deepStrictEqual([waits["status"], String(waits["next"]).includes("runs_decide")], ["SUSPENDED", true])
    const wrong = await tool("runs_decide", { run, path: "approval", decision: "perhaps" })
    assert.isTrue(wrong.isError)
    assert.deepInclude(wrong["error"], { code: "InvalidOutput", target: "approval" })
    await tool("runs_decide", { run, path: "approval", decision: true })
    await tool("runs_resume", { run })
    assert.strictEqual((await tool("runs_status", { run, waitSeconds: 30 }))["status"], "COMPLETED")
    const { output } = await tool("runs_show", { run })
    assert.deepInclude(output, { outline: { title: "Rain" }, approval: true })
    const loud = await tool("start_loud", { input: "hey" })
    await tool("runs_status", { run: loud["run"], waitSeconds: 30 })
    assert.deepInclude(await tool("runs_show", { run: loud["run"], path: "text" }), { output: "HEY" })
    server.process.stdin?.end()
    assert.strictEqual((await server.ended).status, 0)
    const { stdout } = await here.stepwright("export", String(run))
    assert.match(JSON.parse(stdout).records.approval.result.who, / \(MCP\)$/)
  })

  it("only look where nothing is to be changed, and begin no more than they may", async () => {
    const [looking, few] = [served("--read-only"), served("--max-starts", "1")]
    await Promise.all([looking.begin(), few.begin()])
    const { result } = await looking.call("tools/list")
    assert.deepStrictEqual(
      result?.tools?.map(({ name }) => name),
      ["runs_status", "runs_plan", "runs_gates", "runs_show"]
    )
    await few.tool("start_loud", { input: "one" })
    const second = await few.tool("start_loud", { input: "two" })
    assert.deepInclude(second["error"], { code: "TooManyStarts" })
    for (const { server } of [looking, few]) server.process.stdin?.end()
    await Promise.all([looking.server.ended, few.server.ended])
  })
})
