import * as StepPath from "../../StepPath.ts"
import { type AskSettings, isStep, type UntypedStep } from "../ask/step.ts"
import {
  type Again,
  below,
  bodiesOf,
  type Body,
  type Many,
  manyOf,
  type Node,
  nodesOf,
  type UntypedWorkflow
} from "./nodes.ts"
import type { Compiled } from "./selector.ts"

/** A step as data: what it asks with, if it asks a model. */
export interface DescribedStep {
  readonly name: string
  readonly version: number
  readonly model?: Omit<AskSettings, "prompt"> & { readonly prompt: string }
}

/** A node as data; `path` is that of its step, its group of nodes, or its value. */
export interface DescribedNode {
  readonly kind: "step" | "gate" | "workflow" | "let" | "all" | "branch" | "fallback"
  readonly path: string
  readonly each?: Many
  /** How often a body runs: rounds at most, or samples. */
  readonly count?: number
  /** Of rounds: which outputs are kept, and what one may take from those before. */
  readonly collect?: "last" | "all"
  readonly again?: Again
  /** The time that it has. **Units** milliseconds. */
  readonly within?: number
  /** What feeds it, by name: dotted names, or `<function>`, whose body is no data. */
  readonly wires?: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly step?: DescribedStep
  readonly nodes?: ReadonlyArray<DescribedNode>
  readonly parts?: ReadonlyArray<ReadonlyArray<DescribedNode>>
  /** The ways of a branch, or of a fallback: what is tried, and what else is done. */
  readonly cases?: ReadonlyArray<DescribedNode>
  /** The tags of the errors that a fallback takes over. */
  readonly errors?: ReadonlyArray<string>
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

// loops, not callbacks, as each workflow in another takes some of the stack
const describeNodes = (nodes: ReadonlyArray<Node>, parent: string): ReadonlyArray<DescribedNode> => {
  const described: Array<DescribedNode> = []
  for (const node of nodes) {
    if (node._tag === "Let") {
      const { wire } = node.wires.value
      const path = StepPath.join(parent, node.name)
      described.push({ kind: "let", path, ...(wire !== undefined && { wires: { value: wire } }) })
    } else if (node._tag === "All") {
      described.push({ kind: "all", path: parent, parts: node.parts.map((part) => describeNodes(part, parent)) })
    } else if (node._tag !== "Input") {
      const wires = describeWires(node.wires)
      const bodies = describeBodies(node, parent)
      described.push({ ...bodies, ...settingsOf(node), ...(wires !== undefined && { wires }) })
    }
  }
  return described
}

type BodyNode = Exclude<Node, { readonly _tag: "Input" | "Let" | "All" }>

const describeBodies = (node: BodyNode, parent: string): DescribedNode => {
  const cases: Array<DescribedNode> = []
  for (const [path, body] of bodiesOf(node)) cases.push(describeBody(body, below(node, parent, path)))
  // any other node has one body
  return node._tag === "Branch" || node._tag === "Fallback"
    ? { kind: kinds[node._tag], path: StepPath.join(parent, node.name), cases }
    : cases[0]!
}

const kinds = { Branch: "branch", Fallback: "fallback" } as const

/** What is set for how the bodies of a node run. */
const settingsOf = (node: BodyNode): Partial<DescribedNode> => {
  const each = manyOf(node)
  const many = each !== undefined && { each }
  switch (node._tag) {
    case "Iterate":
      return { ...many, count: node.atMost, collect: node.collect, again: node.again }
    case "Sample":
      return { ...many, count: node.count }
    case "Timeout":
      return { within: node.millis }
    case "Fallback":
      return { errors: node.errors }
    default:
      return { ...many }
  }
}

const describeWires = (wires: Readonly<Record<string, Compiled | undefined>>): DescribedNode["wires"] => {
  let described: Record<string, string | Readonly<Record<string, string>>> | undefined
  for (const name of Object.keys(wires)) (described ??= {})[name] = wires[name]?.wire ?? "<function>"
  return described
}

const describeBody = (body: Body, path: string): DescribedNode =>
  isStep(body)
    ? { kind: body.isGate ? "gate" : "step", path, step: describeStep(body) }
    : { kind: "workflow", path, nodes: describeNodes(nodesOf(body), path) }

const describeStep = ({ model, name, version }: UntypedStep): DescribedStep =>
  model === undefined ? { name, version } : { name, version, model: { ...model, prompt: model.prompt.source } }
