// A run that is kept elsewhere from now on.

import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { JournalError } from "@stepwright/core/Journal"
import * as WorkflowEvent from "@stepwright/core/WorkflowEvent"
import { failed, usage } from "../base/cliError.ts"
import * as runFolder from "../run/runFolder.ts"
import type { RunStore } from "../run/store/runStore.ts"

/** The events of a run as JSON. */
const eventsIn = Effect.fnUntraced(function* (store: RunStore, run: string) {
  const read = yield* store.read(run)
  if (read !== undefined) return read.events.map(({ json }) => json)
  return yield* new JournalError({ run, reason: "Failed", detail: "it cannot be read now" })
})

const isEqual = (one: ReadonlyArray<string>, other: ReadonlyArray<string>) =>
  one.length === other.length && one.every((json, i) => json === other[i])

/** Hashes, as events name texts by them. */
const hashes = /"([0-9a-f]{64})"/gu

/** Begins a run in a place with all that happened to it in another. */
const copied = Effect.fnUntraced(function* (
  run: string,
  from: RunStore,
  to: RunStore,
  events: ReadonlyArray<string>,
  onBegun: () => void
) {
  const textOf = yield* from.texts(run)
  const { append, putText } = yield* to.journal
  const known = new Set<string>()
  for (const [i, json] of events.entries()) {
    for (const [, hash = ""] of json.matchAll(hashes)) {
      const text = known.has(hash) ? undefined : textOf(hash)
      known.add(hash)
      if (text !== undefined) yield* putText(run, hash, text)
    }
    const event: unknown = JSON.parse(json)
    if (Result.isFailure(WorkflowEvent.decode(event))) {
      return yield* new JournalError({ run, reason: "Unreadable", detail: `event ${i + 1} cannot be read` })
    }
    // it is one as it is, and what is decoded may be written otherwise
    yield* append(run, event as WorkflowEvent.WorkflowEvent)
    onBegun()
  }
}, Effect.scoped)

/** The settings of a run, for another place: what is not trusted here is not trusted there. */
const settingsFor = Effect.fnUntraced(function* (run: string, from: RunStore, to: RunStore) {
  const place = yield* to.settings.place(run)
  const known = yield* Effect.option(runFolder.readSettings(run))
  if (known._tag === "None") return yield* from.settings.read(run)
  return known.value && (yield* runFolder.settingsText(place, known.value))
})

/**
 * Moves a run from one place to another: every event as it is, to the byte, its texts, its settings. It is removed where it
 * was once it is whole where it shall be; whoever is cut short does it again.
 */
export const moved = Effect.fnUntraced(function* (run: string, from: RunStore, to: RunStore) {
  const places = { from: yield* from.where, to: yield* to.where }
  if (yield* from.isLive(run)) {
    const fix = `cancel it first: \`cancel ${run}\``
    return yield* usage(`run ${run} is under way`, { target: run, fix })
  }
  yield* to.check
  let isBegun = false
  const work = Effect.gen(function* () {
    const { size } = yield* from.journal
    // nobody else goes on with it meanwhile
    yield* size(run)
    const events = yield* eventsIn(from, run)
    const before = (yield* to.glance(run)) === undefined ? [] : yield* eventsIn(to, run)
    if (!isEqual(before, events.slice(0, before.length))) {
      return yield* usage(`another run ${run} is in ${places.to}`, { target: run, fix: "remove one of them" })
    }
    if (before.length === events.length) return
    // what is left of a move that was cut short
    if (before.length > 0) yield* to.remove(run)
    const settings = yield* settingsFor(run, from, to)
    yield* copied(run, from, to, events, () => {
      isBegun = true
    })
    if (settings !== undefined) yield* to.settings.write(run, settings)
    if (isEqual(yield* eventsIn(to, run), events)) return
    return yield* failed(`run ${run} would be another one in ${places.to}, and stays where it is`, { target: run })
  })
  yield* Effect.onError(Effect.scoped(work), () => (isBegun ? Effect.ignore(to.remove(run)) : Effect.void))
  yield* from.remove(run)
  return places
})
