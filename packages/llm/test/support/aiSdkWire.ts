import { createAnthropic } from "@ai-sdk/anthropic"
import { createOpenAICompatible } from "@ai-sdk/openai-compatible"
import { AiSdkBridge } from "@stepwright/llm"
import { wires as anthropic } from "./anthropicWire.ts"
import { wires as openAi } from "./openAiWire.ts"
import type { Difference, Wire } from "./wire.ts"

/** What an error says of the key or the address: the bridge does not know what sets them. */
const unnamed: Readonly<Record<string, Difference>> = {
  "401": { says: /not authenticated: the fault invalid_api_key/u, why: "which variable holds the key is not known" },
  "403": { says: /not authenticated: the fault invalid_api_key/u, why: "which variable holds the key is not known" },
  "200 HTML": { says: /check the base URL: <html>Welcome/u, why: "which variable holds the address is not known" },
  "refusal set": { says: /the model refuses/u, why: "the provider drops the words of a refusal" }
}

/** A body that is no stream of events: the provider reads no event in it, and passes nothing of it on. */
const unread = (want: "InvalidResponse" | "NetworkFailure"): Readonly<Record<string, Difference>> =>
  Object.fromEntries(
    [
      "200 that is not JSON",
      "200 HTML",
      "200 {error}",
      "200 {error} of a rate limit, with retry-after",
      "200 {error} of a quota",
      "200 JSON on a streaming call",
      "200 JSON on a streaming call that is no reply"
    ].map((fault) => [
      fault,
      { want, requests: 2, wait: 0, says: /./u, why: "the provider passes nothing on of a body without events" }
    ])
  )

const strict = "the provider refuses what does not fit its own types"

const openAiDiffers: Readonly<Record<string, Difference>> = {
  ...unnamed,
  "choices (output, content) missing": { says: /./u, why: "the error is the provider's own" },
  "a tool call nobody asked for": { requests: 2, says: /./u, why: strict },
  "usage whose details do not fit": { want: "InvalidResponse", requests: 2, says: /./u, why: strict }
}

const openAiStreamDiffers: Readonly<Record<string, Difference>> = {
  ...openAiDiffers,
  ...unread("InvalidResponse"),
  "choices (output, content) empty": { says: /./u, why: "the error is the provider's own" },
  "a tool call nobody asked for": { why: "" },
  "stream ends without finish reason or [DONE]": {
    want: "InvalidResponse",
    says: /stream ended/iu,
    why: "the error is the provider's own"
  },
  "stream with an empty body": { want: "InvalidResponse", says: /./u, why: "the error is the provider's own" }
}

const anthropicDiffers: Readonly<Record<string, Difference>> = {
  ...unnamed,
  "usage missing": { want: "InvalidResponse", requests: 2, says: /./u, why: strict }
}

const anthropicStreamDiffers: Readonly<Record<string, Difference>> = {
  ...anthropicDiffers,
  ...unread("NetworkFailure"),
  "choices (output, content) missing": { says: /./u, why: "the error is the provider's own" }
}

const unmet = { "200 without an end": "the AI SDK reads a body however large it is" }

const apiKey = "sk-sentinel-0123456789"

/** The wire formats of OpenAI and Anthropic, by the providers of the AI SDK. */
export const wires: ReadonlyArray<Wire> = [
  ...openAi
    .filter(({ api }) => api === "chat")
    .map((wire): Wire => ({
      ...wire,
      api: "openai-compatible",
      never: { ...wire.never, ...unmet },
      differs: wire.streamed ? openAiStreamDiffers : openAiDiffers,
      client: (baseURL, patience) =>
        AiSdkBridge.layer(
          createOpenAICompatible({
            name: "house",
            apiKey,
            baseURL,
            includeUsage: true,
            supportsStructuredOutputs: true
          })("model-1"),
          patience
        )
    })),
  ...anthropic.map((wire): Wire => ({
    ...wire,
    api: "anthropic",
    never: { ...wire.never, ...unmet },
    differs: wire.streamed ? anthropicStreamDiffers : anthropicDiffers,
    client: (baseURL, patience) => AiSdkBridge.layer(createAnthropic({ apiKey, baseURL })("claude-sonnet-5"), patience)
  }))
]
