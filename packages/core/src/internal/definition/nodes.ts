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
const many = {
  ForEach: "forEach",
  ForEachDependency: "forEachDependency",
  Iterate: "iterate",
  Sample: "sample"
} as const
export type Many = (typeof many)[keyof typeof many]

/** How a picture tells of them. */
export const manyInWords: Readonly<Record<Many, string>> = {
  forEach: "each",
  forEachDependency: "each, by dependency",
  iterate: "rounds",
  sample: "samples"
}

interface With {
  readonly body: Body
}

interface Each {
  readonly concurrency: number
}

/** What a round may take from an earlier one: nothing, or whatever it asks alike. */
export type Again = "nothing" | "changed"

export type Node =
  | { readonly _tag: "Input" }
  | ({ readonly _tag: "Let" } & Named<"value">)
  | { readonly _tag: "All"; readonly parts: ReadonlyArray<ReadonlyArray<Node>> }
  | ({ readonly _tag: "Bind" } & Named<"input"> & With)
  | ({ readonly _tag: "AndThen" } & Named<never> & With)
  | ({ readonly _tag: "ForEach" } & Named<"items" | "key" | "input"> & With & Each)
  | ({ readonly _tag: "ForEachDependency" } & Named<"items" | "key" | "input" | "dependsOn"> & With & Each)
  | ({ readonly _tag: "Sample"; readonly count: number } & Named<"input"> & With & Each)
  | ({
      readonly _tag: "Iterate"
      readonly atMost: number
      readonly collect: "last" | "all"
      readonly again: Again
      readonly wires: { readonly next?: Compiled }
    } & Named<"input" | "until"> &
      With)
  | ({ readonly _tag: "Branch"; readonly cases: ReadonlyArray<readonly [name: string, body: Body]> } & Named<
      "on" | "input"
    >)
  | ({ readonly _tag: "Fallback"; readonly errors: ReadonlyArray<string>; readonly otherwise: Body } & Named<"input"> &
      With)
  | ({ readonly _tag: "Timeout"; readonly millis: number } & Named<"input"> & With)

export const manyOf = ({ _tag }: Node): Many | undefined => (_tag in many ? many[_tag as keyof typeof many] : undefined)

/** The names below a fallback's own. */
export const tried = "try"
export const otherwise = "otherwise"

/** What a node runs, each with the names of its path below the node's. */
export const bodiesOf = (node: Node): ReadonlyArray<readonly [path: string, body: Body]> => {
  switch (node._tag) {
    case "Input":
    case "Let":
    case "All":
      return []
    case "Branch":
      return node.cases.map(([name, body]) => [StepPath.encodeKey(name), body])
    case "Fallback":
      return [
        [tried, node.body],
        [otherwise, node.otherwise]
      ]
    default:
      return [[manyOf(node) === undefined ? "" : "*", node.body]]
  }
}

/** A node with other bodies in place of those that `bodiesOf` gives. */
export const withBodies = (node: Node, bodies: ReadonlyArray<Body>): Node => {
  const [body] = bodies
  if (body === undefined || node._tag === "Input" || node._tag === "Let" || node._tag === "All") return node
  if (node._tag === "Branch") return { ...node, cases: node.cases.map(([name, body], i) => [name, bodies[i] ?? body]) }
  return node._tag === "Fallback" ? { ...node, body, otherwise: bodies[1] ?? node.otherwise } : { ...node, body }
}

/** A path below a node. */
export const below = (node: { readonly name: string }, parent: string, path: string): string => {
  const own = StepPath.join(parent, node.name)
  return path === "" ? own : StepPath.join(own, path)
}

/** Whether a step runs: whenever the workflow does, for each of some items, or only where a way is gone that leads to it. */
export type Occurs = "always" | "forItems" | "perhaps"

/** A step with its path in the definition. */
interface Placed {
  readonly path: string
  readonly step: UntypedStep
  readonly occurs: Occurs
}

/** How a body occurs that a node runs which itself occurs in some way. */
const occursIn = (node: Node, path: string, around: Occurs): Occurs => {
  if (around === "perhaps" || node._tag === "Branch" || (node._tag === "Fallback" && path === otherwise))
    return "perhaps"
  return node._tag === "ForEach" || node._tag === "ForEachDependency" ? "forItems" : around
}

/** Every step below some nodes, in order. */
export const stepsOf = (nodes: ReadonlyArray<Node>): ReadonlyArray<Placed> => {
  const found: Array<Placed> = []
  const visit = (nodes: ReadonlyArray<Node>, parent: string, around: Occurs): void => {
    for (const node of nodes) {
      if (node._tag === "All") for (const part of node.parts) visit(part, parent, around)
      if (!("name" in node)) continue
      for (const [path, body] of bodiesOf(node)) {
        const occurs = occursIn(node, path, around)
        if (isStep(body)) found.push({ path: below(node, parent, path), step: body, occurs })
        else visit(nodesOf(body), below(node, parent, path), occurs)
      }
    }
  }
  visit(nodes, "", "always")
  return found
}

/** The nodes with each step below them changed by `f`, told its path. */
export const mapSteps = (
  nodes: ReadonlyArray<Node>,
  f: (step: UntypedStep, path: string) => UntypedStep,
  parent = ""
): ReadonlyArray<Node> => {
  const mapped: Array<Node> = []
  // loops, not callbacks, as each workflow in another takes some of the stack
  for (const node of nodes) {
    if (node._tag === "All") mapped.push({ ...node, parts: node.parts.map((part) => mapSteps(part, f, parent)) })
    else if (!("name" in node)) mapped.push(node)
    else {
      const bodies: Array<Body> = []
      for (const [name, body] of bodiesOf(node)) {
        const path = below(node, parent, name)
        bodies.push(isStep(body) ? f(body, path) : withNodes(body, mapSteps(nodesOf(body), f, path)))
      }
      mapped.push(withBodies(node, bodies))
    }
  }
  return mapped
}

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

/** The workflow with others for its nodes, one for one. */
export const withNodes = (self: UntypedWorkflow, nodes: ReadonlyArray<Node>): UntypedWorkflow =>
  within(self, { nodes: Chunk.fromArrayUnsafe(nodes) })
