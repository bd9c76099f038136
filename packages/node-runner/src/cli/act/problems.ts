import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as ServerApi from "../../ServerApi.ts"
import { type Diagnostic, diagnostic, fromCause } from "../base/cliError.ts"

type Problem = InstanceType<(typeof ServerApi.problems)[number]>

const isProblem = (error: unknown): error is Problem =>
  ServerApi.problems.some((problem) => Predicate.isTagged(error, problem.name))

/** The errors that say what there is not, and those that say that a run is not as it would have to be. */
const missing = new Set(["NotFound", "UnknownPath"])
const conflicting = new Set(["Locked", "RunExists", "StaleState", "WrongWorkflow", "MissingResult", "Foreign"])

const reasonOf = (error: unknown): string | undefined => {
  if (Predicate.isTagged(error, "WorkflowError") && Predicate.hasProperty(error, "reason"))
    return reasonOf(error.reason)
  const isOfJournal = Predicate.isTagged(error, "JournalError") && Predicate.hasProperty(error, "reason")
  if (isOfJournal) return `${error.reason}`
  return Predicate.hasProperty(error, "_tag") ? `${error._tag}` : undefined
}

const problemOf = (cause: Cause.Cause<unknown>): Problem => {
  const error = Cause.squash(cause)
  if (isProblem(error)) return error
  const said = diagnostic(cause)
  const reason = reasonOf(error)
  if (reason !== undefined && missing.has(reason)) return new ServerApi.NotFound(said)
  if (reason !== undefined && conflicting.has(reason)) return new ServerApi.Conflict(said)
  return fromCause(cause).kind === "usage" ? new ServerApi.BadRequest(said) : new ServerApi.Failed(said)
}

/** Tells what went wrong as an answer. */
export const answered = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, Problem, R> =>
  Effect.catchCause(self, (cause) =>
    Cause.hasInterruptsOnly(cause) ? Effect.interrupt : Effect.fail(problemOf(cause))
  )

/** What went wrong, as commands tell it. */
export const problemIn = (cause: Cause.Cause<unknown>): Diagnostic => {
  const { code, fix, message, severity, target } = problemOf(cause)
  return { severity, code, message, target, ...(fix !== undefined && { fix }) }
}

/** What is wrong with what was asked. */
export const say = (code: string, message: string, target: string | null, fix?: string) => ({
  severity: "error" as const,
  code,
  message: fix === undefined ? message : `${message}: ${fix}`,
  target,
  ...(fix !== undefined && { fix })
})
