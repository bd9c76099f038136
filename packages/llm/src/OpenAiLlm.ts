import type * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as LlmClient from "@stepwright/core/LlmClient"
import * as openAi from "./internal/openai/client.ts"
import type { Options } from "./internal/openai/options.ts"
import { configured, quirks } from "./internal/provider/variables.ts"

export type { Options } from "./internal/openai/options.ts"

/**
 * OpenAI's Responses or Chat Completions through its official SDK, for OpenAI and for servers that speak its protocol.
 * Each request is made once and reported to the `AttemptSink`; `Retry` is a layer of its own. The SDK is loaded with the
 * first request. The text of a reply has the shape of the schema that was asked for; the deltas of a stream are the
 * model's own text, which strict mode may shape otherwise (null for what is left out).
 *
 * **Fails with** every reason but BudgetExceeded and NoRecordedReply.
 *
 * **Source** https://platform.openai.com/docs/api-reference
 */
export const layer = (options: Options): Layer.Layer<LlmClient.LlmClient> =>
  Layer.sync(LlmClient.LlmClient, () => openAi.make(options, variables))

/**
 * `layer` with `OPENAI_API_KEY` and `OPENAI_MODEL`, and where they are set `OPENAI_BASE_URL`, `OPENAI_REASONING`,
 * `OPENAI_STREAM_USAGE` and `OPENAI_PROMPT_CACHING`, less what is given here.
 */
export const layerConfig = (given: Partial<Options> = {}): Layer.Layer<LlmClient.LlmClient, Config.ConfigError> =>
  Layer.effect(
    LlmClient.LlmClient,
    Effect.map(Effect.all([quirks(variables), configured(variables, given)]), ([quirks, known]) =>
      openAi.make({ ...quirks, ...given, ...known }, variables)
    )
  )

const variables = "OPENAI"
