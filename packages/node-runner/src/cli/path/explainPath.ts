import * as Effect from "effect/Effect"
import * as StepPath from "@stepwright/core/StepPath"
import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowError } from "@stepwright/core/WorkflowError"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { CliError, isWorkflowError } from "../base/cliError.ts"
import * as stepPath from "./stepPath.ts"

/** Tells what the engine refuses of a path in words of items that can be asked for: `each/a`, where it says `each/*`. */
export const explainPath =
  (path: string, workflow: Workflow.Any, { records, run }: WorkflowState) =>
  <A, E, R>(work: Effect.Effect<A, E | WorkflowError, R>): Effect.Effect<A, E | WorkflowError | CliError, R> =>
    Effect.mapError(work, (error) => {
      if (!isWorkflowError(error)) return error
      if (error.reason._tag === "MissingResult" && error.reason.missing.includes("*")) {
        const group = error.reason.missing.slice(0, error.reason.missing.indexOf("/*"))
        const message = `${path}: it needs the results of ${group}, \`plan ${run}\` says what comes first`
        return new CliError({ kind: "usage", message, target: path, fix: `plan ${run}`, cause: error })
      }
      if (error.reason._tag !== "UnknownPath") return error
      const known = Workflow.stepPaths(workflow).flatMap((pattern) => {
        const items = Object.keys(records).filter((recorded) => StepPath.matches(pattern, recorded))
        return pattern.includes("*") && items.length > 0 ? items : [pattern.replaceAll("*", "KEY")]
      })
      return stepPath.unknown(path, run, known)
    })
