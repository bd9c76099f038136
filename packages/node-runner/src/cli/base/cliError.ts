import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { describeError, WorkflowError } from "@stepwright/core/WorkflowError"

/** What the process says of itself when it ends. */
export const exitStatus = { done: 0, failed: 1, usage: 2, configuration: 3, suspended: 4, interrupted: 130 } as const
export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus]

/** Why a command cannot do what it was asked for, told to a person: what to change, in a line or two. */
export class Problem extends Schema.TaggedError<Problem>()("Problem", {
  kind: Schema.Literals(["failed", "usage", "configuration"]),
  message: Schema.String,
  cause: Schema.optional(Schema.Defect())
}) {}

export const usage = (message: string, cause?: unknown) => new Problem({ kind: "usage", message, cause })

export const configuration = (message: string, cause?: unknown) =>
  new Problem({ kind: "configuration", message, cause })

export const failed = (message: string, cause?: unknown) => new Problem({ kind: "failed", message, cause })

/** What went wrong inside, for the line that a person reads: the engine's own errors say what was asked wrongly. */
export const fromCause = (cause: Cause.Cause<unknown>): Problem => {
  const error = Cause.squash(cause)
  if (error instanceof Problem) return error
  const message = error instanceof Error ? error.message : String(error)
  const service = /^Service not found: (\S+)/.exec(message)?.[1]
  if (service !== undefined) {
    return configuration(
      `a step needs the service ${service}, which nobody provides: export a \`layer\` with it beside the workflow`,
      error
    )
  }
  return new Problem({ kind: kindOf(error), message: message.trimEnd(), cause: error })
}

const usageReasons: ReadonlySet<unknown> = new Set([
  "InvalidInput",
  "InvalidOutput",
  "MissingResult",
  "UnknownPath",
  "WrongWorkflow",
  "WorkflowConfigError",
  "WorkflowStateError",
  "NotFound"
])

const configurationErrors: ReadonlySet<unknown> = new Set([
  "ConfigError",
  "CassetteError",
  "PricesError",
  "UnknownPrice",
  "UnknownModel"
])

const kindOf = (error: unknown): Problem["kind"] => {
  if (typeof error !== "object" || error === null) return "failed"
  const { _tag, reason } = error as { readonly _tag?: unknown; readonly reason?: unknown }
  if (configurationErrors.has(_tag)) return "configuration"
  if (_tag === "JournalError") {
    return reason === "NotFound" ? "usage" : reason === "Failed" ? "failed" : "configuration"
  }
  if (_tag === "WorkflowError") return kindOf(reason)
  return usageReasons.has(_tag) ? "usage" : "failed"
}

/** What a script is told of an error, by name. */
export const tagOf = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  if (error instanceof Problem) return tags[error.kind]
  return describeError(error instanceof WorkflowError ? error.reason : error).tag
}

const tags = { failed: "Failed", usage: "Usage", configuration: "Configuration" } as const

/** What to say of an interrupt, by whoever knows what was going on. */
export const Interrupt = Context.Reference<{ message: string }>("@stepwright/node-runner/Interrupt", {
  defaultValue: () => ({ message: "interrupted" })
})

/** A command that ended as it should, with a status that is not 0; what there was to say is said, but for `--debug`. */
export class Ended extends Schema.TaggedError<Ended>()("Ended", {
  status: Schema.Int,
  cause: Schema.optional(Schema.Defect())
}) {}

/** Ends a command with a status. */
export const end = (status: ExitStatus, cause?: unknown) =>
  status === exitStatus.done ? Effect.void : Effect.fail(new Ended({ status, cause }))
