import type { PlanEntry } from "@stepwright/core/Engine"
import * as StepPath from "@stepwright/core/StepPath"
import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowState } from "@stepwright/core/WorkflowState"

/** What is known of the paths of a run. */
export interface Places {
  /** The paths of steps that can be typed. */
  readonly paths: () => ReadonlyArray<string>
  /** Whether a path is one of a step for sure. */
  readonly has: (path: string) => boolean
  /** Why no path is like this, if none can be. */
  readonly never: (path: string) => string | undefined
  /** What is in a group, as far as it is known; `undefined` for what is none. */
  readonly inside: (path: string) => ReadonlyArray<string> | undefined
}

/** The places of a run: those that it comes by, by its plan, or else that are defined, or recorded. */
export const of = (
  workflow: Workflow.Any | undefined,
  { orphaned, records }: WorkflowState,
  plan?: ReadonlyArray<PlanEntry>
): Places => {
  const patterns = workflow === undefined ? [] : Workflow.stepPaths(workflow)
  const counted = countedIn(workflow === undefined ? [] : Workflow.describe(workflow).nodes)
  const isPart = (path: string) =>
    workflow === undefined ? !orphaned.includes(path) : patterns.some((pattern) => StepPath.matches(pattern, path))
  const paths = () => {
    const all =
      plan === undefined ? [...Object.keys(records).filter(isPart), ...patterns] : plan.map(({ path }) => path)
    return [...new Set(all)].filter((path) => !hasStar(path))
  }
  /** Whether a pattern begins with that of a path, whose items are rounds or samples. */
  const goesOn = (pattern: string, path: string) => {
    const names = pattern.split("/").slice(0, depthOf(path))
    const isCounted = (_: string, i: number) => counted.has(names.slice(0, i + 1).join("/"))
    return StepPath.matches(names.join("/"), path) && names.every((name, i) => name !== "*" || isCounted(name, i))
  }
  const never = (path: string) => {
    if (hasStar(path)) return "it stands for every item"
    return [...counted.values()].map((problem) => problem(path)).find((why) => why !== undefined)
  }
  return {
    paths,
    has: (path) =>
      never(path) === undefined &&
      (paths().includes(path) || patterns.some((one) => depthOf(one) === depthOf(path) && goesOn(one, path))),
    never,
    inside: (path) => {
      const depth = depthOf(path)
      const around = patterns.filter((one) => depthOf(one) > depth && goesOn(one, path))
      const below = [
        ...paths()
          .filter((one) => one.startsWith(`${path}/`))
          .map((one) => one.split("/")[depth]!),
        ...around.map((one) => one.split("/")[depth]!).filter((name) => name !== "*")
      ]
      return below.length === 0 && around.length === 0
        ? undefined
        : [...new Set(below)].map((name) => StepPath.join(path, name))
    }
  }
}

const depthOf = (path: string) => path.split("/").length

/** Whether an item has no key. */
const hasStar = (path: string) => path.split("/").includes("*")

type Problem = (path: string) => string | undefined

/** By the pattern of each round and sample, what is wrong with the number that a path has there. */
const countedIn = (nodes: ReadonlyArray<Workflow.DescribedNode>): ReadonlyMap<string, Problem> => {
  const counted = new Map<string, Problem>()
  const add = (nodes: ReadonlyArray<Workflow.DescribedNode>) => {
    for (const { cases = [], count, each, nodes: inner = [], parts = [], path: pattern } of nodes) {
      if (count !== undefined) counted.set(pattern, numberProblem(pattern, count, each === "iterate"))
      for (const below of [cases, inner, ...parts]) add(below)
    }
  }
  add(nodes)
  return counted
}

const numberProblem =
  (pattern: string, count: number, isIterate: boolean): Problem =>
  (path) => {
    const at = path.split("/").slice(0, pattern.split("/").length)
    const number = at.at(-1) ?? ""
    if (!StepPath.matches(pattern, at.join("/")) || (/^[1-9]\d*$/.test(number) && Number(number) <= count))
      return undefined
    const group = at.slice(0, -1).join("/")
    return isIterate
      ? `the rounds of ${group} are numbered from 1 to at most ${count}`
      : `the samples of ${group} are numbered from 1 to ${count}`
  }
