import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { DefinitionError } from "../DefinitionError.ts"
import type { UntypedWorkflow } from "../internal/definition/nodes.ts"
import { workflowOf } from "../internal/definition/ofState.ts"
import { matches } from "../StepPath.ts"
import { WorkflowState } from "../WorkflowState.ts"
import { allPaths, stepPaths, strange } from "./internal/places.ts"

/** Whether a state is as it should be, and what to say where it is not, or should not have been. */
export interface Verdict {
  readonly pass: boolean
  readonly message: () => string
}

/** That a run is complete. Of a state, or of what `Engine.run` gives. */
export const toHaveCompleted = (run: unknown): Verdict =>
  judge(run, "to have completed", ({ status }) => status === "COMPLETED")

/** That a run failed, or waits, for an error of the step at a path, with this tag if one is given. */
export const toHaveFailedAt = (run: unknown, path: string, tag?: string): Verdict =>
  judge(
    run,
    `to have failed at ${path}${tag === undefined ? "" : ` with ${tag}`}`,
    ({ error, records, status }) => {
      const isHere = status === "FAILED" && (error?.path === path || records[path]?.error !== undefined)
      return isHere && (tag === undefined || [error?.tag, records[path]?.error?.tag].includes(tag))
    },
    { path, of: (workflow) => ["", ...allPaths(workflow)] }
  )

/** That a run waits for the decision of the gate at a path. */
export const toWaitAt = (run: unknown, path: string): Verdict =>
  judge(
    run,
    `to wait at ${path}`,
    ({ records, status }) => {
      const record = records[path]
      return status === "SUSPENDED" && record?.asked !== undefined && record.result === undefined
    },
    { path, of: stepPaths }
  )

/**
 * That models gave the steps at a path, `*` for any item or round, this many replies in all, repairs included, or at
 * least one.
 */
export const toHaveAsked = (run: unknown, path: string, times?: number): Verdict =>
  judge(
    run,
    `to have asked at ${path}${times === undefined ? "" : `, ${times} in all`}`,
    ({ records }) => {
      const there = Object.entries(records).filter(([at]) => matches(path, at))
      const replies = there.reduce((sum, [, record]) => sum + record.replies, 0)
      return times === undefined ? replies > 0 : replies === times
    },
    { path, of: stepPaths }
  )

const decode = Schema.decodeUnknownResult(Schema.toType(WorkflowState))

/** A path that is asked for, and of a workflow those that may be. */
interface Place {
  readonly path: string
  readonly of: (workflow: UntypedWorkflow) => ReadonlyArray<string>
}

/** Throws where the answer would say nothing: also who expects the contrary must not take it for one. */
const judge = (run: unknown, expected: string, isSo: (state: WorkflowState) => boolean, place?: Place): Verdict => {
  const given: unknown = Predicate.hasProperty(run, "state") ? run.state : run
  const state = Result.getOrThrowWith(
    decode(given),
    ({ message }) =>
      new DefinitionError({ place: "expected a state of a run, or what Engine.run gives", detail: message })
  )
  // what is a state may be known as one
  const workflow = workflowOf.get(given as WorkflowState)
  const problem = place && workflow && strange(place.of(workflow))(place.path)
  if (problem !== undefined) throw new DefinitionError({ place: `expected the run ${expected}`, detail: problem })
  const pass = isSo(state)
  return { pass, message: () => `expected the run ${pass ? "not " : ""}${expected}\n${shown(state)}` }
}

/** A run as a few lines: how it stands, and each step with what came of it. */
const shown = ({ error, records, run, status }: WorkflowState): string => {
  const lines = Object.entries(records).map(([path, record]) => {
    const [result, failure] = [
      record.result && "has a result",
      record.error && `${record.error.tag}: ${record.error.message}`
    ]
    const state = failure ?? (record.asked !== undefined && result === undefined ? "waits for a decision" : result)
    return `  ${path}: ${state ?? "has begun"}, ${record.replies} ${record.replies === 1 ? "reply" : "replies"}`
  })
  const why = error === undefined ? "" : `: ${error.path} ${error.tag}`
  return [`run ${run} is ${status}${why}`, ...lines].join("\n")
}
