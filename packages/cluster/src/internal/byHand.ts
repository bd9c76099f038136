import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { Service } from "@stepwright/core/Journal"
import * as events from "./events.ts"
import type { Held } from "./held.ts"
import { Ledger } from "./ledger.ts"
import * as runs from "./runs.ts"
import * as texts from "./texts.ts"

const begins = new Set(["RunInitialized", "RunImported"])

/** The journal of a process that takes over whatever run it is asked to write to, but those that workers have. */
export const make = Effect.fnUntraced(function* (
  beginning: Omit<runs.Beginning, "owner"> & { readonly isQueued?: boolean } = {}
): Effect.fn.Return<Service, never, Ledger> {
  const database = yield* Ledger
  const owner = `process-${yield* Random.nextIntBetween(1, 2 ** 48)}`
  const { isQueued = false, ...how } = beginning
  const held = new Map<string, Held>()
  /** Texts of runs that have not begun. */
  const early = new Map<string, Map<string, string>>()
  const heldOf = Effect.fnUntraced(function* (run: string) {
    const known = held.get(run) ?? (yield* runs.claim(database, run, owner))
    if (known !== undefined) held.set(run, known)
    return known
  })
  return {
    append: Effect.fnUntraced(function* (run, event) {
      // what begins a run goes on with none
      const known = held.get(run) ?? (begins.has(event._tag) ? undefined : yield* heldOf(run))
      if (known !== undefined) yield* known.append(event)
      else {
        const from = { ...how, owner: isQueued ? undefined : owner }
        const begun = yield* runs.begin(database, run, event, from, early.get(run))
        early.delete(run)
        if (!isQueued) held.set(run, begun)
      }
      // who does not run it does not hold it
      if (event._tag === "RunEnded") held.delete(run)
    }),
    load: (run) => Effect.andThen(database.written, events.load(database, run)),
    size: (run) => (isQueued ? Effect.succeed(0) : Effect.map(heldOf(run), (known) => known?.size() ?? 0)),
    putText: (run, hash, text) =>
      Effect.map(heldOf(run), (known) => {
        if (known !== undefined) return known.putText(hash, text)
        early.set(run, (early.get(run) ?? new Map<string, string>()).set(hash, text))
      }),
    getText: (run, hash) => {
      const kept = early.get(run)?.get(hash)
      if (kept !== undefined) return Effect.succeed(kept)
      return held.get(run)?.getText(hash) ?? texts.read(database, run, hash)
    }
  }
})
