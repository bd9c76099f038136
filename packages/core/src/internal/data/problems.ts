import * as Result from "effect/Result"
import { type Problem, WorkflowDefinitionError } from "../../WorkflowDefinition.ts"

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

/** What some work on the definition of a workflow gives, unless it reported something. */
export const settled = <A>(
  workflow: string,
  work: (report: Report) => A
): Result.Result<A, WorkflowDefinitionError> => {
  const problems: Array<Problem> = []
  const value = work(({ keys, path }, detail, of) => void problems.push({ keys, path, detail, ...(of && { of }) }))
  const [first, ...others] = problems
  return first === undefined
    ? Result.succeed(value)
    : Result.fail(new WorkflowDefinitionError({ workflow, problems: [first, ...others] }))
}
