// A pipeline inside an Effect HTTP application that was there before: it uses the application's services and tracer,
// and the types say so.
import assert from "node:assert/strict"
import { createServer } from "node:http"
import { Context, Effect, Layer, Schema, Tracer } from "effect"
import { FetchHttpClient, HttpClient, HttpRouter, HttpServer, HttpServerResponse } from "effect/http"
import { NodeHttpServer } from "@effect/platform-node"
import {
  Engine,
  type LlmClient,
  type LlmError,
  PromptTemplate,
  Step,
  Workflow,
  type WorkflowError
} from "@stepwright/core"
import { MockLlm } from "@stepwright/llm"

// --- the application: a service, its error, a tracer ---

class UnknownCustomer extends Schema.TaggedError<UnknownCustomer>()("UnknownCustomer", { id: Schema.String }) {}

export class Customers extends Context.Service<
  Customers,
  { readonly nameOf: (id: string) => Effect.Effect<string, UnknownCustomer> }
>()("app/Customers") {
  static readonly layer = Layer.succeed(Customers, {
    nameOf: (id) => (id === "7" ? Effect.succeed("Ada") : Effect.fail(new UnknownCustomer({ id })))
  })
}

const spans: Array<string> = []
const tracer = Tracer.make({
  span: (options) => {
    spans.push(options.name)
    return new Tracer.NativeSpan(options)
  }
})

// --- the pipeline: a step that needs the application's service, and one that asks a model ---

const lookUp = Step.effect("lookUp", {
  input: Schema.Struct({ customer: Schema.String }),
  output: Schema.String,
  error: UnknownCustomer,
  run: ({ customer }) => Effect.flatMap(Customers, ({ nameOf }) => nameOf(customer))
})

const greet = Step.make("greet", {
  input: Schema.Struct({ name: Schema.String }),
  output: Schema.String,
  prompt: PromptTemplate.make("Greet {{name}} in one line."),
  variables: ({ name }) => ({ name })
})

export const greeting = Workflow.make("greeting", { input: Schema.Struct({ customer: Schema.String }) }).pipe(
  Workflow.bind("name", lookUp, "input"),
  Workflow.bind("text", greet, { name: "name" })
)

const run = (customer: string) => Effect.map(Engine.execute(greeting, { customer }), ({ text }) => text)

type Expected = Effect.Effect<
  string,
  WorkflowError.WorkflowError<UnknownCustomer | LlmError.LlmError | Step.StepOutputError>,
  Customers | LlmClient.LlmClient
>
run satisfies (customer: string) => Expected

// --- the route ---

const route = HttpRouter.add(
  "GET",
  "/greeting/:customer",
  Effect.gen(function* () {
    const { customer = "" } = yield* HttpRouter.params
    return HttpServerResponse.text(yield* run(customer))
  }).pipe(
    Effect.catchTag("WorkflowError", ({ message, reason }) =>
      Effect.succeed(HttpServerResponse.text(message, { status: reason._tag === "UnknownCustomer" ? 404 : 502 }))
    )
  )
)

const app = HttpRouter.serve(route, { disableLogger: true, disableListenLog: true }).pipe(
  Layer.provide(Customers.layer),
  Layer.provide(MockLlm.layer([{ step: "greet", reply: "Good day, Ada!" }])),
  Layer.provide(Layer.succeed(Tracer.Tracer, tracer)),
  Layer.provideMerge(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: 0 }))
)

const visit = Effect.gen(function* () {
  const server = yield* HttpServer.HttpServer
  const url = HttpServer.formatAddress(server.address)
  const get = (path: string) =>
    Effect.flatMap(HttpClient.get(`${url}${path}`), (response) =>
      Effect.map(response.text, (text) => `${response.status} ${text}`)
    )
  return [yield* get("/greeting/7"), yield* get("/greeting/8")]
})

const [found, lost] = await Effect.runPromise(Effect.provide(visit, [app, FetchHttpClient.layer]))
assert.equal(found, "200 Good day, Ada!")
assert.match(lost!, /^404 name:/)
assert.deepEqual(
  spans.filter((name) => name === "name" || name === "text"),
  ["name", "text", "name"]
)
console.log(found, "|", lost)
