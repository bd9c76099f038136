import * as Cause from "effect/Cause"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { JournalError } from "@stepwright/core/Journal"
import { describeError, type EngineReason, type WorkflowError } from "@stepwright/core/WorkflowError"
import type { WorkflowStateError } from "@stepwright/core/WorkflowState"
import type * as answering from "../../internal/services/answering.ts"

const Kind = Schema.Literals(["failed", "usage", "configuration"])
type Kind = typeof Kind.Type

/** Why a command cannot do what it was asked for, told to a person: what to change, in a line or two. */
export class CliError extends Schema.TaggedError<CliError>()("CliError", {
  kind: Kind,
  message: Schema.String,
  cause: Schema.optional(Schema.Defect())
}) {}

export const usage = (message: string, cause?: unknown) => new CliError({ kind: "usage", message, cause })

export const configuration = (message: string, cause?: unknown) =>
  new CliError({ kind: "configuration", message, cause })

export const failed = (message: string, cause?: unknown) => new CliError({ kind: "failed", message, cause })

// errors are told by their tags: one that went through JSON, or is of another copy of core, has no class of this one

const isCliError = (error: unknown): error is CliError => Predicate.isTagged(error, "CliError")

export const isWorkflowError = (error: unknown): error is WorkflowError => Predicate.isTagged(error, "WorkflowError")

/** What went wrong inside, for the line that a person reads: the engine's own errors say what was asked wrongly. */
export const fromCause = (cause: Cause.Cause<unknown>): CliError => {
  const error = Cause.squash(cause)
  if (isCliError(error)) return error
  const { message } = describeError(error)
  const service = missingService(message)
  if (service !== undefined) {
    return configuration(
      `a step needs the service ${service}, which nobody provides: export a \`layer\` with it beside the workflow`,
      error
    )
  }
  return new CliError({ kind: kindOf(error), message: message.trimEnd(), cause: error })
}

/** Effect dies of a service that nobody provides with a plain `Error`: its message alone says which. */
const missingService = (message: string): string | undefined => /^Service not found: (\S+)/.exec(message)?.[1]

/** An error of the engine, of a state, or of what was set up around a model. */
type Known = Exclude<EngineReason, JournalError> | WorkflowStateError | answering.Problem

const kinds: Readonly<Record<Known["_tag"], Kind>> = {
  InvalidInput: "usage",
  InvalidOutput: "usage",
  InvalidItems: "failed",
  MissingResult: "usage",
  UnknownPath: "usage",
  WrongWorkflow: "usage",
  StaleState: "failed",
  RunExists: "failed",
  ResultNotRecorded: "failed",
  WorkflowConfigError: "usage",
  WorkflowStateError: "usage",
  UnknownModel: "configuration",
  ConfigError: "configuration",
  CassetteError: "configuration",
  PricesError: "configuration",
  UnknownPrice: "configuration"
}

const journalKinds: Readonly<Record<JournalError["reason"], Kind>> = {
  NotFound: "usage",
  Failed: "failed",
  Unreadable: "configuration",
  Newer: "configuration",
  Locked: "configuration"
}

const kindOf = (error: unknown): Kind => {
  if (isWorkflowError(error)) return kindOf(error.reason)
  if (Predicate.isTagged(error, "JournalError")) {
    return Predicate.hasProperty(error, "reason") ? kindIn(journalKinds, error.reason) : "failed"
  }
  return kindIn(kinds, Predicate.hasProperty(error, "_tag") ? error._tag : undefined)
}

const kindIn = (table: Readonly<Record<string, Kind>>, name: unknown): Kind =>
  (typeof name === "string" && Object.hasOwn(table, name) ? table[name] : undefined) ?? "failed"

/** What a script is told of an error, by name. */
export const tagOf = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  if (isCliError(error)) return tags[error.kind]
  return describeError(isWorkflowError(error) ? error.reason : error).tag
}

const tags: Readonly<Record<Kind, string>> = { failed: "Failed", usage: "Usage", configuration: "Configuration" }
