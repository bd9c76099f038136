import { assert, describe, expect, it, vi } from "@effect/vitest"
import { Duration, Effect, Logger, Redacted } from "effect"
import { LlmClient } from "@stepwright/core/LlmClient"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import { OpenAiLlm } from "@stepwright/llm"
import { conformsOver } from "./support/conformance.ts"
import { providerContract } from "./support/providerContract.ts"
import { request } from "./support/request.ts"
import { send, sendForEver, serve, type Behaviour } from "./support/server.ts"
import { completion, fault, response, wires } from "./support/openAiWire.ts"

const key = "sk-sentinel-0123456789"

const client = (baseUrl: string, options: Partial<OpenAiLlm.Options> = {}) =>
  OpenAiLlm.layer({ apiKey: Redacted.make(key), baseUrl, model: "model-1", ...options })

const ask = (request: LlmRequest) => Effect.flatMap(LlmClient, (client) => client.generate(request))

/** One request to a server that behaves so. */
const askOnce = (behave: Behaviour, asked = request("ping"), options?: Partial<OpenAiLlm.Options>) =>
  Effect.gen(function* () {
    const { url, received } = yield* serve(behave)
    const reply = yield* Effect.provide(ask(asked), client(url, options))
    return { reply, received }
  })

const loaded = Date.now()

describe("OpenAiLlm", () => {
  describe.each(["chat", "responses"])("as every client, by %s", (api) => {
    const [whole, streamed] = wires.filter((wire) => wire.api === api)
    conformsOver([whole!, streamed!])
  })

  describe("fault", () => {
    const waits: ReadonlyArray<[headers: Record<string, string>, retryAfter: (millis: number) => boolean]> = [
      [{ "retry-after-ms": "1500", "retry-after": "9" }, (millis) => millis === 1500],
      [{ "retry-after": "120" }, (millis) => millis === 120_000],
      [{ "retry-after": "86400" }, (millis) => millis === 86_400_000],
      [{ "retry-after": "0.5", "retry-after-ms": "NaN" }, (millis) => millis === 500],
      [{ "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }, (millis) => millis === 0],
      [
        { "retry-after": new Date(loaded + 3_600_000).toUTCString() },
        (millis) => millis > 3_599_000 - (Date.now() - loaded) && millis <= 3_600_000
      ]
    ]
    for (const [index, [headers, expected]] of waits.entries()) {
      it.live(`says how long the server demands to wait: ${Object.keys(headers).join(", ")}, ${index}`, () =>
        Effect.gen(function* () {
          const { reason } = yield* Effect.flip(askOnce(fault(429, null, headers)))
          assert(reason._tag === "RateLimited" && reason.retryAfter !== undefined)
          expect(expected(Duration.toMillis(reason.retryAfter))).toBe(true)
        }).pipe(Effect.scoped)
      )
    }

    it.live("says no wait when the server demands none, or nonsense", () =>
      Effect.gen(function* () {
        for (const headers of [
          {},
          { "retry-after": "soon" },
          { "retry-after": "-5" },
          { "retry-after": "NaN" },
          { "retry-after": "9".repeat(400) },
          { "retry-after": "999999999" },
          { "retry-after": new Date(Date.now() + 100_000_000).toUTCString() },
          { "retry-after-ms": "86400001" },
          { "retry-after-ms": "-5" },
          { "retry-after-ms": "9".repeat(400) }
        ]) {
          const { reason } = yield* Effect.flip(askOnce(fault(429, null, headers)))
          assert(reason._tag === "RateLimited")
          expect(reason.retryAfter).toBe(undefined)
        }
      }).pipe(Effect.scoped)
    )

    it.live("takes a status that there is none of for a fault of the server", () =>
      Effect.gen(function* () {
        const { reason } = yield* Effect.flip(askOnce(fault(999, null)))
        expect(reason._tag).toBe("ProviderUnavailable")
      }).pipe(Effect.scoped)
    )

    it.live("reads no more of a fault than of a reply", () =>
      Effect.gen(function* () {
        const { reason } = yield* Effect.flip(askOnce(sendForEver(500, "text/html", "x")))
        expect(reason._tag).toBe("ProviderUnavailable")
        expect(reason.detail).toContain("larger than 32 MB")
      }).pipe(Effect.scoped)
    )

    it.live("classifies a page of any size and any depth in no time", () =>
      Effect.gen(function* () {
        const words = "contains 1 tokens, limit 1, requested x: request too large, try again in ".repeat(20_000)
        const deep = `${"[".repeat(5000)}${"]".repeat(5000)}`
        const bodies = [words, { error: { message: words } }, deep, { error: { message: deep } }]
        const reasons = yield* Effect.forEach(bodies, (body) => Effect.flip(askOnce(send(500, body))))
        expect(reasons.map(({ reason }) => reason._tag)).not.toContain("InvalidRequest")
        const whole = yield* Effect.flip(askOnce(send(200, deep)))
        expect(whole.reason._tag).toBe("InvalidResponse")
      }).pipe(Effect.scoped)
    )

    const told: ReadonlyArray<[status: number, body: unknown, says: string]> = [
      [500, { reasonText: "disk full" }, '{"reasonText":"disk full"}'],
      [502, [{ at: "proxy" }], '{"at":"proxy"}'],
      [
        522,
        "<!DOCTYPE html>\n<html><!-- old browsers --><title>\n a.test | 522: Connection timed out</title>",
        "522 a.test | 522: Connection timed out"
      ],
      [403, "<html><title>Attention Required!</title></html>", "403 Attention Required!"],
      [503, "<html><h1>busy</h1></html>", "<h1>busy</h1>"]
    ]
    for (const [status, body, says] of told) {
      it.live(`says ${says} after ${status} ${JSON.stringify(body).slice(0, 40)}`, () =>
        Effect.gen(function* () {
          expect((yield* Effect.flip(askOnce(send(status, body)))).message).toContain(says)
        }).pipe(Effect.scoped)
      )
    }

    it.live("keeps the usage of a reply that was paid for and cannot be used", () =>
      Effect.gen(function* () {
        const { reason } = yield* Effect.flip(askOnce(send(200, completion({ content: null, refusal: "no" }))))
        expect(reason).toMatchObject({ usage: { input: 11, cachedInput: 4, output: 7, reasoning: 2 } })
      }).pipe(Effect.scoped)
    )

    it.live("never shows the key that a file's line break ends, and sends it without", () =>
      Effect.gen(function* () {
        const quoting = send(401, { error: { message: `Incorrect API key provided: ${key}` } })
        const { url, received } = yield* serve(quoting)
        const asking = Effect.provide(ask(request("ping")), client(url, { apiKey: Redacted.make(`${key}\n`) }))
        const error = yield* Effect.flip(asking)
        expect(received[0]?.headers.authorization).toBe(`Bearer ${key}`)
        expect(JSON.stringify(error) + error.message).not.toContain(key)
      }).pipe(Effect.scoped)
    )
  })

  describe("layer", () => {
    it.live("asks Chat Completions with the key, the configured model and nothing that was left open", () =>
      Effect.gen(function* () {
        const { reply, received } = yield* askOnce(send(200, completion()))
        expect(received[0]?.url).toBe("/v1/chat/completions")
        expect(received[0]?.headers.authorization).toBe(`Bearer ${key}`)
        expect(received[0]?.body).toEqual({
          model: "model-1",
          messages: [{ role: "user", content: "Please do ping." }]
        })
        expect(reply).toEqual({
          text: "pong",
          finishReason: "stop",
          model: "model-2025",
          id: "chatcmpl-1",
          usage: { input: 11, cachedInput: 4, output: 7, reasoning: 2 }
        })
      }).pipe(Effect.scoped)
    )

    it.live("asks Responses when told to, and lets the provider keep nothing", () =>
      Effect.gen(function* () {
        const { reply, received } = yield* askOnce(send(200, response()), request("ping"), { api: "responses" })
        expect(received[0]?.url).toBe("/v1/responses")
        expect(received[0]?.body).toEqual({
          model: "model-1",
          input: [{ role: "user", content: "Please do ping." }],
          store: false
        })
        expect(reply).toEqual({
          text: "pong",
          finishReason: "stop",
          model: "model-2025",
          id: "resp-1",
          usage: { input: 11, cachedInput: 4, output: 7, reasoning: 2 }
        })
      }).pipe(Effect.scoped)
    )

    const said = { input: 11, cachedInput: 4, output: 7, reasoning: 2 }
    const chatBody = (details: object, fields: object = {}) =>
      completion(
        { content: "pong" },
        {},
        { usage: { ...completion().usage, prompt_tokens_details: details }, ...fields }
      )
    const responsesBody = (details: object, fields: object = {}) => ({
      ...response(),
      usage: { ...response().usage, input_tokens_details: details },
      ...fields
    })
    for (const [api, body] of [
      ["chat", chatBody],
      ["responses", responsesBody]
    ] as const) {
      for (const [what, details, fields, usage] of [
        ["what was written to a cache", { cached_tokens: 4, cache_write_tokens: 5 }, {}, { ...said, cacheWrite: 5 }],
        ["no writes where it says none", { cached_tokens: 4, cache_write_tokens: -1 }, {}, said],
        ["the service tier", { cached_tokens: 4 }, { service_tier: "flex" }, { ...said, serviceTier: "flex" }],
        [
          "the usual tier by one name",
          { cached_tokens: 4 },
          { service_tier: "default" },
          { ...said, serviceTier: "standard" }
        ],
        ["no tier where it is not decided", { cached_tokens: 4 }, { service_tier: "auto" }, said],
        [
          "a tier that nobody knows",
          { cached_tokens: 4 },
          { service_tier: "sk-secret" },
          { ...said, serviceTier: "other" }
        ]
      ] as const) {
        it.live(`says ${what}, over ${api}`, () =>
          Effect.gen(function* () {
            const { reply } = yield* askOnce(send(200, body(details, fields)), request("ping"), { api })
            expect(reply.usage).toEqual(usage)
          }).pipe(Effect.scoped)
        )
      }
    }

    const addresses: ReadonlyArray<[options: Partial<OpenAiLlm.Options>, asked: string, limit: string]> = [
      [{}, "https://api.openai.com/v1/responses", "max_output_tokens"],
      [{ baseUrl: "https://api.openai.com/v1" }, "https://api.openai.com/v1/responses", "max_output_tokens"],
      [{ api: "chat" }, "https://api.openai.com/v1/chat/completions", "max_completion_tokens"],
      [
        { baseUrl: "https://api.openai.com.example/v1" },
        "https://api.openai.com.example/v1/chat/completions",
        "max_tokens"
      ]
    ]
    for (const [options, address, limit] of addresses) {
      it.effect(`asks ${address} when given ${JSON.stringify(options)}`, () =>
        Effect.gen(function* () {
          const asked: Array<unknown> = []
          const fetch = (url: string, { body }: { readonly body: string }) => {
            asked.push(url, limit in JSON.parse(body))
            return Promise.resolve(Response.json(options.api === "chat" ? completion() : response()))
          }
          yield* Effect.acquireRelease(
            Effect.sync(() => vi.stubGlobal("fetch", fetch)),
            () => Effect.sync(() => vi.unstubAllGlobals())
          )
          const llm = OpenAiLlm.layer({ apiKey: Redacted.make(key), model: "m", ...options })
          yield* Effect.exit(Effect.provide(ask(request("ping", "", { parameters: { maxOutputTokens: 9 } })), llm))
          expect(asked).toEqual([address, true])
        }).pipe(Effect.scoped)
      )
    }

    it.live("sends parameters, roles and any other model's name as they are", () =>
      Effect.gen(function* () {
        const messages = [
          { role: "system", content: "Be brief." },
          { role: "user", content: "Hi" },
          { role: "assistant", content: "Ho" }
        ] as const
        const parameters = {
          temperature: 0,
          maxOutputTokens: 90,
          stop: ["END"],
          seed: 0,
          reasoningEffort: "low"
        } as const
        const asked = request("ping", "", { model: "model-x", messages, parameters })
        const chat = yield* askOnce(send(200, completion()), asked)
        expect(chat.received[0]?.body).toEqual({
          model: "model-x",
          messages,
          temperature: 0,
          max_tokens: 90,
          stop: ["END"],
          seed: 0,
          reasoning_effort: "low"
        })
        const responses = yield* askOnce(send(200, response()), asked, { api: "responses" })
        expect(responses.received[0]?.body).toEqual({
          model: "model-x",
          input: messages,
          store: false,
          temperature: 0,
          max_output_tokens: 90,
          reasoning: { effort: "low" }
        })
      }).pipe(Effect.scoped)
    )

    const models: ReadonlyArray<[model: string, options: Partial<OpenAiLlm.Options>, taken: ReadonlyArray<string>]> = [
      ["llama3.2", {}, ["max_tokens", "seed", "stop", "temperature"]],
      ["gpt-oss-20b", {}, ["max_tokens", "seed", "stop", "temperature"]],
      ["gpt-4o", {}, ["max_completion_tokens", "seed", "stop", "temperature"]],
      ["gpt-5-chat-latest", {}, ["max_completion_tokens", "seed", "stop", "temperature"]],
      ["gpt-5-mini", {}, ["max_completion_tokens", "seed"]],
      ["openai/o3", {}, ["max_completion_tokens", "seed"]],
      ["my-gpt5", {}, ["max_completion_tokens", "seed"]],
      ["azure/gpt-5-mini", {}, ["max_completion_tokens", "seed"]],
      ["openrouter/openai/o3", {}, ["max_completion_tokens", "seed"]],
      ["prod-o4-mini", {}, ["max_completion_tokens", "seed"]],
      ["GPT-5.1-Codex", {}, ["max_completion_tokens", "seed"]],
      ["openai/gpt-5-mini:online", {}, ["max_completion_tokens", "seed"]],
      ["ft:gpt-5-mini:org", {}, ["max_completion_tokens", "seed"]],
      ["openrouter/openai/gpt-4o", {}, ["max_completion_tokens", "seed", "stop", "temperature"]],
      ["openrouter/openai/gpt-5-chat", {}, ["max_completion_tokens", "seed", "stop", "temperature"]],
      ["gpt-5/llama3.2", {}, ["max_tokens", "seed", "stop", "temperature"]],
      ["AIDC-AI/marco-o1", {}, ["max_tokens", "seed", "stop", "temperature"]],
      ["my-deployment", { reasoning: true }, ["max_completion_tokens", "seed"]],
      ["gpt-5-mini", { reasoning: false }, ["max_completion_tokens", "seed", "stop", "temperature"]]
    ]
    for (const [model, options, taken] of models) {
      it.live(
        `sends ${model}${options.reasoning === undefined ? "" : `, reasoning: ${options.reasoning}`} what it takes: ${taken}`,
        () =>
          Effect.gen(function* () {
            const parameters = { temperature: 0, maxOutputTokens: 90, stop: ["END"], seed: 0 }
            const asked = request("ping", "", { model, parameters })
            const { received } = yield* askOnce(send(200, completion()), asked, options)
            const sent = Object.keys(received[0]?.body ?? {}).filter((name) => name !== "model" && name !== "messages")
            expect(sent.toSorted()).toEqual(taken)
          }).pipe(Effect.scoped)
      )
    }

    const refusals: ReadonlyArray<[source: string, status: number, body: object, says: RegExp]> = [
      [
        "https://github.com/llm-exe/llm-exe/issues/662",
        400,
        {
          error: { message: "This response_format type is unavailable now", type: "invalid_request_error", param: null }
        },
        /structuredOutput to "json" or "instructions".*--structured-output/u
      ],
      [
        "https://github.com/browser-use/browser-use/pull/215",
        422,
        {
          detail:
            "Failed to deserialize the JSON body: response_format.type `json_schema` is unavailable now at line 1 column 12440"
        },
        /structuredOutput.*--structured-output/u
      ],
      [
        "https://github.com/avante-corp/avante.nvim/issues/2347",
        422,
        {
          object: "error",
          message: {
            detail: [
              {
                type: "extra_forbidden",
                loc: ["body", "stream_options", "include_usage"],
                msg: "Extra inputs are not permitted",
                input: true
              }
            ]
          },
          type: "invalid_request_error"
        },
        /set streamUsage to false.*OPENAI_STREAM_USAGE/u
      ],
      [
        "https://github.com/QuantumNous/new-api/issues/418",
        400,
        {
          error: {
            message: "Unknown parameter: 'stream_options'.",
            type: "invalid_request_error",
            param: "stream_options",
            code: "unknown_parameter"
          }
        },
        /set streamUsage to false.*OPENAI_STREAM_USAGE/u
      ],
      [
        "https://github.com/CherryHQ/cherry-studio/issues/9214",
        400,
        {
          detail:
            "Extra parameters ['stream_options'] are not allowed when extra-parameters is not set or set to be 'error'."
        },
        /set streamUsage to false.*OPENAI_STREAM_USAGE/u
      ],
      [
        "OpenAI's words for its models that reason",
        400,
        {
          error: {
            message:
              "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            type: "invalid_request_error",
            param: "max_tokens",
            code: "unsupported_parameter"
          }
        },
        /set reasoning to true.*OPENAI_REASONING/u
      ],
      [
        "the same of a temperature",
        400,
        {
          error: {
            message: "Unsupported value: 'temperature' does not support 0 with this model.",
            type: "invalid_request_error",
            param: "temperature",
            code: "unsupported_value"
          }
        },
        /set reasoning to true.*OPENAI_REASONING/u
      ]
    ]
    for (const [source, status, body, says] of refusals) {
      it.live(`says what to set when a server refuses a parameter: ${source}`, () =>
        Effect.gen(function* () {
          const { reason } = yield* Effect.flip(askOnce(send(status, body)))
          expect(reason._tag).toBe("InvalidRequest")
          expect(reason.detail).toMatch(says)
        }).pipe(Effect.scoped)
      )
    }

    it.live("says nothing of parameters that a server did not refuse", () =>
      Effect.gen(function* () {
        const { reason } = yield* Effect.flip(askOnce(send(400, { error: { message: "no such field" } })))
        expect(reason.detail).toBe("no such field")
      }).pipe(Effect.scoped)
    )

    it.live("keeps the temperature for a model that reasons, when it is not to reason", () =>
      Effect.gen(function* () {
        const asked = request("ping", "", { model: "gpt-5.1", parameters: { temperature: 0, reasoningEffort: "none" } })
        const { received } = yield* askOnce(send(200, response()), asked, { api: "responses" })
        expect(received[0]?.body).toMatchObject({ temperature: 0, reasoning: { effort: "none" } })
      }).pipe(Effect.scoped)
    )

    it.live("warns once of each parameter that it leaves out", () =>
      Effect.gen(function* () {
        const lines: Array<unknown> = []
        const logger = Logger.make(({ logLevel, message }) => void (logLevel === "Warn" && lines.push(message)))
        const { url } = yield* serve(send(200, response()))
        const asked = request("ping", "", { model: "o3", parameters: { temperature: 0, seed: 1 } })
        yield* ask(asked).pipe(
          Effect.andThen(ask(asked)),
          Effect.provide([client(url, { api: "responses" }), Logger.layer([logger])])
        )
        expect(lines.flat()).toEqual([
          'o3 over the API "responses" takes no temperature: it is left out',
          'o3 over the API "responses" takes no seed: it is left out'
        ])
      }).pipe(Effect.scoped)
    )

    it.live("joins the parts of a reply over Responses, without comments on the way", () =>
      Effect.gen(function* () {
        const message = (text: string, phase?: string) => ({
          type: "message",
          phase,
          content: [{ type: "output_text", text }]
        })
        const output = [message("Let me see.", "commentary"), message("po", "final_answer"), message("ng")]
        const { reply } = yield* askOnce(send(200, response({}, { output })), request("ping"), { api: "responses" })
        expect(reply.text).toBe("pong")
      }).pipe(Effect.scoped)
    )

    it.live("tells a reply that was cut off, with or without text", () =>
      Effect.gen(function* () {
        const cut = yield* askOnce(send(200, completion({ content: "po" }, { finish_reason: "length" })))
        expect(cut.reply).toMatchObject({ text: "po", finishReason: "length" })
        const none = yield* askOnce(send(200, completion({ content: null }, { finish_reason: "length" })))
        expect(none.reply).toMatchObject({ text: "", finishReason: "length" })
      }).pipe(Effect.scoped)
    )

    const odd: ReadonlyArray<[api: "chat" | "responses", body: object, usage: object]> = [
      ["chat", { prompt_tokens: 5, completion_tokens_details: { reasoning_tokens: -1 } }, { input: 5 }],
      [
        "chat",
        { prompt_tokens: 5, prompt_tokens_details: { cached_tokens: "0" }, completion_tokens: 1.5 },
        { input: 5, cachedInput: 0 }
      ],
      [
        "chat",
        { prompt_tokens: "5", completion_tokens: "2.0", prompt_tokens_details: { cached_tokens: "-1" } },
        { input: 5, output: 2 }
      ],
      [
        "chat",
        { prompt_tokens: "", completion_tokens: " 7 ", prompt_tokens_details: { cached_tokens: true } },
        { output: 7 }
      ],
      ["chat", { prompt_tokens: 1e300, completion_tokens: 2, prompt_tokens_details: [] }, { output: 2 }],
      ["chat", ["none"], {}],
      ["responses", { input_tokens: 5, output_tokens: 2, input_tokens_details: "none" }, { input: 5, output: 2 }],
      ["responses", { input_tokens: null, output_tokens_details: { reasoning_tokens: 0 } }, { reasoning: 0 }],
      [
        "responses",
        { input_tokens: 5, output_tokens: 2, output_tokens_details: { reasoning_tokens: 9 }, total_tokens: 16 },
        { input: 5, output: 11, reasoning: 9 }
      ]
    ]
    for (const [api, said, usage] of odd) {
      it.live(`counts ${JSON.stringify(said)} over ${api} as ${JSON.stringify(usage)}`, () =>
        Effect.gen(function* () {
          const body = api === "chat" ? completion(undefined, {}, { usage: said }) : response({}, { usage: said })
          const { reply } = yield* askOnce(send(200, body), request("ping"), { api })
          expect(reply.usage).toEqual(usage)
        }).pipe(Effect.scoped)
      )
    }

    it.live("tolerates what servers leave out, and keeps it unknown", () =>
      Effect.gen(function* () {
        const bare = yield* askOnce(send(200, { choices: [{ message: { content: "pong" } }] }))
        expect(bare.reply).toEqual({ text: "pong", finishReason: "other", usage: {} })
        const partial = yield* askOnce(send(200, completion(undefined, {}, { usage: { prompt_tokens: 3 } })))
        expect(partial.reply.usage).toEqual({ input: 3 })
        const odd = yield* askOnce(send(200, completion(undefined, {}, { usage: { prompt_tokens: "many" } })))
        expect(odd.reply.usage).toEqual({})
      }).pipe(Effect.scoped)
    )
  })

  providerContract({
    layer: OpenAiLlm.layer,
    layerConfig: OpenAiLlm.layerConfig,
    variables: "OPENAI",
    key,
    baseUrl: (url) => url,
    pong: completion(),
    refusal: (message) => ({ error: { message } })
  })
})
