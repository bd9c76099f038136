/* oxlint-disable no-await-in-loop -- waits for what has to go away */
// Calls through the whole stack to a server of which one reply in five is a fault of the table: prints, as JSON, what
// came of them. Run by stack.ts: `node --expose-gc soak.ts <calls> <seed>`.
import { hash } from "node:crypto"
import { getEventListeners } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { setTimeout } from "node:timers/promises"
import { Effect, Fiber, Layer, Logger, Redacted, Result, Stream } from "effect"
import { TestClock } from "effect/testing"
import { AttemptSink, type Outcome } from "@stepwright/core/AttemptSink"
import { LlmClient } from "@stepwright/core/LlmClient"
import { atMostInputTokens, type LlmRequest } from "@stepwright/core/LlmRequest"
import { Budget, Fallback, LlmRegistry, OpenAiLlm, RateLimit, Redact, Retry, Telemetry, Timeout } from "@stepwright/llm"
import { faults } from "./faults.ts"
import { wires } from "./openAiWire.ts"
import { request } from "./request.ts"
import type { Behaviour } from "./server.ts"
import { sse, type Wire } from "./wire.ts"

export interface Report {
  /** Calls by how they ended: `reply`, `left`, or the reason of the error. */
  readonly ends: Readonly<Record<string, number>>
  readonly requests: {
    /** Begun, and ended, as `AttemptSink` is told. */
    readonly begun: number
    readonly ended: number
    /** What the server was asked, and where it answered with a fault. */
    readonly seen: number
    readonly faulty: number
  }
  readonly tokens: {
    /** What the server said in all replies that it sent to their end. */
    readonly served: number
    readonly reported: number
    readonly budget: number
    /** `reported`, and an estimate for each request that may have cost something and does not say what. */
    readonly expectedOfBudget: number
  }
  /** After a fifth of the calls, and after all. */
  readonly early: Held
  readonly late: Held
  /** What keeps the process alive after all is over. */
  readonly resources: ReadonlyArray<string>
  readonly warnings: ReadonlyArray<string>
}

/** What is held while no call is on its way. */
export interface Held {
  /** **Units** bytes */
  readonly heap: number
  readonly connections: number
  /** Signals of requests that are not collected. */
  readonly signals: number
  /** Listeners of these and of the process. */
  readonly listeners: number
}

const calls = Number(process.argv[2])
/** Calls before those that count, in which the engine compiles what runs often. */
const warmUp = calls / 10
const seed = process.argv[3] ?? ""
const gc = globalThis.gc
if (gc === undefined || !(calls >= 10)) throw new Error("usage: node --expose-gc soak.ts <calls> <seed>")

/** A number from 0 to 1 that depends on nothing but the seed and its name. */
const roll = (...name: ReadonlyArray<string | number>) =>
  Number.parseInt(hash("sha256", [seed, ...name].join(" ")).slice(0, 12), 16) / 2 ** 48

const oneOf = <A>(list: ReadonlyArray<A>, ...name: ReadonlyArray<string | number>): A => {
  const chosen = list[Math.floor(roll(...name) * list.length)]
  if (chosen === undefined) throw new Error("there is nothing to choose from")
  return chosen
}

// A rate limit halves what may be in flight for a minute: more than a few, and the soak would be one call at a time.
// After the wait of two hours there would be no calls at all.
const table = faults
  .filter(({ fault, want }) => want !== "reply" && !/cannot fit/u.test(fault))
  .flatMap((fault) => Array.from({ length: fault.want === "RateLimited" ? 1 : 10 }, () => fault))

const warnings: Array<string> = []
process.on("warning", ({ message, name }) => warnings.push(`${name}: ${message}`))

const signals = new Set<WeakRef<EventTarget>>()
const { addEventListener } = EventTarget.prototype
EventTarget.prototype.addEventListener = function (this: EventTarget, ...args) {
  if (this instanceof AbortSignal) signals.add(new WeakRef(this))
  return addEventListener.apply(this, args)
}

// The server

const requests = { begun: 0, ended: 0, seen: 0, faulty: 0 }
const tokens = { served: 0, reported: 0, expectedOfBudget: 0 }
/** How often each call on its way was asked. */
const asked = new Map<string, number>()
/** The calls that wait for a reply that will not come. */
const stalled = new Set<string>()

/** What a body, as far as it was sent, says that a reply has cost. A response that failed is no reply. */
const tokensIn = (body: string): number => {
  const events = body.split(/^data: /mu).filter((text) => text.includes('"usage":{'))
  const said = events.map((text) => {
    const value = JSON.parse(text)
    const { status, usage } = value.response ?? value
    if (status === "failed" || status === "in_progress") return 0
    return (usage.prompt_tokens ?? usage.input_tokens) + (usage.completion_tokens ?? usage.output_tokens)
  })
  return Math.max(0, ...said)
}

const behaviour = (wire: Wire, call: string, count: number, leaves: boolean): Behaviour => {
  if (leaves) return sse(wire.events({}).slice(0, wire.begun), "stall")
  if (roll(call, count, "good") >= 0.2) {
    const usage = {
      input: Math.floor(roll(call, count, "input") * 5000),
      output: Math.floor(roll(call, count, "output") * 1000)
    }
    return wire.answer({ text: "word ".repeat(1 + roll(call, count, "text") * 200), usage })
  }
  requests.faulty++
  const possible = table.filter(({ fault, never }) => !never?.where(wire) && !(fault in wire.never))
  const { serve, stalls } = oneOf(possible, call, count, "fault")
  if (stalls) stalled.add(call)
  return serve(wire)
}

const server = createServer((incoming, response) => {
  let text = ""
  incoming.setEncoding("utf8")
  incoming.on("data", (chunk) => (text += chunk))
  incoming.on("end", () => {
    requests.seen++
    const [, call = "", leaves] = /call (\d+)(, leave)?/u.exec(text) ?? []
    const count = (asked.get(call) ?? 0) + 1
    asked.set(call, count)
    const api = incoming.url?.endsWith("/responses") ? "responses" : "chat"
    const streamed = JSON.parse(text).stream === true
    const wire = wires.find((wire) => wire.api === api && wire.streamed === streamed)
    if (wire === undefined) throw new Error("no such wire")

    let sent = ""
    const { write, end } = response
    response.write = ((...args: Parameters<typeof write>) => {
      sent += args[0]
      return write.apply(response, args)
    }) as typeof write
    response.end = ((...args: Parameters<typeof end>) => {
      if (typeof args[0] === "string") sent += args[0]
      return end.apply(response, args)
    }) as typeof end
    response.on("close", () => {
      tokens.served += tokensIn(sent)
    })
    behaviour(wire, call, count, leaves !== undefined)(response, count)
  })
})
const sockets = new Set<Socket>()
server.on("connection", (socket) => {
  sockets.add(socket)
  socket.on("close", () => sockets.delete(socket))
})
// A connection that the server closes while the client sends a request on it would be a request that nobody saw.
server.keepAliveTimeout = 0

// The client

const unbilled = new Set([
  "RateLimited",
  "QuotaExhausted",
  "Unauthenticated",
  "InvalidRequest",
  "ContextLengthExceeded",
  "ProviderUnavailable"
])
const maxOutputTokens = 1500

/** What a budget counts: what is not known, and may have cost something, as estimated. */
const budgeted = (request: LlmRequest, { error, usage }: Outcome): number => {
  if (usage === undefined && error !== undefined && unbilled.has(error.reason._tag)) return 0
  return (usage?.input ?? atMostInputTokens(request)) + (usage?.output ?? maxOutputTokens)
}

const sink: typeof AttemptSink.Service = {
  started: (request) =>
    Effect.sync(() => {
      requests.begun++
      return (outcome) =>
        Effect.sync(() => {
          requests.ended++
          stalled.delete(request.metadata.step)
          tokens.reported += (outcome.usage?.input ?? 0) + (outcome.usage?.output ?? 0)
          tokens.expectedOfBudget += budgeted(request, outcome)
        })
    })
}

const provider = (api: "chat" | "responses", baseUrl: string) =>
  Retry.layer().pipe(
    Layer.provide(RateLimit.layer({ requestsPerMinute: 10_000, tokensPerMinute: 20_000_000, concurrency: 40 })),
    Layer.provide(Timeout.layer({ total: "30 seconds", idle: "20 seconds" })),
    Layer.provide(Telemetry.layer({ provider: "openai", model: "model-1" })),
    Layer.provide(OpenAiLlm.layer({ apiKey: Redacted.make("sk-sentinel-0123456789"), baseUrl, model: "model-1", api }))
  )

const stack = (baseUrl: string) => {
  const responses = provider("responses", baseUrl)
  const chat = provider("chat", baseUrl)
  return Redact.layer().pipe(
    Layer.provide(Budget.layer({ maxTokens: 1e12 })),
    Layer.provide(
      LlmRegistry.layer({
        responses: Layer.provide(Fallback.layer(chat), responses),
        chat: Layer.provide(Fallback.layer(responses), chat)
      })
    )
  )
}

const ends: Record<string, number> = {}

const call = (client: typeof LlmClient.Service, number: number) =>
  Effect.gen(function* () {
    const streamed = roll(number, "streamed") < 0.5
    const leaves = streamed && roll(number, "leaves") < 0.05
    const secret = roll(number, "secret") < 0.3 ? "It needs sk-0123456789abcdefghij." : ""
    const wanted = request(
      `${number}`,
      `This is call ${number}${leaves ? ", leave" : ""}. ${secret}${"Do as you are told. ".repeat(20)}`,
      { model: oneOf(["responses", "chat"], number, "api"), parameters: { maxOutputTokens } }
    )
    const ended = streamed
      ? Stream.runDrain(leaves ? Stream.take(client.stream(wanted), 1) : client.stream(wanted))
      : client.generate(wanted)
    const result = yield* Effect.result(ended)
    asked.delete(`${number}`)
    const end = Result.isFailure(result) ? result.failure.reason._tag : leaves ? "left" : "reply"
    ends[end] = (ends[end] ?? 0) + 1
  })

/** How often to look whether what has to go away is gone. */
const patience = 250

/** What is held once the server has nothing to do and the connections that wait for another request are closed. */
const held = async (): Promise<Held> => {
  for (let wait = 0; sockets.size > 0 && wait < patience; wait++) {
    server.closeIdleConnections()
    // Node's fetch may keep a connection ready on which nothing was ever sent.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
    await setTimeout(20)
  }
  // What is finalized in one collection is free in the next; code that ran once is dropped too.
  let heap = Infinity
  for (let again = 0; again < 6 || (signals.size > 0 && again < 20); again++) {
    gc({ type: "major", execution: "sync", flavor: "last-resort" })
    heap = Math.min(heap, process.memoryUsage().heapUsed)
    for (const signal of signals) if (signal.deref() === undefined) signals.delete(signal)
    // What was looked at is not collected before the next turn.
    await setTimeout(10)
  }
  const alive = [...signals].flatMap((signal) => signal.deref() ?? [])
  const counts = [
    ...process.eventNames().map((name) => process.listenerCount(name)),
    ...alive.map((signal) => getEventListeners(signal, "abort").length)
  ]
  const listeners = counts.reduce((sum, count) => sum + count, 0)
  return { heap, connections: sockets.size, signals: alive.length, listeners }
}

const soak = Effect.gen(function* () {
  // The server's address is one of TCP.
  const { port } = server.address() as AddressInfo
  return yield* Effect.gen(function* () {
    const client = yield* LlmClient
    // Nothing that is on its way can be late, however slow the machine is: time passes as the event loop goes round,
    // and fast only while all wait for it.
    const tick = Effect.suspend(() =>
      TestClock.adjust(requests.begun - requests.ended === stalled.size ? "2 seconds" : "100 millis")
    )
    const time = yield* Effect.forkChild(Effect.forever(Effect.andThen(TestClock.withLive(Effect.sleep(1)), tick)))
    let made = 0
    const run = (count: number) =>
      Effect.replicateEffect(
        Effect.suspend(() => {
          if (++made % 3000 === 0) process.stderr.write(`${made} calls of ${warmUp + calls}\n`)
          return call(client, made)
        }),
        count,
        { concurrency: 50, discard: true }
      )
    yield* run(warmUp)
    yield* run(calls / 5)
    const early = yield* Effect.promise(held)
    yield* run((calls / 5) * 4)
    const late = yield* Effect.promise(held)
    yield* Fiber.interrupt(time)
    const refused = yield* Effect.flip(
      client.generate(request("last", "", { model: "chat", parameters: { maxOutputTokens: 1e12 } }))
    )
    const budget = Number(/ (\d+) are spent/u.exec(refused.message)?.[1])
    return { early, late, budget }
  }).pipe(Effect.provide(stack(`http://127.0.0.1:${port}/v1`)))
}).pipe(Effect.provideService(AttemptSink, sink), Effect.provide([TestClock.layer(), Logger.layer([])]))

await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
const { budget, early, late } = await Effect.runPromise(soak)
server.closeAllConnections()
await new Promise((resolve) => server.close(resolve))
// A pipe is the standard output.
const alive = () => process.getActiveResourcesInfo().filter((name) => name !== "PipeWrap")
for (let wait = 0; alive().length > 0 && wait < patience; wait++) await setTimeout(20)
const report: Report = {
  ends,
  requests,
  tokens: { ...tokens, budget },
  early,
  late,
  resources: alive(),
  warnings
}
// Also where something keeps the process alive.
process.stdout.write(JSON.stringify(report), () => process.exit())
