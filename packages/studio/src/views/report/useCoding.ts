import { useMemo } from "preact/hooks"
import * as coding from "../../model/report/coding.ts"
import * as links from "../../model/report/links.ts"
import type { Store } from "../../run/store.ts"

/** What a run made of code, and how it hangs together; nothing for a run of anything else. */
export const useCoding = (store: Store): coding.Coding | undefined => {
  const [past, tree, steps] = [store.past.value, store.tree.value, store.steps.value]
  return useMemo(() => coding.of(tree, past, steps), [past, tree, steps])
}

/** Everything that a report links; nothing before there is one. */
export const useLinks = (found: coding.Coding | undefined): links.Links | undefined =>
  useMemo(
    () => (found?.report === undefined ? undefined : links.of(found, found.report)),
    // while a run goes on, an output stays the same value, and so do the texts in it
    [found?.report, found?.coverage, ...(found?.project?.texts.values() ?? [])]
  )
