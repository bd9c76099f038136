// A process that asks a provider under limits until the budget is used up; argv: the database, the provider, the limit, the run

import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Redacted, Schema } from "effect"
import { LlmClient } from "@stepwright/core"
import { LlmError, NetworkFailure } from "@stepwright/core/LlmError"
import { Fixtures } from "@stepwright/core/testing"
import { Attempts, Budget, Limits, RateLimit } from "@stepwright/llm"
import { SqlLimits } from "@stepwright/cluster"
import { layer, Ledger } from "../../src/internal/ledger.ts"
import { Owned } from "../../src/internal/owned.ts"
import * as runs from "../../src/internal/runs.ts"

const [database = "", provider = "", name = "", run = ""] = process.argv.slice(2)

const Billed = Schema.Struct({ input: Schema.Int, output: Schema.Int })
const asked = Effect.tryPromise({
  try: async () => Schema.decodeUnknownSync(Billed)(await (await fetch(provider)).json()),
  catch: (error) => new LlmError({ reason: new NetworkFailure({ detail: String(error) }) })
})
const model = Attempts.make(
  LlmClient.make(() => Effect.map(asked, (usage) => ({ text: "", finishReason: "stop" as const, usage })))
)
const prices = { date: "2026-01-01", models: { m: { input: 10, output: 100 } } }

const program = Effect.gen(function* () {
  const ledger = yield* Ledger
  const owner = `${process.pid}`
  const begun = runs.begin(ledger, run, Fixtures.event("RunInitialized", { run }), { owner })
  const { epoch } = (yield* runs.claim(ledger, run, owner)) ?? (yield* begun)
  const owned = yield* Owned
  owned.own(run, epoch)
  const limits = yield* SqlLimits.make
  const counted = Effect.provideService(Limits.Limits, limits)
  const budget = yield* counted(Budget.make({ name, maxUsd: 5, prices, models: { default: "m" } }))
  const rate = yield* counted(RateLimit.make({ name, concurrency: 6 }))
  const request = Fixtures.request("12345678", { parameters: { maxOutputTokens: 88 }, metadata: { run } })
  const ask = budget(rate(model))
    .generate(request)
    .pipe(
      Effect.as("answered"),
      Effect.catch(({ reason }) =>
        reason._tag === "InvalidRequest" ? Effect.die(reason) : Effect.succeed(reason._tag)
      )
    )
  const until = Effect.repeat(ask, { until: (tag) => tag === "BudgetExceeded" })
  yield* Effect.all(
    Array.from({ length: 5 }, () => until),
    { concurrency: "unbounded" }
  )
})

const client = PgClient.layer({ url: Redacted.make(database), maxConnections: 4 })
await Effect.runPromise(Effect.provide(program, Layer.provide(layer, client)))
