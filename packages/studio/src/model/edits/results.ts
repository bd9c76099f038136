import type { StepResult, WorkflowState } from "@stepwright/core/WorkflowState"

/** The result at a path: its own, or that of an earlier round which it shares. */
export const resultAt = ({ records }: WorkflowState, path: string): StepResult | undefined => {
  const { result, same } = records[path] ?? {}
  return same === undefined ? result : records[same]?.result
}
