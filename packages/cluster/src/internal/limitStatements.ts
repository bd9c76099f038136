// What is said to PostgreSQL of limits, as in statements: whoever reserves or settles says by which epoch they own the run.

/** Caps are those that were given last. */
export const openSpending = `
insert into sw_limit as l (name, max_calls, max_tokens, max_usd)
values ($1, $2::numeric, $3::numeric, $4::numeric)
on conflict (name) do update set max_calls = excluded.max_calls, max_tokens = excluded.max_tokens, max_usd = excluded.max_usd
where (l.max_calls, l.max_tokens, l.max_usd) is distinct from (excluded.max_calls, excluded.max_tokens, excluded.max_usd)`

/** So are rates. */
export const openPace = `
insert into sw_limit as l (name, requests_per_minute, tokens_per_minute, concurrency)
values ($1, $2::float8, $3::float8, $4::float8)
on conflict (name) do update set requests_per_minute = excluded.requests_per_minute,
  tokens_per_minute = excluded.tokens_per_minute, concurrency = excluded.concurrency
where (l.requests_per_minute, l.tokens_per_minute, l.concurrency)
  is distinct from (excluded.requests_per_minute, excluded.tokens_per_minute, excluded.concurrency)`

/**
 * Holds what a request takes at most, once however often it is said, or answers why not: the order of its columns is that of
 * `Row`. Nothing is answered where the run has ended or is another epoch's.
 */
export const reserve = `
with own as materialized (
  select run, epoch from sw_run where run = $2 and epoch = $3::bigint and owner is not null for share
)
select answer, wait, demanded, most::float8, recorded::float8, unclear::float8, held::float8
from own, sw_reserve($1, own.run, own.epoch, $4::uuid, $5, $6::boolean, $7::int, $8::numeric, $9::numeric)`

/** Puts what a request came to in the place of its hold, if that is still there. */
export const settle = `
select from sw_settle($1, $2::bigint, $3::uuid, $4::numeric, $5::numeric, $6::boolean, $7::boolean, $8::float8)`

/**
 * A part of the statement that takes runs over, beside a CTE `claimed (run, epoch)` of those whose epoch rose: the places of
 * who owned them before are free, and what they held is unclear. The statement has to read from it to have it done.
 */
export const takenOver = `
taken_over as materialized (select sw_take_over(array_agg(run), array_agg(epoch)) from claimed)`

export const read = `
select calls::float8, recorded_tokens::float8, recorded_usd::float8, unclear_tokens::float8, unclear_usd::float8,
  held_tokens::float8, held_usd::float8, flying from sw_limit where name = $1`
