import { Effect, Layer, Schema } from "effect"
import { McpProtocol, McpServer } from "effect/ai"
import { HttpRouter, HttpServer } from "effect/http"
import { HttpApi, HttpApiBuilder } from "effect/http-api"
import { Journal, Step, Workflow } from "@stepwright/core"
import * as WorkflowApi from "@stepwright/core/WorkflowApi"
import * as WorkflowTools from "@stepwright/core/WorkflowTools"
import { assert, describe, it } from "@effect/vitest"
import { z } from "zod"

const upper = Step.effect("upper", {
  input: Schema.String,
  output: Schema.String,
  run: (text) => Effect.succeed(text.toUpperCase())
})
const shouting = Workflow.make("shouting", { input: Schema.Struct({ text: Schema.String }) }).pipe(
  Workflow.bind("loud", upper, "input.text"),
  Workflow.gate("ok", { question: Schema.String, input: "loud", decision: Schema.Boolean })
)
const plain = Workflow.make("plain", { input: Schema.String }).pipe(Workflow.bind("loud", upper, "input"))
const ofZod = Workflow.make("of zod", { input: z.object({ text: z.string() }) }).pipe(
  Workflow.bind("loud", upper, "input.text")
)
// a Schema that has a name is told of by that
class Line extends Schema.Class<Line>("a line/of text")({ text: Schema.String }) {}
const named = Workflow.make("named", { input: Schema.Struct({ text: Schema.String }).annotate({ identifier: "Text" }) })
const ofClass = Workflow.make("of class", { input: Line }).pipe(Workflow.bind("loud", upper, "input.text"))

const never = Step.effect("never", { input: Schema.String, output: Schema.String, run: () => Effect.never })
const long = Workflow.make("long", { input: Schema.String }).pipe(Workflow.bind("never", never, "input"))
const api = HttpApi.make("app").add(WorkflowApi.group("long", long))

const registrations = Layer.mergeAll(
  WorkflowTools.layer("shout", shouting),
  WorkflowTools.layer("plain", plain, { output: Schema.Struct({ loud: Schema.String }) }),
  WorkflowTools.layer("zod", ofZod),
  WorkflowTools.layer("named", named.pipe(Workflow.bind("loud", upper, "input.text"))),
  WorkflowTools.layer("class", ofClass),
  WorkflowTools.layer("long", long)
)

const tools = McpServer.layerHttp({
  name: "app",
  version: "1",
  path: "/mcp",
  protocols: [McpProtocol.v2025_06_18],
  registrations
})
const routes = HttpApiBuilder.layer(api).pipe(Layer.provide(WorkflowApi.layer(api, "long", long)))

/** A client of the tools. */
const connected = Effect.gen(function* () {
  const { dispose, handler } = HttpRouter.toWebHandler(
    Layer.merge(routes, tools).pipe(Layer.provide(Journal.layerMemory), Layer.provideMerge(HttpServer.layerServices)),
    { disableLogger: true }
  )
  yield* Effect.addFinalizer(() => Effect.promise(dispose))
  let session: string | null = null
  const http = (method: string, path: string, body?: unknown) =>
    Effect.promise(async () => {
      const response = await handler(
        new Request(`http://localhost${path}`, {
          method,
          headers: {
            "content-type": "application/json",
            accept: "application/json, text/event-stream",
            ...(session !== null && { "mcp-session-id": session })
          },
          ...(body !== undefined && { body: JSON.stringify(body) })
        })
      )
      session ??= response.headers.get("mcp-session-id")
      return JSON.parse(await response.text())
    })
  const ask = (method: string, params: object) => http("POST", "/mcp", { jsonrpc: "2.0", id: 1, method, params })
  yield* ask("initialize", {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "test", version: "1" }
  })
  return {
    http,
    ask,
    call: (name: string, given: object) =>
      Effect.map(ask("tools/call", { name, arguments: given }), ({ error, result }) => result ?? { error })
  }
})

describe("WorkflowTools", () => {
  it.live("has tools whose schemas are those of the workflow", () =>
    Effect.gen(function* () {
      const { ask } = yield* connected
      const { result } = yield* ask("tools/list", {})
      const listed = new Map<string, Record<string, Record<string, unknown>>>(
        result.tools.map((tool: { readonly name: string }) => [tool.name, tool])
      )
      const names = ["start", "status", "decide", "resume", "cancel"]
      assert.sameMembers(
        [...listed.keys()],
        ["shout", "plain", "zod", "named", "class", "long"].flatMap((workflow) =>
          names.map((name) => `${workflow}_${name}`)
        )
      )
      const inputOf = (name: string) => listed.get(name)?.["inputSchema"]
      assert.deepInclude(inputOf("shout_start"), { properties: { text: { type: "string" } }, required: ["text"] })
      assert.deepInclude(inputOf("plain_start"), { properties: { input: { type: "string" } }, required: ["input"] })
      assert.deepInclude(inputOf("named_start"), { properties: { text: { type: "string" } }, required: ["text"] })
      assert.deepInclude(inputOf("class_start"), { properties: { text: { type: "string" } }, required: ["text"] })
      assert.deepInclude(inputOf("zod_start"), { properties: { text: { type: "string" } }, required: ["text"] })
      const shown = listed.get("plain_status")?.["outputSchema"]?.["properties"] as Record<string, unknown>
      assert.deepInclude(shown["output"], { properties: { loud: { type: "string" } }, required: ["loud"] })
      const looks = [...listed].filter(([, tool]) => tool["annotations"]?.["readOnlyHint"] === true)
      assert.deepStrictEqual(looks.map(([name]) => name).toSorted(), [
        "class_status",
        "long_status",
        "named_status",
        "plain_status",
        "shout_status",
        "zod_status"
      ])
    }).pipe(Effect.scoped)
  )

  it.live("starts a run, waits for it, decides and goes on, saying each time what is next", () =>
    Effect.gen(function* () {
      const { call } = yield* connected
      const { structuredContent: begun } = yield* call("shout_start", { text: "rain" })
      const { run } = begun
      const { structuredContent: resting } = yield* call("shout_status", { run, waitSeconds: 60 })
      assert.strictEqual(resting.status, "SUSPENDED")
      assert.deepStrictEqual(resting.gates, [{ path: "ok", question: "RAIN", decision: { type: "boolean" } }])
      assert.include(resting.next, "shout_decide")
      const { structuredContent: decided } = yield* call("shout_decide", { run, path: "ok", decision: true })
      assert.include(decided.next, "shout_resume")
      yield* call("shout_resume", { run })
      const { structuredContent: done } = yield* call("shout_status", { run, waitSeconds: 60 })
      assert.deepStrictEqual(done.output, { input: { text: "rain" }, loud: "RAIN", ok: true })

      const { structuredContent: other } = yield* call("plain_start", { input: "x" })
      const { structuredContent: shown } = yield* call("plain_status", { run: other.run, waitSeconds: 60 })
      assert.deepStrictEqual(shown.output, { loud: "X" })

      const { structuredContent: line } = yield* call("class_start", { text: "y" })
      const { structuredContent: said } = yield* call("class_status", { run: line.run, waitSeconds: 60 })
      assert.strictEqual(said.output.loud, "Y")
    }).pipe(Effect.scoped)
  )

  it.live("says what is wrong", () =>
    Effect.gen(function* () {
      const { call } = yield* connected
      const none = yield* call("shout_status", { run: "nobody" })
      assert.deepStrictEqual([none.isError, none.content[0].text], [true, "journal of run nobody: no such run"])
      const { error } = yield* call("shout_start", { text: 7 })
      assert.include(error.message, "text")
      const { structuredContent: begun } = yield* call("plain_start", { input: "x" })
      const waited = yield* call("plain_status", { run: begun.run, waitSeconds: 1e-7 })
      assert.strictEqual(waited.structuredContent.run, begun.run)
      for (const waitSeconds of [-1, 61]) {
        const { error } = yield* call("plain_status", { run: begun.run, waitSeconds })
        assert.include(error.message, "waitSeconds")
      }
    }).pipe(Effect.scoped)
  )

  it.live("cancels a run that was started over HTTP: what is under way is one for both", () =>
    Effect.gen(function* () {
      const { call, http } = yield* connected
      const { run, status } = yield* http("POST", "/long", "x")
      assert.strictEqual(status, "RUNNING")
      const { structuredContent: waited } = yield* call("long_status", { run })
      assert.strictEqual(waited.status, "RUNNING")
      yield* call("long_cancel", { run })
      assert.strictEqual((yield* http("GET", `/long/${run}`)).status, "CANCELLED")
    }).pipe(Effect.scoped)
  )
})
