import { describe } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ResultCache } from "@stepwright/core"
import { ResultCacheConformance } from "@stepwright/core/testing"
import { conforms, refuses } from "../../../../test/support/conformance.ts"

type Service = ResultCache.Service

/** The suite of a cache in memory with something else in place of what it does. */
const changed = (change: (cache: Service) => Partial<Service>) =>
  ResultCacheConformance.suite(
    Effect.sync(() => {
      const cache = ResultCache.makeMemory()
      return Layer.succeed(ResultCache.ResultCache, { ...cache, ...change(cache) })
    })
  )

describe("ResultCacheConformance", () => {
  describe("takes one in memory", () => {
    conforms(changed(() => ({})))
  })

  refuses({
    "has room for the last entry only": [
      ResultCacheConformance.suite(
        Effect.sync(() => Layer.succeed(ResultCache.ResultCache, ResultCache.makeMemory({ capacity: 1 })))
      ),
      /gives back any entry as it was put/
    ],
    "keeps nothing": [ResultCacheConformance.suite(Effect.succeed(ResultCache.layerNone)), /any entry as it was put/],
    "has forgotten all when it is opened again": [
      ResultCacheConformance.suite(Effect.succeed(ResultCache.layerMemory)),
      /has all entries when it is opened again/
    ],
    "mixes samples": [
      changed(({ get, put }) => ({
        get: ({ question }) => get({ question, ordinal: 0 }),
        put: ({ question }, entry) => put({ question, ordinal: 0 }, entry)
      })),
      /keeps questions and ordinals apart/
    ],
    "mixes questions that differ in case": [
      changed(({ get, put }) => ({
        get: ({ ordinal, question }) => get({ question: question.toLowerCase(), ordinal }),
        put: ({ ordinal, question }, entry) => put({ question: question.toLowerCase(), ordinal }, entry)
      })),
      /keeps questions and ordinals apart/
    ],
    "keeps what was there first": [
      changed(({ get, put }) => ({
        put: (key, entry) => Effect.flatMap(get(key), (there) => (there === undefined ? put(key, entry) : Effect.void))
      })),
      /in the place of the one before/
    ],
    "serves what a person rejected": [
      changed(() => ({ remove: () => Effect.void })),
      /serves nothing that was removed/
    ],
    "lets everybody make it": [changed(({ get }) => ({ claim: get })), /lets one of many make an entry/],
    "holds a claim for ever": [
      changed(({ claim, get }) => {
        const held = new Set<string>()
        return {
          claim: (key) =>
            Effect.suspend(() => {
              const id = JSON.stringify(key)
              if (held.has(id))
                return Effect.flatMap(get(key), (entry) =>
                  entry ? Effect.succeed(entry) : Effect.die(new Error("it is held"))
                )
              held.add(id)
              return claim(key)
            })
        }
      }),
      /passes a claim on whose owner made nothing/
    ],
    "has one claim for all": [
      changed(({ claim }) => {
        let isHeld = false
        const hold = Effect.acquireRelease(
          Effect.suspend(() =>
            isHeld ? Effect.die(new Error("it is held")) : Effect.sync(() => void (isHeld = true))
          ),
          () => Effect.sync(() => void (isHeld = false))
        )
        return { claim: (key) => Effect.andThen(hold, claim(key)) }
      }),
      /claims of different keys be held at once/
    ]
  })
})
