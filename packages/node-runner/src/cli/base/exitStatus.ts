import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/** What the process says of itself when it ends. */
export const exitStatus = { done: 0, failed: 1, usage: 2, configuration: 3, suspended: 4, interrupted: 130 } as const
export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus]

/** A command that ended as it should, with a status that is not 0; what there was to say is said, but for `--debug`. */
export class CommandEnded extends Schema.TaggedError<CommandEnded>()("CommandEnded", {
  status: Schema.Int,
  cause: Schema.optional(Schema.Defect())
}) {}

export const isCommandEnded = (error: unknown): error is CommandEnded => Predicate.isTagged(error, "CommandEnded")

/** Ends a command with a status. */
export const end = (status: ExitStatus, cause?: unknown) =>
  status === exitStatus.done ? Effect.void : Effect.fail(new CommandEnded({ status, cause }))
