import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/** The exit statuses of the process; a run at its cap ends with 4. */
export const exitStatus = { done: 0, failed: 1, usage: 2, configuration: 3, suspended: 4, interrupted: 130 } as const
export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus]

/** An end with another status than 0 that is reported already, such as red tests of `verify`; `--debug` shows its cause. */
export class CommandEnded extends Schema.TaggedError<CommandEnded>()("CommandEnded", {
  status: Schema.Int,
  cause: Schema.optional(Schema.Defect())
}) {}

export const isCommandEnded = (error: unknown): error is CommandEnded => Predicate.isTagged(error, "CommandEnded")

export const end = (status: ExitStatus, cause?: unknown) =>
  status === exitStatus.done ? Effect.void : Effect.fail(new CommandEnded({ status, cause }))
