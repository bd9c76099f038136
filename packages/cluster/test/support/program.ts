// A worker in a process of its own. It is told by its environment where the database and the model are, and by its
// standard input's end that it shall end.
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { PgClient } from "@effect/sql-pg"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { Attempts, Budget, RateLimit } from "@stepwright/llm"
import * as LlmClient from "@stepwright/core/LlmClient"
import { LlmError, ProviderUnavailable } from "@stepwright/core/LlmError"
import { ClusterRunner, SqlLimits } from "@stepwright/cluster"
import { deadly, flow, gated, promptOf, usage } from "./flow.ts"

const modelAt = (url: string) =>
  Attempts.make(
    LlmClient.make((request) =>
      Effect.tryPromise({
        try: async (signal) => {
          const { path, run } = request.metadata
          const body = JSON.stringify({ run, path, prompt: promptOf(request), pid: process.pid })
          const response = await fetch(url, { method: "POST", body, signal })
          return { text: await response.text(), finishReason: "stop" as const, usage }
        },
        catch: (cause) => new LlmError({ reason: new ProviderUnavailable({ detail: String(cause) }) })
      })
    )
  )

const main = Effect.suspend(() => {
  const { DATABASE = "", LIMITS, MODEL = "", OPTIONS = "{}" } = process.env
  const options: Omit<ClusterRunner.Options<LlmClient.LlmClient>, "workflows"> = JSON.parse(OPTIONS)
  // at most 8 calls at a time, and what all workers together may
  const own = RateLimit.layer({ concurrency: 8 })
  const { concurrency, maxTokens } = LIMITS === undefined ? {} : JSON.parse(LIMITS)
  const ofAll =
    LIMITS === undefined
      ? Layer.empty
      : Layer.provideMerge(Budget.layer({ name: "money", maxTokens }), RateLimit.layer({ name: "places", concurrency }))
  const client = Layer.provideMerge(ofAll, Layer.provideMerge(own, Layer.succeed(LlmClient.LlmClient, modelAt(MODEL))))
  return ClusterRunner.layer({ workflows: [flow, gated, deadly], about: { pid: process.pid }, ...options }).pipe(
    Layer.provide(Layer.provide(client, SqlLimits.layer)),
    Layer.provide(PgClient.layer({ url: Redacted.make(DATABASE), maxConnections: 4 })),
    Layer.launch
  )
})

// for a test of what is not asynchronous and takes long
process.on("SIGUSR2", () => {
  const end = performance.now() + 8000
  while (performance.now() < end) {
    // it does nothing else
  }
})

// who looks after workers starts one again that could not reach its database as it began
NodeRuntime.runMain(Effect.retry(main, Schedule.spaced("1 second")))
