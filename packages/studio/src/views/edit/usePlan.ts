import { useEffect, useState } from "preact/hooks"
import * as client from "../../api/client.ts"
import * as api from "../../api/edits.ts"

/** How long nothing is to be typed before it is asked what would run. **Units** milliseconds */
const patience = 350

export interface Planned {
  readonly plan: ReadonlyArray<client.PlanEntry> | undefined
  readonly problem: client.Problem | undefined
  /** Whether it is being asked. */
  readonly isOld: boolean
}

/** What a run would do with edits, asked as these change. */
export const usePlan = (run: string, edits: api.Edits, isWanted: boolean): Planned => {
  const [planned, setPlanned] = useState<Planned>({ plan: undefined, problem: undefined, isOld: true })
  useEffect(() => {
    if (!isWanted) return undefined
    const controller = new AbortController()
    setPlanned((before) => ({ ...before, isOld: true }))
    const timer = setTimeout(() => {
      api.plan(run, edits, controller.signal).then(
        (plan) => setPlanned({ plan, problem: undefined, isOld: false }),
        (error: unknown) => {
          if (controller.signal.aborted) return
          const problem = client.problemOf(error)
          setPlanned({ plan: undefined, problem, isOld: false })
        }
      )
    }, patience)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [run, edits, isWanted])
  return planned
}
