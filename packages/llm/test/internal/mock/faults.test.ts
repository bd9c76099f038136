import { describe, expect, it } from "@effect/vitest"
import { Context, Effect, Layer, Schema, Stream } from "effect"
import { LlmClient } from "@stepwright/core/LlmClient"
import { LlmErrorReason } from "@stepwright/core/LlmError"
import { MockLlm } from "@stepwright/llm"
import * as mockFaults from "../../../src/internal/mock/faults.ts"
import { meets } from "../../support/faultMatrix.ts"
import { faults } from "../../support/faults.ts"
import { wires } from "../../support/openAiWire.ts"
import { request } from "../../support/request.ts"
import { serve, type Behaviour } from "../../support/server.ts"
import { passTime } from "../../support/stalling.ts"
import type { Wire } from "../../support/wire.ts"

const names = Object.keys(mockFaults.faults) as ReadonlyArray<MockLlm.Fault>
const failing = faults.filter(({ want }) => want !== "reply")

const encode = Schema.encodeSync(LlmErrorReason)

/** What a reason says to programs; its words, and how long a time-out was, are for people. */
const essence = (reason: LlmErrorReason) => ({
  ...encode(reason),
  detail: undefined,
  after: undefined,
  retryable: reason.isRetryable
})

/** Why one request over a wire to a server that behaves so fails. */
const reasonOf = (wire: Wire, behave: Behaviour, stalls = false) =>
  Effect.gen(function* () {
    const { url, received } = yield* serve(behave)
    yield* passTime(() => stalls && received.length > 0)
    const provider = wire.client(url, { timeout: 200, idleTimeout: 100 })
    const client = Context.get(yield* Layer.build(provider), LlmClient)
    const asking = wire.streamed ? Stream.runDrain(client.stream(request("a"))) : client.generate(request("a"))
    return (yield* Effect.flip(Effect.asVoid(asking))).reason
  }).pipe(Effect.scoped)

describe("mockFaults", () => {
  it("has the faults of the table that end in an error, each by its name, and no other", () => {
    expect(names.toSorted()).toEqual(failing.map(({ fault }) => fault).toSorted())
  })

  for (const row of failing) {
    const { fault, serve: behave, stalls } = row
    it.effect(`fails on "${fault}" as a client of OpenAI does`, () =>
      Effect.gen(function* () {
        const name = names.find((name) => name === fault)
        const mock = name && essence(MockLlm.fault(name))
        const met = wires.filter((wire) => meets(wire, row))
        const real = yield* Effect.forEach(met, (wire) => Effect.map(reasonOf(wire, behave(wire), stalls), essence))
        // What a server without any reply says of usage differs between the two APIs; the mock is one of them.
        expect(real).toContainEqual(mock)
        for (const reason of real) expect({ ...reason, usage: undefined }).toEqual({ ...mock, usage: undefined })
      })
    )
  }
})
