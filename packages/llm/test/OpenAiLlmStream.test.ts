import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Redacted, Stream } from "effect"
import { AttemptSink, type Outcome } from "@stepwright/core/AttemptSink"
import { LlmClient, type StreamPart } from "@stepwright/core/LlmClient"
import type { Usage } from "@stepwright/core/Usage"
import { OpenAiLlm } from "@stepwright/llm"
import { request } from "./support/request.ts"
import { closed, interruption } from "./support/interruption.ts"
import { completion, ending, fault, response, wires } from "./support/openAiWire.ts"
import { send, sendForEver, serve, type Behaviour } from "./support/server.ts"
import { passTime } from "./support/stalling.ts"
import { sse } from "./support/wire.ts"

const key = "sk-sentinel-0123456789"

const stream = (baseUrl: string, options: Partial<OpenAiLlm.Options> = {}) =>
  Stream.unwrap(Effect.map(LlmClient, (client) => client.stream(request("ping")))).pipe(
    Stream.provide(OpenAiLlm.layer({ apiKey: Redacted.make(key), baseUrl, model: "model-1", ...options }))
  )

/** The parts of one stream from a server that behaves so. */
const partsOf = (behave: Behaviour, options?: Partial<OpenAiLlm.Options>) =>
  Effect.flatMap(serve(behave), ({ url }) => Stream.runCollect(stream(url, options)))

/** A sink that keeps how requests ended. */
const listen = () => {
  const outcomes: Array<Outcome> = []
  const sink = { started: () => Effect.succeed((outcome: Outcome) => Effect.sync(() => void outcomes.push(outcome))) }
  return { outcomes, provide: Effect.provideService(AttemptSink, sink) }
}

const textOf = (parts: ReadonlyArray<StreamPart>) =>
  parts.map((part) => (part._tag === "Delta" ? part.text : part._tag)).join("|")

const chat = (content: string) => JSON.stringify({ choices: [{ delta: { content } }] })
const stopped = JSON.stringify({ choices: [{ delta: {}, finish_reason: "stop" }] })

/** Writes bytes as they are, one write each, so that the client may read them in any pieces. */
const writing =
  (writes: ReadonlyArray<string | Uint8Array>): Behaviour =>
  (response) => {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" })
    const write = ([bytes, ...rest]: ReadonlyArray<string | Uint8Array>) => {
      if (bytes === undefined) return response.end()
      return response.write(bytes, () => setTimeout(() => write(rest), 1))
    }
    write(writes)
  }

describe("OpenAiLlm", () => {
  describe("stream", () => {
    for (const wire of wires.filter(({ streamed }) => streamed)) {
      it.live(`gives the text as it comes, then the whole reply once: ${wire.api}`, () =>
        Effect.gen(function* () {
          const { url, received } = yield* serve(wire.answer({}))
          const parts = yield* Stream.runCollect(stream(url, { api: wire.api }))
          expect(parts).toEqual([
            { _tag: "Delta", text: "po" },
            { _tag: "Delta", text: "ng" },
            {
              _tag: "Finished",
              reply: {
                text: "pong",
                finishReason: "stop",
                model: "model-2025",
                id: wire.api === "chat" ? "chatcmpl-1" : "resp-1",
                usage: { input: 11, cachedInput: 4, output: 7, reasoning: 2 }
              }
            }
          ])
          expect(received.map(({ body }) => [body["stream"], body["stream_options"]])).toEqual([
            [true, wire.api === "chat" ? { include_usage: true } : undefined]
          ])
        }).pipe(Effect.scoped)
      )

      it.live(`gives the first text while the model still writes: ${wire.api}`, () =>
        Effect.gen(function* () {
          const { url, received } = yield* serve(sse(wire.events({}).slice(0, wire.begun), "stall"))
          const parts = yield* Stream.runCollect(Stream.take(stream(url, { api: wire.api }), 1))
          expect(textOf(parts)).toBe("po")
          yield* closed(received)
        }).pipe(Effect.scoped)
      )
    }

    it.live("takes a stream apart wherever the network cuts it", () =>
      Effect.gen(function* () {
        const text = `\uFEFF: hello\r\n\r\ndata: ${chat("Grüße, ")}\r\n\r\ndata: ${chat("世界 🌍")}\n\nid: 7\nretry: 10\ndata: ${stopped}\n\ndata: [DONE]\n\n`
        const bytes = new TextEncoder().encode(text)
        const single = Array.from(bytes, (_, index) => bytes.slice(index, index + 1))
        expect(textOf(yield* partsOf(writing(single)))).toBe("Grüße, |世界 🌍|Finished")
      }).pipe(Effect.scoped)
    )

    it.live("needs the finish reason or [DONE], and keeps unknown what a server leaves out", () =>
      Effect.gen(function* () {
        const done = yield* partsOf(sse([chat("pong"), "[DONE]"]))
        expect(done.at(-1)).toEqual({ _tag: "Finished", reply: { text: "pong", finishReason: "other", usage: {} } })
        const spaced = yield* partsOf(sse([chat("pong"), "[DONE] "]))
        expect(spaced).toEqual(done)
        const finished = yield* partsOf(sse([chat("pong"), stopped]))
        expect(finished.at(-1)).toEqual({ _tag: "Finished", reply: { text: "pong", finishReason: "stop", usage: {} } })
      }).pipe(Effect.scoped)
    )

    it.live("takes the last usage that a server says, wherever it says it", () =>
      Effect.gen(function* () {
        const counting = (usage: object | null) =>
          JSON.stringify({ choices: [{ delta: { content: "a" }, finish_reason: null }], usage })
        const events = [
          counting({ prompt_tokens: 3, completion_tokens: 1 }),
          counting({ prompt_tokens: 3, completion_tokens: 2 }),
          counting(null)
        ]
        const parts = yield* partsOf(sse([...events, "[DONE]"]))
        expect(parts.at(-1)).toMatchObject({ reply: { usage: { input: 3, output: 2 } } })
      }).pipe(Effect.scoped)
    )

    const errors: ReadonlyArray<[data: string, tag: string, says: string]> = [
      ['event: error\ndata: {"code":"slow_down","message":"busy"}', "RateLimited", "busy"],
      ['event: error\ndata: "overloaded"', "ProviderUnavailable", "overloaded"],
      ["event: error\ndata: gone", "ProviderUnavailable", "gone"],
      ['data: {"error":{"code":502,"message":"upstream"}}', "ProviderUnavailable", "upstream"],
      ['data: {"error":"it broke"}', "ProviderUnavailable", "it broke"],
      ['data: {"type":"error","error":{"type":"authentication_error","message":"who?"}}', "Unauthenticated", "who?"]
    ]
    it.live("is told of an error by a field of that name, with an end as of a reply after it", () =>
      Effect.gen(function* () {
        // https://github.com/ggml-org/llama.cpp/blob/61e588abcc3e418681e9528b46d61f5b23225fe2/examples/server/server.cpp
        const error = { code: 500, message: "the request exceeds the available context size", type: "server_error" }
        const text = `data: ${chat("po error: ")}\n\nerror: ${JSON.stringify(error)}\n\ndata: [DONE]\n\n`
        const pieces = [[text], Array.from(text), text.split(/(?=error)/u)]
        for (const writes of pieces) {
          const { reason } = yield* Effect.flip(partsOf(writing(writes)))
          expect(reason).toMatchObject({ _tag: "ContextLengthExceeded", detail: error.message })
        }
      }).pipe(Effect.scoped)
    )

    for (const [data, tag, says] of errors) {
      it.live(`is ${tag} after ${data.replace("\n", ", ")}`, () =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(partsOf(writing([`${data}\n\n`])))
          expect(error.reason._tag).toBe(tag)
          expect(error.message).toContain(says)
        }).pipe(Effect.scoped)
      )
    }

    const counted = JSON.stringify({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 1 } })
    const error = (code: string) => JSON.stringify({ error: { message: "…", code } })
    const failed = ending(
      response({ usage: { input: 7, output: 2 } }, { status: "failed", error: { code: "slow_down" } })
    )
    const breaks: ReadonlyArray<[tag: string, behave: Behaviour, usage: Usage | undefined, api?: "responses"]> = [
      ["NetworkFailure", sse([chat("po"), counted], "destroy"), { input: 7 }],
      ["NetworkFailure", sse([chat("po"), counted]), { input: 7 }],
      ["NetworkFailure", sse([chat("po")], "destroy"), undefined],
      ["TimedOut", sse([chat("po"), counted], "stall"), { input: 7 }],
      ["InvalidResponse", sse([counted, "{oops"]), { input: 7 }],
      ["ProviderUnavailable", sse([counted, error("server_error")]), { input: 7 }],
      ["RateLimited", sse([counted, error("slow_down")]), { input: 7 }],
      ["QuotaExhausted", sse([counted, error("insufficient_quota")]), { input: 7 }],
      ["RateLimited", sse([failed]), { input: 7, cachedInput: 4, output: 2, reasoning: 2 }, "responses"]
    ]
    for (const [index, [tag, behave, usage, api = "chat"]] of breaks.entries()) {
      it.live(`reports what was said of usage before ${tag}, ${index}`, () =>
        Effect.gen(function* () {
          const { outcomes, provide } = listen()
          const error = yield* Effect.flip(provide(partsOf(behave, { api, idleTimeout: 50 })))
          expect([error.reason._tag, error.usage]).toEqual([tag, usage])
          expect(outcomes).toEqual([{ error, ...(usage && { usage }) }])
        }).pipe(Effect.scoped)
      )
    }

    it.effect("loses nothing of a reply that was whole when the connection broke or went silent", () =>
      Effect.gen(function* () {
        for (const then of ["destroy", "stall"] as const) {
          const { url, received } = yield* serve(sse([chat("pong"), stopped], then))
          yield* passTime(() => received.length > 0)
          expect(textOf(yield* Stream.runCollect(stream(url, { idleTimeout: 50 })))).toBe("pong|Finished")
        }
      }).pipe(Effect.scoped)
    )

    it.live("does not wait for the end of the connection after [DONE]", () =>
      Effect.gen(function* () {
        const { url, received } = yield* serve(sse([chat("pong"), stopped, "[DONE]"], "stall"))
        expect(textOf(yield* Stream.runCollect(stream(url)))).toBe("pong|Finished")
        yield* closed(received)
      }).pipe(Effect.scoped)
    )

    it.live("leaves out comments on the way over Responses", () =>
      Effect.gen(function* () {
        const added = (output_index: number, phase: string) =>
          JSON.stringify({ type: "response.output_item.added", output_index, item: { type: "message", phase } })
        const text = (output_index: number, delta: string) =>
          JSON.stringify({ type: "response.output_text.delta", output_index, delta })
        const events = [
          added(0, "commentary"),
          text(0, "Let me see."),
          added(1, "final_answer"),
          text(1, "pong"),
          ending(response())
        ]
        expect(textOf(yield* partsOf(sse(events), { api: "responses" }))).toBe("pong|Finished")
      }).pipe(Effect.scoped)
    )

    it.live("takes the output over Responses from its items where the end has none", () =>
      Effect.gen(function* () {
        // https://github.com/NousResearch/hermes-agent/pull/5698
        const item = { type: "message", id: "msg-1", content: [{ type: "output_text", text: "pong" }] }
        const events = (type: string) => [
          JSON.stringify({ type: "response.output_text.delta", output_index: 1, delta: "pong" }),
          JSON.stringify({ type: "response.output_item.done", output_index: 1, item }),
          JSON.stringify({ type, response: response({}, { output: [] }) })
        ]
        const endings = ["response.completed", "response.done"].map(events)
        // without the item, its text
        for (const said of [...endings, ...endings.map((events) => events.filter((_, index) => index !== 1))]) {
          const parts = yield* partsOf(sse(said), { api: "responses" })
          expect(parts.at(-1)).toMatchObject({ reply: { text: "pong", finishReason: "stop" } })
        }
      }).pipe(Effect.scoped)
    )

    it.live("takes an end over Responses whose status is in capitals, and which has items that are none", () =>
      Effect.gen(function* () {
        const { output } = response()
        const body = response({}, { status: "COMPLETED", output: [null, ...output] })
        const parts = yield* partsOf(sse([JSON.stringify({ type: "response.completed", response: body })]), {
          api: "responses"
        })
        expect(parts.at(-1)).toMatchObject({ reply: { text: "pong", finishReason: "stop" } })
      }).pipe(Effect.scoped)
    )

    it.effect("ends after the total time although keep-alives come, and may be tried again", () =>
      Effect.gen(function* () {
        const alive: Behaviour = (response) => {
          response.writeHead(200, { "content-type": "text/event-stream" })
          const timer = setInterval(() => response.write(": keep-alive\n\n"), 20)
          response.on("close", () => clearInterval(timer))
        }
        const { url, received } = yield* serve(alive)
        yield* passTime(() => received.length > 0)
        const options = { timeout: 150, idleTimeout: 100 }
        const error = yield* Effect.flip(Stream.runDrain(stream(url, options)))
        assert(error.reason._tag === "TimedOut")
        expect(error.message).toBe("timed out after 150ms: no whole reply from model-1")
        expect(error.isRetryable).toBe(true)
        yield* closed(received)
      }).pipe(Effect.scoped)
    )

    it.live("ends when the events have no end, in one of them or in all", () =>
      Effect.gen(function* () {
        const comment = `: ${"…".repeat(1000)}\n\n`
        for (const [repeated, says] of [
          [comment, "larger than 256 MB"],
          ["a", "exceeded the maximum size"]
        ] as const) {
          const { url, received } = yield* serve(sendForEver(200, "text/event-stream", repeated))
          const { reason } = yield* Effect.flip(Stream.runDrain(stream(url)))
          expect(reason).toMatchObject({ _tag: "InvalidResponse", permanent: true })
          expect(reason.detail).toContain(says)
          yield* closed(received)
        }
      }).pipe(Effect.scoped)
    )

    it.live("says why a request got no stream, without the key", () =>
      Effect.gen(function* () {
        const quoting = [
          fault(401, `the key ${key}`),
          sse([JSON.stringify({ error: { message: `no such key: ${key}`, code: "invalid_api_key" } })]),
          sse([`not JSON: ${key}`]),
          send(200, `<html>${key}</html>`, { "content-type": "text/html" })
        ]
        for (const behave of quoting) {
          const error = yield* Effect.flip(partsOf(behave))
          expect(JSON.stringify(error) + error.message).not.toContain(key)
          expect(error.message).toContain("<key>")
        }
      }).pipe(Effect.scoped)
    )

    for (const api of ["chat", "responses"] as const) {
      it.live(`takes a whole reply in place of a stream, as one piece of text: ${api}`, () =>
        Effect.gen(function* () {
          const parts = yield* partsOf(send(200, api === "chat" ? completion() : response()), { api })
          expect(parts).toEqual([
            { _tag: "Delta", text: "pong" },
            {
              _tag: "Finished",
              reply: expect.objectContaining({
                text: "pong",
                usage: { input: 11, cachedInput: 4, output: 7, reasoning: 2 }
              })
            }
          ])
        }).pipe(Effect.scoped)
      )
    }

    it.live("asks for no usage when told so", () =>
      Effect.gen(function* () {
        const { url, received } = yield* serve(sse([chat("pong"), stopped]))
        yield* Stream.runDrain(stream(url, { streamUsage: false }))
        expect(received[0]?.body).toMatchObject({ stream: true })
        expect(received[0]?.body).not.toHaveProperty("stream_options")
      }).pipe(Effect.scoped)
    )

    const halves: ReadonlyArray<[what: string, events: ReadonlyArray<string>]> = [
      ["an empty finish reason", [JSON.stringify({ choices: [{ delta: { content: "po" }, finish_reason: "" }] })]],
      [
        "a finish reason that is null",
        [JSON.stringify({ choices: [{ delta: { content: "po" }, finish_reason: null }] })]
      ],
      ["usage, and no finish reason", [chat("po"), JSON.stringify({ choices: [], usage: { prompt_tokens: 3 } })]],
      ["half an event", [chat("po"), stopped.slice(0, -9)]]
    ]
    for (const [what, events] of halves) {
      for (const then of ["end", "destroy"] as const) {
        it.live(`takes no half of a reply: ${what}, ${then}`, () =>
          Effect.gen(function* () {
            const cut: Behaviour = (response) => {
              response.writeHead(200, { "content-type": "text/event-stream" })
              const text = events.map((event) => `data: ${event}`).join("\n\n")
              const last = () => (then === "end" ? response.end() : response.socket?.destroy())
              response.write(what === "half an event" ? text : `${text}\n\n`, () => setTimeout(last, 10))
            }
            const { reason } = yield* Effect.flip(partsOf(cut))
            expect(reason._tag).toBe("NetworkFailure")
          }).pipe(Effect.scoped)
        )
      }
    }
  })

  interruption(wires)
})
