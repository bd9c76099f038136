import { assert, describe, expect, it } from "@effect/vitest"
import { Clock, Context, Duration, Effect, Layer, Redacted, Result, Stream } from "effect"
import { AttemptSink, type Outcome } from "@stepwright/core/AttemptSink"
import * as LlmClient from "@stepwright/core/LlmClient"
import { OpenAiLlm, Retry } from "@stepwright/llm"
import { faults } from "./faults.ts"
import { request } from "./request.ts"
import { serve, type Behaviour } from "./server.ts"
import { nameOf, wires, type Wire } from "./wire.ts"

const spent = { input: 11, cachedInput: 4, output: 7, reasoning: 2 }

/** The reply of a stream whose text, less what was discarded, is that of the reply. */
const streamed = (client: LlmClient.Service) =>
  Effect.gen(function* () {
    const parts = yield* Stream.runCollect(client.stream(request("ping")))
    const kept = parts.slice(parts.findLastIndex(({ _tag }) => _tag === "Discarded") + 1)
    const last = kept.at(-1)
    assert(last?._tag === "Finished", "the last part is the reply")
    const text = kept.slice(0, -1).map((part) => (part._tag === "Delta" ? part.text : assert.fail(part._tag)))
    expect(text.join("")).toBe(last.reply.text)
    return last.reply
  })

/** One call under retry to a server that behaves so, with a clock that skips the waits between requests. */
const call = (wire: Wire, behave: Behaviour, stalls = false) =>
  Effect.gen(function* () {
    const { url, received } = yield* serve(behave)
    const clock = yield* Clock.Clock
    const waits: Array<number> = []
    const skipping: Clock.Clock = Object.assign(Object.create(clock), {
      sleep: (wait: Duration.Duration) => Effect.sync(() => void waits.push(Duration.toMillis(wait)))
    })
    const unskipped = (client: LlmClient.Service) =>
      LlmClient.make(
        (asked) => Effect.provideService(client.generate(asked), Clock.Clock, clock),
        (asked) => Stream.provideService(client.stream(asked), Clock.Clock, clock)
      )
    const outcomes: Array<Outcome> = []
    const sink = { started: () => Effect.succeed((outcome: Outcome) => Effect.sync(() => void outcomes.push(outcome))) }

    const provider = yield* Layer.build(
      OpenAiLlm.layer({
        apiKey: Redacted.make("sk-sentinel-0123456789"),
        baseUrl: url,
        model: "model-1",
        api: wire.api,
        ...(stalls && { timeout: 200, idleTimeout: 100 })
      })
    )
    const client = Retry.make()(unskipped(Context.get(provider, LlmClient.LlmClient)))
    const result = yield* (wire.streamed ? streamed(client) : client.generate(request("ping"))).pipe(
      Effect.result,
      Effect.provideService(Clock.Clock, skipping),
      Effect.provideService(AttemptSink, sink)
    )
    return { result, requests: received.length, waits, outcomes, closed: received.map(({ closed }) => closed) }
  })

/** Every row of the fault table × both APIs × streaming or not, less where a row says that it cannot occur. */
describe("OpenAiLlm", () => {
  for (const fault of faults) {
    describe(`${fault.fault}`, () => {
      for (const wire of wires) {
        if (fault.never?.where(wire)) continue
        const serve = fault.serve(wire)

        it.live(`${nameOf(wire)}: ${fault.want}, ${fault.requests} in all`, () =>
          Effect.gen(function* () {
            const { result, requests, waits, outcomes, closed } = yield* call(wire, serve, fault.stalls)
            const got = Result.isFailure(result) ? result.failure.reason._tag : "reply"
            expect([got, requests, waits.length]).toEqual([fault.want, fault.requests, fault.requests - 1])
            for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(fault.wait ?? 0)
            if (Result.isFailure(result)) {
              expect(result.failure.message).toMatch(fault.says ?? /./u)
              expect(outcomes.map(({ error }) => error?.reason._tag)).toEqual(
                Array.from({ length: fault.requests }, () => fault.want)
              )
            } else {
              expect(result.success).toMatchObject(fault.reply ?? { text: "pong", finishReason: "stop", usage: spent })
              expect(outcomes).toEqual([{ model: "model-2025", usage: result.success.usage }])
            }
            yield* Effect.timeout(
              Effect.promise(() => Promise.all(closed)),
              "2 seconds"
            )
          }).pipe(Effect.scoped)
        )

        if (fault.requests === 1) continue
        it.live(`${nameOf(wire)}: a reply, 2 in all when it goes away`, () =>
          Effect.gen(function* () {
            const recovering: Behaviour = (response, count) => (count === 0 ? serve : wire.answer({}))(response, count)
            const { result, requests, outcomes } = yield* call(wire, recovering, fault.stalls)
            expect(Result.isSuccess(result) && result.success).toEqual({
              text: "pong",
              finishReason: "stop",
              model: "model-2025",
              id: wire.api === "chat" ? "chatcmpl-1" : "resp-1",
              usage: spent
            })
            expect([requests, outcomes.length, outcomes[0]?.error?.reason._tag]).toEqual([2, 2, fault.want])
            expect(outcomes[1]).toEqual({ model: "model-2025", usage: spent })
          }).pipe(Effect.scoped)
        )
      }
    })
  }

  it("meets at least 90 rows of the table, and says why it does not meet the others", () => {
    const met = faults.flatMap(({ never }) => wires.filter((wire) => !never?.where(wire)))
    expect(met.length).toBeGreaterThanOrEqual(90)
    expect(faults.flatMap(({ never }) => (never === undefined ? [] : [never.why]))).not.toContain("")
  })
})
