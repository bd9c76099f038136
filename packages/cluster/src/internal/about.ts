import * as Schema from "effect/Schema"

/** What a worker says of itself. */
export const About = Schema.Struct({
  host: Schema.optionalKey(Schema.String),
  pid: Schema.optionalKey(Schema.Int),
  version: Schema.optionalKey(Schema.String),
  /** How many runs it works on at a time. */
  slots: Schema.Int,
  /** What it has, by the names of workflows. */
  definitions: Schema.Record(Schema.String, Schema.String),
  /** Whether it takes no run any more, since it is about to end. */
  isDraining: Schema.optionalKey(Schema.Boolean)
})
export type About = typeof About.Type
