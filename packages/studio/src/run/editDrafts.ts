import { type Signal, signal } from "@preact/signals"
import type { Edits } from "../api/edits.ts"
import { none } from "../model/edits/draft.ts"

// edits of a run that are gathered stay with the tab, until they are taken back or made a run of; what is typed into forms
// is kept by formDrafts

const keyOf = (run: string) => `stepwright.draft.${run}`

const read = (run: string): Edits => {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(run)) ?? "{}")
  } catch {
    return none
  }
}

const drafts = new Map<string, Signal<Edits>>()

/** What is to be otherwise in a run, as far as it is gathered in this tab. */
export const of = (run: string): Signal<Edits> => {
  const found = drafts.get(run) ?? signal(read(run))
  drafts.set(run, found)
  return found
}

export const keep = (run: string, edits: Edits): void => {
  of(run).value = edits
  try {
    if (Object.keys(edits).length > 0) return sessionStorage.setItem(keyOf(run), JSON.stringify(edits))
  } catch {
    // there is more than a tab may keep: they stay until the page is loaded again, and no earlier ones come then
  }
  sessionStorage.removeItem(keyOf(run))
}
