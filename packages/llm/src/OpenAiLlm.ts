import type * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import OpenAI from "openai"
import * as LlmClient from "@stepwright/core/LlmClient"
import * as openAiChat from "./internal/openai/chat.ts"
import * as openAiModel from "./internal/openai/model.ts"
import * as openAiResponses from "./internal/openai/responses.ts"
import * as providerClient from "./internal/provider/client.ts"
import * as structuredOutput from "./internal/provider/structuredOutput.ts"

export interface Options extends providerClient.Options {
  /** Responses at OpenAI's own address, Chat Completions at any other, unless given. */
  readonly api?: "responses" | "chat"
  /** Whether the models reason, and so reject `temperature` and `stop`: told from OpenAI's names unless given. */
  readonly reasoning?: boolean
  /** How a schema is sent: as that of strict mode unless given, as no more than "a JSON object", or in the messages. */
  readonly structuredOutput?: "strict" | "json" | "instructions"
  /** What happens to a schema that strict mode cannot express: it is refused before any call unless given. */
  readonly inexpressibleSchema?: "refuse" | "json" | "instructions"
}

/**
 * OpenAI's Responses or Chat Completions through its official SDK, for OpenAI and for servers that speak its protocol.
 * Each request is made once and reported to the `AttemptSink`; `Retry` is a layer of its own. The text of a reply has
 * the shape of the schema that was asked for; the deltas of a stream are the model's own text, which strict mode may
 * shape otherwise (null for what is left out).
 *
 * **Fails with** every reason but BudgetExceeded and NoRecordedReply.
 *
 * **Source** https://platform.openai.com/docs/api-reference
 */
export const layer = (options: Options): Layer.Layer<LlmClient.LlmClient> =>
  Layer.sync(LlmClient.LlmClient, () => make(options))

/** `layer` with `OPENAI_API_KEY`, `OPENAI_BASE_URL` (optional) and `OPENAI_MODEL`, less what is given here. */
export const layerConfig = (given: Partial<Options> = {}): Layer.Layer<LlmClient.LlmClient, Config.ConfigError> =>
  Layer.effect(
    LlmClient.LlmClient,
    Effect.map(providerClient.configured("OPENAI", given), (configured) => make({ ...given, ...configured }))
  )

const make = (options: Options): LlmClient.Service => {
  const official = /^https:\/\/api\.openai\.com(?:\/|$)/u.test(options.baseUrl ?? "https://api.openai.com")
  const apiName = options.api ?? (official ? "responses" : "chat")
  const api = apiName === "responses" ? openAiResponses.api : openAiChat.api
  return providerClient.make(options, {
    api,
    sdk: (apiKey) => new OpenAI({ ...providerClient.sdkOptions, apiKey, baseURL: options.baseUrl ?? null }),
    prepare: (request, model) => {
      const reasoning = options.reasoning ?? openAiModel.reasons(model)
      const { left, parameters } = openAiModel.accepted(request.parameters, apiName, reasoning)
      const limitField = openAiModel.limitField(model, official, reasoning)
      const prepared = structuredOutput.prepare(request, structuredOutput.openAi, options)
      return {
        result: Result.map(prepared, ({ format, messages, restore }) => ({
          body: api.body({ model, messages, parameters, format, limitField }),
          restore
        })),
        warnings: left.map((name) => `${model} over the API "${apiName}" takes no ${name}: it is left out`)
      }
    }
  })
}
