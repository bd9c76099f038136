import * as Context from "effect/Context"
import * as Schema from "effect/Schema"
import * as Usage from "./Usage.ts"
import type { WorkflowState } from "./WorkflowState.ts"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** What a run asked, and what it cost. */
export const Spent = Schema.Struct({
  /** Replies of models, from wherever, and what these cost. */
  replies: Count,
  usage: Usage.Usage,
  /** Requests that really went to a provider, repeated ones included. */
  requests: Count,
  /** What these cost, where all of that is known. **Units** USD. */
  usd: Schema.optionalKey(Schema.Finite)
})
export type Spent = typeof Spent.Type

/** What all steps of a run asked together. */
export const of = ({ records }: Pick<WorkflowState, "records">): Omit<Spent, "usd"> => {
  let [replies, requests, usage] = [0, 0, Usage.zero]
  for (const record of Object.values(records)) {
    replies += record.replies
    requests += record.requests.started
    usage = Usage.add(usage, record.usage)
  }
  return { replies, usage, requests }
}

/**
 * What the run that a step's own code is part of has asked until it is called: for what is told to a person, since a step
 * that computes with it would not give the same when its run goes on. Outside of a run nothing is known.
 */
export const Spending = Context.Reference<() => Spent | undefined>("@stepwright/core/Spending", {
  defaultValue: () => () => undefined
})

/** Who knows prices: what a run's requests to providers cost until now, `undefined` where that is not known. **Units** USD. */
export const Cost = Context.Reference<(run: string) => number | undefined>("@stepwright/core/Spending/Cost", {
  defaultValue: () => () => undefined
})
