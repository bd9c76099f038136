import * as Result from "effect/Result"
import type * as LlmClient from "@stepwright/core/LlmClient"
import * as providerClient from "../provider/client.ts"
import type { Dialect } from "../provider/fault.ts"
import * as structuredOutput from "../provider/structuredOutput.ts"
import * as chat from "./chat.ts"
import * as openAiModel from "./model.ts"
import type { Options } from "./options.ts"
import * as responses from "./responses.ts"
import { sdk } from "./sdk.ts"
import { strictMode } from "./structuredOutput.ts"

/** A server that speaks OpenAI's protocol: the prefix of its variables, and how it words its faults. */
export interface Server {
  readonly variables: string
  readonly dialect: Dialect
}

/** Requests of one step begin alike. **Units** characters, which is what the API takes. */
const longestKey = 64

/** The client of a server that speaks OpenAI's protocol. */
export const make = (options: Options, server: Server): LlmClient.Service => {
  const official = /^https:\/\/api\.openai\.com(?:\/|$)/u.test(options.baseUrl ?? "https://api.openai.com")
  const { promptCaching = official } = options
  const apiName = options.api ?? (official ? "responses" : "chat")
  const api = apiName === "responses" ? responses.api : chat.api
  return providerClient.make(options, {
    ...server,
    api,
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
