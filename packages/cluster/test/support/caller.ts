// A process that asks a provider under limits until the budget is used up; argv: the database, the provider, the limit, the run

import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Redacted, Schema } from "effect"
import { LlmClient } from "@stepwright/core"
import { LlmError, NetworkFailure } from "@stepwright/core/LlmError"
import { Fixtures } from "@stepwright/core/testing"
import { Attempts, Budget, Limits, RateLimit } from "@stepwright/llm"
import { SqlJournal, SqlLimits } from "@stepwright/cluster"
import { Owned } from "../../src/internal/owned.ts"

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
  const runs = yield* SqlJournal.make({ owner: `${process.pid}` })
  const begun = runs.begin(run, Fixtures.event("RunInitialized", { run }), new Map())
  const claim = (yield* runs.claim(run)) ?? (yield* begun)
  const owned = Layer.succeed(Owned, { epochOf: () => claim.epoch })
  const limits = yield* Effect.provide(SqlLimits.make, owned)
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

await Effect.runPromise(Effect.provide(program, PgClient.layer({ url: Redacted.make(database), maxConnections: 4 })))
