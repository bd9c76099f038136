// What is said to PostgreSQL. Whoever writes to a run says by which epoch they own it: the statement that writes holds the
// run's row meanwhile, and writes nothing where the epoch is over. Times are those of the database alone. Who is dead is asked
// of the instant at which a statement began: one that is held up, as a database is that stops, is no wiser than it was then.

import { takenOver } from "./limitStatements.ts"

/** Whether a worker, of a row `w` that may be null, is silent for longer than it may be. */
const isDead = `(w.worker is null or w.seen + w.lease < statement_timestamp())`

/**
 * Whether the owner of the run `r` is a worker that lives. It is no join, by `offset`: a run that another took just then is
 * looked at once more, but beside the row that was joined before, by which its owner would be nobody.
 */
const ownerLives = `exists (select 1 from sw_worker w where w.worker = r.owner and not ${isDead} offset 0)`

/** How many events there were of the run `r` when the statement began; `sw_size` tells it once its row is held. */
const size = `(select coalesce(max(e.seq) + 1, 0) from sw_event e where e.run = r.run)`

/**
 * Begins a run: its row, of the first epoch, its first event, and texts `(hash, text)`. Answers with a row,
 * also where the same statement has begun it, whose answer was lost, as `token` tells; with none where another one has.
 */
export const begin = `
with made as (
  insert into sw_run (run, token, epoch, owner, status, workflow, definition, settings)
  values ($1, $2, 1, $3, $4, $5, $6, $7) on conflict do nothing returning epoch
), first as (
  insert into sw_event (run, seq, epoch, event) select $1, 0, epoch, $8 from made
), texts as (
  insert into sw_text (run, hash, text) select $1, t.hash, t.text from unnest($9::text[], $10::text[]) as t (hash, text), made
)
select 1 from made union all
select 1 where sw_has_begun($1, $2)`

/**
 * Takes a run over, unless a worker that lives has it: what earlier epochs write is refused from then on. Answers with the
 * epoch, none where a worker has it, how many events there are, and the status; nothing where there is no such run. Said twice it is as if said once.
 */
export const claim = `
with claimed as (
  update sw_run r set epoch = epoch + case when owner = $2 then 0 else 1 end, owner = $2 where run = $1 and not ${ownerLives} returning run, epoch
), ${takenOver}
select c.epoch, sw_size(r.run), r.status from taken_over, sw_run r left join claimed c using (run) where r.run = $1`

/** How long a run rests that was taken for the n-th time since somebody gave it back: whatever kills its owners shall not go on. */
const rest = (attempts: string) =>
  `case when ${attempts} < 3 then interval '0' else least(interval '5 min', interval '1 s' * 2 ^ least(${attempts} - 3, 20)) end`

/**
 * Whether the worker `$1` may take the run `r` from its owner. That needs one that was heard of for so long without a gap:
 * where the database was silent, so was everybody.
 */
const isLeft = (steady: string) => `(not ${ownerLives} and exists (
  select 1 from sw_worker m where m.worker = $1 and m.since + ${steady} * interval '1 ms' < statement_timestamp()
    and m.seen + ${steady} * interval '1 ms' > statement_timestamp()
))`

/** Whether the run `r` is one that the worker may take. */
const isOpen = `
  r.status in ('QUEUED', 'RUNNING') and r.not_before <= clock_timestamp()
  and r.definition = any($2::text[]) and r.run <> all($3::text[])
  and (r.owner is null or r.owner = $1 or ${isLeft("$5")})`

/**
 * Takes over so many runs of known definitions that nobody has: that wait, whose owner is dead, or of which the worker knows
 * nothing though they are its own. Each time has a number, and what is late, or said again, takes nothing. Answers with runs,
 * epochs, how many events there are, and the definitions.
 */
export const take = `
with turn as materialized (
  update sw_worker set takes = $6 where worker = $1 and takes < $6 and exists (
    select 1 from sw_run r where ${isOpen}
  ) returning worker
), open as materialized (
  select r.run from turn, sw_run r where ${isOpen}
  order by r.created_at limit $4 for update of r skip locked
), claimed as (
  update sw_run r set epoch = epoch + 1, owner = $1, status = 'RUNNING', attempts = attempts + 1,
    not_before = clock_timestamp() + ${rest("(attempts + 1)")}
  from open where r.run = open.run
  returning r.run, r.epoch, r.definition
), ${takenOver}
select r.run, r.epoch, sw_size(r.run), r.definition from taken_over, claimed r`

/**
 * Frees what runs hold of limits whose owner is dead, or which have none, by putting them back to those that wait, whoever may
 * take them and has room for them: all others may wait for nothing else.
 */
export const bury = `
with left_behind as materialized (
  select r.run, case when r.owner is null then r.status else 'QUEUED' end as status from sw_run r
  where r.run in (select run from sw_hold)
    and (r.owner is null or (r.status = 'RUNNING' and r.definition is not null and ${isLeft("$2")}))
  for update of r skip locked
), claimed as (
  update sw_run r set epoch = epoch + 1, owner = null, status = l.status
  from left_behind l where r.run = l.run returning r.run, r.epoch
), ${takenOver}
select claimed.run from taken_over, claimed`

/** Whether the request `q` is to cancel. */
const isCancel = `q.request like '%"_tag":"Cancel"%'`

// By `offset` each run is asked by the index for what is before and what follows: a join would read all its events each time.
// What is given is behind one too, so that the database plans once: of an array that it knows it would count the elements.
const append = (statuses: string, from = "") => `
with given as materialized (
  select d.* from (select $1::text[] as runs, $2::bigint[] as epochs, $3::int[] as seqs, $4::text[] as events offset 0) p,
    unnest(p.runs, p.epochs, p.seqs, p.events) as d (run, epoch, seq, event)
), own as materialized (
  select r.run, r.epoch from sw_run r join (
    select run, epoch, min(seq) as first from given group by 1, 2
  ) d using (run, epoch)
  where exists (select 1 from sw_event e where e.run = d.run and e.seq = d.first - 1 offset 0)
    and not exists (select 1 from sw_event e where e.run = d.run and e.seq >= d.first and e.epoch <> d.epoch offset 0)
  order by r.run for ${statuses === "" ? "share" : "update"} of r
), events as (
  insert into sw_event (run, seq, epoch, event)
  select d.run, d.seq, d.epoch, d.event
  from given d join own using (run, epoch)
  on conflict (run, seq) do nothing returning run, seq
), texts as (
  insert into sw_text (run, hash, text)
  select distinct on (t.run, t.hash) t.run, t.hash, t.text
  from (select $5::text[] as runs, $6::text[] as hashes, $7::text[] as texts offset 0) p,
    unnest(p.runs, p.hashes, p.texts) as t (run, hash, text) join own using (run)
  order by t.run, t.hash
  on conflict do nothing
)${statuses}
select run from own${from}`

/**
 * Writes texts and events of many runs, `(run, epoch, seq, event)` and `(run, hash, text)`. Answers with the runs that are
 * still owned by these epochs, and have what was written before, and nothing of others after it, as a database that was
 * restored need not; what another statement of theirs has written, whose answer was lost, stays as it is.
 */
export const write = append("")

/**
 * The same, with what becomes of some of them by an event, `(run, seq, status, whether it is given back)`. What a process
 * that is no worker begins to run is no worker's to take, as nobody knows how long that lives. What ends holds nothing under
 * limits, as a reservation that came late would, and nothing is asked of it any more: who cancelled it is answered by that.
 */
export const writeStatuses = append(
  `, statuses as (
  update sw_run r set
    status = case when r.status = 'QUEUED' and s.status = 'IN_PROGRESS' then r.status else s.status end,
    definition = case when s.status = 'RUNNING' then null else r.definition end,
    owner = case when s.ended then null else r.owner end,
    attempts = case when s.ended then 0 else r.attempts end,
    not_before = case when s.ended then '-infinity' else r.not_before end,
    note = case when s.ended then null else r.note end
  from events e join unnest($8::text[], $9::int[], $10::text[], $11::bool[]) as s (run, seq, status, ended) using (run, seq)
  where e.run = r.run
  returning r.run, r.epoch + 1 as epoch, s.status, s.ended
), answers as (
  update sw_request q set answer = '{"isDone":true,"detail":"it is cancelled"}'
  from statuses s where q.run = s.run and q.answer is null and s.ended and s.status = 'CANCELLED' and ${isCancel}
), unanswered as (
  delete from sw_request q using statuses s
  where q.run = s.run and q.answer is null and s.ended and not (s.status = 'CANCELLED' and ${isCancel})
), claimed as (select run, epoch from statuses where ended), ${takenOver}`,
  ", taken_over"
)

const giveBack = (more: string) => `
with claimed as (
  update sw_run set epoch = epoch + 1, owner = null, status = 'QUEUED', ${more}
  where run = $1 and epoch = $2 and status in ('QUEUED', 'RUNNING') returning run, epoch
), ${takenOver}
select run from taken_over, claimed`

/** Gives a run back as it is, for whoever takes it next. */
export const release = giveBack("attempts = 0, not_before = '-infinity'")

/** Gives a run back that could not be worked on, and says why: it rests a while. */
export const rests = giveBack(`note = $3, not_before = clock_timestamp() + ${rest("(attempts + 2)")}`)

/** Hands a run that nobody works on to workers, if it has so many events: what comes late begins nothing that has ended since. */
export const enqueue = `
with free as materialized (
  select r.run from sw_run r where run = $1 and (status <> 'RUNNING' or not ${ownerLives}) for update
), claimed as (
  update sw_run r set epoch = epoch + 1, owner = null, status = 'QUEUED', definition = $2, attempts = 0,
    not_before = '-infinity', note = null
  from free where r.run = free.run and sw_size(free.run) = $3 returning r.run, r.epoch
), ${takenOver}
select run from taken_over, claimed`

/** A worker is there; answers with nothing. */
export const beat = `
insert into sw_worker (worker, seen, since, lease, about)
values ($1, clock_timestamp(), clock_timestamp(), $2 * interval '1 ms', $4)
on conflict (worker) do update set
  since = case when sw_worker.seen + $3 * interval '1 ms' < clock_timestamp() then clock_timestamp() else sw_worker.since end,
  seen = clock_timestamp(), lease = excluded.lease, about = excluded.about`

/** A worker goes, and what it has is free; so do those that went without a word, after a while. */
export const leave = `delete from sw_worker where worker = $1 or seen + lease < clock_timestamp() - interval '10 min'`

export const workers = `
select w.worker, not ${isDead}, extract(epoch from clock_timestamp() - w.seen)::float8 * 1000, w.about,
  (select coalesce(json_agg(r.run order by r.run), '[]') from sw_run r where r.owner = w.worker and r.status = 'RUNNING')::text
from sw_worker w order by w.worker`

/** What waits, by definition, also for another worker than one that has died: how many runs, and how many of them rest. */
export const queue = `
select r.workflow, r.definition, count(*)::int, count(*) filter (where r.not_before > clock_timestamp())::int
from sw_run r where r.status = 'QUEUED' or (r.status = 'RUNNING' and r.definition is not null and not ${ownerLives})
group by 1, 2 order by 1, 2`

/** A run as it looks from outside. When its last event was is looked for in its text, as JSON may hold what no text of the database may. */
const glance = `
select r.run, r.workflow, r.status, case when ${isDead} then null else r.owner end, r.attempts, r.note, r.settings,
  ${size}, coalesce(
    (select substring(right(e.event, 2000) from '.*"at":([0-9]+)') from sw_event e where e.run = r.run order by e.seq desc limit 1)::float8,
    extract(epoch from r.created_at)::float8 * 1000
  ),
  r.not_before > clock_timestamp(), r.definition
from sw_run r left join sw_worker w on w.worker = r.owner`

export const glances = glance
export const glanceAt = `${glance} where r.run = $1`

/** The runs that come to nothing again and again. */
export const poison = `${glance} where r.status in ('QUEUED', 'RUNNING') and (r.attempts >= 3 or r.note is not null)`

export const settings = `update sw_run set settings = $2 where run = $1`

/** Removes a run with all that there is of it, unless a worker has it. */
export const remove = `
with gone as (
  delete from sw_run r where run = $1 and not ${ownerLives} returning run, epoch + 1 as epoch
), claimed as (select run, epoch from gone), ${takenOver}, events as (delete from sw_event using gone where sw_event.run = gone.run),
texts as (delete from sw_text using gone where sw_text.run = gone.run),
requests as (delete from sw_request using gone where sw_request.run = gone.run)
select gone.run from taken_over, gone`

/** Asks whoever works on a run, where a worker does; answers with an id. */
export const ask = `
insert into sw_request (run, request)
select r.run, $2 from sw_run r join sw_worker w on w.worker = r.owner
where r.run = $1 and r.status = 'RUNNING' and not ${isDead} returning id::text`

/** What became of it: its answer, and whether a worker still has the run. */
export const answered = `
select q.answer, exists (
  select 1 from sw_run r join sw_worker w on w.worker = r.owner where r.run = q.run and r.status = 'RUNNING' and not ${isDead}
) from sw_request q where q.id = $1::bigint`

export const forget = `delete from sw_request where id = $1::bigint or asked_at < clock_timestamp() - interval '1 day'`

/** What is asked of runs, in the order in which it was. */
export const asked = `
select id::text, run, request from sw_request where answer is null and run = any($1::text[]) order by id`

export const answer = `update sw_request set answer = $2 where id = $1::bigint and answer is null`

export const events = `select seq, event from sw_event where run = $1 and seq >= $2 order by seq limit $3`

export const text = `select text from sw_text where run = $1 and hash = $2`

export const texts = `select hash, text from sw_text where run = $1`
