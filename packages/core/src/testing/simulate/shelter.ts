import * as StepPath from "../../StepPath.ts"
import {
  below,
  bodiesOf,
  type Node,
  nodesOf,
  stepsOf,
  tried,
  type UntypedWorkflow
} from "../../internal/definition/nodes.ts"
import { finder } from "../../internal/definition/places.ts"
import { insideOf, isStep } from "../../internal/ask/step.ts"

/** The paths of what is tried, and is done otherwise where it fails. */
const attempts = (nodes: ReadonlyArray<Node>, parent: string): ReadonlyArray<string> =>
  nodes.flatMap((node) => {
    if (node._tag === "All") return node.parts.flatMap((part) => attempts(part, parent))
    if (!("name" in node)) return []
    const own = node._tag === "Fallback" ? [below(node, parent, tried)] : []
    const inner = bodiesOf(node).flatMap(([path, body]) =>
      isStep(body) ? [] : attempts(nodesOf(body), below(node, parent, path))
    )
    return [...own, ...inner]
  })

/** Tells where a fault may rightly change what a run comes to: in what a fallback tries. */
export const shelter = (workflow: UntypedWorkflow): ((path: string) => boolean) => {
  const around = attempts(nodesOf(workflow), "")
  if (around.length === 0) return () => false
  return (path) => {
    const names = path.split("/")
    return around.some((pattern) => StepPath.matches(pattern, names.slice(0, pattern.split("/").length).join("/")))
  }
}

/** Tells whose result says what is outside, and asks whether that holds: nothing else that is outside need be as it was. */
export const outward = (workflow: UntypedWorkflow): ((path: string) => boolean) => {
  const steps = stepsOf(nodesOf(workflow)).filter(({ step }) => insideOf(step).isCurrent !== undefined)
  const find = finder(steps.map(({ path }) => path))
  return (path) => steps.length > 0 && find(path) !== undefined
}
