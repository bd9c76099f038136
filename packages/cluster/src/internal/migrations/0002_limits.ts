import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

/**
 * Limits with their counts, and what is held of them by requests on their way. Functions, so that each of their statements
 * sees all that was committed before the locks that it waited for. Money is in nano-dollars; null is no limit.
 */
export const limits = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql.unsafe(limit)
  yield* sql.unsafe(hold)
  yield* sql.unsafe(reserve)
  yield* sql.unsafe(settle)
  yield* sql.unsafe(takeOver)
})

// Caps and what is counted under them; then rates, what is on its way, how many seconds a request takes by and by, until when
// requests and tokens are used up, and by how much a provider that was asked too much has lowered the rates since when.
const limit = `
create table sw_limit (
  name text collate "C" primary key,
  max_calls numeric,
  max_tokens numeric,
  max_usd numeric,
  calls bigint not null default 0,
  recorded_tokens bigint not null default 0,
  recorded_usd bigint not null default 0,
  unclear_tokens bigint not null default 0,
  unclear_usd bigint not null default 0,
  held_tokens bigint not null default 0,
  held_usd bigint not null default 0,
  requests_per_minute float8,
  tokens_per_minute float8,
  concurrency float8,
  flying int not null default 0,
  seconds float8 not null default 1,
  request_at timestamptz not null default 'epoch',
  token_at timestamptz not null default 'epoch',
  paused_until timestamptz not null default 'epoch',
  share float8 not null default 1,
  lowered_at timestamptz not null default 'epoch',
  lowerings int not null default 0,
  busiest float8
) with (fillfactor = 50)`

// One of caps, or of rates where is_place. A token moved token_at on by token_step seconds.
const hold = `
create table sw_hold (
  run text collate "C" not null,
  epoch bigint not null,
  hold uuid not null,
  name text collate "C" not null,
  path text not null,
  is_place boolean not null,
  tokens bigint not null,
  usd bigint not null,
  token_step float8 not null,
  lowerings int not null,
  at timestamptz not null,
  primary key (run, epoch, hold)
)`

// Virtual time: a request moves request_at on by one step, and its tokens token_at by one each. With steps of a minute / (limit - burst), one
// that begins while that is no further ahead than a burst is none too many in any minute. A burst is a twelfth.
const reserve = `
create function sw_reserve(
  p_name text, p_run text, p_epoch bigint, p_hold uuid, p_path text, p_is_place boolean,
  p_calls int, p_tokens numeric, p_usd numeric,
  out answer text, out wait float8, out demanded float8,
  out most numeric, out recorded numeric, out unclear numeric, out held numeric
) language plpgsql as $$
declare
  l sw_limit;
  t timestamptz;
  begins timestamptz;
  share float8;
  fits float8;
  burst float8;
  request_step float8 := 0;
  token_step float8 := 0;
  token_most timestamptz := 'infinity';
begin
  perform from sw_run where run = p_run and epoch = p_epoch for share;
  if not found then
    answer := 'fenced';
    return;
  end if;
  select * into strict l from sw_limit where name = p_name for update;
  -- the same statement again, whose answer was lost
  perform from sw_hold where run = p_run and epoch = p_epoch and hold = p_hold;
  if found then
    answer := 'granted';
    return;
  end if;
  t := clock_timestamp();
  if p_is_place then
    share := least(1, l.share * 2 ^ least(6, floor(extract(epoch from t - l.lowered_at) / 60)));
    begins := l.paused_until;
    if l.requests_per_minute is not null then
      fits := greatest(1, floor(l.requests_per_minute * share));
      burst := floor(fits / 12);
      request_step := 60 / (fits - burst);
      begins := greatest(begins, l.request_at - make_interval(secs => burst * request_step));
    end if;
    if l.tokens_per_minute is not null then
      fits := l.tokens_per_minute * share;
      burst := floor(fits / 12) + 1;
      token_step := 60 / (fits - burst + 1);
      begins := greatest(begins, l.token_at - make_interval(secs => greatest(-60, (burst - p_tokens::float8) * token_step)));
      -- what is a minute old counts no more, whatever share was in force
      token_most := t + make_interval(secs => 60 + burst * token_step);
    end if;
    if begins > t then
      answer := 'later';
      wait := extract(epoch from begins - t);
      demanded := greatest(0, extract(epoch from l.paused_until - t));
      return;
    end if;
    if l.flying >= (case when share = 1 then l.concurrency else greatest(1, floor(l.busiest * share)) end) then
      answer := 'full';
      -- one of so many that take so long
      wait := l.seconds / greatest(1, l.flying);
      return;
    end if;
    update sw_limit set
      flying = flying + 1,
      request_at = greatest(request_at, t) + make_interval(secs => request_step),
      token_at = least(greatest(token_at, t) + make_interval(secs => token_step * p_tokens::float8), token_most)
    where name = p_name;
  else
    if p_calls > 0 and l.calls + p_calls > l.max_calls then
      answer := 'maxCalls'; most := l.max_calls; recorded := l.calls; unclear := 0; held := 0;
      return;
    end if;
    -- what is no number fits in no cap
    if p_tokens = 'NaN' or l.recorded_tokens + l.unclear_tokens + l.held_tokens + p_tokens > l.max_tokens then
      answer := 'maxTokens'; most := l.max_tokens;
      recorded := l.recorded_tokens; unclear := l.unclear_tokens; held := l.held_tokens;
      return;
    end if;
    if p_usd = 'NaN' or l.recorded_usd + l.unclear_usd + l.held_usd + p_usd > l.max_usd then
      answer := 'maxUsd'; most := l.max_usd;
      recorded := l.recorded_usd; unclear := l.unclear_usd; held := l.held_usd;
      return;
    end if;
    update sw_limit set
      calls = calls + p_calls, held_tokens = held_tokens + p_tokens::bigint, held_usd = held_usd + p_usd::bigint
    where name = p_name;
  end if;
  insert into sw_hold (run, epoch, hold, name, path, is_place, tokens, usd, token_step, lowerings, at)
  values (p_run, p_epoch, p_hold, p_name, p_path, p_is_place, p_tokens, p_usd, token_step, l.lowerings, t);
  answer := 'granted';
end
$$`

// What is no number is taken for its bound, unclear. Requests that were on their way together tell of one overload.
const settle = `
create function sw_settle(
  p_run text, p_epoch bigint, p_hold uuid, p_tokens numeric, p_usd numeric, p_is_unclear boolean,
  p_is_limited boolean, p_seconds float8
) returns void language plpgsql as $$
declare
  h sw_hold;
  l sw_limit;
  t timestamptz;
  now_share float8;
  is_unclear boolean := p_is_unclear or p_tokens = 'NaN' or p_usd = 'NaN';
  took_tokens bigint;
  took_usd bigint;
begin
  perform from sw_run where run = p_run and epoch = p_epoch for share;
  if not found then
    return;
  end if;
  delete from sw_hold where run = p_run and epoch = p_epoch and hold = p_hold returning * into h;
  if not found then
    return;
  end if;
  took_tokens := case when p_tokens = 'NaN' then h.tokens else p_tokens end;
  took_usd := case when p_usd = 'NaN' then h.usd else p_usd end;
  if not h.is_place then
    update sw_limit set
      held_tokens = held_tokens - h.tokens,
      held_usd = held_usd - h.usd,
      recorded_tokens = recorded_tokens + case when is_unclear then 0 else took_tokens end,
      recorded_usd = recorded_usd + case when is_unclear then 0 else took_usd end,
      unclear_tokens = unclear_tokens + case when is_unclear then took_tokens else 0 end,
      unclear_usd = unclear_usd + case when is_unclear then took_usd else 0 end
    where name = h.name;
    return;
  end if;
  select * into strict l from sw_limit where name = h.name for update;
  t := clock_timestamp();
  if p_is_limited then
    l.paused_until := greatest(l.paused_until, t + make_interval(secs => p_seconds));
    if h.lowerings >= l.lowerings then
      now_share := least(1, l.share * 2 ^ least(6, floor(extract(epoch from t - l.lowered_at) / 60)));
      if now_share = 1 then
        l.busiest := least(l.concurrency, l.flying);
      end if;
      l.share := greatest(1 / 64.0, now_share / 2);
      l.lowered_at := t;
      l.lowerings := l.lowerings + 1;
    end if;
  end if;
  update sw_limit set
    flying = flying - 1,
    seconds = seconds + (extract(epoch from t - h.at) - seconds) / 8,
    token_at = greatest(token_at - make_interval(secs => h.token_step * (h.tokens - took_tokens)), least(token_at, t)),
    paused_until = l.paused_until,
    share = l.share,
    lowered_at = l.lowered_at,
    lowerings = l.lowerings,
    busiest = l.busiest
  where name = h.name;
end
$$`

const takeOver = `
create function sw_take_over(p_runs text[], p_epochs bigint[]) returns void language sql as $$
  with gone as (
    delete from sw_hold h using unnest(p_runs, p_epochs) as c (run, epoch)
    where h.run = c.run and h.epoch < c.epoch
    returning h.name, h.is_place, h.tokens, h.usd
  ), sums as (
    select name, count(*) filter (where is_place) as places,
      coalesce(sum(tokens) filter (where not is_place), 0) as tokens,
      coalesce(sum(usd) filter (where not is_place), 0) as usd
    from gone group by name
  ), locked as materialized (
    select name from sw_limit where name in (select name from sums) order by name for update
  )
  update sw_limit l set
    flying = l.flying - s.places,
    held_tokens = l.held_tokens - s.tokens,
    held_usd = l.held_usd - s.usd,
    unclear_tokens = l.unclear_tokens + s.tokens,
    unclear_usd = l.unclear_usd + s.usd
  from locked join sums s using (name) where l.name = locked.name
$$`
