// Checks a real account, or a server that speaks the protocol, by hand; it costs a few hundred tokens:
//
//   OPENAI_API_KEY=… OPENAI_MODEL=… node scripts/smoke-live.ts
//   OPENAI_API_KEY=any OPENAI_BASE_URL=http://localhost:11434/v1 OPENAI_MODEL=… node scripts/smoke-live.ts chat
//
// It asks over both APIs, or over those named, and ends with status 1 when something is not as it should be.
import { deepStrictEqual, ok } from "node:assert"
import { Cause, Config, Effect, Exit, Layer, Redacted, Schema, Stream } from "effect"
import { LlmClient } from "@stepwright/core/LlmClient"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import { OpenAiLlm, Retry } from "@stepwright/llm"

const request = (content: string, fields: Partial<LlmRequest> = {}): LlmRequest => ({
  model: "default",
  messages: [{ role: "user", content }],
  format: { type: "text" },
  parameters: { maxOutputTokens: 2000 },
  metadata: { run: "smoke", path: "smoke", step: "smoke", turn: 1 },
  ...fields
})

const Colours = Schema.Array(Schema.Struct({ name: Schema.String, note: Schema.optionalKey(Schema.String) }))
// a JSON Schema document is JSON
const schema = Schema.toJsonSchemaDocument(Colours).schema as Schema.Json

const checks: Readonly<Record<string, Effect.Effect<unknown, unknown, LlmClient>>> = {
  "a reply, with its usage": Effect.gen(function* () {
    const reply = yield* (yield* LlmClient).generate(request("Reply with the one word pong."))
    ok(/pong/iu.test(reply.text), reply.text)
    deepStrictEqual(reply.finishReason, "stop")
    return [reply.model, reply.usage]
  }),

  "a stream, with its usage": Effect.gen(function* () {
    const client = yield* LlmClient
    const parts = yield* Stream.runCollect(client.stream(request("Count from 1 to 20, separated by blanks.")))
    const last = parts.at(-1)
    ok(last?._tag === "Finished", "the last part is the reply")
    const deltas = parts.flatMap((part) => (part._tag === "Delta" ? [part.text] : []))
    deepStrictEqual(deltas.join(""), last.reply.text)
    ok(deltas.length > 1, "the text comes in more than one piece")
    return [`${deltas.length} deltas`, last.reply.usage]
  }),

  "structured output": Effect.gen(function* () {
    const client = yield* LlmClient
    const format = { type: "json", name: "colours", schema } as const
    const asked = request("A JSON list of three colours, each with its name and, for one only, a note.", { format })
    const { text } = yield* client.generate(asked)
    return yield* Schema.decodeUnknownEffect(Schema.fromJsonString(Colours))(text)
  }),

  "a reply that is cut off": Effect.gen(function* () {
    const client = yield* LlmClient
    const reply = yield* client.generate(
      request("Write a poem of 60 lines about the sea.", { parameters: { maxOutputTokens: 32 } })
    )
    deepStrictEqual(reply.finishReason, "length")
    return reply.usage
  }),

  "a model that does not exist": Effect.gen(function* () {
    const client = yield* LlmClient
    const error = yield* Effect.flip(client.generate(request("Hi", { model: "no-such-model" })))
    deepStrictEqual(error.reason._tag, "InvalidRequest")
    return error.message
  })
}

const wrongKey = Effect.gen(function* () {
  const error = yield* Effect.flip((yield* LlmClient).generate(request("Hi")))
  deepStrictEqual(error.reason._tag, "Unauthenticated")
  return error.message
})

const program = Effect.gen(function* () {
  const baseUrl = yield* Config.withDefault(Config.String("OPENAI_BASE_URL"), "")
  const apis = (["responses", "chat"] as const).filter((api) => process.argv.length < 3 || process.argv.includes(api))
  const cases = apis.flatMap((api) => {
    const llm = Layer.provide(Retry.layer(), OpenAiLlm.layerConfig({ api }))
    const refusing = OpenAiLlm.layerConfig({ api, apiKey: Redacted.make("sk-wrong") })
    return [
      ...Object.entries(checks).map(([name, check]) => ({ name: `${api}: ${name}`, run: Effect.provide(check, llm) })),
      // Servers on one's own machine take any key.
      ...(baseUrl === "" ? [{ name: `${api}: a wrong key`, run: Effect.provide(wrongKey, refusing) }] : [])
    ]
  })
  for (const { name, run } of cases) {
    const exit = yield* Effect.exit(run)
    if (Exit.isFailure(exit)) process.exitCode = 1
    console.log(Exit.isSuccess(exit) ? "ok    " : "FAILED", name)
    console.log("      ", Exit.isSuccess(exit) ? JSON.stringify(exit.value) : Cause.pretty(exit.cause))
  }
})

await Effect.runPromise(program)
