import * as Usage from "@stepwright/core/Usage"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import * as Prices from "@stepwright/llm/Prices"

/** The replies and tokens of all steps together. */
export const totals = (state: WorkflowState): { readonly replies: number; readonly usage: Usage.Usage } => {
  let replies = 0
  let usage = Usage.zero
  for (const record of Object.values(state.records)) {
    replies += record.replies
    usage = Usage.add(usage, record.usage)
  }
  return { replies, usage }
}

/** What requests to providers cost, if there were any. */
export const cost = ({ records }: WorkflowState, usd: number | undefined): ReadonlyArray<string> =>
  Object.values(records).every(({ requests }) => requests.started === 0)
    ? []
    : [usd === undefined ? "cost unknown" : Prices.format(usd)]
