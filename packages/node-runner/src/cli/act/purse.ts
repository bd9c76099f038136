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
  return {
    begin: (run, wants) =>
      Effect.suspend(() => {
        const at = now()
        while (begun.length > 0 && at - begun[0]! >= minute) begun.shift()
        if (begun.length >= starts) {
          const seconds = Math.ceil((minute - (at - begun[0]!)) / 1000)
          return refuse("TooManyStarts", `${starts} runs were begun within a minute`, `try again in ${seconds} s`)
        }
        if (maxUsd !== undefined) {
          const free = maxUsd - spent - [...held.values()].reduce((sum, one) => sum + one, 0)
          const cap = wants ?? free
          if (free <= 0 || cap > free) {
            const runs =
              held.size === 0
                ? ""
                : `, of which ${[...held.keys()].join(", ")} may spend ${Prices.format(maxUsd - spent - free)}`
            return refuse(
              "BudgetExceeded",
              `this server may spend ${Prices.format(maxUsd)}: ${Prices.format(spent)} are spent${runs}`,
              free > 0
                ? `ask for ${Prices.format(free)} at most, as maxUsd`
                : "wait for these, or start it with a larger --max-usd"
            )
          }
          held.set(run, cap)
          begun.push(at)
          return Effect.succeed(cap)
        }
        begun.push(at)
        return Effect.succeed(wants)
      }),
    end: (run, usd) => {
      spent += usd ?? held.get(run) ?? 0
      held.delete(run)
    }
  }
}
