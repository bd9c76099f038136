import { assert, describe, expect, it } from "@effect/vitest"
import { Clock, Context, Duration, Effect, Layer, Result, Stream } from "effect"
import { AttemptSink, type Outcome } from "@stepwright/core/AttemptSink"
import * as LlmClient from "@stepwright/core/LlmClient"
import { Retry } from "@stepwright/llm"
import { faults, type Fault } from "./faults.ts"
import { request } from "./request.ts"
import { serve, type Behaviour } from "./server.ts"
import { passTime } from "./stalling.ts"
import { nameOf, type Wire } from "./wire.ts"

const spent = (wire: Wire) => ({ input: 11, cachedInput: 4, output: 7, reasoning: 2, ...wire.said })

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

/** One call under retry to a server that stalls so many requests, with a clock that skips the waits between these. */
export const call = (wire: Wire, behave: Behaviour, stalls = 0) =>
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
    let started = 0
    const sink = {
      started: () =>
        Effect.sync(() => {
          started++
          return (outcome: Outcome) => Effect.sync(() => void outcomes.push(outcome))
        })
    }
    yield* passTime(() => started === received.length && started <= stalls)

    const provider = yield* Layer.build(wire.client(url, { timeout: 200, idleTimeout: 100 }))
    const client = Retry.make()(unskipped(Context.get(provider, LlmClient.LlmClient)))
    const result = yield* (wire.streamed ? streamed(client) : client.generate(request("ping"))).pipe(
      Effect.result,
      Effect.provideService(Clock.Clock, skipping),
      Effect.provideService(AttemptSink, sink)
    )
    return { result, requests: received.length, waits, outcomes, closed: received.map(({ closed }) => closed) }
  })

/** Whether a wire can meet a row: neither the row nor the wire says that it cannot. */
export const meets = (wire: Wire, { fault, never }: Fault) => !never?.where(wire) && !(fault in wire.never)

/** Every row of the fault table over every wire of a provider, less where row or wire says that it cannot occur. */
export const faultMatrix = (wires: ReadonlyArray<Wire>, { atLeast }: { readonly atLeast: number }) => {
  for (const row of faults) {
    const meeting = wires.filter((wire) => meets(wire, row))
    if (meeting.length === 0) continue
    describe(`${row.fault}`, () => {
      for (const wire of meeting) {
        const fault: Fault = { ...row, ...wire.differs?.[row.fault] }
        const serve = fault.serve(wire)

        it.effect(`${nameOf(wire)}: ${fault.want}, ${fault.requests} in all`, () =>
          Effect.gen(function* () {
            const stalls = fault.stalls ? fault.requests : 0
            const { result, requests, waits, outcomes, closed } = yield* call(wire, serve, stalls)
            const got = Result.isFailure(result) ? result.failure.reason._tag : "reply"
            expect([got, requests, waits.length]).toEqual([fault.want, fault.requests, fault.requests - 1])
            for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(fault.wait ?? 0)
            if (Result.isFailure(result)) {
              expect(result.failure.message).toMatch(fault.says ?? /./u)
              expect(outcomes.map(({ error }) => error?.reason._tag)).toEqual(
                Array.from({ length: fault.requests }, () => fault.want)
              )
            } else {
              expect(result.success).toMatchObject(
                fault.reply ?? { text: "pong", finishReason: "stop", usage: spent(wire) }
              )
              expect(outcomes).toEqual([{ model: "model-2025", usage: result.success.usage }])
            }
            yield* Effect.promise(() => Promise.all(closed))
          }).pipe(Effect.scoped)
        )

        if (fault.requests === 1) continue
        it.effect(`${nameOf(wire)}: a reply, 2 in all when it goes away`, () =>
          Effect.gen(function* () {
            const recovering: Behaviour = (response, count) => (count === 0 ? serve : wire.answer({}))(response, count)
            const { result, requests, outcomes } = yield* call(wire, recovering, fault.stalls ? 1 : 0)
            expect(Result.isSuccess(result) && result.success).toEqual({
              text: "pong",
              finishReason: "stop",
              model: "model-2025",
              id: wire.id,
              usage: spent(wire)
            })
            expect([requests, outcomes.length, outcomes[0]?.error?.reason._tag]).toEqual([2, 2, fault.want])
            expect(outcomes[1]).toEqual({ model: "model-2025", usage: spent(wire) })
          }).pipe(Effect.scoped)
        )
      }
    })
  }

  it(`meets at least ${atLeast} rows of the table, and says why it does not meet the others`, () => {
    const met = faults.flatMap((fault) => wires.filter((wire) => meets(wire, fault)))
    expect(met.length).toBeGreaterThanOrEqual(atLeast)
    expect(faults.map(({ fault }) => fault)).toEqual(
      expect.arrayContaining(wires.flatMap(({ never }) => Object.keys(never)))
    )
    const reasons = wires.flatMap(({ never }) => Object.values(never))
    expect([...reasons, ...faults.flatMap(({ never }) => never?.why ?? [])]).not.toContain("")
  })
}
