import type { Outlook } from "../api/client.ts"
import { things } from "./figures.ts"

/** How many paths are named of those that are many. */
const most = 3

const named = (paths: ReadonlyArray<string>): string =>
  paths.length <= most ? paths.join(", ") : `${paths.slice(0, most).join(", ")} and ${paths.length - most} more`

/** What comes of a change once the run goes on, in a sentence. */
export const sentenceOf = ({ pending, perhaps, undecided }: Outlook): string => {
  const parts = [
    ...(pending.length === 0 ? [] : [`${things(pending.length, "step runs", "steps run")} (${named(pending)})`]),
    ...(perhaps.length === 0 ? [] : [`perhaps then ${named(perhaps)}`]),
    ...(undecided.length === 0
      ? []
      : [`${named(undecided)} still ${undecided.length === 1 ? "waits" : "wait"} for a decision`])
  ]
  return parts.length === 0
    ? "Nothing more runs: go on, and the run is done."
    : `Once the run goes on, ${parts.join("; ")}.`
}
