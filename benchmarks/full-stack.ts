// What the middleware around a model costs beside it: a call of an instant model, bare, under each alone and under all.
import { Effect, Layer, Record, Stream } from "effect"
import { LlmClient, type LlmReply, type LlmRequest } from "@stepwright/core"
import { Attempts, Budget, Fallback, RateLimit, Redact, Retry, Telemetry, Timeout } from "@stepwright/llm"
import { spent } from "./support/measure.ts"
import { lines, table } from "./support/table.ts"
import { median } from "./support/turns.ts"

const calls = 200
const rounds = 51

const reply: LlmReply.LlmReply = {
  text: "word ".repeat(87),
  finishReason: "stop",
  model: "instant-1",
  usage: { input: 250, output: 110 }
}
const model = LlmClient.layer(() => Effect.succeed(reply))

const request: LlmRequest.LlmRequest = {
  model: "default",
  messages: [{ role: "user", content: "You continue a story. Keep to its tone. ".repeat(15) }],
  format: { type: "text" },
  parameters: { maxOutputTokens: 500 },
  metadata: { run: "bench", path: "story", step: "story", turn: 1 }
}

type Middleware = Layer.Layer<LlmClient.LlmClient, never, LlmClient.LlmClient>

/** Outermost first. */
const middlewares: Readonly<Record<string, Middleware>> = {
  Redact: Redact.layer(),
  Budget: Budget.layer({ maxCalls: 1e9, maxTokens: 1e15 }),
  Fallback: Fallback.layer(model),
  Retry: Retry.layer(),
  RateLimit: RateLimit.layer({ requestsPerMinute: 1e9, tokensPerMinute: 1e12, concurrency: 64 }),
  Timeout: Timeout.layer({ total: "5 minutes", idle: "1 minute" }),
  Telemetry: Telemetry.layer({ provider: "openai", model: "instant-1" }),
  Attempts: LlmClient.layerMiddleware(Effect.succeed(Attempts.make))
}

const all = Object.values(middlewares)
  .toReversed()
  .reduce<Layer.Layer<LlmClient.LlmClient>>((below, middleware) => Layer.provide(middleware, below), model)

const subjects: Readonly<Record<string, Layer.Layer<LlmClient.LlmClient>>> = {
  "bare client": model,
  ...Record.map(middlewares, (middleware) => Layer.provide(middleware, model)),
  "all of them": all
}

const whole = (client: LlmClient.Service) => client.generate(request)
const streamed = (client: LlmClient.Service) => Stream.runDrain(client.stream(request))
const kinds = { whole, streamed }

const figures = await Effect.gen(function* () {
  const measured = new Map<string, Array<number>>()
  const clients = yield* Effect.forEach(Object.entries(subjects), ([name, llm]) =>
    Effect.map(Effect.provide(LlmClient.LlmClient, llm), (client) => ({ name, client }))
  )
  for (let round = -10; round < rounds; round++) {
    for (const [kind, ask] of Object.entries(kinds)) {
      for (const { client, name } of round % 2 === 0 ? clients : clients.toReversed()) {
        const before = spent()
        for (let call = 0; call < calls; call++) yield* ask(client)
        const micros = (spent() - before) / calls
        if (round >= 0) measured.set(`${kind} ${name}`, [...(measured.get(`${kind} ${name}`) ?? []), micros])
      }
    }
  }
  return measured
}).pipe(Effect.runPromise)

const figure = (kind: string, name: string) => median(figures.get(`${kind} ${name}`) ?? [])

table(
  ["µs of the processor a call, median", ...Object.keys(kinds).flatMap((kind) => [kind, "more", "× bare"])],
  Object.keys(subjects).map((name) => [
    name,
    ...Object.keys(kinds).flatMap((kind) => {
      const [bare, own] = [figure(kind, "bare client"), figure(kind, name)]
      return [own.toFixed(1), (own - bare).toFixed(1), (own / bare).toFixed(1)]
    })
  ])
)
lines([
  {
    says: "all of them add to a whole call, µs",
    measured: figure("whole", "all of them") - figure("whole", "bare client"),
    atMost: 60,
    digits: 1
  }
])
