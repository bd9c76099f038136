import { DefinitionError } from "../../DefinitionError.ts"
import * as JsonCodec from "../json/codec.ts"
import { nameProblem } from "../text/name.ts"
import { type Body, insideOf, isWorkflow, type Node, type UntypedWorkflow, withNodes, workflow } from "./nodes.ts"
import { compile } from "./selector.ts"

/** Every name that nodes take, in order, those inside `all` included. */
const namesOf = (nodes: ReadonlyArray<Node>): ReadonlyArray<string> =>
  nodes.flatMap((node) => {
    if (node._tag === "Input") return ["input"]
    return node._tag === "All" ? node.parts.flatMap(namesOf) : [node.name]
  })

const refuse = (self: UntypedWorkflow, detail: string) =>
  new DefinitionError({ place: `workflow "${self.name}"`, detail })

const add = (self: UntypedWorkflow, node: Node): UntypedWorkflow => {
  const { nodes } = insideOf(self)
  const names = new Set(namesOf(nodes))
  for (const name of namesOf([node])) {
    const problem = names.has(name) ? `the name "${name}" is used twice; choose another` : nameProblem(name)
    if (problem !== undefined) throw refuse(self, problem)
    names.add(name)
  }
  return withNodes(self, [...nodes, node])
}

type Combinator = (self: UntypedWorkflow) => UntypedWorkflow

export const make = (
  name: string,
  { input, version = 1 }: { readonly input: JsonCodec.AnyCodec; readonly version?: number }
): UntypedWorkflow => workflow(name, version, { nodes: [{ _tag: "Input" }], input: JsonCodec.make(input) })

export const identity = (input: JsonCodec.AnyCodec): UntypedWorkflow =>
  workflow("identity", 1, { nodes: [], input: JsonCodec.make(input) })

export const bind =
  (name: string, body: Body, input: unknown): Combinator =>
  (self) =>
    add(self, { _tag: "Bind", name, body, wires: { input: compile(input) } })

export const andThen =
  (next: Body): Combinator =>
  (self) =>
    // the identity adds nothing
    isWorkflow(next) && insideOf(next).nodes.length === 0
      ? self
      : add(self, { _tag: "AndThen", name: next.name, body: next, wires: {} })

export const letValue =
  (name: string, value: unknown): Combinator =>
  (self) =>
    add(self, { _tag: "Let", name, wires: { value: compile(value) } })

export const all =
  (parts: (scope: UntypedWorkflow) => ReadonlyArray<UntypedWorkflow>): Combinator =>
  (self) => {
    const nodes = parts(withNodes(self, [])).map((part) => insideOf(part).nodes)
    const replaced = nodes.flat().find((node) => node._tag === "AndThen")
    if (replaced === undefined) return add(self, { _tag: "All", parts: nodes })
    throw refuse(self, `a part of \`all\` adds names; bind "${replaced.name}" instead of andThen`)
  }

interface EachOptions {
  readonly items: unknown
  readonly key: unknown
  readonly input: unknown
  readonly concurrency?: number
}

const eachOf = (self: UntypedWorkflow, name: string, { concurrency = 4, input, items, key }: EachOptions) => {
  if (!(concurrency >= 1 && (Number.isInteger(concurrency) || concurrency === Infinity))) {
    throw refuse(self, `"${name}" needs a concurrency of 1 or more, not ${concurrency}`)
  }
  return { wires: { items: compile(items), key: compile(key), input: compile(input) }, concurrency }
}

export const forEach =
  (name: string, body: Body, options: EachOptions): Combinator =>
  (self) =>
    add(self, { _tag: "ForEach", name, body, ...eachOf(self, name, options) })

export const forEachDependency =
  (name: string, body: Body, options: EachOptions & { readonly dependsOn: unknown }): Combinator =>
  (self) => {
    const { concurrency, wires } = eachOf(self, name, options)
    const dependsOn = compile(options.dependsOn)
    return add(self, { _tag: "ForEachDependency", name, body, concurrency, wires: { ...wires, dependsOn } })
  }
