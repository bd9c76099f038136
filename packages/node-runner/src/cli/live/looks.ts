import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import * as runFolder from "../run/runFolder.ts"
import * as stores from "../run/store/stores.ts"

/** A run as a look at it found it. */
export interface Look {
  readonly events: ReadonlyArray<WorkflowEvent>
  readonly state: WorkflowState
  readonly isLive: boolean
}

/** How often a run is looked at; a look that takes long is followed by a pause that is longer. **Units** milliseconds */
const interval = { least: 500, most: 10_000 }
const pauseAfter = (took: number): number => Math.min(Math.max(interval.least, 10 * took), interval.most)

/**
 * Looks at a run until no process works on it any more, the last time after that, or until `seen` wants no more; gives the
 * last look. Its journal is read where it is another one than before.
 */
export const follow = Effect.fnUntraced(function* <E, R>(
  run: string,
  seen: (look: Look, isChanged: boolean) => Effect.Effect<boolean, E, R>
) {
  const store = yield* stores.of(run)
  let last: (Look & { readonly version: string | undefined }) | undefined
  const lookAgain = Effect.gen(function* () {
    // before its journal, which then has all that was written by who has ended
    const isLive = yield* store.isLive(run)
    const found = yield* store.glance(run)
    const isChanged = last === undefined || last.isLive !== isLive || last.version !== found?.version
    const look =
      last === undefined || isChanged ? { ...(yield* runFolder.load(run)), isLive, version: found?.version } : last
    last = look
    const goesOn = (yield* seen(look, isChanged)) && isLive
    return { look, goesOn }
  })
  for (;;) {
    const [took, { goesOn, look }] = yield* Effect.timed(lookAgain)
    if (!goesOn) return look
    yield* Effect.sleep(pauseAfter(Duration.toMillis(took)))
  }
})
