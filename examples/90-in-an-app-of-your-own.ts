// An application that was there before, with an HTTP API, a service and a server of tools of its own, offers a workflow by
// both: layers are composed, and nothing else is written.
import assert from "node:assert/strict"
import { createServer } from "node:http"
import { Context, Effect, identity, Layer, Schema, Stream } from "effect"
import { McpProtocol, McpServer } from "effect/ai"
import { FetchHttpClient, HttpClient, HttpClientRequest, HttpRouter, HttpServer } from "effect/http"
import { HttpApi, HttpApiBuilder, HttpApiClient, HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { NodeHttpServer } from "@effect/platform-node"
import { Journal, PromptTemplate, Step, Workflow } from "@stepwright/core"
import * as WorkflowApi from "@stepwright/core/WorkflowApi"
import * as WorkflowTools from "@stepwright/core/WorkflowTools"
import { MockLlm } from "@stepwright/llm"

// --- the workflow: a step that needs a service of the application, one that asks a model, and a person who decides ---

class UnknownCustomer extends Schema.TaggedError<UnknownCustomer>()("UnknownCustomer", { id: Schema.String }) {
  override readonly message = `there is no customer ${this.id}`
}

class Customers extends Context.Service<
  Customers,
  { readonly nameOf: (id: string) => Effect.Effect<string, UnknownCustomer> }
>()("app/Customers") {
  static readonly layer = Layer.succeed(Customers, {
    nameOf: (id) => (id === "7" ? Effect.succeed("Ada") : Effect.fail(new UnknownCustomer({ id })))
  })
}

const lookUp = Step.effect("lookUp", {
  input: Schema.String,
  output: Schema.String,
  error: UnknownCustomer,
  run: (id) => Effect.flatMap(Customers, ({ nameOf }) => nameOf(id))
})

const greet = Step.make("greet", {
  input: Schema.Struct({ name: Schema.String }),
  output: Schema.String,
  prompt: PromptTemplate.make("Greet {{name}} in one line."),
  variables: ({ name }) => ({ name })
})

export const greeting = Workflow.make("greeting", { input: Schema.Struct({ customer: Schema.String }) }).pipe(
  Workflow.bind("name", lookUp, "input.customer"),
  Workflow.bind("text", greet, { name: "name" }),
  Workflow.gate("approval", { question: Schema.String, input: "text", decision: Schema.Boolean })
)

// --- the application: its own API with the workflow's group in it, its own tools with the workflow's beside them ---

const health = HttpApiGroup.make("health").add(HttpApiEndpoint.get("check", "/health", { success: Schema.String }))
const api = HttpApi.make("app").add(health, WorkflowApi.group("greetings", greeting))

const routes = HttpApiBuilder.layer(api, { openapiPath: "/openapi.json" }).pipe(
  Layer.provide(
    HttpApiBuilder.group(api, "health", (handlers) => handlers.handle("check", () => Effect.succeed("well")))
  ),
  Layer.provide(WorkflowApi.layer(api, "greetings", greeting))
)

const tools = McpServer.layerHttp({
  name: "app",
  version: "1",
  path: "/mcp",
  protocols: [McpProtocol.v2025_06_18],
  registrations: WorkflowTools.layer("greeting", greeting)
})

const app = HttpRouter.serve(Layer.merge(routes, tools), { disableLogger: true, disableListenLog: true }).pipe(
  Layer.provide([Journal.layerMemory, Customers.layer, MockLlm.layer([{ step: "greet", reply: "Good day, Ada!" }])]),
  Layer.provideMerge(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: 0 }))
)

// --- a client with types, which the API makes ---

const visit = Effect.gen(function* () {
  const { address } = yield* HttpServer.HttpServer
  const baseUrl = HttpServer.formatAddress(address)
  const { greetings, health } = yield* HttpApiClient.make(api, { baseUrl })
  assert.equal(yield* health.check(), "well")

  const { run } = yield* greetings.start({ payload: { customer: "7" } })
  const params = { run }
  // its events end when it rests
  const events = yield* Stream.runCollect(yield* greetings.events({ params, query: {}, headers: {} }))
  assert.deepEqual(
    events.flatMap(({ data }) => (data.event._tag === "StepSucceeded" ? [data.event.path] : [])),
    ["name", "text"]
  )
  const waiting = yield* greetings.get({ params })
  assert.deepEqual(waiting.gates, [{ path: "approval", question: "Good day, Ada!", decision: { type: "boolean" } }])

  yield* greetings.decide({ params, payload: { path: "approval", decision: true } })
  yield* greetings.resume({ params })
  yield* Stream.runDrain(yield* greetings.events({ params, query: {}, headers: {} }))
  const { output, status } = yield* greetings.get({ params })
  assert.equal(status, "COMPLETED")
  output satisfies { readonly name: string; readonly text: string; readonly approval: boolean } | undefined
  assert.deepEqual(output, { input: { customer: "7" }, name: "Ada", text: "Good day, Ada!", approval: true })

  const none = yield* Effect.flip(greetings.get({ params: { run: "nobody" } }))
  assert.equal(none._tag, "RunNotFound")
  const failed = yield* greetings.start({ payload: { customer: "8" } })
  yield* Stream.runDrain(yield* greetings.events({ params: failed, query: {}, headers: {} }))
  const { error } = yield* greetings.get({ params: failed })
  assert.deepEqual(error, { path: "name", tag: "UnknownCustomer", message: "there is no customer 8" })

  // --- a model's client, which sees the same runs ---

  const ask = Effect.fnUntraced(function* (method: string, params: object, session?: string) {
    const request = HttpClientRequest.post(`${baseUrl}/mcp`).pipe(
      HttpClientRequest.setHeaders({ accept: "application/json, text/event-stream" }),
      session === undefined ? identity : HttpClientRequest.setHeader("mcp-session-id", session),
      HttpClientRequest.bodyJsonUnsafe({ jsonrpc: "2.0", id: 1, method, params })
    )
    const response = yield* HttpClient.execute(request)
    const { result } = yield* Effect.flatMap(response.json, Schema.decodeUnknownEffect(Answer))
    return { result, session: response.headers["mcp-session-id"] }
  })
  const { session } = yield* ask("initialize", {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "a model's client", version: "1" }
  })
  const { result } = yield* ask("tools/call", { name: "greeting_status", arguments: { run } }, session)
  assert.deepEqual(result.structuredContent?.["output"], output)
  console.log(result.structuredContent)
})

const Answer = Schema.Struct({
  result: Schema.Struct({ structuredContent: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json)) })
})

await Effect.runPromise(Effect.provide(visit, [app, FetchHttpClient.layer]))
