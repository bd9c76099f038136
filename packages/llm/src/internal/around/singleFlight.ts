import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as LlmClient from "@stepwright/core/LlmClient"
import { identity } from "@stepwright/core/LlmRequest"
import * as Middleware from "../../Middleware.ts"

/**
 * A middleware that makes one of equal requests at the same time: the first goes on, and the others get the reply or the
 * error that it gets. Where it is interrupted, the next goes on. One that asks anew goes alone. Nothing waits for a
 * stream: it goes on as its reader does, who may wait for the very one that would wait.
 */
export const make: Middleware.Middleware = (below) => {
  const flights = new Map<string, Deferred.Deferred<Middleware.Ended>>()

  const departing = (streams: boolean): LlmClient.Service => {
    const client = Middleware.make((request) =>
      Effect.sync((): Middleware.Call => {
        if (request.metadata.fresh === true) return {}
        const key = identity(request)
        const ahead = flights.get(key)
        if (ahead !== undefined) return { client: LlmClient.unwrap(() => Effect.map(Deferred.await(ahead), landed)) }
        if (streams) return {}
        const flight = Deferred.makeUnsafe<Middleware.Ended>()
        flights.set(key, flight)
        return {
          leave: (ended) =>
            Effect.sync(() => {
              flights.delete(key)
              Deferred.doneUnsafe(flight, Exit.succeed(ended))
            })
        }
      })
    )(below)

    /** The client that answers as the one ahead was answered, or departs itself. */
    const landed = ({ error, reply }: Middleware.Ended): LlmClient.Service => {
      if (reply !== undefined) return LlmClient.make(() => Effect.succeed(reply))
      return error === undefined ? client : LlmClient.make(() => Effect.fail(error))
    }
    return client
  }
  return LlmClient.make(departing(false).generate, departing(true).stream)
}
