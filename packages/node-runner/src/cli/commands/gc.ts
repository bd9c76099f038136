import * as Clock from "effect/Clock"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as format from "../base/format.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"

const day = 86_400_000

export const gc = Command.make(
  "gc",
  {
    olderThan: Flag.Int("older-than").pipe(
      Flag.filter(
        (days) => days >= 0,
        () => "must be 0 or more"
      ),
      Flag.withMetavar("DAYS"),
      Flag.withDescription("Remove completed runs, too, that nothing has happened to for so many days"),
      Flag.optional
    ),
    dryRun: flags.toggle("dry-run", "Say what would be removed, and leave it"),
    json: flags.json
  },
  Effect.fnUntraced(function* ({ dryRun, json, olderThan }) {
    const fs = yield* FileSystem.FileSystem
    const now = yield* Clock.currentTimeMillis
    const leftovers = yield* runFolder.leftovers
    const runs = Option.isNone(olderThan) ? [] : yield* completedBefore(now - olderThan.value * day)
    if (!dryRun) {
      yield* Effect.forEach(leftovers, (path) => fs.remove(path, { recursive: true, force: true }), { discard: true })
      yield* Effect.forEach(runs, runFolder.remove, { discard: true })
    }
    if (json) return yield* Console.log(JSON.stringify({ dryRun, runs, leftovers }, null, 2))
    for (const path of leftovers) yield* Console.log(`${dryRun ? "would remove" : "removed"} ${path}`)
    for (const run of runs) yield* Console.log(`${dryRun ? "would remove" : "removed"} run ${run}`)
    const done = dryRun ? "to remove" : "removed"
    const found = [format.count(leftovers.length, "leftover"), format.count(runs.length, "run")]
    yield* Console.log(`${found.join(" and ")} ${done}`)
  })
).pipe(
  Command.withDescription(
    "Remove what killed processes left: folders of runs that never began, parts of files. Completed runs go with --older-than only, and what was delivered never."
  ),
  Command.withShortDescription("Remove what killed processes left"),
  Command.withExamples(({ commandPath }) => [
    { command: `${commandPath.join(" ")} --dry-run`, description: "See what would go" },
    { command: `${commandPath.join(" ")} --older-than 30`, description: "Completed runs of more than a month ago too" }
  ])
)

const completedBefore = Effect.fnUntraced(function* (time: number) {
  const found: Array<string> = []
  for (const run of yield* runFolder.all) {
    // one that cannot be read may be of use yet
    const state = yield* Effect.option(runFolder.state(run))
    const isOld = Option.exists(state, ({ status, updatedAt }) => status === "COMPLETED" && updatedAt < time)
    if (isOld && !(yield* runFolder.isLive(run))) found.push(run)
  }
  return found
})
