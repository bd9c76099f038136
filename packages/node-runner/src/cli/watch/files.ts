import { readdirSync, statSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { isByproduct } from "../../internal/disk/byproducts.ts"
import { attempt } from "../start/attempt.ts"
import type { Inbox } from "./inbox.ts"

/** How often files are looked at; what changed is told once nothing else did for that long. */
const interval = "150 millis"

/** The files and folders that are watched. */
export interface Watched {
  /**
   * Names them all anew; one that changed after `since`, when it may have been read, is told of as well.
   * **Units** `since`: ms since 1970
   */
  readonly set: (files: ReadonlyArray<string>, since: number) => void
}

interface Look {
  /** Another text for each state of a file, or of what counts in a folder. */
  readonly version: string
  /** When a file became what it is. **Units** ms since 1970 */
  readonly since: number
}

const look = (file: string): Look => {
  const found = attempt(() => statSync(file, { bigint: true }))
  if (found === undefined) return { version: "", since: 0 }
  if (found.isDirectory()) {
    const names = attempt(() => readdirSync(file)) ?? []
    return { version: names.filter((name) => !isByproduct(name)).join("\0"), since: 0 }
  }
  const { ctimeMs, ctimeNs, ino, mtimeNs, size } = found
  return { version: `${ino} ${size} ${mtimeNs} ${ctimeNs}`, since: Number(ctimeMs) }
}

/**
 * Tells the inbox which files changed, came or went. They are looked at again and again: that notices every way to save,
 * needs no folder that is there already, and works on every kind of disk.
 */
export const make = Effect.fnUntraced(function* (inbox: Inbox): Effect.fn.Return<Watched, never, Scope.Scope> {
  const watched = new Map<string, string>()
  const changed = new Set<string>()
  const round = Effect.sync(() => {
    let isQuiet = true
    for (const [file, version] of watched) {
      const now = look(file).version
      if (now === version) continue
      watched.set(file, now)
      changed.add(file)
      isQuiet = false
    }
    if (!isQuiet || changed.size === 0) return
    Queue.offerUnsafe(inbox, { _tag: "Changed", files: [...changed] })
    changed.clear()
  })
  yield* Effect.forkScoped(Effect.repeat(round, Schedule.spaced(interval)))
  return {
    set: (files, began) => {
      const wanted = new Set(files)
      for (const file of watched.keys()) if (!wanted.has(file)) watched.delete(file)
      for (const file of wanted) {
        if (watched.has(file)) continue
        const { since, version } = look(file)
        watched.set(file, version)
        if (since > began) changed.add(file)
      }
    }
  }
})
