import * as StepPath from "../../StepPath.ts"
import { type AskSettings, isStep, type UntypedStep } from "../ask/step.ts"
import { type Body, bodyPath, hasBody, type Many, manyOf, type Node, nodesOf, type UntypedWorkflow } from "./nodes.ts"
import type { Compiled } from "./selector.ts"

/** A step as data: what it asks with, if it asks a model. */
export interface DescribedStep {
  readonly name: string
  readonly version: number
  readonly model?: Omit<AskSettings, "prompt"> & { readonly prompt: string }
}

/** A node as data; `path` is that of its step, its group of nodes, or its value. */
export interface DescribedNode {
  readonly kind: "step" | "workflow" | "let" | "all"
  readonly path: string
  readonly each?: Many
  /** What feeds it, by name: dotted names, or `<function>`, whose body is no data. */
  readonly wires?: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly step?: DescribedStep
  readonly nodes?: ReadonlyArray<DescribedNode>
  readonly parts?: ReadonlyArray<ReadonlyArray<DescribedNode>>
}

export interface Description {
  readonly name: string
  readonly version: number
  readonly nodes: ReadonlyArray<DescribedNode>
}

export const describe = (self: UntypedWorkflow): Description => ({
  name: self.name,
  version: self.version,
  nodes: describeNodes(nodesOf(self), "")
})

const describeNodes = (nodes: ReadonlyArray<Node>, parent: string): ReadonlyArray<DescribedNode> =>
  nodes.flatMap((node): ReadonlyArray<DescribedNode> => {
    if (node._tag === "Input") return []
    if (node._tag === "Let") return [{ kind: "let", path: StepPath.join(parent, node.name) }]
    if (!hasBody(node)) {
      return [{ kind: "all", path: parent, parts: node.parts.map((part) => describeNodes(part, parent)) }]
    }
    const each = manyOf(node)
    const described = describeBody(node.body, bodyPath(node, parent))
    const wires = describeWires(node.wires)
    return [{ ...described, ...(each !== undefined && { each }), ...(wires !== undefined && { wires }) }]
  })

const describeWires = (wires: Readonly<Record<string, Compiled>>): DescribedNode["wires"] => {
  let described: Record<string, string | Readonly<Record<string, string>>> | undefined
  for (const name of Object.keys(wires)) (described ??= {})[name] = wires[name]!.wire ?? "<function>"
  return described
}

const describeBody = (body: Body, path: string): DescribedNode =>
  isStep(body)
    ? { kind: "step", path, step: describeStep(body) }
    : { kind: "workflow", path, nodes: describeNodes(nodesOf(body), path) }

const describeStep = ({ model, name, version }: UntypedStep): DescribedStep =>
  model === undefined ? { name, version } : { name, version, model: { ...model, prompt: model.prompt.source } }
