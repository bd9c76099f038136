import type { Compiled } from "./selector.ts"
import * as Step from "../../Step.ts"
import type * as Workflow from "../../Workflow.ts"

/** A step or a workflow whose types are forgotten: only the constructors of nodes, which check them, make one. */
export type Body = Step.Step<unknown, unknown, unknown, unknown> | Workflow.Workflow<unknown, unknown, unknown, unknown>

interface Named {
  readonly name: string
  readonly body: Body
}

interface Each extends Named {
  readonly items: Compiled
  readonly key: Compiled
  readonly input: Compiled
  readonly concurrency: number
}

/** One element of a workflow. */
export type Node =
  | { readonly _tag: "Input" }
  | ({ readonly _tag: "Bind"; readonly input: Compiled } & Named)
  | ({ readonly _tag: "AndThen" } & Named)
  | { readonly _tag: "Let"; readonly name: string; readonly value: Compiled }
  | { readonly _tag: "All"; readonly parts: ReadonlyArray<ReadonlyArray<Node>> }
  | ({ readonly _tag: "ForEach" } & Each)
  | ({ readonly _tag: "ForEachDependency"; readonly dependsOn: Compiled } & Each)

export const isStepBody = (body: Body): body is Extract<Body, { readonly prepare: unknown }> => Step.isStep(body)

/** Every name that nodes take, in order, those inside `all` included. */
export const namesOf = (nodes: ReadonlyArray<Node>): ReadonlyArray<string> =>
  nodes.flatMap((node) =>
    node._tag === "Input" ? ["input"] : node._tag === "All" ? node.parts.flatMap(namesOf) : [node.name]
  )

/** A name must fit into a path and a wire, and must not be one that objects have anyway. */
export const checkName = (workflow: string, name: string): void => {
  const fault = !/^[^\s./*%]+$/.test(name)
    ? "use no white space and none of . / * %"
    : name in {}
      ? "every object has it already"
      : undefined
  if (fault !== undefined) throw new Error(`workflow "${workflow}": "${name}" cannot be a name: ${fault}`)
}

/** The tree with each step changed by `f`, told its path. */
export const mapSteps = (
  nodes: ReadonlyArray<Node>,
  at: string,
  f: (step: Step.Step<unknown, unknown, unknown, unknown>, path: string) => Body
): ReadonlyArray<Node> =>
  nodes.map((node): Node => {
    if (node._tag === "Input" || node._tag === "Let") return node
    if (node._tag === "All") return { ...node, parts: node.parts.map((part) => mapSteps(part, at, f)) }
    const path = bodyPath(node, at)
    const { body } = node
    return { ...node, body: isStepBody(body) ? f(body, path) : { ...body, nodes: mapSteps(body.nodes, path, f) } }
  })

/** The path of a node's body in the definition. */
export const bodyPath = (node: Exclude<Node, { readonly _tag: "Input" | "Let" | "All" }>, at: string): string => {
  const path = at === "" ? node.name : `${at}/${node.name}`
  return node._tag === "ForEach" || node._tag === "ForEachDependency" ? `${path}/*` : path
}
