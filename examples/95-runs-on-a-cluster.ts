// An application with a database and a cluster of its own: an entity of it starts a run, which whichever worker has room goes
// on with, and waits for what comes of it. Here one process is all: the application, its entity, and a worker.
//
//   STEPWRIGHT_DATABASE_URL=postgres://… node examples/95-runs-on-a-cluster.ts
import assert from "node:assert/strict"
import { Effect, Layer, Redacted, Schema, Stream } from "effect"
import { Entity, SingleRunner } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { NodeCrypto } from "@effect/platform-node"
import { PgClient } from "@effect/sql-pg"
import { Engine, Journal, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { ClusterRunner, Runs } from "@stepwright/cluster"
import { MockLlm } from "@stepwright/llm"

// --- the workflow ---

const draft = Step.make("draft", {
  input: Schema.Struct({ topic: Schema.String }),
  output: Schema.String,
  prompt: PromptTemplate.make("Write a line on {{topic}}."),
  variables: ({ topic }) => ({ topic })
})

const article = Workflow.make("article", { input: Schema.Struct({ topic: Schema.String }) }).pipe(
  Workflow.bind("draft", draft, "input")
)

// --- the application's own entity, one for each author ---

const Author = Entity.make("Author", [
  Rpc.make("Write", {
    payload: { topic: Schema.String },
    success: Schema.Struct({ run: Schema.String, text: Schema.String })
  })
])

const authors = Author.toLayer(
  Effect.gen(function* () {
    const runs = yield* Runs.Runs
    return {
      Write: Effect.fnUntraced(function* ({ payload: { topic } }) {
        const run = yield* runs.submit(article, { topic })
        // until nobody works on it any more
        yield* Stream.runDrain(runs.watch(run))
        const { draft } = yield* Effect.flatMap(Engine.load(article, run), (state) =>
          Engine.output(article, state)
        ).pipe(Effect.provideService(Journal.Journal, runs.journal))
        return { run, text: draft }
      }, Effect.orDie)
    }
  })
)

// --- a worker, as other processes have it: the model is one that it knows ---

const worker = ClusterRunner.layer({ workflows: [article] }).pipe(
  Layer.provide(MockLlm.layer([{ step: "draft", reply: "It rains." }]))
)

const program = Effect.gen(function* () {
  const authorOf = yield* Author.client
  const { run, text } = yield* authorOf("ada").Write({ topic: "rain" })
  assert.equal(text, "It rains.")
  const { glance, workers } = yield* Runs.Runs
  assert.equal((yield* glance(run))?.status, "COMPLETED")
  console.log(`${run}: ${text} (${(yield* workers).length} worker)`)
})

const { STEPWRIGHT_DATABASE_URL: url } = process.env
if (url === undefined) {
  console.log("This needs a PostgreSQL: say where, with STEPWRIGHT_DATABASE_URL=postgres://USER:PASSWORD@HOST/DATABASE")
} else {
  const layers = Layer.mergeAll(authors, worker).pipe(
    Layer.provideMerge([SingleRunner.layer({ runnerStorage: "memory" }), Runs.layer]),
    Layer.provide([PgClient.layer({ url: Redacted.make(url) }), NodeCrypto.layerDigest])
  )
  await Effect.runPromise(Effect.provide(program, layers))
}
