import * as Clock from "effect/Clock"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { sizeOf } from "../../internal/disk/leftovers.ts"
import { reasonOf } from "../../internal/disk/systemError.ts"
import * as NodeResultCache from "../../NodeResultCache.ts"
import { end, exitStatus } from "../base/exitStatus.ts"
import * as format from "../base/format.ts"
import * as configured from "../config/cache.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"

const hour = 3_600_000

/** Milliseconds: `30d`, `12h`, or a number of days. */
const age = (text: string): Option.Option<number> => {
  const [, number, unit] = /^(\d{1,6})([dh]?)$/u.exec(text) ?? []
  return number === undefined ? Option.none() : Option.some(Number(number) * hour * (unit === "h" ? 1 : 24))
}

export const gc = Command.make(
  "gc",
  {
    olderThan: Flag.String("older-than").pipe(
      Flag.filterMap(age, () => "it must be days or hours, such as 30d or 12h"),
      Flag.withMetavar("TIME"),
      Flag.withDescription("Remove completed runs, too, that nothing has happened to for so long: 30d, 12h, or days"),
      Flag.optional
    ),
    dryRun: flags.toggle("dry-run", "Say what would be removed, and leave it"),
    json: flags.json
  },
  Effect.fnUntraced(function* ({ dryRun, json, olderThan }) {
    const fs = yield* FileSystem.FileSystem
    const now = yield* Clock.currentTimeMillis
    const directory = yield* runFolder.directory
    const [leftovers, unread] = yield* runFolder.leftovers
    const { directory: cacheDirectory, ...options } = yield* configured.cache
    const cache = yield* Effect.result(NodeResultCache.trim(cacheDirectory, { ...options, dryRun }))
    const [old, damaged] = Option.isNone(olderThan) ? [[], []] : yield* completedBefore(now - olderThan.value)
    const [removed, kept] = yield* Effect.partition(
      [
        ...leftovers.map((path) => ({ path, remove: fs.remove(path, { recursive: true, force: true }) })),
        ...old.map((run) => ({ path: `${directory}/${run}`, run, remove: runFolder.remove(run) }))
      ],
      ({ remove, ...target }) => {
        const bytes = sizeOf(target.path)
        return Effect.mapBoth(dryRun ? Effect.void : remove, {
          onFailure: stays("run" in target ? `run ${target.run}` : target.path),
          onSuccess: () => ({ ...target, bytes })
        })
      }
    )
    const failed = [
      ...unread.map(({ cause, path }) => stays(path)(cause)),
      ...damaged,
      ...kept,
      ...(Result.isFailure(cache) ? [stays(cacheDirectory)(cache.failure)] : [])
    ]
    const trimmed = Result.getOrUndefined(cache)
    const bytes = removed.reduce((sum, target) => sum + target.bytes, 0)
    const runs = removed.flatMap((target) => ("run" in target ? [target.run] : []))
    const paths = [
      ...removed.flatMap((target) => ("run" in target ? [] : [target.path])),
      ...(trimmed?.leftovers ?? [])
    ]
    const figures = trimmed === undefined ? {} : { cache: { ...trimmed.before, removed: trimmed.removed } }
    if (json) yield* Console.log(JSON.stringify({ dryRun, runs, leftovers: paths, bytes, ...figures, failed }, null, 2))
    else {
      for (const name of [...paths, ...runs.map((run) => `run ${run}`)])
        yield* Console.log(`${dryRun ? "would remove" : "removed"} ${name}`)
      const found = [format.count(paths.length, "leftover"), format.count(runs.length, "run")]
      const size = bytes === 0 ? "" : `, ${format.bytes(bytes)}`
      yield* Console.log(`${found.join(" and ")} ${dryRun ? "to remove" : "removed"}${size}`)
      for (const line of trimmed === undefined ? [] : cacheLines(cacheDirectory, trimmed, dryRun))
        yield* Console.log(line)
      for (const { message, target } of failed) yield* Console.error(`stepwright: ${target} stays: ${message}`)
    }
    return yield* end(failed.length === 0 ? exitStatus.done : exitStatus.failed)
  })
).pipe(
  Command.withDescription(
    "Remove what killed processes left: folders of runs that never began, parts of files; and of the results that other runs may take what is over 500 MB, the oldest first. Completed runs go with --older-than only, and what was delivered never."
  ),
  Command.withShortDescription("Remove what killed processes left"),
  Command.withExamples(({ commandPath }) => [
    { command: `${commandPath.join(" ")} --dry-run`, description: "See what would go" },
    { command: `${commandPath.join(" ")} --older-than 30d`, description: "Completed runs of more than a month ago too" }
  ])
)

/** How full the cache is, and what was not used for longest and goes. */
const cacheLines = (directory: string, { before, removed }: NodeResultCache.Trimmed, dryRun: boolean) => {
  if (before.entries === 0) return []
  const size = `${format.count(before.entries, "result")} for other runs in ${directory}, ${format.bytes(before.bytes)}`
  if (removed.entries === 0) return [size]
  const goes = `${format.count(removed.entries, "of them", "of them")} ${dryRun ? "to remove" : "removed"}`
  return [`${size}: ${goes}, ${format.bytes(removed.bytes)}`]
}

/** What is not removed, and why. */
const stays = (target: string) => (cause: unknown) => ({ target, message: format.oneLine(reasonOf(cause)) })

/** Runs that nothing has happened to since; one that cannot be read may be of use yet. */
const completedBefore = Effect.fnUntraced(function* (time: number) {
  const [states, damaged] = yield* Effect.partition(yield* runFolder.own, (run) =>
    Effect.mapBoth(runFolder.state(run), {
      onFailure: stays(`run ${run}`),
      onSuccess: ({ status, updatedAt }) => ({ run, isOld: status === "COMPLETED" && updatedAt < time })
    })
  )
  const old = states.flatMap(({ isOld, run }) => (isOld ? [run] : []))
  return [yield* Effect.filter(old, (run) => Effect.map(runFolder.isLive(run), (isLive) => !isLive)), damaged] as const
})
