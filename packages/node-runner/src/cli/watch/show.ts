import { relative } from "node:path"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Prices from "@stepwright/llm/Prices"
import { count } from "../base/format.ts"
import { planLines } from "../go/planLines.ts"
import type { Message, Planned } from "./messages.ts"

type Failed = Extract<Message, { readonly _tag: "Failed" }>

/** What a watch says, to a person or to a program. */
export interface Show {
  /**
   * What would run, and the files that changed before it was looked at; with `runs` it does at once, within the cap of the
   * session, of which so much is spent. **Units** USD
   */
  readonly plan: (
    plan: Planned,
    because: ReadonlyArray<string>,
    runs?: { readonly within: number; readonly spent: number }
  ) => Effect.Effect<void>
  readonly error: (error: Failed["error"], because: ReadonlyArray<string>) => Effect.Effect<void>
  /** A line for a person only. */
  readonly line: (text: string) => Effect.Effect<void>
}

const names = (because: ReadonlyArray<string>) => because.map((file) => relative(".", file) || ".")

/** For a program: each plan and each error is a line of JSON on standard output. */
export const asJson: Show = {
  plan: ({ isBegun, isDone, plan, run, workflow }, because) =>
    print("plan", because, { ...(isBegun && { run }), workflow, isDone, plan }),
  error: (error, because) => print("error", because, { error }),
  line: () => Effect.void
}

const print = Effect.fnUntraced(function* (event: string, because: ReadonlyArray<string>, about: object) {
  const at = DateTime.formatIso(yield* DateTime.now)
  yield* Console.log(JSON.stringify({ event, at, because: names(because), ...about }))
})

/** How many files that changed are named. */
const most = 3

const heading = Effect.fnUntraced(function* (because: ReadonlyArray<string>) {
  const time = DateTime.formatLocal(yield* DateTime.now, { locale: "en-GB", timeStyle: "medium" })
  const [all, more] = [names(because), because.length - most]
  const changed =
    all.length === 0 ? "" : ` ${all.slice(0, most).join(", ")}${more > 0 ? ` and ${more} more` : ""} changed`
  yield* Console.error(`\n${time}${changed}`)
})

/** For a person. */
export const asText: Show = {
  plan: Effect.fnUntraced(function* ({ files, isDone, plan }, because, runs) {
    yield* heading(because)
    const pending = plan.filter(({ action }) => action !== "reuse")
    const reused = plan.length - pending.length
    if (reused > 0) yield* Console.error(`reuse    ${count(reused, "step")}`)
    for (const line of planLines(pending)) yield* Console.error(line)
    const watching = `watching ${count(files.length, "file")}`
    if (runs !== undefined) {
      const [within, spent] = [Prices.format(runs.within), Prices.format(runs.spent)]
      return yield* Console.error(`runs now, within ${within} for this session; so far it cost ${spent}`)
    }
    if (isDone) return yield* Console.error(`nothing to run; ${watching}, h helps`)
    const known = pending.flatMap(({ usd }) => (usd === undefined ? [] : [usd]))
    const total = Prices.format(known.reduce((sum, usd) => sum + usd, 0))
    const cost = known.length === 0 ? "" : ` (${known.length < pending.length ? "at least " : ""}${total} last time)`
    yield* Console.error(`Enter runs it${cost}; ${watching}, h helps`)
  }),
  error: Effect.fnUntraced(function* ({ message }, because) {
    yield* heading(because)
    yield* Console.error(message)
  }),
  line: (text) => Console.error(text)
}
