import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema, Stream } from "effect"
import { FetchHttpClient, HttpRouter, HttpServer } from "effect/http"
import { HttpApi, HttpApiBuilder, HttpApiClient } from "effect/http-api"
import { NodeHttpServer } from "@effect/platform-node"
import { PromptTemplate, Step, Workflow } from "@stepwright/core"
import * as WorkflowApi from "@stepwright/core/WorkflowApi"
import { MockLlm } from "@stepwright/llm"
import { NodeJournal } from "@stepwright/node-runner"

const draft = Step.make("draft", {
  input: Schema.Struct({ topic: Schema.String }),
  output: Schema.String,
  prompt: PromptTemplate.make("Write a line on {{topic}}."),
  variables: ({ topic }) => ({ topic })
})
const article = Workflow.make("article", { input: Schema.Struct({ topic: Schema.String }) }).pipe(
  Workflow.bind("draft", draft, "input"),
  Workflow.gate("approval", { question: Schema.String, input: "draft", decision: Schema.Boolean })
)
const api = HttpApi.make("app").add(WorkflowApi.group("articles", article))

/** An application that keeps its runs in a folder, at a port of its own. */
const app = (directory: string, replies: MockLlm.Script) =>
  HttpRouter.serve(HttpApiBuilder.layer(api).pipe(Layer.provide(WorkflowApi.layer(api, "articles", article))), {
    disableLogger: true,
    disableListenLog: true
  }).pipe(
    Layer.provide([Layer.fresh(NodeJournal.layer({ directory })), MockLlm.layer(replies)]),
    Layer.provideMerge(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: 0 }))
  )

const client = Effect.gen(function* () {
  const { address } = yield* HttpServer.HttpServer
  const { articles } = yield* HttpApiClient.make(api, { baseUrl: HttpServer.formatAddress(address) })
  const rested = (run: string) =>
    Effect.gen(function* () {
      const params = { run }
      yield* Stream.runDrain(yield* articles.events({ params, query: {}, headers: {} }))
      return yield* articles.get({ params })
    })
  return { articles, rested }
})

describe("an application with a journal on disk", () => {
  it.live("goes on with the runs of the one before it", () => {
    const directory = mkdtempSync(join(tmpdir(), "app-"))
    return Effect.gen(function* () {
      const begun = yield* Effect.gen(function* () {
        const { articles, rested } = yield* client
        const { run } = yield* articles.start({ payload: { topic: "rain" } })
        assert.strictEqual((yield* rested(run)).status, "SUSPENDED")
        return run
      }).pipe(Effect.provide(Layer.fresh(app(directory, [{ step: "draft", reply: "It rains." }]))))

      yield* Effect.gen(function* () {
        const { articles, rested } = yield* client
        const params = { run: begun }
        yield* articles.decide({ params, payload: { path: "approval", decision: true } })
        yield* articles.resume({ params })
        const { output } = yield* rested(begun)
        assert.deepStrictEqual(output, { input: { topic: "rain" }, draft: "It rains.", approval: true })
      }).pipe(Effect.provide(Layer.fresh(app(directory, []))))
    }).pipe(
      Effect.provide(FetchHttpClient.layer),
      Effect.ensuring(Effect.sync(() => rmSync(directory, { recursive: true })))
    )
  })
})
