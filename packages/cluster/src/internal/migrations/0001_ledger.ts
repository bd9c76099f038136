import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

/** Runs with their owners, what happened to them, and the texts of prompts and replies. */
export const ledger = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`create table sw_run (
    run text collate "C" primary key,
    epoch bigint not null,
    owner text,
    status text not null,
    created_at timestamptz not null default now()
  )`
  yield* sql`create table sw_event (
    run text collate "C" not null,
    seq int not null,
    epoch bigint not null,
    event text not null,
    primary key (run, seq)
  )`
  yield* sql`create table sw_text (
    run text collate "C" not null,
    hash text collate "C" not null,
    text text not null,
    primary key (run, hash)
  )`
})
