import * as Schema from "effect/Schema"

/** What the guard of a server is told. */
export const Told = Schema.Struct({
  folder: Schema.String,
  programs: Schema.Struct({ initdb: Schema.String, postgres: Schema.String, pg_ctl: Schema.String }),
  /** The user as which the server runs, where that is another one. */
  as: Schema.optionalKey(Schema.Struct({ uid: Schema.Int, gid: Schema.Int }))
})
export type Told = typeof Told.Type

/** What a guard says to who holds its server: where that listens, or why it does not. */
export const Said = Schema.Struct({
  id: Schema.String,
  port: Schema.optionalKey(Schema.Int),
  problem: Schema.optionalKey(Schema.String)
})
