import { looks, words } from "../model/look.ts"
import type { Summary } from "../model/standing.ts"
import type { Place } from "../model/tree.ts"
import type { Opening } from "../model/rows.ts"
import { things } from "../model/figures.ts"

const kinds: Readonly<Partial<Record<Place["kind"], readonly [one: string, many: string]>>> = {
  forEach: ["item", "items"],
  rounds: ["round", "rounds"],
  samples: ["sample", "samples"]
}

/** What there is to say of a group in a few words: how many items, and how many of them are not simply done. */
export const details = (place: Place, summary: Summary | undefined, opening?: Opening): string => {
  if (summary === undefined) return ""
  const kind = kinds[place.kind]
  const atMost = place.node?.count === undefined ? "" : ` of at most ${place.node.count}`
  const how = looks
    .filter((look) => summary.counts[look] > 0 && look !== "done" && look !== "skipped" && look !== "waiting")
    .map((look) => `${summary.counts[look].toLocaleString("en")} ${words[look]}`)
  if (kind !== undefined) {
    if (place.children.length === 0) return `no ${kind[1]}${summary.look === "waiting" ? " yet" : ""}`
    const items = `${things(summary.items, ...kind)}${place.kind === "rounds" ? atMost : ""}`
    const done = summary.itemsDone === summary.items ? "" : `, ${summary.itemsDone.toLocaleString("en")} done`
    return [items + done, ...how, ...(opening === "some" ? ["others folded"] : [])].join(", ")
  }
  const done = summary.counts.done
  const progress = summary.steps === 0 || done === summary.steps ? [] : [`${done} of ${summary.steps} done`]
  return [...progress, ...how].join(", ")
}
