// What the middleware around a model costs beside it: a call of an instant model, bare, under each alone and under all.
import { Effect, Layer, Record, Stream } from "effect"
import { LlmClient, type LlmReply, type LlmRequest } from "@stepwright/core"
import { Attempts, Budget, Fallback, RateLimit, Redact, Retry, Telemetry, Timeout } from "@stepwright/llm"

const calls = 200
const rounds = 51
/** The most that all may add to a whole call. **Units** µs */
const goal = 60

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

const median = (values: ReadonlyArray<number>) => values.toSorted((a, b) => a - b)[values.length >> 1]!

/** Time of the processor, so that it does not count what else the machine does. **Units** µs */
const spent = () => {
  const { system, user } = process.cpuUsage()
  return system + user
}

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

console.log(`µs of the processor a call, median of ${rounds} rounds of ${calls} calls, Node ${process.version}\n`)
const columns = Object.keys(kinds).flatMap((kind) => [kind, "more", "× bare"])
console.log(["".padEnd(12), ...columns.map((column) => column.padStart(10))].join(""))
for (const name of Object.keys(subjects)) {
  const cells = Object.keys(kinds).flatMap((kind) => {
    const [bare, own] = [figure(kind, "bare client"), figure(kind, name)]
    return [own.toFixed(1), (own - bare).toFixed(1), (own / bare).toFixed(1)]
  })
  console.log([name.padEnd(12), ...cells.map((cell) => cell.padStart(10))].join(""))
}

const more = figure("whole", "all of them") - figure("whole", "bare client")
console.log(
  `\nall of them add ${more.toFixed(1)} µs to a whole call; the goal is at most ${goal}: ${more <= goal ? "met" : "MISSED"}`
)
if (more > goal) process.exitCode = 1
