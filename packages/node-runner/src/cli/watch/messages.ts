import * as Schema from "effect/Schema"

/** Holds the run of a watch in the environment of a process that works for it. */
export const variable = "STEPWRIGHT_WATCH"

const Entry = Schema.Struct({
  path: Schema.String,
  action: Schema.Literals(["reuse", "run", "perhaps", "decide"]),
  why: Schema.String,
  question: Schema.optionalKey(Schema.Json),
  usd: Schema.optionalKey(Schema.Finite)
})

/** Files that were read: what was found may be another once they change. */
const files = Schema.Array(Schema.String)

/**
 * What a run would do as its files are now; `isDone`: nothing. **Units** USD; `spent`: what of a cap the run has used up,
 * `usd`: what a step cost when it was asked last.
 */
export const Planned = Schema.TaggedStruct("Planned", {
  run: Schema.String,
  workflow: Schema.String,
  plan: Schema.Array(Entry),
  isBegun: Schema.Boolean,
  isDone: Schema.Boolean,
  spent: Schema.Finite,
  files
})
export type Planned = typeof Planned.Type

const Diagnostic = Schema.Struct({
  severity: Schema.Literal("error"),
  code: Schema.String,
  message: Schema.String,
  target: Schema.NullOr(Schema.String),
  fix: Schema.optionalKey(Schema.String)
})

/**
 * What a process tells the watch that it works for. `Unpriced`: within a cap a model without a price is not asked; `Left`:
 * it ends, whatever it said before.
 */
export const Message = Schema.Union([
  Planned,
  Schema.TaggedStruct("Failed", { error: Diagnostic, files }),
  Schema.TaggedStruct("Unpriced", { detail: Schema.String }),
  Schema.TaggedStruct("Left", { files })
])
export type Message = typeof Message.Type

/** What the watch answers: the run is to go on, until it cost so much. **Units** `maxUsd`: USD. */
export const Go = Schema.TaggedStruct("Go", { maxUsd: Schema.optionalKey(Schema.Finite) })
export type Go = typeof Go.Type
