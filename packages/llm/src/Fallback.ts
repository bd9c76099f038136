import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as LlmClient from "@stepwright/core/LlmClient"
import type { LlmError, LlmErrorReason } from "@stepwright/core/LlmError"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import { catchStream } from "./internal/around/catchStream.ts"
import type { Middleware } from "./Middleware.ts"

/**
 * A middleware that asks the next client when one cannot be reached: on RateLimited, ProviderUnavailable,
 * NetworkFailure and TimedOut, permanent ones too. A stream that gave text, even text that was voided, goes to no other.
 * Each client has retries of its own below this; each fall back is logged as a warning.
 *
 * **Fails with** the error of the last client that was asked.
 */
export const make =
  (others: ReadonlyArray<LlmClient.Service>): Middleware =>
  (client) => ({
    ...others.reduce(orElse, client),
    identify: (alias) => ({
      ...LlmClient.identityOf(client, alias),
      otherwise: others.map((other) => LlmClient.identityOf(other, alias))
    })
  })

export const layer = <E = never, R = never>(
  ...others: ReadonlyArray<Layer.Layer<LlmClient.LlmClient, E, R>>
): Layer.Layer<LlmClient.LlmClient, E, R | LlmClient.LlmClient> =>
  LlmClient.layerMiddleware(
    Effect.gen(function* () {
      const built = yield* Effect.forEach(others, (other) => Layer.build(other))
      return make(built.map(Context.get(LlmClient.LlmClient)))
    })
  )

const orElse = (client: LlmClient.Service, next: LlmClient.Service): LlmClient.Service =>
  LlmClient.make(
    (request) =>
      Effect.catch(client.generate(request), (error) =>
        isTransport(error) ? Effect.andThen(warn(request, error), next.generate(request)) : Effect.fail(error)
      ),
    (request) =>
      catchStream(client.stream(request), (error, shown) =>
        isTransport(error) && !shown
          ? Stream.unwrap(Effect.as(warn(request, error), next.stream(request)))
          : Stream.fail(error)
      )
  )

const transport: ReadonlySet<LlmErrorReason["_tag"]> = new Set([
  "RateLimited",
  "ProviderUnavailable",
  "NetworkFailure",
  "TimedOut"
])

const isTransport = ({ reason }: LlmError) => transport.has(reason._tag)

const warn = ({ metadata }: LlmRequest, error: LlmError) =>
  Effect.logWarning(`${metadata.path}: the next model is asked, because of: ${error.message}`)
