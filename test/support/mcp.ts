import { readFileSync } from "node:fs"
import { isAbsolute } from "node:path"
import { assert, expect } from "@effect/vitest"
import * as next from "@modelcontextprotocol/client"
import { getDefaultEnvironment, StdioClientTransport } from "@modelcontextprotocol/client/stdio"
import { createTaskSessionFromClient } from "@modelcontextprotocol/ext-tasks/client"
import type { JsonValue } from "@modelcontextprotocol/ext-tasks/core"
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js"
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js"
import { firstLine, launcher, type Place, type Started } from "./cli.ts"

/** A server that listens. */
export interface Listening {
  readonly url: string
  readonly token: string
  readonly server: Started
  readonly here: Place
}

/** Starts `stepwright mcp --http` at a port that is free. */
export const listening = async (here: Place, ...flags: ReadonlyArray<string>): Promise<Listening> => {
  const server = here.start("mcp", "--http", "--port", "0", "--json", ...flags)
  const { tokenFile, url }: { readonly tokenFile: string; readonly url: string } = JSON.parse(await firstLine(server))
  return {
    here,
    server,
    url,
    token: readFileSync(isAbsolute(tokenFile) ? tokenFile : here.path(tokenFile), "utf8").trim()
  }
}

interface Form {
  readonly message: string
  readonly requestedSchema?: unknown
}

type Values = Record<string, string | number | boolean | Array<string>>

/** What a person answers to a form. */
export type Person = (form: Form) => { readonly action: "accept" | "decline" | "cancel"; readonly content?: Values }

interface Answer {
  readonly isError?: boolean | undefined
  readonly structuredContent?: unknown
  readonly content?: unknown
}

/** What tests do with a client, whatever its package. */
export interface Connected {
  readonly version: string | undefined
  readonly instructions: string | undefined
  readonly tools: () => Promise<
    ReadonlyArray<{
      readonly name: string
      readonly inputSchema: { readonly required?: ReadonlyArray<string> | undefined }
    }>
  >
  /** What a tool answers, as data; told meanwhile how far it is. */
  readonly call: (
    name: string,
    args?: Record<string, unknown>,
    onprogress?: (progress: { readonly progress: number; readonly message?: string | undefined }) => void
  ) => Promise<Readonly<Record<string, unknown>>>
  /** The text at an address. */
  readonly read: (uri: string) => Promise<string>
  readonly addresses: () => Promise<ReadonlyArray<string>>
  readonly close: () => Promise<void>
}

const name = { name: "test", version: "1" }

/** What an answer has as data, and an error as text. */
const dataOf = ({ content, isError = false, structuredContent }: Answer): Readonly<Record<string, unknown>> => {
  const [text] = content as ReadonlyArray<{ readonly text: string }>
  return { isError, ...(isError ? JSON.parse(text!.text) : structuredContent) }
}

const textOf = ([first]: ReadonlyArray<object>) => (first !== undefined && "text" in first ? String(first.text) : "")

const headersOf = ({ token }: Listening) => ({ requestInit: { headers: { authorization: `Bearer ${token}` } } })

/** `@modelcontextprotocol/client`, by the newest version of the protocol. */
const newest = async (transport: next.Transport, person?: Person): Promise<Connected> => {
  const client = new next.Client(name, {
    capabilities: person === undefined ? {} : { elicitation: { form: {} } },
    versionNegotiation: { mode: { pin: "2026-07-28" } }
  })
  if (person !== undefined) client.setRequestHandler("elicitation/create", ({ params }) => person(params))
  await client.connect(transport)
  return {
    version: client.getNegotiatedProtocolVersion(),
    instructions: client.getInstructions(),
    tools: async () => (await client.listTools()).tools,
    call: async (tool, args = {}, onprogress) =>
      dataOf(await client.callTool({ name: tool, arguments: args }, onprogress && { onprogress })),
    read: async (uri) => textOf((await client.readResource({ uri })).contents),
    addresses: async () => [
      ...(await client.listResources()).resources.map(({ uri }) => uri),
      ...(await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate)
    ],
    close: () => client.close()
  }
}

/** `@modelcontextprotocol/sdk` of before, by the protocol of 2025-11-25. */
const older = async (to: Listening, person?: Person): Promise<Connected> => {
  const client = new Client(name, { capabilities: person === undefined ? {} : { elicitation: {} } })
  if (person !== undefined) client.setRequestHandler(ElicitRequestSchema, ({ params }) => person(params))
  const transport = new StreamableHTTPClientTransport(new URL(to.url), headersOf(to))
  // its types say less of an optional session than those of the compiler do
  await client.connect(transport as Parameters<typeof client.connect>[0])
  return {
    version: transport.protocolVersion,
    instructions: client.getInstructions(),
    tools: async () => (await client.listTools()).tools,
    call: async (tool, args = {}, onprogress) =>
      dataOf(
        (await client.callTool({ name: tool, arguments: args }, undefined, onprogress && { onprogress })) as Answer
      ),
    read: async (uri) => textOf((await client.readResource({ uri })).contents),
    addresses: async () => [
      ...(await client.listResources()).resources.map(({ uri }) => uri),
      ...(await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate)
    ],
    close: async () => {
      await transport.terminateSession()
      await client.close()
    }
  }
}

/** The official clients, over HTTP. */
export const clients = {
  "2026-07-28": (to: Listening, person?: Person) =>
    newest(new next.StreamableHTTPClientTransport(new URL(to.url), headersOf(to)), person),
  "2025-11-25": older
}

/** The newest one with a server of its own, over its standard streams. */
export const started = (here: Place, flags: ReadonlyArray<string>, person?: Person) =>
  newest(
    new StdioClientTransport({
      command: process.execPath,
      args: [launcher, "mcp", ...flags],
      cwd: here.path("."),
      env: { ...getDefaultEnvironment(), XDG_CONFIG_HOME: process.env["XDG_CONFIG_HOME"] ?? "" },
      stderr: "ignore"
    }),
    person
  )

const tasks = "io.modelcontextprotocol/tasks"

/** `@modelcontextprotocol/ext-tasks`: calls a tool, answers what its task asks, and waits for what it comes to. */
export const callAsTask = async (to: Listening, tool: string, args: Record<string, JsonValue>, person: Person) => {
  const capabilities = { elicitation: { form: {} }, extensions: { [tasks]: {} } }
  const client = new next.Client(name, { capabilities, versionNegotiation: { mode: { pin: "2026-07-28" } } })
  await client.connect(new next.StreamableHTTPClientTransport(new URL(to.url), headersOf(to)))
  const seen: Array<string> = []
  const session = createTaskSessionFromClient(client, {
    endpointId: to.url,
    v2RequestFraming: { protocolVersion: "2026-07-28", clientInfo: name, clientCapabilities: capabilities },
    rawDispatch: async (request) => {
      const { method, params } = request as { readonly method: string; readonly params: Record<string, string> }
      seen.push(method)
      const answer = await fetch(to.url, {
        method: "POST",
        headers: {
          authorization: `Bearer ${to.token}`,
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          "mcp-protocol-version": "2026-07-28",
          "mcp-method": method,
          "mcp-name": params["name"] ?? params["taskId"] ?? ""
        },
        body: JSON.stringify({ jsonrpc: "2.0", id: seen.length, ...(request as object) })
      })
      return await answer.json()
    },
    // nothing but forms is asked for
    onInputRequest: async ({ params }) => person(params as unknown as Form) as never
  })
  try {
    const execution = await session.callTool(tool, args)
    const { outcome } = await execution.settle()
    return { outcome, seen }
  } finally {
    await session.close()
    await client.close()
  }
}

/** Says methods of the newest protocol as they are, with tasks; gives what is answered. */
const saidTo =
  ({ token, url }: Listening) =>
  async (method: string, params: Readonly<Record<string, unknown>>) => {
    const prefix = "io.modelcontextprotocol"
    const _meta = {
      [`${prefix}/protocolVersion`]: "2026-07-28",
      [`${prefix}/clientInfo`]: name,
      [`${prefix}/clientCapabilities`]: { elicitation: { form: {} }, extensions: { [tasks]: {} } }
    }
    const answer = await fetch(url, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": method,
        "mcp-name": String(params["name"] ?? params["taskId"])
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: { ...params, _meta } })
    })
    const { error, result } = await answer.json()
    return result ?? { error }
  }

/** A task with two questions, as far as it asks them, and what a test does with it. */
export const twoQuestions = async (to: Listening) => {
  const say = saidTo(to)
  const { taskId } = await say("tools/call", { name: "start_pair", arguments: { topic: "rain" } })
  const get = () => say("tasks/get", { taskId })
  /** The task once it says something else than that it works. */
  const settled = async () => {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const task = await get()
      if (task.status !== "working") return task
    }
  }
  const answers = (...names: ReadonlyArray<string>) => {
    const answer = { action: "accept", content: { decision: true } }
    return say("tasks/update", { taskId, inputResponses: Object.fromEntries(names.map((name) => [name, answer])) })
  }
  const { inputRequests } = await settled()
  const [one, two] = Object.keys(inputRequests)
  return { answers, cancel: () => say("tasks/cancel", { taskId }), get, names: [one!, two!] as const, settled }
}

export const workflows = ["article", "loud", "strict", "pair", "essay", "letter"].flatMap((name) => [
  "--workflow",
  `writing.ts#${name}`
])

/** Who says one thing after another, and what they were asked. */
export const saying = (...answers: ReadonlyArray<ReturnType<Person>>) => {
  const left = [...answers]
  const asked: Array<string> = []
  const person: Person = ({ message }) => {
    asked.push(message)
    return left.shift()!
  }
  return { asked, person }
}

export const accept = (decision: string | boolean) => ({ action: "accept" as const, content: { decision } })

/** Starts runs of `writing.ts`, takes decisions, goes on and reads what came of it, as a model does without forms. */
export const theWholeWay = async (client: Connected): Promise<void> => {
  const { addresses, call, close, instructions, read, tools } = client
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

/** Gives a decision that will not do, and then one that does, by a client that asks for them; what was asked. */
export const askedAgain = async (connect: (person: Person) => Promise<Connected>): Promise<ReadonlyArray<string>> => {
  const { asked, person } = saying(accept("no"), accept("ok then"))
  const { call, close } = await connect(person)
  const { run } = await call("start_strict", { topic: "rain" })
  const waits = await call("runs_status", { run, waitSeconds: 30 })
  assert.include(waits["next"], "runs_resume, which shows them the question")
  await call("runs_resume", { run })
  assert.deepInclude(await call("runs_status", { run, waitSeconds: 30 }), { status: "COMPLETED" })
  await close()
  return asked
}
