import { resolve } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { sizeOf } from "../../internal/disk/leftovers.ts"
import * as NodeResultCache from "../../NodeResultCache.ts"
import * as format from "../base/format.ts"
import * as configured from "../config/cache.ts"
import { Configuration } from "../config/configuration.ts"
import * as runFolder from "../run/runFolder.ts"
import { here } from "../run/store/folder.ts"
import type { Glance } from "../run/store/runStore.ts"
import { answerTo, type Finding, unanswered } from "./finding.ts"

/** How long journals are read: there may be thousands. **Units** milliseconds */
const reading = 5000

/** How many journals that cannot be read are named on a page. */
const most = 5

/** What is wrong with the journals of runs, the last used first, as far as time allows. */
const journals = Effect.fnUntraced(function* (glances: ReadonlyArray<Glance>) {
  const began = yield* Clock.currentTimeMillis
  const wrong: Array<{ readonly run: string; readonly reason: string; readonly message: string }> = []
  let read = 0
  for (const { run } of glances) {
    if ((yield* Clock.currentTimeMillis) - began > reading) break
    const state = yield* answerTo(Effect.result(runFolder.state(run)))
    read++
    if (Result.isFailure(state)) wrong.push({ run, reason: "Failed", message: state.failure.why })
    else if (Result.isFailure(state.success)) {
      const { message, reason } = state.success.failure
      wrong.push({ run, reason, message: format.oneLine(message) })
    }
  }
  const value = { runs: glances.length, read, wrong }
  const of = read < glances.length ? `${read} of ${glances.length} looked at` : format.count(read, "run")
  if (wrong.length === 0) return { name: "journals", standing: "ok", found: `${of}, none damaged`, value } as const
  const more = wrong.length > most ? [`and ${wrong.length - most} more`] : []
  return {
    name: "journals",
    standing: "note",
    found: [
      `${of}, ${wrong.length} that cannot be read`,
      ...wrong.slice(0, most).map(({ message }) => message),
      ...more
    ].join("\n"),
    means: "commands that name one of them fail",
    fix: "`repair RUN` drops what is damaged and says what is lost; for one of a newer format install a newer version",
    value
  } as const
})

const ofStore = Effect.gen(function* () {
  const { store } = yield* Configuration
  // a folder that is gone is nowhere
  const folder = Result.getOrElse(yield* answerTo(Effect.sync(() => resolve(store))), () => store)
  const writable = yield* answerTo(Effect.andThen(runFolder.checkLinks, runFolder.checkStore))
  const found = yield* answerTo(here.glances)
  const glances = Result.getOrElse(found, (): ReadonlyArray<Glance> => [])
  const bytes = yield* Effect.sync(() => sizeOf(folder))
  const value = { folder, writable: Result.isSuccess(writable), runs: glances.length, bytes }
  const size = `${format.count(glances.length, "run")}, ${format.bytes(bytes)}`
  const own: Finding = Result.isFailure(writable)
    ? { ...unanswered("store", writable.failure, { means: "no run can begin" }), value }
    : { name: "store", standing: "ok", found: `${folder}: ${size}`, value }
  return [
    own,
    Result.isFailure(found) ? unanswered("journals", found.failure, { standing: "note" }) : yield* journals(glances)
  ]
})

const ofCache = Effect.gen(function* () {
  const { directory, isOn, limit = NodeResultCache.limit } = yield* configured.cache
  const folder = resolve(directory)
  const { before } = yield* NodeResultCache.trim(directory, { limit, dryRun: true })
  const value = { folder, isOn, limit, ...before }
  const size = `${format.count(before.entries, "result")}, ${format.bytes(before.bytes)} of ${format.bytes(limit)}`
  return { name: "cache", standing: "ok", found: isOn ? `${folder}: ${size}` : "off", value } as const
})

/** Where runs are, and results for others. */
export const store = Effect.gen(function* () {
  const cache = yield* answerTo(ofCache)
  const lack = { standing: "note", means: "no result serves another run" } as const
  const findings: ReadonlyArray<Finding> = [
    ...(yield* ofStore),
    Result.getOrElse(cache, (why): Finding => unanswered("cache", why, lack))
  ]
  return { section: "store", findings }
})
