import * as Effect from "effect/Effect"
import * as StepPath from "@stepwright/core/StepPath"
import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowError } from "@stepwright/core/WorkflowError"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { type CliError, isWorkflowError, usage } from "../base/cliError.ts"
import * as stepPath from "./stepPath.ts"

/** Tells what the engine refuses of a path in words of items that can be asked for: `each/a`, where it says `each/*`. */
export const explainPath =
  (path: string, workflow: Workflow.Any, { records, run }: WorkflowState) =>
  <A, E, R>(work: Effect.Effect<A, E | WorkflowError, R>): Effect.Effect<A, E | WorkflowError | CliError, R> =>
    Effect.mapError(work, (error) => {
      if (!isWorkflowError(error)) return error
      if (error.reason._tag === "MissingResult" && error.reason.missing.includes("*")) {
        const group = error.reason.missing.slice(0, error.reason.missing.indexOf("/*"))
        return usage(`${path}: it needs the results of ${group}, \`plan ${run}\` says what comes first`, error)
      }
      if (error.reason._tag !== "UnknownPath") return error
      const { detail } = error.reason
      const pattern = Workflow.stepPaths(workflow).find((known) => known.includes("*") && detail.includes(known))
      if (pattern === undefined) return error
      const items = Object.keys(records).filter((known) => StepPath.matches(pattern, known))
      return usage(
        items.length === 0
          ? `${path}: no step has this path, and no item of ${pattern} has run yet: \`plan ${run}\` lists what would`
          : `${path}: no step has this path; the items are ${stepPath.some(items)}`,
        error
      )
    })
