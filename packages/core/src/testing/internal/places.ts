import { isStep } from "../../internal/ask/step.ts"
import { below, bodiesOf, type Node, nodesOf, stepsOf, type UntypedWorkflow } from "../../internal/definition/nodes.ts"
import { suggest } from "../../internal/text/suggest.ts"

/** The paths of a workflow's steps. */
export const stepPaths = (workflow: UntypedWorkflow): ReadonlyArray<string> =>
  stepsOf(nodesOf(workflow)).map(({ path }) => path)

/** The paths of all that has a name in it, groups of steps too. */
export const allPaths = (workflow: UntypedWorkflow): ReadonlyArray<string> => pathsIn(nodesOf(workflow), "")

const pathsIn = (nodes: ReadonlyArray<Node>, parent: string): ReadonlyArray<string> =>
  nodes.flatMap((node) => {
    if (node._tag === "All") return node.parts.flatMap((part) => pathsIn(part, parent))
    if (!("name" in node)) return []
    const inside = bodiesOf(node).flatMap(([name, body]) => {
      const path = below(node, parent, name)
      return [path, ...(isStep(body) ? [] : pathsIn(nodesOf(body), path))]
    })
    return [below(node, parent, ""), ...inside]
  })

/** Says of a path, or of a pattern of paths, what is wrong with it where it stands for none of these. */
export const strange = (paths: ReadonlyArray<string>): ((path: string) => string | undefined) => {
  const known = paths.map((path) => path.split("/"))
  return (path) => {
    const names = path.split("/")
    const isOne = (others: ReadonlyArray<string>) =>
      others.length === names.length &&
      others.every((other, i) => [other, names[i]].includes("*") || other === names[i])
    return known.some(isOne) ? undefined : `no step has this path${suggest(path, paths)}`
  }
}
