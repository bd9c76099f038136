// The places where the runs of a command are: a run is where it is kept, and looked for in all.

import * as Cache from "effect/Cache"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Journal, type JournalError, type Service } from "@stepwright/core/Journal"
import type { CliError } from "../../base/cliError.ts"
import { here } from "./folder.ts"
import type { Glance, RunStore } from "./runStore.ts"

type Several = readonly [first: RunStore, ...others: ReadonlyArray<RunStore>]

/** The stores in the order in which they are asked: what none has yet begins in the first. */
export const Stores = Context.Reference<Several>("@stepwright/node-runner/Stores", {
  defaultValue: () => [here]
})

const ownerIn = Effect.fnUntraced(function* (
  [first, ...others]: Several,
  run: string
): Effect.fn.Return<RunStore, JournalError> {
  if (others.length === 0) return first
  for (const store of [first, ...others]) if ((yield* store.glance(run)) !== undefined) return store
  return first
})

/** The store that has a run, or would. */
export const of = (run: string): Effect.Effect<RunStore, JournalError> =>
  Effect.flatMap(Stores, (all) => ownerIn(all, run))

/** Where runs are kept, in words. */
export const where: Effect.Effect<string> = Effect.flatMap(Stores, (all) =>
  Effect.map(
    Effect.forEach(all, (store) => store.where),
    (places) => places.join(", ")
  )
)

/** The runs of several places, the one that was written to last first; of two of one name the first one. */
const sorted = (all: ReadonlyArray<ReadonlyArray<Glance>>): ReadonlyArray<Glance> => {
  const [first = [], ...others] = all
  if (others.length === 0) return first
  const found = new Map<string, Glance>()
  for (const glance of all.flat()) if (!found.has(glance.run)) found.set(glance.run, glance)
  return [...found.values()].toSorted((a, b) => b.written - a.written)
}

/** All runs as they look from outside, the one that was written to last first. */
export const glances: Effect.Effect<ReadonlyArray<Glance>, CliError> = Effect.flatMap(Stores, (all) =>
  Effect.map(
    Effect.forEach(all, (store) => store.glances),
    sorted
  )
)

/** The same with those of other places than the first as far as they can be asked, and why others cannot. */
export const glancesThere = Effect.gen(function* () {
  const [first, ...others] = yield* Stores
  const own = yield* first.glances
  const [found, away] = yield* Effect.partition(others, (store) => store.glances)
  return { away, glances: sorted([own, ...found]) }
})

const journal = Effect.gen(function* () {
  const all = yield* Stores
  const journals = new Map<RunStore, Service>()
  for (const store of all) journals.set(store, yield* store.journal)
  // each store has one
  const ofStore = (store: RunStore) => journals.get(store)!
  return all.length === 1 ? ofStore(all[0]) : yield* dispatching((run) => Effect.map(ownerIn(all, run), ofStore))
})

/** A journal by whichever one has a run. */
const dispatching = Effect.fnUntraced(function* (find: (run: string) => Effect.Effect<Service, JournalError>) {
  /** Those of runs that are written to, each looked for once, so that what is appended keeps its order. */
  const written = yield* Cache.makeWith(find, {
    capacity: Infinity,
    timeToLive: (exit) => (Exit.isSuccess(exit) ? Infinity : 0)
  })
  const ofWriter = (run: string) => Cache.get(written, run)
  const of = (run: string) =>
    Effect.flatMap(Cache.getOption(written, run), (known) =>
      Option.match(known, { onNone: () => find(run), onSome: Effect.succeed })
    )
  const journal: Service = {
    append: (run, event) => {
      const appended = Effect.flatMap(ofWriter(run), ({ append }) => append(run, event))
      return event._tag === "RunEnded" ? Effect.andThen(appended, Cache.invalidate(written, run)) : appended
    },
    load: (run) => Effect.flatMap(of(run), ({ load }) => load(run)),
    size: (run) => Effect.flatMap(ofWriter(run), ({ size }) => size(run)),
    putText: (run, hash, text) => Effect.flatMap(ofWriter(run), ({ putText }) => putText(run, hash, text)),
    getText: (run, hash) => Effect.flatMap(of(run), ({ getText }) => getText(run, hash)),
    requests: (run) =>
      Stream.unwrap(
        Effect.match(of(run), {
          // what cannot be found is not written to either, which says why
          onFailure: () => Stream.empty,
          onSuccess: ({ requests }) => requests?.(run) ?? Stream.empty
        })
      )
  }
  return journal
})

/** A journal of all of them, which gives back what it has claimed when its scope ends. */
export const layer: Layer.Layer<never> = Layer.effect(Journal, journal)
