// A model of the AI SDK answers a step, and a client of Stepwright answers `generateText`: here against a server on loopback.
import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer } from "node:http"
import { createOpenAICompatible } from "@ai-sdk/openai-compatible"
import { generateText } from "ai"
import { Effect, Layer, Schema } from "effect"
import { LlmClient, PromptTemplate, Step } from "@stepwright/core"
import { AiSdkBridge, Retry } from "@stepwright/llm"

const server = createServer((_, response) =>
  response.setHeader("content-type", "application/json").end(
    JSON.stringify({
      choices: [{ message: { content: "pong" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 11, completion_tokens: 7 }
    })
  )
).listen(0, "127.0.0.1")
await once(server, "listening")
const address = server.address()
const port = typeof address === "object" && address !== null ? address.port : assert.fail()

const house = createOpenAICompatible({ name: "house", baseURL: `http://127.0.0.1:${port}/v1` })

// `Retry` is the one that tries again, for whoever asks
const llm = Retry.layer().pipe(Layer.provide(AiSdkBridge.layer({ default: house("small"), thorough: house("large") })))

const answer = Step.make("answer", {
  input: Schema.String,
  output: Schema.String,
  prompt: PromptTemplate.make("{{text}}"),
  variables: (text) => ({ text }),
  model: "thorough"
})

const program = Effect.gen(function* () {
  const output = yield* Step.run(answer, "ping")
  const model = AiSdkBridge.toLanguageModel(yield* LlmClient.LlmClient)
  const { text, usage } = yield* Effect.promise(() => generateText({ model, prompt: "ping" }))
  return [output, text, usage.totalTokens]
})

const output = await Effect.runPromise(Effect.provide(program, llm))
server.close()
assert.deepEqual(output, ["pong", "pong", 18])
console.log(output.join(" "))
