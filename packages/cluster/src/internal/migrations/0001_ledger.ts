import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

/** Runs with their owners, what happened to them, texts of prompts and replies, what is asked of runs, and workers. */
export const ledger = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // `token`: of who began it; `definition`: what a worker must have to take it, null where none shall; `not_before`: when it
  // may be taken; `attempts`: how often it was taken since somebody gave it back
  yield* sql`create table sw_run (
    run text collate "C" primary key,
    workflow text not null,
    definition text,
    token text not null,
    epoch bigint not null,
    owner text,
    status text not null,
    attempts int not null default 0,
    not_before timestamptz not null default '-infinity',
    note text,
    settings text,
    created_at timestamptz not null default now()
  ) with (fillfactor = 50)`
  yield* sql`create index sw_run_open on sw_run (created_at) where status in ('QUEUED', 'RUNNING')`
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
  yield* sql`create table sw_request (
    id bigint generated always as identity primary key,
    run text collate "C" not null,
    request text not null,
    answer text,
    asked_at timestamptz not null default now()
  )`
  // `since`: from when on it was heard of without a gap; who is silent for longer than its lease is dead; `takes`: the
  // number of the last time that it took runs
  yield* sql`create table sw_worker (
    worker text primary key,
    seen timestamptz not null,
    since timestamptz not null,
    lease interval not null,
    takes int not null default 0,
    about text not null
  ) with (fillfactor = 50)`
  // whether it was begun by the same statement, which may have been on its way until just now
  yield* sql.unsafe(`create function sw_has_begun(p_run text, p_token text) returns boolean language plpgsql volatile as $$
    begin
      return exists (select 1 from sw_run where run = p_run and token = p_token);
    end
  $$`)
  // how many events there are by now, also for a statement that began before
  yield* sql.unsafe(`create function sw_size(p_run text) returns int language plpgsql volatile as $$
    begin
      return (select coalesce(max(seq) + 1, 0) from sw_event where run = p_run);
    end
  $$`)
})
