import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { effectOf } from "./internal/words/effectOf.ts"
import type { LlmError } from "./LlmError.ts"
import type { LlmReply } from "./LlmReply.ts"
import type { LlmRequest, Parameters } from "./LlmRequest.ts"

/**
 * A part of a streamed reply: text as it comes, then the whole reply, once. `Discarded` voids all text before it: the
 * request failed on the way and is made again.
 */
export type StreamPart =
  | { readonly _tag: "Delta"; readonly text: string }
  | { readonly _tag: "Discarded" }
  | { readonly _tag: "Finished"; readonly reply: LlmReply }

/** Which model an alias stands for: who is asked alike has equal ones. It holds no secret. */
export interface Identity {
  readonly model: string
  readonly provider?: string
  /** Where the provider is, unless at its own address. */
  readonly host?: string
  /** What else a request is made with, whatever it says. */
  readonly settings?: Readonly<Record<string, Schema.Json>>
  /** Who is asked when this one cannot be reached. */
  readonly otherwise?: ReadonlyArray<Identity>
}

export interface Service {
  readonly generate: (request: LlmRequest) => Effect.Effect<LlmReply, LlmError>
  readonly stream: (request: LlmRequest) => Stream.Stream<StreamPart, LlmError>
  /** The models that requests may name; without it any will do. The engine starts no run that names another. */
  readonly models?: ReadonlyArray<string>
  /** What the models, by alias, are asked with where a request does not say; `default` is for those that are not there. */
  readonly parameters?: Readonly<Record<string, Parameters>>
  /** Which model a request is for that names an alias; without it the alias is all that is known. */
  readonly identify?: (alias: string) => Identity
}

/** A language model. Steps ask it; a Layer provides it. */
export class LlmClient extends Context.Service<LlmClient, Service>()("@stepwright/core/LlmClient") {}

/** A client from a function. Its stream gives the whole text at once unless `stream` is given. */
export const make = (generate: Service["generate"], stream?: Service["stream"]): Service => {
  const checked: Service["generate"] = (request) => effectOf(generate(request), "`generate` of the client")
  return {
    generate: checked,
    stream:
      stream ??
      ((request) =>
        Stream.fromIterableEffect(
          Effect.map(checked(request), (reply): ReadonlyArray<StreamPart> => [
            { _tag: "Delta", text: reply.text },
            { _tag: "Finished", reply }
          ])
        ))
  }
}

/** A layer from a function that answers requests. */
export const layer = (generate: Service["generate"]): Layer.Layer<LlmClient> => Layer.succeed(LlmClient, make(generate))

/** A client from an effect of one, which each request decides anew: which model it names, whether it can be asked at all. */
export const unwrap = (clientFor: (request: LlmRequest) => Effect.Effect<Service, LlmError>): Service =>
  make(
    (request) => Effect.flatMap(clientFor(request), (client) => client.generate(request)),
    (request) => Stream.unwrap(Effect.map(clientFor(request), (client) => client.stream(request)))
  )

/** A client that is asked something else than it was given. */
export const mapRequest: {
  (change: (request: LlmRequest) => LlmRequest): (self: Service) => Service
  (self: Service, change: (request: LlmRequest) => LlmRequest): Service
} = dual(2, (self: Service, change: (request: LlmRequest) => LlmRequest): Service =>
  over(
    self,
    make(
      (request) => self.generate(change(request)),
      (request) => self.stream(change(request))
    )
  )
)

/** A client whose errors are looked at on their way up. */
export const tapError: {
  (look: (error: LlmError) => Effect.Effect<unknown>): (self: Service) => Service
  (self: Service, look: (error: LlmError) => Effect.Effect<unknown>): Service
} = dual(2, (self: Service, look: (error: LlmError) => Effect.Effect<unknown>): Service =>
  over(
    self,
    make(
      (request) => Effect.tapError(self.generate(request), look),
      (request) => Stream.tapError(self.stream(request), look)
    )
  )
)

/** A client that says of its models what the one below it says, unless it says so itself. */
export const over = (below: Service, client: Service): Service => {
  const { identify = below.identify, models = below.models, parameters = below.parameters } = client
  return {
    ...make(
      (request) => client.generate(request),
      (request) => client.stream(request)
    ),
    ...(models !== undefined && { models }),
    ...(parameters !== undefined && { parameters }),
    ...(identify !== undefined && { identify })
  }
}

/** Which model an alias stands for, as far as a client says. */
export const identityOf = ({ identify }: Service, alias: string): Identity => identify?.(alias) ?? { model: alias }

/**
 * A layer that puts a middleware, a function from client to client, around the client below it: the `layer` of each
 * middleware is this with its `make`. It keeps `models`, `parameters` and `identify`. The same layer over several clients is built
 * for each of them.
 */
export const layerMiddleware = <R = never, E = never>(
  middleware: Effect.Effect<(client: Service) => Service, E, R>
): Layer.Layer<LlmClient, E, Exclude<R, Scope.Scope> | LlmClient> =>
  // One built before, over another client, must not be taken for it.
  Layer.fresh(
    Layer.effect(
      LlmClient,
      Effect.gen(function* () {
        const wrap = yield* middleware
        const client = yield* LlmClient
        return over(client, wrap(client))
      })
    )
  )
