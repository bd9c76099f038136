import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Prices from "@stepwright/llm/Prices"
import * as ServerApi from "../../ServerApi.ts"
import { say } from "./problems.ts"

/** What a server may spend, and how many runs it may begin or go on with in a minute. */
export interface Limits {
  /** **Units** USD */
  readonly maxUsd: number | undefined
  readonly starts: number
}

export interface Purse {
  /** Takes a start of those that there are in a minute. */
  readonly start: Effect.Effect<void, ServerApi.TooMany>
  /**
   * Takes a start, and of the budget what a run wants, all that is left unless it says; gives the cap that it has. What it
   * did not spend comes back with `end`; where nobody knows what it spent, that is all that it had.
   */
  readonly begin: (run: string, wants: number | undefined) => Effect.Effect<number | undefined, ServerApi.TooMany>
  readonly end: (run: string, spent: number | undefined) => void
}

export const Purse = Context.Service<Purse>("@stepwright/node-runner/Purse")

const minute = 60_000

/** `now`: milliseconds. */
export const make = ({ maxUsd, starts }: Limits, now: () => number): Purse => {
  const begun: Array<number> = []
  const held = new Map<string, number>()
  let spent = 0
  const refuse = (code: string, message: string, fix: string) =>
    Effect.fail(new ServerApi.TooMany(say(code, message, null, fix)))
  const tooOften = () => {
    const at = now()
    while (begun.length > 0 && at - begun[0]! >= minute) begun.shift()
    if (begun.length < starts) return undefined
    const seconds = Math.ceil((minute - (at - begun[0]!)) / 1000)
    return refuse("TooManyStarts", `${starts} runs were begun within a minute`, `try again in ${seconds} s`)
  }
  const tooMuch = (total: number, free: number) => {
    const others = [...held.keys()].join(", ")
    const runs = others === "" ? "" : `, of which ${others} may spend ${Prices.format(total - spent - free)}`
    return refuse(
      "BudgetExceeded",
      `this server may spend ${Prices.format(total)}: ${Prices.format(spent)} are spent${runs}`,
      free > 0
        ? `ask for ${Prices.format(free)} at most, as maxUsd`
        : "wait for these, or start it with a larger --max-usd"
    )
  }
  const count = () => begun.push(now())
  return {
    start: Effect.suspend(() => tooOften() ?? Effect.asVoid(Effect.sync(count))),
    begin: (run, wants) =>
      Effect.suspend(() => {
        const refused = tooOften()
        if (refused !== undefined) return refused
        if (maxUsd === undefined) {
          count()
          return Effect.succeed(wants)
        }
        const free = maxUsd - spent - [...held.values()].reduce((sum, one) => sum + one, 0)
        const cap = wants ?? free
        if (free <= 0 || cap > free) return tooMuch(maxUsd, free)
        held.set(run, cap)
        count()
        return Effect.succeed(cap)
      }),
    end: (run, usd) => {
      spent += usd ?? held.get(run) ?? 0
      held.delete(run)
    }
  }
}
