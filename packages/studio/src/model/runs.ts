import type { Listed } from "../api/client.ts"

/** What is wanted of a list of runs; empty for whatever it is. */
export interface Wanted {
  readonly text: string
  readonly status: string
  readonly workflow: string
}

/** The runs that are like that. Each word of `text` stands in the id, the workflow or the error. */
export const matching = (runs: ReadonlyArray<Listed>, { status, text, workflow }: Wanted): ReadonlyArray<Listed> => {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "")
  return runs.filter((run) => {
    const isReadable = "workflow" in run
    if (status !== "" && status !== (isReadable ? run.status : "unreadable")) return false
    if (workflow !== "" && (!isReadable || run.workflow !== workflow)) return false
    const about = `${run.run} ${isReadable ? run.workflow : run.error}`.toLowerCase()
    return words.every((word) => about.includes(word))
  })
}
