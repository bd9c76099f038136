import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { AttemptSink, type Outcome } from "@stepwright/core/AttemptSink"
import { LlmClient } from "@stepwright/core/LlmClient"
import { request } from "./request.ts"
import { serve, type Behaviour, type Received } from "./server.ts"
import { nameOf, sse, type Wire } from "./wire.ts"

/** Waits until the server sees the connection of its only request closed. */
export const closed = (received: ReadonlyArray<Received>) => {
  expect(received.length).toBe(1)
  return Effect.promise(() => received[0]?.closed ?? Promise.reject(new Error("nothing received")))
}

/** An interrupted call over every wire of a provider, wherever it is. */
export const interruption = (wires: ReadonlyArray<Wire>) =>
  describe("interruption", () => {
    for (const wire of wires) {
      const begun = wire.streamed ? sse(wire.events({}).slice(0, wire.begun), "stall") : undefined
      for (const [when, behave] of [
        ["before the headers", () => {}],
        ["within the body", begun ?? ((response) => void response.writeHead(200).write("{"))]
      ] satisfies ReadonlyArray<[string, Behaviour]>) {
        it.live(`closes the connection at once, ${when}: ${nameOf(wire)}`, () =>
          Effect.gen(function* () {
            const asked = Promise.withResolvers<void>()
            const { url, received } = yield* serve((response, count) => {
              behave(response, count)
              setTimeout(asked.resolve, 20)
            })
            const outcomes: Array<Outcome> = []
            const sink = {
              started: () => Effect.succeed((outcome: Outcome) => Effect.sync(() => void outcomes.push(outcome)))
            }
            const call = Effect.flatMap(LlmClient, (client): Effect.Effect<unknown, unknown> =>
              wire.streamed ? Stream.runDrain(client.stream(request("ping"))) : client.generate(request("ping"))
            ).pipe(Effect.provide(wire.client(url)), Effect.provideService(AttemptSink, sink))
            const fiber = yield* Effect.forkChild(call)
            yield* Effect.promise(() => asked.promise)
            expect(outcomes).toEqual([])
            yield* Fiber.interrupt(fiber)
            yield* closed(received)
            expect(outcomes).toEqual([{}])
          }).pipe(Effect.scoped)
        )
      }
    }
  })
