import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as LlmClient from "@stepwright/core/LlmClient"
import { InvalidRequest, LlmError, type LlmErrorReason, Unauthenticated } from "@stepwright/core/LlmError"

/** What has to be set before OpenAI, or a server that speaks its protocol, can be asked. */
export const missingKey =
  "no API key: set OPENAI_API_KEY (and OPENAI_BASE_URL for another server than OpenAI's), or use --replay or --relay"

const baseUrl = Config.withDefault(Config.String("OPENAI_BASE_URL"), "")

const badUrl = "OPENAI_BASE_URL is no http or https address"

/** What is wrong with the server's address, if anything is. */
export const badBaseUrl = Effect.map(baseUrl, (url) => {
  const parsed = URL.parse(url)
  if (url !== "" && !/^https?:$/.test(parsed?.protocol ?? "")) return `${badUrl}, such as https://host/v1`
  const hasLogin = parsed !== null && `${parsed.username}${parsed.password}` !== ""
  return hasLogin ? `${badUrl} without a user name and a password in it` : undefined
})

/** Whether it is the set-up, not the request, that a client refused: the key, or the address of the environment. */
export const isConfiguration = (reason: LlmErrorReason | undefined): Effect.Effect<boolean> => {
  if (reason?._tag !== "InvalidRequest") return Effect.succeed(reason?._tag === "Unauthenticated")
  const problem = Effect.orElseSucceed(badBaseUrl, () => undefined)
  return Effect.map(problem, (detail) => detail === reason.detail)
}

/** The provider's name of the model `default`. */
export const modelName = (model: string | undefined) =>
  model === undefined ? Config.withDefault(Config.NonEmptyString("OPENAI_MODEL"), "gpt-5.1") : Effect.succeed(model)

/** OpenAI's SDK is loaded, and the key missed, when the first request is made: a run with nothing to ask needs neither. */
export const layer = (model: string | undefined): Layer.Layer<LlmClient.LlmClient, Config.ConfigError> =>
  Layer.effect(
    LlmClient.LlmClient,
    Effect.gen(function* () {
      const apiKey = yield* Config.withDefault(Config.Redacted("OPENAI_API_KEY"), Redacted.make(""))
      const name = yield* modelName(model)
      if (Redacted.value(apiKey) === "") return refusing(new Unauthenticated({ detail: missingKey }))
      const url = yield* baseUrl
      const problem = yield* badBaseUrl
      if (problem !== undefined) return refusing(new InvalidRequest({ detail: problem }))
      const scope = yield* Effect.scope
      const client = yield* Effect.promise(() => import("@stepwright/llm/OpenAiLlm")).pipe(
        Effect.flatMap(({ layer }) =>
          Layer.buildWithScope(layer({ apiKey, model: name, ...(url !== "" && { baseUrl: url }) }), scope)
        ),
        Effect.map(Context.get(LlmClient.LlmClient)),
        Effect.cached
      )
      return LlmClient.make(
        (request) => Effect.flatMap(client, ({ generate }) => generate(request)),
        (request) => Stream.unwrap(Effect.map(client, ({ stream }) => stream(request)))
      )
    })
  )

const refusing = (reason: LlmErrorReason) => LlmClient.make(() => Effect.fail(new LlmError({ reason })))
