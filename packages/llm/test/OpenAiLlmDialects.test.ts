import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Result } from "effect"
import { LlmError, type LlmErrorReason } from "@stepwright/core/LlmError"
import { context } from "./support/dialects/context.ts"
import type { ErrorDialect } from "./support/dialects/errors.ts"
import { filter } from "./support/dialects/filter.ts"
import { keys, models } from "./support/dialects/keys.ts"
import { money } from "./support/dialects/money.ts"
import { places } from "./support/dialects/places.ts"
import { finishes, loose, noContent } from "./support/dialects/replies.ts"
import { sizes } from "./support/dialects/sizes.ts"
import { states } from "./support/dialects/states.ts"
import { streams } from "./support/dialects/streams.ts"
import { usages } from "./support/dialects/usage.ts"
import { waits } from "./support/dialects/waits.ts"
import { call } from "./support/faultMatrix.ts"
import { completion, wires } from "./support/openAiWire.ts"
import { send, type Behaviour } from "./support/server.ts"
import { nameOf, sse, type Wire } from "./support/wire.ts"

/** Servers that speak OpenAI's protocol speak Chat Completions. */
const chats: ReadonlyArray<Wire> = wires.filter(({ api }) => api === "chat")

/** Requests in all while it lasts. */
const requestsOf = (tag: LlmErrorReason["_tag"]) =>
  tag === "RateLimited" || tag === "ProviderUnavailable" ? 3 : tag === "InvalidResponse" ? 2 : 1

const shown = (reason: LlmErrorReason) => ({
  ...reason,
  message: reason.message,
  ...("retryAfter" in reason && reason.retryAfter !== undefined && { retryAfter: Duration.toMillis(reason.retryAfter) })
})

const text = (body: unknown) => (typeof body === "string" ? body : JSON.stringify(body))

/** The ways in which a server may say an error: with a status, in a 200, in a stream that has begun. */
const waysOf = (wire: Wire, { alone, body, status, want }: ErrorDialect) => {
  const begun = wire.events({}).slice(0, wire.begun)
  const ways: ReadonlyArray<[way: string, behave: Behaviour, want: ErrorDialect["alone"]]> = [
    [`${status}`, send(status, body), status < 400 ? "never" : want],
    ["200", send(200, body), alone ?? want],
    ["200 as plain text", send(200, body, { "content-type": "text/plain" }), alone ?? want],
    ["an event", sse([...begun, text(body)]), wire.streamed ? (alone ?? want) : "never"],
    ["an error event", sse([`event: error\ndata: ${text(body)}`]), wire.streamed ? (alone ?? want) : "never"]
  ]
  return ways.flatMap(([way, behave, want]) => (want === undefined || want === "never" ? [] : [{ way, behave, want }]))
}

const answering = (wire: Wire, body: object, events: ReadonlyArray<object>): Behaviour =>
  wire.streamed ? sse([...events.map((event) => JSON.stringify(event)), "[DONE]"]) : send(200, body)

const errors = { money, filter, context, sizes, keys, models, waits, places, states }

describe("OpenAiLlm", () => {
  for (const [kind, dialects] of Object.entries(errors)) {
    describe(`errors: ${kind}`, () => {
      for (const dialect of dialects) {
        for (const wire of chats) {
          for (const { behave, want, way } of waysOf(wire, dialect)) {
            it.effect(`${dialect.server}, ${nameOf(wire)}, ${way}: ${want}`, () =>
              Effect.gen(function* () {
                const { requests, result } = yield* call(wire, behave)
                const reason = Result.isFailure(result) ? shown(result.failure.reason) : result.success
                expect([reason, requests]).toEqual([
                  expect.objectContaining({ _tag: want, ...(want === dialect.want && dialect.has) }),
                  requestsOf(want)
                ])
              }).pipe(Effect.scoped)
            )
          }
        }
      }
    })
  }

  describe("finish reasons", () => {
    for (const { said, want } of finishes) {
      for (const wire of chats) {
        it.effect(`${JSON.stringify(said)}, ${nameOf(wire)}: ${want}`, () =>
          Effect.gen(function* () {
            const body = completion({ content: "pong" }, { finish_reason: said })
            const events = [
              { choices: [{ delta: { content: "pong" } }] },
              { choices: [{ delta: {}, finish_reason: said }], usage: body.usage }
            ]
            const { requests, result } = yield* call(wire, answering(wire, body, events))
            if (Result.isSuccess(result)) {
              expect(result.success).toMatchObject({ text: "pong", finishReason: want })
            } else {
              expect(result.failure).toMatchObject({ reason: { _tag: want }, knownUsage: { input: 11 } })
            }
            if (want === "ContentRefused") expect(requests).toBe(1)
            if (want === "ProviderUnavailable") expect(requests).toBe(3)
          }).pipe(Effect.scoped)
        )
      }
    }
  })

  describe("no content", () => {
    for (const { message, server } of noContent) {
      for (const wire of chats) {
        it.effect(`${server}, ${nameOf(wire)}: InvalidResponse, 2 in all; cut off, an empty reply`, () =>
          Effect.gen(function* () {
            const ended = (finish_reason: string) =>
              answering(wire, { choices: [{ finish_reason, message }] }, [
                { choices: [{ delta: message }] },
                { choices: [{ delta: {}, finish_reason }] }
              ])
            const { requests, result } = yield* call(wire, ended("stop"))
            expect([requests, Result.isFailure(result) && result.failure.reason._tag]).toEqual([2, "InvalidResponse"])
            const cut = yield* call(wire, ended("length"))
            expect(cut.result).toMatchObject({ success: { finishReason: "length" } })
          }).pipe(Effect.scoped)
        )
      }
    }
  })

  describe("loose types", () => {
    for (const { has, sent, server, type = "application/json" } of loose) {
      for (const wire of chats) {
        it.effect(`${server}, ${nameOf(wire)}`, () =>
          Effect.gen(function* () {
            const { requests, result } = yield* call(wire, send(200, sent, { "content-type": type }))
            const got = Result.isSuccess(result) ? result.success : (result.failure satisfies LlmError)
            expect([got, requests]).toEqual([
              expect.objectContaining({ text: "pong", finishReason: "stop", ...has }),
              1
            ])
          }).pipe(Effect.scoped)
        )
      }
    }
  })

  describe("usage", () => {
    for (const { said, server, want } of usages) {
      for (const wire of chats) {
        it.effect(`${server}, ${nameOf(wire)}`, () =>
          Effect.gen(function* () {
            const body = completion({ content: "pong" }, {}, { usage: said })
            const events = [{ choices: [{ delta: { content: "pong" }, finish_reason: "stop" }] }, { usage: said }]
            const { result } = yield* call(wire, answering(wire, body, events))
            expect(Result.isSuccess(result) && result.success.usage).toEqual(want)
          }).pipe(Effect.scoped)
        )
      }
    }
  })

  describe("streams", () => {
    for (const { has, sent, server, want } of streams) {
      for (const wire of chats) {
        it.effect(`${server}, ${nameOf(wire)}: ${want}`, () =>
          Effect.gen(function* () {
            const { result } = yield* call(wire, send(200, sent, { "content-type": "text/event-stream" }))
            const got = Result.isSuccess(result) ? result.success : result.failure.reason
            expect(got).toMatchObject({ ...(want === "pong" ? { text: want } : { _tag: want }), ...has })
          }).pipe(Effect.scoped)
        )
      }
    }
  })

  it("knows at least 40 dialects by their source", () => {
    const rows = [...Object.values(errors).flat(), ...finishes, ...noContent, ...loose, ...usages, ...streams]
    expect(new Set(rows.flatMap(({ source }) => source ?? [])).size).toBeGreaterThanOrEqual(40)
  })
})
