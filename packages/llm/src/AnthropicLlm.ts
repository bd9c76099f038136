import type * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as LlmClient from "@stepwright/core/LlmClient"
import * as limit from "./internal/anthropic/limit.ts"
import * as messagesApi from "./internal/anthropic/messages.ts"
import { sdk } from "./internal/anthropic/sdk.ts"
import { strictMode } from "./internal/anthropic/structuredOutput.ts"
import * as providerClient from "./internal/provider/client.ts"
import type { Hint } from "./internal/provider/fault.ts"
import type { ClientOptions } from "./internal/provider/options.ts"
import * as structuredOutput from "./internal/structured/structuredOutput.ts"
import { configured, quirks } from "./internal/provider/variables.ts"

export interface Options extends ClientOptions {
  /** The output limit of requests that have none: 16,000 unless given. What the model thinks counts. **Units** tokens */
  readonly maxOutputTokens?: number
  /** How a schema is sent: as that of the reply unless given, or in the messages, which is what `"json"` means here. */
  readonly structuredOutput?: "strict" | "json" | "instructions"
  /** What happens to a schema that the API cannot express: it is refused before any call unless given. */
  readonly inexpressibleSchema?: "refuse" | "instructions"
}

/**
 * Anthropic's Messages API through its official SDK, which is loaded with the first request. Each request is made once
 * and reported to the `AttemptSink`; `Retry` is a layer of its own. System messages go first, in one. The text of a reply has the shape of the schema that
 * was asked for; the deltas of a stream are the model's own text, which may be shaped otherwise (null for what is left
 * out). Input that the API reads from its cache or writes to it is part of `usage.input`.
 *
 * **Fails with** every reason but BudgetExceeded and NoRecordedReply.
 *
 * **Source** https://platform.claude.com/docs/en/api/messages
 */
export const layer = (options: Options): Layer.Layer<LlmClient.LlmClient> =>
  Layer.sync(LlmClient.LlmClient, () => make(options))

/**
 * `layer` with `ANTHROPIC_API_KEY` and `ANTHROPIC_MODEL`, and where they are set `ANTHROPIC_BASE_URL` and
 * `ANTHROPIC_PROMPT_CACHING`, less what is given here.
 */
export const layerConfig = (given: Partial<Options> = {}): Layer.Layer<LlmClient.LlmClient, Config.ConfigError> =>
  Layer.effect(
    LlmClient.LlmClient,
    Effect.map(Effect.all([quirks(variables), configured(variables, given)]), ([quirks, known]) =>
      make({ ...quirks, ...given, ...known })
    )
  )

const variables = "ANTHROPIC"

const hints: ReadonlyArray<Hint> = [
  {
    words: /output_config|output_format|json_schema/iu,
    hint: 'set structuredOutput to "instructions", on the command line with --structured-output'
  }
]

const make = (options: Options): LlmClient.Service => {
  const { maxOutputTokens = limit.maxOutputTokens } = options
  const official = /^\s*https:\/\/api\.anthropic\.com(?:\/|\s*$)/u.test(options.baseUrl ?? "https://api.anthropic.com")
  const { promptCaching = official } = options
  return providerClient.make(options, {
    variables,
    parameters: { maxOutputTokens },
    api: messagesApi.api,
    hints,
    sdk,
    prepare: (request, model) => ({
      result: Result.map(structuredOutput.prepare(request, strictMode, options), ({ format, messages, restore }) => ({
        body: messagesApi.body({
          model,
          messages,
          parameters: request.parameters,
          format,
          maxOutputTokens,
          promptCaching
        }),
        restore
      })),
      warnings: messagesApi
        .left(request.parameters)
        .map((name) => `${model} over Anthropic's API takes no ${name}: it is left out`)
    })
  })
}
