import type * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { patience } from "../../internal/sandbox/python.ts"
import { fromCause } from "../base/cliError.ts"

/** What was looked at, what was found, and where something is missing what that means and what to do. */
export interface Finding {
  readonly name: string
  /** A `note` is of something that a run of the workflow can do without; a `problem` keeps it from running. */
  readonly standing: "ok" | "note" | "problem"
  readonly found: string
  readonly means?: string
  readonly fix?: string
  /** What was found, for a program; `null` where nothing was. */
  readonly value: unknown
}

/** Findings, and what they are about. */
export interface Section {
  readonly section: string
  readonly findings: ReadonlyArray<Finding>
}

/** Why there is no answer. */
export interface Unanswered {
  readonly why: string
  readonly fix?: string
}

/** How long a question may take. */
const limit = Duration.seconds(10)

/** The same of one for which programs are asked, each with a limit of its own, which a run has as well. */
export const limitOfPrograms = Duration.times(patience, 4)

/** The answer to a question, or why there is none: it failed, threw, or took too long. */
export const answerTo = <A, E, R>(
  question: Effect.Effect<A, E, R>,
  duration: Duration.Duration = limit
): Effect.Effect<Result.Result<A, Unanswered>, never, R> =>
  question.pipe(
    Effect.map(Result.succeed),
    Effect.catchCause((cause) => Effect.succeed(Result.fail(whyOf(cause)))),
    Effect.timeoutOrElse({
      duration,
      orElse: () => Effect.succeed(Result.fail({ why: `no answer within ${Duration.format(duration)}` }))
    })
  )

const whyOf = (cause: Cause.Cause<unknown>): Unanswered => {
  const { fix, message } = fromCause(cause)
  if (fix === undefined) return { why: message }
  // a message says what to do, too
  return { why: message.endsWith(`: ${fix}`) ? message.slice(0, -fix.length - 2) : message, fix }
}

/** A finding of what there is no answer to. */
export const unanswered = (
  name: string,
  { fix, why }: Unanswered,
  { standing = "problem", ...others }: Partial<Pick<Finding, "standing" | "means" | "fix">> = {}
): Finding => ({ name, standing, found: why, ...(fix !== undefined && { fix }), ...others, value: null })
