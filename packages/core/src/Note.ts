import * as Schema from "effect/Schema"

/** What a person should know of a result, or decide: of some kind, such as `question` or `assumption`. */
export const Note = Schema.Struct({ kind: Schema.NonEmptyString, text: Schema.NonEmptyString })
export type Note = typeof Note.Type

/** What a step's output has that a report of the run is to tell. */
export const Noted = Schema.Struct({ notes: Schema.Array(Note) })
export type Noted = typeof Noted.Type
