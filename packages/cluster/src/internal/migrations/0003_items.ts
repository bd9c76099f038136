import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

/** Heavy work of runs that are under way, for whoever has room, until its result is taken. */
export const items = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`create table sw_item (
    item text collate "C" primary key,
    run text collate "C" not null,
    epoch bigint not null,
    path text not null,
    definition text not null,
    fingerprint text not null,
    input text not null,
    made_at timestamptz not null default clock_timestamp(),
    worker text,
    given int not null default 0,
    result text
  )`
})
