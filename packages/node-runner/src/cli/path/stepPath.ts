import * as StepPath from "@stepwright/core/StepPath"
import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { CliError } from "../base/cliError.ts"
import { isNear, nearest } from "./nearest.ts"

const decoded = (path: string) => path.split("/").map(decode).join("/")

const decode = (segment: string) => {
  try {
    return StepPath.decodeKey(segment)
  } catch {
    return segment
  }
}

/** The item of a pattern that a path with plain keys can mean: `each/a/b.py` is `each/a%2Fb.py` of `each/*`. */
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
 * The path that a person means: `each/a/b.py` is `each/a%2Fb.py`, which `status` and `plan` write, where one step alone
 * can be meant. A path that no step has stays as it is.
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

/** Paths as `resolve` takes them: `each/a/b.py, each/c.py`. */
export const list = (paths: ReadonlyArray<string>): string => paths.map(decoded).join(", ")

/** Why a path is none of a run: what it may be meant for, and all that there are, the nearest first. */
export const unknown = (path: string, run: string, paths: ReadonlyArray<string>): CliError => {
  const [first, ...others] = nearest(path, paths.map(decoded))
  const all = [first, ...others].join(", ")
  const why =
    first === undefined
      ? ", and none has run yet"
      : isNear(path, first)
        ? `; did you mean "${first}"? There are ${all}`
        : `; there are ${all}`
  const fix = first === undefined ? `see \`plan ${run}\`` : `name one of ${all}`
  return new CliError({
    kind: "usage",
    message: `${path.trim() === "" ? JSON.stringify(path) : path}: no step has this path${why}`,
    target: path,
    fix
  })
}
