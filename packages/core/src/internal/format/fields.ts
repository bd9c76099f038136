// What fields of states and events have in common. Whatever they let in can be shown, stored, and written again.

import * as Schema from "effect/Schema"

/** How often something happened, or how long it took. */
export const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

const latest = 8.64e15

/** **Units** milliseconds since 1970, as far as a `Date` goes: here and in all times of a state and of events. */
export const Time = Schema.Int.check(Schema.isBetween({ minimum: -latest, maximum: latest }))

export const runIdRule = "an id has up to 128 letters, digits, . _ and -, the first a letter or digit"

/** The id of a run, which may be the name of a folder. */
export const RunId = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9][\w.-]{0,127}$/u, { message: runIdRule }))

const pathRule = "no control character and no half of a surrogate pair can be in it"

/** The name of a step or a workflow. */
export const Name = Schema.String.check(Schema.isPattern(/^[^\p{Cc}\p{Cs}]*$/u, { message: pathRule }))

/** Any text that can be shown: what is in it but steps of the workflow is of no use to anybody, and does no harm. */
export const Path = Name.check(Schema.isMaxLength(2 ** 20))
