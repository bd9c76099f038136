// What is said to PostgreSQL of heavy work. Each of these may be said again where its answer was lost.

/**
 * That who has an item is dead. It is no join: an item that another pull was given just then is looked at once more, but
 * beside the row that was joined before, and a joined nobody would be dead.
 */
const isDead = `not exists (
  select from sw_worker w where w.worker = i.worker and w.seen + w.lease >= clock_timestamp()
)`

/** Puts an item into the table, if the run is still owned by its epoch: answers with the run then, else with nothing. */
export const put = `
with own as (
  select run, epoch from sw_run where run = $2 and epoch = $3 for share
), made as (
  insert into sw_item (item, run, epoch, path, definition, fingerprint, input)
  select $1, run, epoch, $4, $5, $6, $7 from own
  on conflict do nothing
)
select run from own`

/**
 * Gives a worker that is alive so many items of definitions that it has: those that nobody has, or somebody who is dead, or
 * itself without knowing, as an answer was lost. Answers with these, and with those `held` that are still its own. What is
 * of an epoch that is over, or of a run that nobody owns, is dropped, and one that was given
 * away too often is for its owner to tell of.
 */
export const pull = `
with over as (
  delete from sw_item where item in (
    select i.item from sw_item i left join sw_run r using (run, epoch)
    where r.owner is null for update of i skip locked
  )
), open as (
  select i.item from sw_item i
  join sw_run r using (run, epoch)
  where r.owner is not null and i.result is null and i.definition = any($2::text[]) and i.item <> all($4::text[])
    and (i.worker = $1 or (i.given < $5 and (i.worker is null or ${isDead})))
    and exists (select from sw_worker where worker = $1 and seen + lease >= clock_timestamp())
  order by i.made_at limit $3 for update of i skip locked
), given as (
  update sw_item i set worker = $1, given = given + 1 from open where i.item = open.item
  returning i.item, i.run, i.path, i.definition, i.fingerprint, i.input
)
select item, run, path, definition, fingerprint, input from given
union all
select item, null, null, null, null, null from sw_item
where item = any($4::text[]) and worker = $1 and result is null`

/** Writes a result, if the item is still given to this worker. */
export const give = `update sw_item set result = $3 where item = $1 and worker = $2 and result is null`

/** Gives back all that a worker has not done. */
export const leave = `update sw_item set worker = null, given = given - 1 where worker = $1 and result is null`

/**
 * Removes items that are taken, or not wanted any more, and answers for those that are waited for, `(item, run, epoch)`,
 * with their results; with none where the epoch is over, or where all of so many workers that had it are dead.
 */
export const take = `
with taken as (
  delete from sw_item where item = any($1::text[])
)
select d.item, r.run is not null and i.item is not null, i.result
from unnest($2::text[], $3::text[], $4::bigint[]) as d (item, run, epoch)
left join sw_item i on i.item = d.item
left join sw_run r on r.run = d.run and r.epoch = d.epoch
where i.result is not null or i.item is null or r.run is null or (i.given >= $5 and ${isDead})`
