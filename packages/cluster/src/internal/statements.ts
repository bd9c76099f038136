// What is said to PostgreSQL. Whoever writes to a run says by which epoch they own it: the statement that writes holds the
// run's row meanwhile, and writes nothing where the epoch is over.

import { takenOver } from "./limitStatements.ts"

/**
 * Begins a run: its row, of the first epoch, its first event, and texts `(hash, text)`. Answers with the epoch, also where the same statement has begun it, whose answer was lost; nothing where another one has.
 */
export const begin = `
with made as (
  insert into sw_run (run, epoch, owner, status) values ($1, 1, $2, 'RUNNING') on conflict do nothing returning epoch
), first as (
  insert into sw_event (run, seq, epoch, event) select $1, 0, epoch, $3 from made
), texts as (
  insert into sw_text (run, hash, text) select $1, t.hash, t.text from unnest($4::text[], $5::text[]) as t (hash, text), made
)
select epoch from made union all
select r.epoch from sw_run r join sw_event e using (run, epoch)
where run = $1 and epoch = 1 and owner = $2 and seq = 0 and event = $3`

/** Takes a run over: what earlier epochs write is refused from then on. Answers with the epoch and how many events there are. */
export const claim = `
with claimed as (
  update sw_run set epoch = epoch + 1, owner = $2, status = 'RUNNING' where run = $1 returning run, epoch
), ${takenOver}
select epoch, (select count(*)::int from sw_event where run = $1) from claimed, taken_over`

/**
 * Writes texts and events of many runs, `(run, epoch, seq, event)` and `(run, hash, text)`. Answers with the runs that are
 * still owned by these epochs; what another statement of theirs has written, whose answer was lost, stays as it is.
 */
export const append = `
with own as materialized (
  select r.run, r.epoch from sw_run r
  join (select distinct run, epoch from unnest($1::text[], $2::bigint[]) as d (run, epoch)) d using (run, epoch)
  order by r.run for share of r
), events as (
  insert into sw_event (run, seq, epoch, event)
  select d.run, d.seq, d.epoch, d.event
  from unnest($1::text[], $2::bigint[], $3::int[], $4::text[]) as d (run, epoch, seq, event)
  join own using (run, epoch)
  on conflict (run, seq) do nothing
), texts as (
  insert into sw_text (run, hash, text)
  select distinct on (t.run, t.hash) t.run, t.hash, t.text
  from unnest($5::text[], $6::text[], $7::text[]) as t (run, hash, text)
  join own using (run)
  order by t.run, t.hash
  on conflict do nothing
)
select run from own`

/** Gives a run back, ended or not. */
export const release = `update sw_run set owner = null, status = $3 where run = $1 and epoch = $2`

export const events = `select seq, event from sw_event where run = $1 order by seq`

export const text = `select text from sw_text where run = $1 and hash = $2`
