import type { Problem } from "../../WorkflowDefinition.ts"

export type Keys = Problem["keys"]

/** Where something stands: its keys in the data, and the path of the step or group. */
export interface Place {
  readonly keys: Keys
  readonly path: string
}

/** A place in another. */
export const under = ({ keys, path }: Place, ...more: Keys): Place => ({ keys: [...keys, ...more], path })

/** Takes down a problem at a place. */
export type Report = (place: Place, detail: string, of?: "key") => void

/** Several of them, in the order of the data as they were found. */
export const reporter = (): { readonly problems: Array<Problem>; readonly report: Report } => {
  const problems: Array<Problem> = []
  return {
    problems,
    report: ({ keys, path }, detail, of) => void problems.push({ keys, path, detail, ...(of && { of }) })
  }
}
