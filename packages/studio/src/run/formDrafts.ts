import type { State } from "../model/form/values.ts"
import type { Json } from "../model/json.ts"

// what was typed into forms and not sent stays while the tab is there, whatever is looked at meanwhile

/** Where a tab keeps it when its page is loaded again. */
const place = "stepwright.drafts"

interface Draft {
  /** The Schema that it was filled in for, as text. */
  readonly of: string
  readonly state: State
  /** What it answers. */
  readonly question?: Json
}

let drafts: Map<string, Draft> | undefined

const all = (): Map<string, Draft> => {
  if (drafts !== undefined) return drafts
  const found = new Map<string, Draft>()
  try {
    for (const [name, draft] of JSON.parse(sessionStorage.getItem(place) ?? "[]")) found.set(name, draft)
  } catch {
    // what another version of the page kept
  }
  addEventListener("pagehide", () => {
    try {
      sessionStorage.setItem(place, JSON.stringify([...found]))
    } catch {
      // there is more than a tab may keep
      sessionStorage.removeItem(place)
    }
  })
  return (drafts = found)
}

/** What was filled in for the same before. */
export const get = (name: string, of: string): State | undefined => {
  const draft = all().get(name)
  return draft?.of === of ? draft.state : undefined
}

/** The question that what was filled in answers. */
export const question = (name: string): Json | undefined => all().get(name)?.question

export const keep = (name: string, of: string, state: State, question?: Json): void =>
  void all().set(name, { of, state, ...(question !== undefined && { question }) })

export const drop = (name: string): void => void all().delete(name)
