import * as Schema from "effect/Schema"

/** The whole text of the one file that a task owns; its path is the task's. */
export const Implementation = Schema.String.annotate({ description: "the whole text of the file" })
export type Implementation = typeof Implementation.Type

/** Files by their paths. */
export const Files = Schema.Record(Schema.String, Implementation)
export type Files = typeof Files.Type
