import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { LlmClient, type StreamPart } from "@stepwright/core/LlmClient"
import { error, event, wires } from "./support/anthropicWire.ts"
import { closed, interruption } from "./support/interruption.ts"
import { request } from "./support/request.ts"
import { serve, type Behaviour } from "./support/server.ts"
import { passTime } from "./support/stalling.ts"
import { sse } from "./support/wire.ts"

const wire = wires[1] ?? assert.fail("no streamed wire")

const stream = (url: string, patience?: { readonly timeout: number; readonly idleTimeout: number }) =>
  Stream.unwrap(Effect.map(LlmClient, (client) => client.stream(request("ping")))).pipe(
    Stream.provide(wire.client(url, patience))
  )

/** The parts of one stream from a server that behaves so. */
const partsOf = (behave: Behaviour) => Effect.flatMap(serve(behave), ({ url }) => Stream.runCollect(stream(url)))

const textOf = (parts: ReadonlyArray<StreamPart>) =>
  parts.map((part) => (part._tag === "Delta" ? part.text : part._tag)).join("|")

const start = event("message_start", { message: { id: "msg_1", model: "m", usage: { input_tokens: 3 } } })
const text = (text: string) => event("content_block_delta", { index: 0, delta: { type: "text_delta", text } })
const end = event("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } })
const stop = event("message_stop")

describe("AnthropicLlm", () => {
  describe("stream", () => {
    it.live("gives the text as it comes, then the whole reply once", () =>
      Effect.gen(function* () {
        const { url, received } = yield* serve(wire.answer({}))
        expect(yield* Stream.runCollect(stream(url))).toEqual([
          { _tag: "Delta", text: "po" },
          { _tag: "Delta", text: "ng" },
          {
            _tag: "Finished",
            reply: {
              text: "pong",
              finishReason: "stop",
              model: "model-2025",
              id: "msg_1",
              usage: { input: 11, cachedInput: 4, cacheWrite: 2, output: 7, reasoning: 2 }
            }
          }
        ])
        expect(received[0]?.body).toMatchObject({ stream: true, max_tokens: 16_000 })
      }).pipe(Effect.scoped)
    )

    it.live("tells what the input cost of a stream that breaks", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(partsOf(sse([start, text("po")], "destroy")))
        expect([error.reason._tag, error.usage]).toEqual(["NetworkFailure", { input: 3 }])
        const unsaid = yield* Effect.flip(partsOf(sse([], "destroy")))
        expect(unsaid.usage).toBeUndefined()
      }).pipe(Effect.scoped)
    )

    it.live("gives the first text while the model still writes", () =>
      Effect.gen(function* () {
        const { url, received } = yield* serve(sse(wire.events({}).slice(0, wire.begun), "stall"))
        expect(textOf(yield* Stream.runCollect(Stream.take(stream(url), 1)))).toBe("po")
        yield* closed(received)
      }).pipe(Effect.scoped)
    )

    it.live("does not wait for the end of the connection after message_stop", () =>
      Effect.gen(function* () {
        const { url, received } = yield* serve(sse([start, text("pong"), end, stop], "stall"))
        expect(textOf(yield* Stream.runCollect(stream(url)))).toBe("pong|Finished")
        yield* closed(received)
      }).pipe(Effect.scoped)
    )

    it.live("loses nothing of a reply that was whole when the connection broke", () =>
      Effect.gen(function* () {
        const parts = yield* partsOf(sse([start, text("pong"), end], "destroy"))
        expect(parts.at(-1)).toMatchObject({
          reply: { text: "pong", finishReason: "stop", usage: { input: 3, output: 2 } }
        })
      }).pipe(Effect.scoped)
    )

    const first = event("message_start", {
      message: { usage: { input_tokens: 50_000, cache_read_input_tokens: 9, output_tokens: 1 } }
    })
    const written = event("message_delta", { delta: {}, usage: { output_tokens: 40 } })
    const overloaded = `event: error\ndata: ${JSON.stringify(error("overloaded_error", "busy"))}`
    const breaks: ReadonlyArray<[tag: string, behave: Behaviour, usage: object]> = [
      ["NetworkFailure", sse([first, text("po")], "destroy"), { input: 50_009, cachedInput: 9 }],
      ["NetworkFailure", sse([first, written], "destroy"), { input: 50_009, cachedInput: 9 }],
      ["NetworkFailure", sse([first]), { input: 50_009, cachedInput: 9 }],
      ["ProviderUnavailable", sse([first, overloaded]), { input: 50_009, cachedInput: 9 }]
    ]
    for (const [index, [tag, behave, usage]] of breaks.entries()) {
      it.live(`says with ${tag} what was said of usage, ${index}`, () =>
        Effect.gen(function* () {
          const failure = yield* Effect.flip(partsOf(behave))
          expect([failure.reason._tag, failure.usage]).toEqual([tag, usage])
        }).pipe(Effect.scoped)
      )
    }

    it.live("takes a text that comes with its block, and passes over events that it does not know", () =>
      Effect.gen(function* () {
        const block = event("content_block_start", { index: 0, content_block: { type: "text", text: "po" } })
        const unknown = [event("something_new", { delta: { type: "text_delta", text: "?" } }), event("ping")]
        const signature = event("content_block_delta", {
          index: 1,
          delta: { type: "signature_delta", signature: "c2ln" }
        })
        const parts = yield* partsOf(sse([start, block, ...unknown, signature, text("ng"), end, stop]))
        expect(textOf(parts)).toBe("po|ng|Finished")
      }).pipe(Effect.scoped)
    )

    it.live("takes no text without its text for an event of the API", () =>
      Effect.gen(function* () {
        const bare = event("content_block_delta", { index: 0, delta: { type: "text_delta" } })
        const failure = yield* Effect.flip(partsOf(sse([start, bare, end, stop])))
        expect(failure.message).toContain("a malformed chunk")
      }).pipe(Effect.scoped)
    )

    it.live("takes events whose usage is none", () =>
      Effect.gen(function* () {
        const odd = [
          event("message_start", { message: { usage: "none" } }),
          text("pong"),
          event("message_delta", { delta: { stop_reason: "end_turn" }, usage: [] })
        ]
        expect((yield* partsOf(sse([...odd, stop]))).at(-1)).toMatchObject({ reply: { text: "pong", usage: {} } })
      }).pipe(Effect.scoped)
    )

    it.live("takes the last count of each kind of token", () =>
      Effect.gen(function* () {
        const first = { input_tokens: 9, cache_read_input_tokens: 1, output_tokens: 1 }
        const last = { input_tokens: 10, cache_read_input_tokens: null, output_tokens: 5 }
        const parts = yield* partsOf(
          sse([
            event("message_start", { message: { usage: first } }),
            text("pong"),
            event("message_delta", { delta: { stop_reason: "max_tokens" }, usage: last }),
            stop
          ])
        )
        expect(parts.at(-1)).toMatchObject({
          reply: { finishReason: "length", usage: { input: 11, cachedInput: 1, output: 5 } }
        })
      }).pipe(Effect.scoped)
    )

    const counts: ReadonlyArray<[what: string, first: object, last: object, usage: object]> = [
      // Source: https://github.com/envoyproxy/ai-gateway/pull/1631
      ["zero input at the end", { input_tokens: 15 }, { input_tokens: 0, output_tokens: 7 }, { input: 15, output: 7 }],
      // Source: https://github.com/BerriAI/litellm/issues/41406
      [
        "zero input at the start",
        { input_tokens: 0 },
        { input_tokens: 11, output_tokens: 5 },
        { input: 11, output: 5 }
      ],
      [
        "zero cached input at the end",
        { input_tokens: 5, cache_read_input_tokens: 20 },
        { input_tokens: 5, cache_read_input_tokens: 0, output_tokens: 7 },
        { input: 25, cachedInput: 20, output: 7 }
      ],
      ["zeros only", { input_tokens: 0, output_tokens: 0 }, { input_tokens: 0, output_tokens: 0 }, {}]
    ]
    for (const [what, first, last, usage] of counts) {
      it.live(`takes ${what} for nothing said`, () =>
        Effect.gen(function* () {
          const parts = yield* partsOf(
            sse([
              event("message_start", { message: { usage: first } }),
              text("pong"),
              event("message_delta", { delta: { stop_reason: "end_turn" }, usage: last }),
              stop
            ])
          )
          expect(parts.at(-1)).toMatchObject({ reply: { text: "pong" } })
          expect(parts.at(-1)).toHaveProperty("reply.usage", usage)
        }).pipe(Effect.scoped)
      )
    }

    it.live("takes the type of an event from its name where the data has none", () =>
      Effect.gen(function* () {
        const bare = [start, text("pong"), end, stop].map((said) =>
          said.replace(/"type":"(?:message|content)_\w+",?/u, "")
        )
        const parts = yield* partsOf(sse(bare))
        expect(parts.at(-1)).toMatchObject({
          reply: { text: "pong", finishReason: "stop", usage: { input: 3, output: 2 } }
        })
      }).pipe(Effect.scoped)
    )

    it.live("takes the end of OpenAI's streams, and a delta of null", () =>
      Effect.gen(function* () {
        const none = event("content_block_delta", { index: 0, delta: { type: "text_delta", text: null } })
        const parts = yield* partsOf(sse([start, none, text("pong"), end, "[DONE]"]))
        expect(parts.at(-1)).toMatchObject({ reply: { text: "pong", finishReason: "stop" } })
      }).pipe(Effect.scoped)
    )

    it.live("takes a stream apart wherever the network cuts it, megabytes and broken UTF-8 included", () =>
      Effect.gen(function* () {
        const long = "世界 🌍 ".repeat(200_000)
        const lines = [start, text(long), text("#"), end, stop].map((line) => `${line}\r\n\r\n`).join("")
        const bytes = Buffer.from(lines)
        bytes[bytes.lastIndexOf("#")] = 0xff
        const cut: Behaviour = (response) => {
          response.writeHead(200, { "content-type": "text/event-stream" })
          for (let at = 0; at < bytes.length; at += 4099) response.write(bytes.subarray(at, at + 4099))
          response.end()
        }
        const parts = yield* partsOf(cut)
        expect(parts.at(-1)).toMatchObject({ reply: { text: `${long}\uFFFD` } })
      }).pipe(Effect.scoped)
    )

    const errors: ReadonlyArray<[type: string, code: string | undefined, tag: string]> = [
      ["overloaded_error", undefined, "ProviderUnavailable"],
      ["timeout_error", undefined, "ProviderUnavailable"],
      ["permission_error", undefined, "Unauthenticated"],
      ["not_found_error", undefined, "InvalidRequest"],
      ["rate_limit_error", "contract_spend_limit_reached", "QuotaExhausted"],
      ["something_new", undefined, "ProviderUnavailable"]
    ]
    for (const [type, code, tag] of errors) {
      it.live(`is ${tag} after an event with ${code ?? type}`, () =>
        Effect.gen(function* () {
          const data = JSON.stringify(error(type, "it broke", code))
          const failure = yield* Effect.flip(partsOf(sse([start, text("po"), `event: error\ndata: ${data}`])))
          expect(failure.reason._tag).toBe(tag)
          expect(failure.message).toContain("it broke")
        }).pipe(Effect.scoped)
      )
    }

    it.effect("ends after the total time although pings come", () =>
      Effect.gen(function* () {
        const alive: Behaviour = (response) => {
          response.writeHead(200, { "content-type": "text/event-stream" })
          const timer = setInterval(() => response.write(`${event("ping")}\n\n`), 20)
          response.on("close", () => clearInterval(timer))
        }
        const { url, received } = yield* serve(alive)
        yield* passTime(() => received.length > 0)
        const failure = yield* Effect.flip(Stream.runDrain(stream(url, { timeout: 150, idleTimeout: 100 })))
        expect(failure.message).toBe("timed out after 150ms: no whole reply from model-1")
        yield* closed(received)
      }).pipe(Effect.scoped)
    )
  })

  interruption(wires)
})
