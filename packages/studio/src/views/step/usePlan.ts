import { useEffect, useState } from "preact/hooks"
import type { PlanEntry } from "../../api/client.ts"
import type { Store } from "../../run/store.ts"

/** How long nothing has to happen until it is asked. **Units** milliseconds */
const quiet = 300

/** What a run that is at rest would do, asked again once something happened. */
export const usePlan = (store: Store): ReadonlyArray<PlanEntry> => {
  const [known, setKnown] = useState<{ readonly number: number; readonly plan: ReadonlyArray<PlanEntry> }>()
  void store.version.value
  const isLive = store.status.value === "RUNNING"
  const { number } = store.history
  useEffect(() => {
    if (isLive) return undefined
    let isWanted = true
    const timer = setTimeout(
      () =>
        void store.plan().then(
          (plan) => isWanted && setKnown({ number, plan }),
          // the rest of the step is there without it
          () => undefined
        ),
      quiet
    )
    return () => {
      isWanted = false
      clearTimeout(timer)
    }
  }, [isLive, number])
  // what was so before something happened is not said
  return isLive || known?.number !== number ? [] : known.plan
}
