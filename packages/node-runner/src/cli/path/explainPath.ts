import * as Effect from "effect/Effect"
import * as Engine from "@stepwright/core/Engine"
import * as StepPath from "@stepwright/core/StepPath"
import * as Workflow from "@stepwright/core/Workflow"
import type { MissingResult, WorkflowError } from "@stepwright/core/WorkflowError"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { type CliError, isWorkflowError, usage } from "../base/cliError.ts"
import * as places from "./places.ts"
import * as stepPath from "./stepPath.ts"

/**
 * Refuses a path that can never be, and tells what the engine refuses of one in words of paths that can be typed:
 * `each/a`, where it says `each/*`. `again` is how the command line is called.
 */
export const explainPath =
  <In, Out, E2, R2>(path: string, workflow: Workflow.Workflow<In, Out, E2, R2>, state: WorkflowState, again: string) =>
  <A, E, R>(work: Effect.Effect<A, E | WorkflowError, R>): Effect.Effect<A, E | WorkflowError | CliError, R | R2> => {
    const known = places.of(workflow, state)
    if (known.never(path) !== undefined) return Effect.fail(stepPath.unknown(path, state.run, known))
    return Effect.catchIf(work, isWorkflowError, (error) => {
      const { reason } = error
      if (reason._tag !== "MissingResult" && reason._tag !== "UnknownPath") return Effect.fail(error)
      // a step that the run does not come by is told of as that, and so is one that is no gate
      if (reason._tag === "UnknownPath" && !reason.detail.startsWith("no step ")) return Effect.fail(error)
      // what keeps a plan from being made is told of by what was asked for
      return Effect.flatMap(
        Effect.orElseSucceed(Engine.plan(workflow, state), () => undefined),
        (plan) => {
          if (reason._tag === "MissingResult")
            return Effect.fail(missing(path, reason, workflow, state.run, again, plan) ?? error)
          return Effect.fail(stepPath.unknown(path, state.run, places.of(workflow, state, plan)))
        }
      )
    })
  }

/** What to do for what is missing; `undefined` where the engine says it. */
const missing = (
  path: string,
  { missing }: MissingResult,
  workflow: Workflow.Any,
  run: string,
  again: string,
  plan: ReadonlyArray<Engine.PlanEntry> = []
): CliError | undefined => {
  if (missing.includes("*")) {
    const group = missing.slice(0, missing.indexOf("/*"))
    return usage(`${path}: it needs the results of ${group}, \`plan ${run}\` says what comes first`, {
      target: path,
      fix: `plan ${run}`
    })
  }
  const isGate = Workflow.steps(workflow).some(({ path, step }) => step.isGate && StepPath.matches(path, missing))
  if (!isGate) return undefined
  const isAsked = plan.some((entry) => entry.path === missing && entry.action === "decide")
  return usage(
    `${path}: it needs the decision of "${missing}", which ${isAsked ? "has none yet" : "is not asked yet"}`,
    {
      target: path,
      fix: isAsked
        ? `decide that first, with \`${again} decide ${run} ${missing} VALUE\``
        : `go on with \`${again} resume ${run}\``
    }
  )
}
