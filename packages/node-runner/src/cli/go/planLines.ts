import type * as Engine from "@stepwright/core/Engine"
import * as Prices from "@stepwright/llm/Prices"
import * as gates from "../gate/gates.ts"

/** An entry of a plan, with what the step cost when it was asked last. **Units** USD */
export type Entry = Engine.PlanEntry & { readonly usd?: number }

/** What a person reads of a plan. */
export const planLines = (entries: ReadonlyArray<Entry>): ReadonlyArray<string> => {
  const told = foldedIn(entries)
  const width = Math.max(0, ...told.map(({ path }) => path.length))
  return told.flatMap(({ action, more, path, usd, why, ...gate }) => {
    const cost = usd === undefined ? "" : `, ${Prices.format(usd)} last time`
    const also = more === 0 ? "" : `, and ${more} more after it`
    return [
      `${action.padEnd(7)}  ${why === "" ? path : `${path.padEnd(width)}  ${why}`}${cost}${also}`,
      ...gates.cutShort({ path, ...gate }).map((line) => `${" ".repeat(11)}${line}`)
    ]
  })
}

/** How many that perhaps run for one reason are named one by one. */
const most = 3

/** The entries, with more than a few that perhaps run for one reason told by the first of them. */
const foldedIn = (entries: ReadonlyArray<Entry>) => {
  const told: Array<Entry & { more: number }> = []
  for (let i = 0; i < entries.length;) {
    const { action, why } = entries[i]!
    const isAlike = (entry: Entry) => action === "perhaps" && entry.action === action && entry.why === why
    const next = entries.findIndex((entry, j) => j > i && !isAlike(entry))
    const end = next === -1 ? entries.length : next
    const count = end - i > most ? 1 : end - i
    for (const entry of entries.slice(i, i + count)) told.push({ ...entry, more: end - i - count })
    i = end
  }
  return told
}
