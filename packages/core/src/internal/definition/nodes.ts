// What a workflow is made of: a tree of nodes with steps in it, without types. `combinators` makes it, `Workflow` gives it
// its types, `describe`, `configure` and `mermaid` read it, and the engine walks it.

import * as Chunk from "effect/Chunk"
import type * as HashSet from "effect/HashSet"
import * as Predicate from "effect/Predicate"
import { pipeArguments, type Pipeable } from "effect/Pipeable"
import * as StepPath from "../../StepPath.ts"
import { isStep, type UntypedStep } from "../ask/step.ts"
import type * as JsonCodec from "../json/codec.ts"
import type { Compiled } from "./selector.ts"

/** The key of what an engine of any copy of this library needs of a workflow, and its public type does not show. */
const TypeId = "~@stepwright/core/Workflow"

/** A workflow whose types are forgotten. */
export interface UntypedWorkflow extends Pipeable {
  readonly name: string
  readonly version: number
  readonly input: JsonCodec.AnyCodec
  readonly [TypeId]: Inside
}

export interface Inside {
  readonly nodes: Chunk.Chunk<Node>
  /** Every name that the nodes take. */
  readonly names: HashSet.HashSet<string>
  /** How many workflows, or parts of `all`, lie in each other below this one. */
  readonly depth: number
  readonly input: JsonCodec.JsonCodec<unknown>
}

/** What has a place in a workflow. */
export type Body = UntypedStep | UntypedWorkflow

/** A part of a workflow that has a name, and what feeds it. */
interface Named<Wires extends string> {
  readonly name: string
  readonly wires: Readonly<Record<Wires, Compiled>>
}

/** Nodes that run their body more than once, as a description names them. */
const many = { ForEach: "forEach", ForEachDependency: "forEachDependency" } as const
export type Many = (typeof many)[keyof typeof many]

/** How a picture tells of them. */
export const manyInWords: Readonly<Record<Many, string>> = {
  forEach: "each",
  forEachDependency: "each, by dependency"
}

interface Each<Wires extends string> extends Named<Wires | "items" | "key" | "input"> {
  readonly body: Body
  readonly concurrency: number
}

export type Node =
  | { readonly _tag: "Input" }
  | ({ readonly _tag: "Let" } & Named<"value">)
  | { readonly _tag: "All"; readonly parts: ReadonlyArray<ReadonlyArray<Node>> }
  | ({ readonly _tag: "Bind"; readonly body: Body } & Named<"input">)
  | ({ readonly _tag: "AndThen"; readonly body: Body } & Named<never>)
  | ({ readonly _tag: "ForEach" } & Each<never>)
  | ({ readonly _tag: "ForEachDependency" } & Each<"dependsOn">)

/** A node with a body. */
export type BodyNode = Extract<Node, { readonly body: Body }>

export const hasBody = (node: Node): node is BodyNode => "body" in node

export const manyOf = ({ _tag }: Node): Many | undefined => (_tag in many ? many[_tag as keyof typeof many] : undefined)

/** The path of a node's body in the definition: with `*` for each time that it runs, where it runs more than once. */
export const bodyPath = (node: BodyNode, parent: string): string => {
  const path = StepPath.join(parent, node.name)
  return manyOf(node) === undefined ? path : StepPath.join(path, "*")
}

/** A step with its path in the definition. */
interface Placed {
  readonly path: string
  readonly step: UntypedStep
}

/** Every step below some nodes, in order. */
export const stepsOf = (nodes: ReadonlyArray<Node>): ReadonlyArray<Placed> => {
  const found: Array<Placed> = []
  const visit = (nodes: ReadonlyArray<Node>, parent: string): void => {
    for (const node of nodes) {
      if (node._tag === "All") for (const part of node.parts) visit(part, parent)
      if (!hasBody(node)) continue
      const path = bodyPath(node, parent)
      if (isStep(node.body)) found.push({ path, step: node.body })
      else visit(nodesOf(node.body), path)
    }
  }
  visit(nodes, "")
  return found
}

/** The nodes with each step below them changed by `f`, told its path. */
export const mapSteps = (
  nodes: ReadonlyArray<Node>,
  f: (step: UntypedStep, path: string) => UntypedStep,
  parent = ""
): ReadonlyArray<Node> =>
  nodes.map((node): Node => {
    if (node._tag === "All") return { ...node, parts: node.parts.map((part) => mapSteps(part, f, parent)) }
    if (!hasBody(node)) return node
    const path = bodyPath(node, parent)
    const { body } = node
    if (isStep(body)) return { ...node, body: f(body, path) }
    return { ...node, body: mapNodes(body, (nodes) => mapSteps(nodes, f, path)) }
  })

export const isWorkflow = (value: unknown): value is UntypedWorkflow => Predicate.hasProperty(value, TypeId)

/** What a workflow is made of: nodes of any type, as they are those of a workflow that was made here. */
export const insideOf = (workflow: { readonly [TypeId]: unknown }): Inside => workflow[TypeId] as Inside

/** The nodes of a workflow, in order. */
export const nodesOf = (workflow: { readonly [TypeId]: unknown }): ReadonlyArray<Node> =>
  Chunk.toReadonlyArray(insideOf(workflow).nodes)

export const workflow = (name: string, version: number, inside: Inside): UntypedWorkflow => ({
  name,
  version,
  input: inside.input.schema,
  [TypeId]: inside,
  pipe() {
    return pipeArguments(this, arguments)
  }
})

export const within = (self: UntypedWorkflow, inside: Partial<Inside>): UntypedWorkflow =>
  workflow(self.name, self.version, { ...insideOf(self), ...inside })

/** The workflow with its nodes changed one for one. */
export const mapNodes = (
  self: UntypedWorkflow,
  f: (nodes: ReadonlyArray<Node>) => ReadonlyArray<Node>
): UntypedWorkflow => within(self, { nodes: Chunk.fromArrayUnsafe(f(nodesOf(self))) })
