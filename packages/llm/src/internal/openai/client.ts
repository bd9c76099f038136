import * as Result from "effect/Result"
import type * as LlmClient from "@stepwright/core/LlmClient"
import * as providerClient from "../provider/client.ts"
import type { Hint } from "../provider/fault.ts"
import { named as variablesNamed } from "../provider/variables.ts"
import { strictMode } from "../structured/strictMode.ts"
import * as structuredOutput from "../structured/structuredOutput.ts"
import * as chat from "./chat.ts"
import * as openAiModel from "./model.ts"
import type { Options } from "./options.ts"
import * as responses from "./responses.ts"
import { sdk } from "./sdk.ts"

/** Requests of one step begin alike. **Units** characters, which is what the API takes. */
const longestKey = 64

/** The client of a server that speaks OpenAI's protocol, and whose variables begin with `variables`. */
export const make = (options: Options, variables: string): LlmClient.Service => {
  const official = /^\s*https:\/\/api\.openai\.com(?:\/|\s*$)/u.test(options.baseUrl ?? "https://api.openai.com")
  const { promptCaching = official } = options
  const apiName = options.api ?? (official ? "responses" : "chat")
  const api = apiName === "responses" ? responses.api : chat.api
  return providerClient.make(options, {
    variables,
    api: options.streamUsage === false ? { ...api, streamed: { stream: true } } : api,
    hints: hintsOf(variables),
    sdk,
    prepare: (request, model) => {
      const reasoning = options.reasoning ?? openAiModel.reasons(model)
      const { left, parameters } = openAiModel.accepted(request.parameters, apiName, reasoning)
      const limitField = openAiModel.limitField(model, official, reasoning)
      return {
        result: Result.map(structuredOutput.prepare(request, strictMode, options), ({ format, messages, restore }) => ({
          body: {
            ...api.body({ model, messages, parameters, format, limitField }),
            ...(promptCaching && { prompt_cache_key: request.metadata.step.slice(0, longestKey) })
          },
          restore
        })),
        warnings: left.map((name) => `${model} over the API "${apiName}" takes no ${name}: it is left out`)
      }
    }
  })
}

/** What to set when a server that speaks the protocol refuses a part of it. */
const hintsOf = (prefix: string): ReadonlyArray<Hint> => {
  const { reasoning, streamUsage } = variablesNamed(prefix)
  return [
    { words: /stream_options|include_usage/u, hint: `set streamUsage to false, or ${streamUsage}` },
    {
      words: /response[_ ]format|json_schema|text[._]format|structured[_ ]outputs?|grammar/iu,
      hint: 'set structuredOutput to "json" or "instructions", on the command line with --structured-output'
    },
    {
      words: /max_completion_tokens|unsupported (?:parameter|value).{0,20}(?:max_tokens|temperature|stop)/isu,
      hint: `set reasoning to true if the model reasons, else to false, or ${reasoning}`
    }
  ]
}
