import type { Parameters } from "../../LlmRequest.ts"
import type { Compiled } from "./selector.ts"
import type * as Step from "../../Step.ts"
import type * as Workflow from "../../Workflow.ts"
import { type Body, bodyPath, isStepBody, type Node } from "./nodes.ts"

/** What feeds a node: its wire, or the fact that a function does. */
type Feed = string | Readonly<Record<string, string>>

const feed = (selector: Compiled): Feed => selector.wire ?? "<function>"

/** A step as data. */
export interface DescribedStep {
  readonly name: string
  readonly version: number
  readonly model?: {
    readonly prompt: string
    readonly system?: string
    readonly parser: string
    readonly models: ReadonlyArray<string>
    readonly parameters: Parameters
    readonly repair: number
  }
}

/** A node as data; `path` is that of its step, its group of nodes, or its value. */
export interface DescribedNode {
  readonly kind: "step" | "workflow" | "let" | "all"
  readonly path: string
  readonly each?: "forEach" | "forEachDependency"
  readonly wires?: Readonly<Record<string, Feed>>
  readonly step?: DescribedStep
  readonly nodes?: ReadonlyArray<DescribedNode>
  readonly parts?: ReadonlyArray<ReadonlyArray<DescribedNode>>
}

export interface Description {
  readonly name: string
  readonly version: number
  readonly nodes: ReadonlyArray<DescribedNode>
}

export const describe = (self: Workflow.Any): Description => ({
  name: self.name,
  version: self.version,
  nodes: describeNodes(self.nodes, "")
})

const describeNodes = (nodes: ReadonlyArray<Node>, at: string): ReadonlyArray<DescribedNode> =>
  nodes.flatMap((node) => (node._tag === "Input" ? [] : [describeNode(node, at)]))

const describeNode = (node: Exclude<Node, { readonly _tag: "Input" }>, at: string): DescribedNode => {
  switch (node._tag) {
    case "Let":
      return { kind: "let", path: at === "" ? node.name : `${at}/${node.name}` }
    case "All":
      return { kind: "all", path: at, parts: node.parts.map((part) => describeNodes(part, at)) }
    case "Bind":
      return { ...describeBody(node.body, bodyPath(node, at)), wires: { input: feed(node.input) } }
    case "AndThen":
      return describeBody(node.body, bodyPath(node, at))
    case "ForEach":
    case "ForEachDependency": {
      const { input, items, key } = node
      const wires = { items: feed(items), key: feed(key), input: feed(input) }
      return {
        ...describeBody(node.body, bodyPath(node, at)),
        each: node._tag === "ForEach" ? "forEach" : "forEachDependency",
        wires: node._tag === "ForEach" ? wires : { ...wires, dependsOn: feed(node.dependsOn) }
      }
    }
  }
}

const describeBody = (body: Body, path: string): DescribedNode =>
  isStepBody(body)
    ? { kind: "step", path, step: describeStep(body) }
    : { kind: "workflow", path, nodes: describeNodes(body.nodes, path) }

const describeStep = ({ model, name, version }: Step.Any): DescribedStep => {
  if (model === undefined) return { name, version }
  const { models, parameters, parser, prompt, repair, system } = model
  const settings = { prompt: prompt.source, parser, models, parameters, repair }
  return { name, version, model: system === undefined ? settings : { ...settings, system } }
}

/** Every step of a definition with its path, in order. */
export const steps = (
  self: Workflow.Any
): ReadonlyArray<{ readonly path: string; readonly step: Step.Step<unknown, unknown, unknown, unknown> }> =>
  collect(self.nodes, "")

const collect = (nodes: ReadonlyArray<Node>, at: string): ReturnType<typeof steps> =>
  nodes.flatMap((node) => {
    if (node._tag === "Input" || node._tag === "Let") return []
    if (node._tag === "All") return node.parts.flatMap((part) => collect(part, at))
    const path = bodyPath(node, at)
    return isStepBody(node.body) ? [{ path, step: node.body }] : collect(node.body.nodes, path)
  })
