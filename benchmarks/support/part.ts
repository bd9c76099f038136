import { Schema } from "effect"

/** What a reply is checked by. */
export const Part = Schema.Struct({
  title: Schema.String,
  body: Schema.String,
  points: Schema.Array(Schema.String),
  score: Schema.Finite
})
