import * as Cause from "effect/Cause"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import type { JournalError } from "@stepwright/core/Journal"
import { describeError, type EngineReason, type WorkflowError } from "@stepwright/core/WorkflowError"
import type { WorkflowStateError } from "@stepwright/core/WorkflowState"
import { oneLine } from "./format.ts"
import type * as answering from "../../internal/services/answering.ts"

const Kind = Schema.Literals(["failed", "usage", "configuration"])
type Kind = typeof Kind.Type

/** Why a command cannot do what it was asked for, told to a person: what to change, in a line or two. */
export class CliError extends Schema.TaggedError<CliError>()("CliError", {
  kind: Kind,
  message: Schema.String,
  /** What it is about: a file, a flag, a path, a run. */
  target: Schema.optional(Schema.String),
  /** What to do, which the message says too. */
  fix: Schema.optional(Schema.String),
  cause: Schema.optional(Schema.Defect())
}) {}

export interface Details {
  readonly target?: string
  readonly fix?: string
  readonly cause?: unknown
}

const of =
  (kind: Kind) =>
  (problem: string, { cause, fix, target }: Details = {}) =>
    new CliError({ kind, message: fix === undefined ? problem : `${problem}: ${fix}`, target, fix, cause })

export const usage = of("usage")
export const configuration = of("configuration")
export const failed = of("failed")

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
    const fix = "export a `layer` with it beside the workflow"
    return configuration(`a step needs the service ${service}, which nobody provides`, {
      target: service,
      fix,
      cause: error
    })
  }
  const variable = wrongVariable(error)
  if (variable !== undefined) return variable
  const damaged = damagedRun(error)
  if (damaged !== undefined) {
    const fix = `\`repair ${damaged}\` drops what is damaged, and says what is lost`
    return configuration(message.trimEnd(), { target: damaged, fix, cause: error })
  }
  const target = isWorkflowError(error) && error.path !== "" ? error.path : undefined
  return new CliError({ kind: kindOf(error), message: message.trimEnd(), target, cause: error })
}

/** The run whose journal cannot be read, if that is what is wrong. */
const damagedRun = (error: unknown): string | undefined => {
  if (isWorkflowError(error)) return damagedRun(error.reason)
  if (!Predicate.isTagged(error, "JournalError") || !Predicate.hasProperty(error, "reason")) return undefined
  return error.reason === "Unreadable" && Predicate.hasProperty(error, "run") ? `${error.run}` : undefined
}

/** Effect dies of a service that nobody provides with a plain `Error`: its message alone says which. */
const missingService = (message: string): string | undefined => /^Service not found: (\S+)/.exec(message)?.[1]

/** What is wrong with a variable of the environment, which effect says as its Schema does. */
const wrongVariable = (error: unknown): CliError | undefined => {
  const cause =
    Predicate.isTagged(error, "ConfigError") && Predicate.hasProperty(error, "cause") ? error.cause : undefined
  if (!Schema.isSchemaError(cause)) return undefined
  const [issue] = format(cause.issue).issues
  const target = issue?.path?.map(String).join("_")
  const fix = "set it to that, or to nothing"
  return (
    issue &&
    configuration(`${target} cannot be used: ${oneLine(issue.message)}`, {
      ...(target !== undefined && { target }),
      fix,
      cause: error
    })
  )
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** An error of the engine, of a state, or of what was set up around a model. */
type Known = Exclude<EngineReason, JournalError> | WorkflowStateError | answering.Problem

const kinds: Readonly<Record<Known["_tag"], Kind>> = {
  InvalidInput: "usage",
  InvalidOutput: "usage",
  InvalidItems: "failed",
  UnknownCase: "failed",
  Undecided: "failed",
  MissingResult: "usage",
  UnknownPath: "usage",
  WrongWorkflow: "usage",
  StaleState: "failed",
  RunExists: "usage",
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
  Foreign: "configuration",
  Newer: "configuration",
  Locked: "configuration",
  Fenced: "configuration",
  Exists: "usage"
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

/** What a script is told of an error; `otherwise` is what to do where the error does not say it. */
export const diagnostic = (cause: Cause.Cause<unknown>, otherwise?: string): Diagnostic => {
  const { fix = otherwise, message, target } = fromCause(cause)
  return { severity: "error", code: codeOf(cause), message, target: target ?? null, ...(fix !== undefined && { fix }) }
}

export interface Diagnostic {
  readonly severity: "error"
  /** The name of the error, for a program to tell it by. */
  readonly code: string
  readonly message: string
  readonly target: string | null
  readonly fix?: string
}

export const codeOf = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  if (isCliError(error)) return codes[error.kind]
  return describeError(isWorkflowError(error) ? error.reason : error).tag
}

const codes: Readonly<Record<Kind, string>> = { failed: "Failed", usage: "Usage", configuration: "Configuration" }

/** Where an error came from first, line by line: without names and messages, which are told already. */
export const stackOf = (cause: Cause.Cause<unknown>): string => {
  let error = Cause.squash(cause)
  while (Predicate.hasProperty(error, "cause") && Predicate.isError(error.cause)) error = error.cause
  const lines = Predicate.isError(error) ? (error.stack ?? "").split("\n") : []
  return lines.filter((line) => /^\s+at /.test(line)).join("\n")
}
