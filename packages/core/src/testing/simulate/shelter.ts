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

/** The paths of what nodes of a kind do, at any depth. */
const pathsOf = (nodes: ReadonlyArray<Node>, parent: string, of: (node: Node) => string | undefined): Paths =>
  nodes.flatMap((node) => {
    if (node._tag === "All") return node.parts.flatMap((part) => pathsOf(part, parent, of))
    if (!("name" in node)) return []
    const name = of(node)
    const inner = bodiesOf(node).flatMap(([path, body]) =>
      isStep(body) ? [] : pathsOf(nodesOf(body), below(node, parent, path), of)
    )
    return name === undefined ? inner : [below(node, parent, name), ...inner]
  })

type Paths = ReadonlyArray<string>

/** Tells which paths are within what nodes of a kind do. */
const within = (workflow: UntypedWorkflow, of: (node: Node) => string | undefined): ((path: string) => boolean) => {
  const around = pathsOf(nodesOf(workflow), "", of)
  if (around.length === 0) return () => false
  return (path) => {
    const names = path.split("/")
    return around.some((pattern) => StepPath.matches(pattern, names.slice(0, pattern.split("/").length).join("/")))
  }
}

/** Tells where a fault may rightly change what a run comes to: in what a fallback tries. */
export const shelter = (workflow: UntypedWorkflow): ((path: string) => boolean) =>
  within(workflow, ({ _tag }) => (_tag === "Fallback" ? tried : undefined))

/** Tells which are rounds that have no bound to speak of, with so many requests in a run. */
export const unbounded = (workflow: UntypedWorkflow, limit: number): ((path: string) => boolean) =>
  within(workflow, (node) => (node._tag === "Iterate" && node.atMost > limit ? "" : undefined))

/** Tells whose result says what is outside, and asks whether that holds: nothing else that is outside need be as it was. */
export const outward = (workflow: UntypedWorkflow): ((path: string) => boolean) => {
  const steps = stepsOf(nodesOf(workflow)).filter(({ step }) => insideOf(step).isCurrent !== undefined)
  const find = finder(steps.map(({ path }) => path))
  return (path) => steps.length > 0 && find(path) !== undefined
}
