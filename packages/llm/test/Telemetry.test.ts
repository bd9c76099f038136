import { describe, expect, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Metric, Option, Redacted, Stream, Tracer } from "effect"
import { TestClock } from "effect/testing"
import * as LlmClient from "@stepwright/core/LlmClient"
import { ContentRefused, LlmError, NetworkFailure, RateLimited } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import { Telemetry } from "@stepwright/llm"
import { request } from "./support/request.ts"

interface Ended {
  readonly name: string
  readonly kind: string
  readonly parent: string | undefined
  readonly isSuccess: boolean
  readonly said?: string
  readonly attributes: Readonly<Record<string, unknown>>
}

/** The spans that work ended, with what was in them then, and the metrics that it left. */
const observed = Effect.fnUntraced(function* <A, E>(work: Effect.Effect<A, E>) {
  const spans: Array<Ended> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      const end = span.end.bind(span)
      span.end = (time, exit) => {
        end(time, exit)
        spans.push({
          name: span.name,
          kind: span.kind,
          parent: Option.getOrUndefined(
            Option.map(span.parent, (parent) => ("name" in parent ? `${parent.name}` : ""))
          ),
          isSuccess: Exit.isSuccess(exit),
          ...(Exit.isFailure(exit) &&
            Exit.hasFails(exit) && { said: Cause.prettyErrors(exit.cause)[0]?.message ?? "" }),
          attributes: Object.fromEntries(span.attributes)
        })
      }
      return span
    }
  })
  const metrics = yield* Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(Effect.exit(work))
    yield* TestClock.adjust("1 minute")
    yield* Fiber.await(fiber)
    return yield* Metric.snapshot
  }).pipe(Effect.provideService(Tracer.Tracer, tracer), Effect.provideService(Metric.MetricRegistry, new Map()))
  return {
    spans,
    metrics: metrics.flatMap((metric) =>
      metric.type === "Histogram"
        ? [{ id: metric.id, attributes: metric.attributes, count: metric.state.count, sum: metric.state.sum }]
        : []
    ),
    counters: metrics.flatMap(({ attributes, id, state, type }) =>
      type === "Counter" ? [{ id, attributes, sum: state.count }] : []
    )
  }
})

const reply: LlmReply = {
  text: "secret text",
  finishReason: "stop",
  model: "gpt-5.1-2025-11-13",
  id: "r-1",
  usage: { input: 100, cachedInput: 40, cacheWrite: 20, output: 7, reasoning: 3 }
}

const telemetry = Telemetry.make({ provider: "openai", model: "gpt-5.1" })

const answering = (answer: Effect.Effect<LlmReply, LlmError>) =>
  telemetry(LlmClient.make(() => Effect.delay(answer, "3 seconds")))

const asked = request("draft", "secret prompt", {
  parameters: { temperature: 0.5, maxOutputTokens: 50, stop: ["END"], seed: 7 }
})

const labels = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": "gpt-5.1"
}

describe("Telemetry", () => {
  describe("make", () => {
    for (const [how, ask] of [
      ["call", (client: LlmClient.Service) => Effect.asVoid(client.generate(asked))],
      ["stream", (client: LlmClient.Service) => Stream.runDrain(client.stream(asked))]
    ] as const) {
      it.effect(`gives a ${how} a span with its attributes, and no text of prompt or reply`, () =>
        Effect.gen(function* () {
          const { spans } = yield* observed(Effect.withSpan(ask(answering(Effect.succeed(reply))), "draft"))
          expect(spans).toEqual([
            {
              name: "chat gpt-5.1",
              kind: "client",
              parent: "draft",
              isSuccess: true,
              attributes: {
                ...labels,
                ...(how === "stream" && { "gen_ai.request.stream": true }),
                "gen_ai.output.type": "text",
                "gen_ai.request.temperature": 0.5,
                "gen_ai.request.max_tokens": 50,
                "gen_ai.request.stop_sequences": ["END"],
                "gen_ai.request.seed": 7,
                "gen_ai.response.id": "r-1",
                "gen_ai.response.model": "gpt-5.1-2025-11-13",
                "gen_ai.response.finish_reasons": ["stop"],
                "gen_ai.usage.input_tokens": 100,
                "gen_ai.usage.output_tokens": 7,
                "gen_ai.usage.cache_read.input_tokens": 40,
                "gen_ai.usage.cache_write.input_tokens": 20,
                "gen_ai.usage.reasoning.output_tokens": 3,
                ...(how === "stream" && { "gen_ai.response.time_to_first_chunk": 3 })
              }
            },
            expect.objectContaining({ name: "draft" })
          ])
          expect(JSON.stringify(spans)).not.toContain("secret")
        })
      )

      it.effect(`counts tokens and seconds of a ${how}`, () =>
        Effect.gen(function* () {
          const client = answering(Effect.succeed(reply))
          const { counters, metrics } = yield* observed(Effect.andThen(ask(client), ask(client)))
          const all = { ...labels, "gen_ai.response.model": "gpt-5.1-2025-11-13" }
          const tokens = { ...all, unit: "{token}" }
          expect(metrics).toEqual([
            { id: "gen_ai.client.inference.duration", attributes: { ...all, unit: "s" }, count: 2, sum: 6 },
            ...(how === "stream"
              ? [
                  {
                    id: "gen_ai.client.inference.time_to_first_chunk",
                    attributes: { ...all, unit: "s" },
                    count: 2,
                    sum: 6
                  }
                ]
              : []),
            { id: "gen_ai.client.inference.operation.input_tokens", attributes: tokens, count: 2, sum: 200 },
            { id: "gen_ai.client.inference.operation.output_tokens", attributes: tokens, count: 2, sum: 14 }
          ])
          const attributes = { ...tokens, "gen_ai.token.modality": "text" }
          expect(counters).toEqual([
            { id: "gen_ai.client.inference.usage.input_tokens", attributes, sum: 200 },
            { id: "gen_ai.client.inference.usage.cache_read.input_tokens", attributes, sum: 80 },
            { id: "gen_ai.client.inference.usage.cache_write.input_tokens", attributes, sum: 40 },
            { id: "gen_ai.client.inference.usage.output_tokens", attributes, sum: 14 },
            { id: "gen_ai.client.inference.usage.reasoning.output_tokens", attributes, sum: 6 }
          ])
        })
      )

      it.effect(`tells what a ${how} failed with`, () =>
        Effect.gen(function* () {
          const limited = new LlmError({ reason: new RateLimited({ detail: "slow" }) })
          const { metrics, spans } = yield* observed(ask(answering(Effect.fail(limited))))
          expect(spans.map(({ attributes, isSuccess }) => [isSuccess, attributes["error.type"]])).toEqual([
            [false, "RateLimited"]
          ])
          expect(metrics).toEqual([
            {
              id: "gen_ai.client.inference.duration",
              attributes: { ...labels, "error.type": "RateLimited", unit: "s" },
              count: 1,
              sum: 3
            }
          ])
        })
      )

      it.effect(`counts the tokens that the error of a ${how} says`, () =>
        Effect.gen(function* () {
          const usage = { input: 100, cachedInput: 40, output: 7 }
          const refused = new LlmError({ reason: new ContentRefused({ detail: "no", usage }) })
          const { counters, spans } = yield* observed(ask(answering(Effect.fail(refused))))
          expect(spans[0]?.attributes).toMatchObject({
            "error.type": "ContentRefused",
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.output_tokens": 7,
            "gen_ai.usage.cache_read.input_tokens": 40
          })
          expect(counters.map(({ id, sum }) => [id.replace("gen_ai.client.inference.usage.", ""), sum])).toEqual([
            ["input_tokens", 100],
            ["cache_read.input_tokens", 40],
            ["output_tokens", 7]
          ])
        })
      )
    }

    it.effect("says how much a model is to reason, and that a reply that failed did not end well", () =>
      Effect.gen(function* () {
        const thinking = request("draft", "…", { parameters: { reasoningEffort: "high" } })
        const broken = new LlmError({ reason: new NetworkFailure({ detail: "reset" }) })
        const { spans } = yield* observed(Effect.exit(answering(Effect.fail(broken)).generate(thinking)))
        expect(spans[0]?.attributes).toMatchObject({
          "gen_ai.request.reasoning.level": "high",
          "gen_ai.response.finish_reasons": ["error"]
        })
      })
    )

    it.effect("says the output limit that a client asks with where a request has none", () =>
      Effect.gen(function* () {
        const limited = {
          ...LlmClient.make(() => Effect.succeed(reply)),
          parameters: { default: { maxOutputTokens: 16_000 } }
        }
        const client = telemetry(limited)
        const { spans } = yield* observed(Effect.andThen(client.generate(request("a")), client.generate(asked)))
        expect(spans.map(({ attributes }) => attributes["gen_ai.request.max_tokens"])).toEqual([16_000, 50])
      })
    )

    it.effect("says when the first piece of a stream came, once", () =>
      Effect.gen(function* () {
        const parts = Stream.make({ _tag: "Delta", text: "secret" }, { _tag: "Finished", reply } as const)
        const slow = LlmClient.make(
          () => Effect.never,
          () => Stream.mapEffect(parts, (part) => Effect.delay(Effect.succeed(part), "2 seconds"))
        )
        const { metrics, spans } = yield* observed(Stream.runDrain(telemetry(slow).stream(asked)))
        expect(spans[0]?.attributes["gen_ai.response.time_to_first_chunk"]).toBe(2)
        const first = metrics.filter(({ id }) => id === "gen_ai.client.inference.time_to_first_chunk")
        expect(first.map(({ count, sum }) => [count, sum])).toEqual([[1, 2]])
      })
    )

    it.effect("counts the input of a request that broke off", () =>
      Effect.gen(function* () {
        const broken = new LlmError({ reason: new NetworkFailure({ detail: "reset" }), usage: { input: 100 } })
        const { counters } = yield* observed(answering(Effect.fail(broken)).generate(asked))
        expect(counters.map(({ id, sum }) => [id, sum])).toEqual([["gen_ai.client.inference.usage.input_tokens", 100]])
      })
    )

    it.effect("counts no tokens that the provider does not say", () =>
      Effect.gen(function* () {
        const { counters, metrics, spans } = yield* observed(
          answering(Effect.succeed({ text: "", finishReason: "stop", usage: {} })).generate(
            request("a", "…", { model: "local" })
          )
        )
        expect(metrics.map(({ id }) => id)).toEqual(["gen_ai.client.inference.duration"])
        expect(counters).toEqual([])
        expect(spans.map(({ name }) => name)).toEqual(["chat local"])
      })
    )

    it.effect("keeps what a provider and its errors quote out of a span, which says how the call failed", () =>
      Effect.gen(function* () {
        const refused = new LlmError({ reason: new ContentRefused({ detail: "the model refuses: secret text" }) })
        const { spans } = yield* observed(answering(Effect.fail(refused)).generate(asked))
        expect(spans[0]).toMatchObject({ isSuccess: false, said: "ContentRefused" })
        expect(JSON.stringify(spans)).not.toContain("secret")
      })
    )

    it.effect("ends the span of a stream whose reader leaves, and of a call that is interrupted", () =>
      Effect.gen(function* () {
        const client = telemetry(
          LlmClient.make(
            () => Effect.never,
            () => Stream.concat(Stream.make({ _tag: "Delta", text: "secret" } as const), Stream.never)
          )
        )
        const left = Stream.runDrain(Stream.take(client.stream(asked), 1))
        const given = Effect.timeoutOption(client.generate(asked), "1 second")
        const { metrics, spans } = yield* observed(Effect.andThen(left, given))
        expect(spans.map(({ attributes }) => attributes["error.type"])).toEqual(["cancelled", "cancelled"])
        const durations = metrics.filter(({ id }) => id === "gen_ai.client.inference.duration")
        expect(durations.map(({ attributes, count }) => [attributes?.["error.type"], count])).toEqual([
          ["cancelled", 2]
        ])
      })
    )

    describe("content", () => {
      const key = "sk-0123456789abcdefghijklmnop"
      const messages = [
        { role: "system", content: "Be brief." },
        { role: "user", content: `My key is ${key}, my password "hunter2".` }
      ] as const
      const withContent = Telemetry.make({
        provider: "openai",
        content: true,
        redact: { values: [Redacted.make('password "hunter2"'), Redacted.make("")] }
      })
      const talking = (answer: Effect.Effect<LlmReply, LlmError>) =>
        observed(withContent(LlmClient.make(() => answer)).generate(request("a", "", { messages })))

      it.effect("puts prompts and replies into the span by the conventions' schema, without secrets", () =>
        Effect.gen(function* () {
          const text = `Your key ${key} is safe.`
          const { spans } = yield* talking(Effect.succeed({ ...reply, text }))
          const { "gen_ai.input.messages": input, "gen_ai.output.messages": output } = spans[0]?.attributes ?? {}
          expect(JSON.parse(`${input}`)).toEqual([
            { role: "system", parts: [{ type: "text", content: "Be brief." }] },
            { role: "user", parts: [{ type: "text", content: "My key is <secret>, my <secret>." }] }
          ])
          expect(JSON.parse(`${output}`)).toEqual([
            {
              role: "assistant",
              parts: [{ type: "text", content: "Your key <secret> is safe." }],
              finish_reason: "stop"
            }
          ])
        })
      )

      it.effect("says what an error says, without secrets", () =>
        Effect.gen(function* () {
          const error = new LlmError({ reason: new NetworkFailure({ detail: `no way with ${key}` }) })
          const { spans } = yield* talking(Effect.fail(error))
          expect(spans[0]?.said).toContain("no way with <secret>")
          expect(JSON.stringify(spans)).not.toContain(key)
        })
      )
    })
  })
})
