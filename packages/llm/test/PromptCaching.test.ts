import { describe, expect, it, vi } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { AttemptSink } from "@stepwright/core/AttemptSink"
import type { LlmClient } from "@stepwright/core/LlmClient"
import { identity, type LlmRequest } from "@stepwright/core/LlmRequest"
import { AnthropicLlm, Cassette, OpenAiLlm } from "@stepwright/llm"
import { message } from "./support/anthropicWire.ts"
import { ask, read, withFile } from "./support/cassette.ts"
import { completion, response } from "./support/openAiWire.ts"
import { request } from "./support/request.ts"

interface Options {
  readonly baseUrl?: string
  readonly promptCaching?: boolean
}

const account = { apiKey: Redacted.make("sk-sentinel-0123456789"), model: "m" }
const openAi = (options: Options) => OpenAiLlm.layer({ ...account, ...options })
const chat = (options: Options) => OpenAiLlm.layer({ ...account, api: "chat", ...options })
const anthropic = (options: Options) => AnthropicLlm.layer({ ...account, ...options })

/** The bodies that leave while some work is done. */
const bodiesOf = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const bodies: Array<Record<string, unknown>> = []
    const fetch = (url: string, { body }: { readonly body: string }) => {
      bodies.push(JSON.parse(body))
      return Promise.resolve(
        Response.json(url.endsWith("messages") ? message() : url.endsWith("responses") ? response() : completion())
      )
    }
    yield* Effect.acquireRelease(
      Effect.sync(() => vi.stubGlobal("fetch", fetch)),
      () => Effect.sync(() => vi.unstubAllGlobals())
    )
    yield* work
    return bodies
  }).pipe(Effect.scoped)

const sent = (llm: Layer.Layer<LlmClient>, asked = request("draft")) =>
  Effect.map(bodiesOf(Effect.provide(ask(asked), llm)), ([body]) => body)

const system = { role: "system", content: "You are brief." } as const
const user = (content: string) => ({ role: "user", content }) as const
const assistant = (content: string) => ({ role: "assistant", content }) as const
const marked = (text: string) => [{ type: "text", text, cache_control: { type: "ephemeral" } }]

describe("PromptCaching", () => {
  describe("of OpenAI", () => {
    for (const [name, llm] of [
      ["Responses", openAi],
      ["Chat Completions", chat]
    ] as const) {
      it.effect(`gives the requests of a step one key, over ${name}`, () =>
        Effect.gen(function* () {
          const [a, b, other] = [
            yield* sent(llm({}), request("draft", "a")),
            yield* sent(llm({}), request("draft", "b", {}, { run: "run-2", path: "all/2/draft", turn: 2 })),
            yield* sent(llm({}), request("outline", "a"))
          ]
          expect(a?.["prompt_cache_key"]).toBe("draft")
          expect(b?.["prompt_cache_key"]).toBe("draft")
          expect(other?.["prompt_cache_key"]).toBe("outline")
          const long = yield* sent(llm({}), request("x".repeat(100)))
          expect(`${long?.["prompt_cache_key"]}`.length).toBe(64)
        })
      )
    }

    it.effect("asks no other server for it, unless told to, and not its own when told not to", () =>
      Effect.gen(function* () {
        const baseUrl = "https://api.openai.com.example/v1"
        for (const [options, isAsked] of [
          [{}, true],
          [{ baseUrl: "https://api.openai.com/v1" }, true],
          [{ promptCaching: false }, false],
          [{ baseUrl }, false],
          [{ baseUrl, promptCaching: true }, true]
        ] as const) {
          expect("prompt_cache_key" in ((yield* sent(chat(options))) ?? {})).toBe(isAsked)
        }
      })
    )
  })

  describe("of Anthropic", () => {
    it.effect("marks the end of what is the same in each request of a step: its system message", () =>
      Effect.gen(function* () {
        const asked = request("draft", "", { messages: [system, user("Write a."), user("Write b.")].slice(0, 2) })
        expect(yield* sent(anthropic({}), asked)).toMatchObject({
          system: marked("You are brief."),
          messages: [user("Write a.")]
        })
      })
    )

    it.effect("marks the end of what came before the last message: examples, or a conversation", () =>
      Effect.gen(function* () {
        const messages = [system, user("Write a."), assistant("a"), user("Write b.")]
        expect(yield* sent(anthropic({}), request("draft", "", { messages }))).toMatchObject({
          system: marked("You are brief."),
          messages: [user("Write a."), { role: "assistant", content: marked("a") }, user("Write b.")]
        })
      })
    )

    it.effect("marks nothing where nothing is the same, and no empty text, which the API refuses", () =>
      Effect.gen(function* () {
        expect(JSON.stringify(yield* sent(anthropic({})))).not.toContain("cache_control")
        const messages = [user("Write a."), assistant(""), user("Write b.")]
        expect(JSON.stringify(yield* sent(anthropic({}), request("a", "", { messages })))).not.toContain(
          "cache_control"
        )
      })
    )

    it.effect("asks no other server for it, unless told to, and not its own when told not to", () =>
      Effect.gen(function* () {
        const asked = request("draft", "", { messages: [system, user("Write a.")] })
        const baseUrl = "https://api.anthropic.com.example"
        for (const [options, isAsked] of [
          [{}, true],
          [{ baseUrl: "https://api.anthropic.com" }, true],
          [{ promptCaching: false }, false],
          [{ baseUrl }, false],
          [{ baseUrl, promptCaching: true }, true]
        ] as const) {
          expect(JSON.stringify(yield* sent(anthropic(options), asked)).includes("cache_control")).toBe(isAsked)
        }
      })
    )
  })

  for (const [name, llm] of [
    ["OpenAI", openAi],
    ["Anthropic", anthropic]
  ] as const) {
    it.live(`is no part of what a cassette and a journal keep, of ${name}`, () =>
      Effect.gen(function* () {
        const asked = request("draft", "", { messages: [system, user("Write a.")] })
        const kept = (promptCaching: boolean) =>
          withFile((file) =>
            Effect.gen(function* () {
              const journalled: Array<string> = []
              const started = (request: LlmRequest) =>
                Effect.sync(() => {
                  journalled.push(identity(request))
                  return () => Effect.void
                })
              const recording = Layer.provide(Cassette.layerRecord({ file }), llm({ promptCaching }))
              const bodies = yield* bodiesOf(
                Effect.provideService(Effect.provide(ask(asked), recording), AttemptSink, { started })
              )
              return { tape: yield* read(file), journalled, bodies }
            })
          )
        const [on, off] = [yield* kept(true), yield* kept(false)]
        expect(on.bodies).not.toEqual(off.bodies)
        expect([on.tape, on.journalled]).toEqual([off.tape, off.journalled])
        expect(on.journalled.length).toBe(1)
      })
    )
  }
})
