// A worker in a process of its own. It is told by its environment where the database and the model are, and by its
// standard input's end that it shall end.
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { PgClient } from "@effect/sql-pg"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Semaphore from "effect/Semaphore"
import { Attempts } from "@stepwright/llm"
import * as LlmClient from "@stepwright/core/LlmClient"
import { LlmError, ProviderUnavailable } from "@stepwright/core/LlmError"
import { ClusterRunner } from "@stepwright/cluster"
import { deadly, flow, gated, promptOf } from "./flow.ts"

const modelAt = (url: string) =>
  Attempts.make(
    LlmClient.make((request) =>
      Effect.tryPromise({
        try: async (signal) => {
          const { path, run } = request.metadata
          const body = JSON.stringify({ run, path, prompt: promptOf(request), pid: process.pid })
          const response = await fetch(url, { method: "POST", body, signal })
          return { text: await response.text(), finishReason: "stop" as const, usage: { input: 100, output: 10 } }
        },
        catch: (cause) => new LlmError({ reason: new ProviderUnavailable({ detail: String(cause) }) })
      })
    )
  )

const main = Effect.gen(function* () {
  const { DATABASE = "", MODEL = "", OPTIONS = "{}" } = process.env
  // at most 8 calls at a time
  const places = yield* Semaphore.make(8)
  const below = modelAt(MODEL)
  // it waits for a place before a request is begun
  const client = LlmClient.make((request) => places.withPermit(below.generate(request)))
  const options: Omit<ClusterRunner.Options<LlmClient.LlmClient>, "workflows"> = JSON.parse(OPTIONS)
  yield* Layer.launch(
    ClusterRunner.layer({ workflows: [flow, gated, deadly], about: { pid: process.pid }, ...options }).pipe(
      Layer.provide(Layer.succeed(LlmClient.LlmClient, client)),
      Layer.provide(PgClient.layer({ url: Redacted.make(DATABASE), maxConnections: 4 }))
    )
  )
})

// for a test of what is not asynchronous and takes long
process.on("SIGUSR2", () => {
  const end = performance.now() + 8000
  while (performance.now() < end) {
    // it does nothing else
  }
})

NodeRuntime.runMain(main)
