import type { Usage } from "@stepwright/core/Usage"
import type { WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import type * as ServerApi from "@stepwright/node-runner/ServerApi"
import { type Counts, type Look, looks, noCounts, ofCounts } from "./look.ts"
import { isLeaf, type Place } from "./tree.ts"

export type StepStanding = Omit<typeof ServerApi.StepStanding.Type, "status"> & { readonly status: Look }

/** How steps stand, by path. */
export type Steps = ReadonlyMap<string, StepStanding>

export const waiting = (path: string): StepStanding => ({
  path,
  status: "waiting",
  attempts: 0,
  replies: 0,
  tokens: {},
  durationMillis: null
})

/** How a step stands after an event: the same as the server will say once it is asked, as far as the event tells. */
export const after = (before: StepStanding, event: WorkflowEvent): StepStanding => {
  const { by: _by, error: _error, why: _why, ...bare } = before
  switch (event._tag) {
    case "StepStarted":
      return { ...bare, status: "running", attempts: before.attempts + 1 }
    case "StepReplied":
      return { ...before, replies: before.replies + 1, tokens: sum(before.tokens, event.usage) }
    case "StepSucceeded":
      return { ...bare, status: "done", by: event.by }
    case "StepFailed":
      return event.fingerprint !== undefined
        ? { ...bare, status: "takenOver", why: `failed: ${event.tag}, taken over`, error: event.message }
        : event.suspends === true
          ? { ...bare, status: "suspended", why: `waits: ${event.message.split(":", 1)[0]}`, error: event.message }
          : { ...bare, status: "failed", error: event.message }
    case "ResultShared":
      return { ...bare, status: "done", why: `as in ${event.from}` }
    case "ResultMoved":
      return { ...bare, status: "done", why: `moved from ${event.from}` }
    case "GateAsked":
      return { ...bare, status: "undecided", why: "waits for a decision" }
    default:
      return before
  }
}

/** The path of a step that stands otherwise after an event. */
export const pathOf = (event: WorkflowEvent): string | undefined =>
  "path" in event ? event.path : event._tag === "ResultMoved" ? event.to : undefined

/** The sum of tokens; what one does not say is not known of the sum. */
const sum = (a: Usage, b: Usage): Usage => ({
  ...(a.input !== undefined && b.input !== undefined && { input: a.input + b.input }),
  ...(a.output !== undefined && b.output !== undefined && { output: a.output + b.output })
})

/** How a place looks, with what is in it. */
export interface Summary {
  readonly look: Look
  readonly counts: Counts
  /** How many steps it has, those that are not taken left out. */
  readonly steps: number
  /** How many of its items or rounds are done, and how many there are. */
  readonly items: number
  readonly itemsDone: number
}

/** How all places look, by their ids. `isComplete`: the run is. */
export const summarise = (root: Place, steps: Steps, isComplete = false): ReadonlyMap<string, Summary> => {
  // a run that is complete does not come by what it has not come by
  const unknown: Look = isComplete ? "skipped" : "waiting"
  const summaries = new Map<string, Summary>()
  const leaf = (place: Place, isSkipped: boolean): Summary => {
    const known = steps.get(place.path)?.status
    return leaves[isSkipped ? "skipped" : known === undefined || known === "waiting" ? unknown : known]
  }
  const visit = (place: Place, isSkipped: boolean): Summary => {
    const summary = isLeaf(place) && place.children.length === 0 ? leaf(place, isSkipped) : group(place, isSkipped)
    summaries.set(place.id, summary)
    return summary
  }
  const group = (place: Place, isSkipped: boolean): Summary => {
    const counts = noCounts()
    const isTaken = waysOf(place, steps)
    let [count, items, itemsDone] = [0, 0, 0]
    const own = isLeaf(place) ? leaf(place, isSkipped) : undefined
    if (own !== undefined) counts[own.look]++
    for (const child of place.children) {
      const inside = visit(child, isSkipped || !isTaken(child))
      count += inside.steps
      for (const look of looks) counts[look] += inside.counts[look]
      if (place.isMany && inside.look !== "skipped") {
        items++
        if (inside.look === "done") itemsDone++
      }
    }
    const look = place.children.length > 0 ? ofCounts(counts) : isSkipped ? "skipped" : unknown
    return { look, counts, steps: count, items, itemsDone }
  }
  visit(root, false)
  return summaries
}

/** What all steps of a look have in common. */
const leaves = Object.fromEntries(
  looks.map((look): [Look, Summary] => [
    look,
    { look, counts: { ...noCounts(), [look]: 1 }, steps: look === "skipped" ? 0 : 1, items: 0, itemsDone: 0 }
  ])
) as Readonly<Record<Look, Summary>> // there is one for each

/** Which ways of a branch or a fallback are taken, as far as that is known. */
const waysOf = ({ children, kind }: Place, steps: Steps): ((child: Place) => boolean) => {
  if (kind !== "branch" && kind !== "fallback") return () => true
  const isGone = (place: Place): boolean => {
    const status = steps.get(place.path)?.status
    if (status !== undefined && status !== "skipped" && status !== "waiting") return true
    return place.children.some(isGone)
  }
  if (kind === "fallback") {
    const [first, second] = children
    // what is done otherwise is so only once the first failed
    return (child) => child === first || (second !== undefined && isGone(second))
  }
  const gone = children.filter(isGone)
  return gone.length === 0 ? () => true : (child) => gone.includes(child)
}
