import type { WorkflowState } from "@stepwright/core/WorkflowState"
import * as Prices from "@stepwright/llm/Prices"

/** What requests to providers cost, if there were any. */
export const cost = ({ records }: WorkflowState, usd: number | undefined): ReadonlyArray<string> =>
  Object.values(records).every(({ requests }) => requests.started === 0)
    ? []
    : [usd === undefined ? "cost unknown" : Prices.format(usd)]
