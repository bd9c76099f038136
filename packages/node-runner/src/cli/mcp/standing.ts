// How a run stands, for a model: with what to do next.

import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as ServerApi from "../../ServerApi.ts"
import * as acts from "../act/acts.ts"
import * as looks from "../act/looks.ts"
import * as runFolder from "../run/runFolder.ts"
import * as standingNow from "../view/standingNow.ts"
import * as asking from "./asking.ts"
import { progress } from "./progress.ts"

type Status = typeof ServerApi.Status.Type

/** Whether the server only looks. */
export const OnlyLooks = Context.Reference<boolean>("@stepwright/node-runner/mcp/OnlyLooks", {
  defaultValue: () => false
})

/** What to do next, by how a run stands and where it waits. */
export const nextOf = Effect.fnUntraced(function* (run: string, status: Status, waits: ReadonlyArray<string> = []) {
  if (status === "RUNNING") return "call runs_status with this run, and waitSeconds, until it is no longer RUNNING"
  if (status !== "COMPLETED" && (yield* OnlyLooks)) {
    return `this server only looks at runs: a person goes on with it by \`stepwright resume ${run}\``
  }
  if (waits.length > 0) {
    const needed = `a person is asked for a decision at ${waits.join(", ")}`
    return (yield* asking.canAsk(run, waits))
      ? `${needed}: call runs_resume, which shows them the question, and goes on with what they say`
      : `${needed}: show them the question (runs_gates), call runs_decide with what they say, then runs_resume`
  }
  if (status === "COMPLETED")
    return "it is done: runs_show gives its output, or what a step made; runs_report tells what came of it"
  if (status === "FAILED") return "the error says what is wrong; runs_resume tries again from there"
  return "runs_resume goes on with it"
})

/** What came of something that was done with a run, with what to do next. */
export const withNext = <A extends { readonly run: string; readonly status: Status }>(self: A) =>
  Effect.map(nextOf(self.run, self.status), (next) => ({ ...self, next }))

/** How long a call waits for a run at most: clients give up after a minute. **Units** seconds */
export const most = 50

const glance = "200 millis"
const glancesASecond = 5

/** Waits until nobody works on a run, and tells the client meanwhile how many of its steps are done. */
const waited = Effect.fnUntraced(function* (run: string, seconds: number) {
  const tell = yield* progress
  let told = -1
  for (let glances = 0; glances < Math.min(most, seconds) * glancesASecond; glances++) {
    if (!(yield* runFolder.isLive(run))) return
    if (tell !== undefined && glances % glancesASecond === 0) {
      const { records } = yield* runFolder.state(run)
      const done = Object.entries(records).filter(([, { result }]) => result !== undefined)
      const [last] = done.at(-1) ?? []
      // what is told must grow
      if (done.length > told) yield* tell(done.length, last === undefined ? "begun" : `${last} is done`)
      told = Math.max(told, done.length)
    }
    yield* Effect.sleep(glance)
  }
})

export const standing = Effect.fnUntraced(function* (reference: string, waitSeconds = 0) {
  const run = yield* acts.runOf(reference)
  yield* waited(run, waitSeconds)
  const told = standingNow.toJson(yield* looks.standingOf(run))
  const next = yield* nextOf(
    run,
    told.status,
    told.undecided?.map(({ path }) => path)
  )
  return { ...told, next }
})
