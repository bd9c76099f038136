import * as Effect from "effect/Effect"
import { Journal, type JournalError } from "@stepwright/core/Journal"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import type { Spent } from "@stepwright/llm/Budget"
import * as Prices from "@stepwright/llm/Prices"

export interface Options {
  /** Whoever reads a folder answers: no provider, but calls all the same. */
  readonly isRelay: boolean
  readonly prices: Prices.Prices
  /** The provider's name of the model `default`. */
  readonly model: string
}

/** More tokens than a text has, as far as one can tell from its length: three characters a token. */
const estimate = (text: string) => Math.ceil(text.length / 3)

/**
 * What of a run's caps earlier processes used up: the calls that a model answered, or was answering when the process
 * ended. What a cassette answered is free; usage that nobody said is estimated from the texts, and never 0. `usd` is
 * what requests to a provider cost, and not there where a price or a usage is unknown.
 */
export const spent = Effect.fnUntraced(function* (
  { records, run }: WorkflowState,
  { isRelay, model, prices }: Options
): Effect.fn.Return<Spent, JournalError> {
  const journal = yield* Journal
  const nameOf = (alias: string) => (alias === "default" ? model : alias)
  const names = new Map<string, string>()
  let calls = 0
  let tokens = 0
  let usd: number | undefined = 0
  for (const event of yield* journal.load(run)) {
    if (event._tag === "RequestStarted") {
      names.set(`${event.path} ${event.request}`, nameOf(event.model))
    }
    if (event._tag === "RequestEnded" && event.error !== undefined && event.usage !== undefined) {
      tokens += (event.usage.input ?? 0) + (event.usage.output ?? 0)
      usd = sum(usd, Prices.cost(prices, event.usage, names.get(`${event.path} ${event.request}`) ?? model))
    }
    if (event._tag !== "StepReplied") continue
    const isPaid = (records[event.path]?.requests.started ?? 0) > 0
    if (!isPaid && !isRelay) continue
    calls++
    tokens += event.usage.input ?? estimate(yield* journal.getText(run, event.prompt))
    tokens += event.usage.output ?? estimate(yield* journal.getText(run, event.reply))
    if (isPaid) usd = sum(usd, Prices.cost(prices, event.usage, nameOf(event.model)))
  }
  for (const { requests } of Object.values(records)) {
    calls += requests.started - requests.ended
    if (requests.started > requests.ended) usd = undefined
  }
  return { calls, tokens, ...(usd !== undefined && { usd }) }
})

const sum = (a: number | undefined, b: number | undefined) => (a === undefined || b === undefined ? undefined : a + b)
