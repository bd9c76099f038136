import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as LlmClient from "@stepwright/core/LlmClient"
import { identity } from "@stepwright/core/LlmRequest"
import * as passage from "./around.ts"

/**
 * A middleware that makes one of equal requests at the same time: the first goes on, and the others get the reply or the
 * error that it gets. Where it is interrupted, the next goes on. One that asks anew goes alone. Nothing waits for a
 * stream: it goes on as its reader does, who may wait for the very one that would wait.
 */
export const make = (client: LlmClient.Service): LlmClient.Service => {
  const flights = new Map<string, Deferred.Deferred<passage.Ended>>()
  const departing = (streams: boolean) =>
    passage.make((request, restore) => {
      const key = identity(request)
      const depart: Effect.Effect<passage.Passage> = Effect.suspend(() => {
        if (request.metadata.fresh === true) return Effect.succeed(passage.through(client))
        const ahead = flights.get(key)
        if (ahead !== undefined) {
          return Effect.flatMap(restore(Deferred.await(ahead)), ({ reply, error }) => {
            if (reply !== undefined) return Effect.succeed(passage.through(LlmClient.make(() => Effect.succeed(reply))))
            if (error !== undefined) return Effect.succeed(passage.through(LlmClient.make(() => Effect.fail(error))))
            return depart
          })
        }
        if (streams) return Effect.succeed(passage.through(client))
        const flight = Deferred.makeUnsafe<passage.Ended>()
        flights.set(key, flight)
        return Effect.succeed({
          ...passage.through(client),
          leave: (ended: passage.Ended) =>
            Effect.sync(() => {
              flights.delete(key)
              Deferred.doneUnsafe(flight, Exit.succeed(ended))
            })
        })
      })
      return depart
    })
  return LlmClient.make(departing(false).generate, departing(true).stream)
}
