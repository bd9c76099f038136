import type { State } from "../model/form/values.ts"

// what was typed and not sent stays while the tab is there, whatever is looked at meanwhile

/** Where a tab keeps it when its page is loaded again. */
const place = "stepwright.drafts"

/** `of`: what it was filled in for, as text. */
interface Draft {
  readonly of: string
  readonly state: State
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

export const keep = (name: string, of: string, state: State): void => void all().set(name, { of, state })

export const drop = (name: string): void => void all().delete(name)
