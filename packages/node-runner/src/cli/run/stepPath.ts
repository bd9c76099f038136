import * as Effect from "effect/Effect"
import * as StepPath from "@stepwright/core/StepPath"
import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowError } from "@stepwright/core/WorkflowError"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { type CliError, isWorkflowError, usage } from "../base/cliError.ts"

const decoded = (path: string) => path.split("/").map(decode).join("/")

const decode = (segment: string) => {
  try {
    return StepPath.decodeKey(segment)
  } catch {
    return segment
  }
}

/** The paths of items that a path with plain keys could stand for in a definition. */
const encoded = (pattern: string, plain: string): ReadonlyArray<string> => {
  const [first, ...others] = pattern.split("/*")
  if (others.length === 0) return []
  const literal = (text: string) => text.replaceAll(/[^\w/]/g, String.raw`\$&`)
  const keys = new RegExp(`^${[first!, ...others].map(literal).join("/(.+)")}$`, "s").exec(plain)?.slice(1)
  return keys === undefined
    ? []
    : [[first, ...keys.map((key, i) => `/${StepPath.encodeKey(key)}${others[i]}`)].join("")]
}

/**
 * The path that a person means: as `status` and `plan` write it, or with the keys of items as they are, where one step
 * alone can be meant. What no step has stays as it is.
 */
export const resolve = (path: string, workflow: Workflow.Any | undefined, state: WorkflowState): string => {
  const patterns = workflow === undefined ? [] : Workflow.stepPaths(workflow)
  const recorded = Object.keys(state.records)
  if (recorded.includes(path)) return path
  const known = recorded.filter((candidate) => decoded(candidate) === path)
  if (known.length === 1) return known[0]!
  if (known.length > 1 || patterns.some((pattern) => StepPath.matches(pattern, path) && !path.includes("*")))
    return path
  const possible = patterns.flatMap((pattern) => encoded(pattern, path))
  return possible.length === 1 ? possible[0]! : path
}

/** Some of the steps of a run, as `resolve` takes them. */
export const some = (paths: ReadonlyArray<string>): string =>
  `${paths.slice(0, 8).map(decoded).join(", ")}${paths.length > 8 ? ", …" : ""}`

/** Tells what an engine refuses of a path; it may know items as `*` only, which nobody can ask for. */
export const explained =
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
          : `${path}: no step has this path; the items are ${some(items)}`,
        error
      )
    })
