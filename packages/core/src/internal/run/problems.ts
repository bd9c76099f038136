// What is wrong with what is asked of a run, for other processes.

import * as Schema from "effect/Schema"
import type { WorkflowError } from "../../WorkflowError.ts"

const said = {
  code: Schema.String.annotate({ description: "The name of the error, for a program to tell it by." }),
  message: Schema.String.annotate({ description: "What is wrong, for a person." })
}

/** What was given does not fit: an input, a decision. */
export class RunBadRequest extends Schema.TaggedError<RunBadRequest>()("RunBadRequest", said, {
  httpApiStatus: 400
}) {}
/** There is no such run of this workflow, or no such step in it. */
export class RunNotFound extends Schema.TaggedError<RunNotFound>()("RunNotFound", said, { httpApiStatus: 404 }) {}
/** As the run is, it cannot be done. */
export class RunConflict extends Schema.TaggedError<RunConflict>()("RunConflict", said, { httpApiStatus: 409 }) {}
/** The journal, or the engine, could not do its part. */
export class RunBroken extends Schema.TaggedError<RunBroken>()("RunBroken", said, { httpApiStatus: 500 }) {}

export const problems = [RunBadRequest, RunNotFound, RunConflict, RunBroken] as const
export type Problem = InstanceType<(typeof problems)[number]>

const notFound = new Set(["NotFound", "UnknownPath", "WrongWorkflow"])
// what a run was started with may not fit what its workflow takes by now
const conflicting = new Set(["Locked", "Foreign", "RunExists", "StaleState", "MissingResult", "InvalidInput"])

/** What is wrong, for who asked. */
export const problemOf = ({ message, reason }: WorkflowError): Problem => {
  const code = reason._tag === "JournalError" ? reason.reason : reason._tag
  if (notFound.has(code)) return new RunNotFound({ code, message })
  if (conflicting.has(code)) return new RunConflict({ code, message })
  return code === "InvalidOutput" ? new RunBadRequest({ code, message }) : new RunBroken({ code, message })
}

/** The same of an input that is sent. */
export const unfitOf = (problem: Problem): Problem => {
  const { code, message } = problem
  return code === "InvalidInput" ? new RunBadRequest({ code, message }) : problem
}
