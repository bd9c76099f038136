import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Metric, Option, Stream, Tracer } from "effect"
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
    )
  }
})

const reply: LlmReply = {
  text: "secret text",
  finishReason: "stop",
  model: "gpt-5.1-2025-11-13",
  id: "r-1",
  usage: { input: 100, cachedInput: 40, output: 7, reasoning: 3 }
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
                "gen_ai.usage.reasoning.output_tokens": 3
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
          const { metrics } = yield* observed(Effect.andThen(ask(client), ask(client)))
          const all = { ...labels, "gen_ai.response.model": "gpt-5.1-2025-11-13" }
          expect(metrics).toEqual([
            {
              id: "gen_ai.client.operation.duration",
              attributes: { ...all, unit: "s" },
              count: 2,
              sum: 6
            },
            {
              id: "gen_ai.client.token.usage",
              attributes: { ...all, unit: "{token}", "gen_ai.token.type": "input" },
              count: 2,
              sum: 200
            },
            {
              id: "gen_ai.client.token.usage",
              attributes: { ...all, unit: "{token}", "gen_ai.token.type": "output" },
              count: 2,
              sum: 14
            }
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
              id: "gen_ai.client.operation.duration",
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
          const { metrics, spans } = yield* observed(ask(answering(Effect.fail(refused))))
          expect(spans[0]?.attributes).toMatchObject({
            "error.type": "ContentRefused",
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.output_tokens": 7,
            "gen_ai.usage.cache_read.input_tokens": 40
          })
          expect(metrics.slice(1).map(({ attributes, sum }) => [attributes, sum])).toEqual([
            [{ ...labels, unit: "{token}", "gen_ai.token.type": "input" }, 100],
            [{ ...labels, unit: "{token}", "gen_ai.token.type": "output" }, 7]
          ])
        })
      )
    }

    it.effect("counts the input of a request that broke off", () =>
      Effect.gen(function* () {
        const broken = new LlmError({ reason: new NetworkFailure({ detail: "reset" }), usage: { input: 100 } })
        const { metrics } = yield* observed(answering(Effect.fail(broken)).generate(asked))
        expect(metrics.slice(1).map(({ attributes, sum }) => [attributes?.["gen_ai.token.type"], sum])).toEqual([
          ["input", 100]
        ])
      })
    )

    it.effect("counts no tokens that the provider does not say", () =>
      Effect.gen(function* () {
        const { metrics, spans } = yield* observed(
          answering(Effect.succeed({ text: "", finishReason: "stop", usage: {} })).generate(
            request("a", "…", { model: "local" })
          )
        )
        expect(metrics.map(({ id }) => id)).toEqual(["gen_ai.client.operation.duration"])
        expect(spans.map(({ name }) => name)).toEqual(["chat local"])
      })
    )
  })
})
