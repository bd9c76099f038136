import * as Record from "effect/Record"
import * as Schema from "effect/Schema"
import { DefinitionError } from "../../DefinitionError.ts"
import { isStep } from "../ask/step.ts"
import * as JsonCodec from "../json/codec.ts"
import { nameProblem } from "../words/name.ts"
import { type Body, insideOf, isWorkflow, type Node, type UntypedWorkflow, withNodes, workflow } from "./nodes.ts"
import { type Compiled, compile, isSelector } from "./selector.ts"

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

/** What is given as a step or a workflow, if it is one. */
const bodyOf = (self: UntypedWorkflow, name: string, body: unknown): Body => {
  if (isStep(body) || isWorkflow(body)) return body
  if (typeof body === "function" && !Schema.isSchema(body)) {
    throw refuse(self, `${name} is given a function, which is no step: Step.effect makes one of it`)
  }
  const given = body === undefined || body === null ? "nothing" : "something else"
  throw refuse(self, `${name} is given ${given}: give a step or a workflow`)
}

/** The selectors of a node, by what they feed. */
const wiresOf = <K extends string>(
  self: UntypedWorkflow,
  name: string,
  selectors: Readonly<Record<K, unknown>>
): Readonly<Record<K, Compiled>> =>
  Record.map(selectors, (selector, feeds) => {
    if (isSelector(selector)) return compile(selector)
    throw refuse(
      self,
      `the ${feeds} of "${name}" is no selector: give a function of the scope, the dotted name of a value in it, or an object of such names`
    )
  })

type Combinator = (self: UntypedWorkflow) => UntypedWorkflow

export const make = (
  name: string,
  { input, version = 1 }: { readonly input: JsonCodec.AnyCodec; readonly version?: number }
): UntypedWorkflow => workflow(name, version, { nodes: [{ _tag: "Input" }], input: JsonCodec.make(input) })

export const identity = (input: JsonCodec.AnyCodec): UntypedWorkflow =>
  workflow("identity", 1, { nodes: [], input: JsonCodec.make(input) })

export const bind =
  (name: string, body: unknown, input: unknown): Combinator =>
  (self) =>
    add(self, { _tag: "Bind", name, body: bodyOf(self, `"${name}"`, body), wires: wiresOf(self, name, { input }) })

export const andThen =
  (next: unknown): Combinator =>
  (self) => {
    const body = bodyOf(self, "andThen", next)
    // the identity adds nothing
    return isWorkflow(body) && insideOf(body).nodes.length === 0
      ? self
      : add(self, { _tag: "AndThen", name: body.name, body, wires: {} })
  }

export const letValue =
  (name: string, value: unknown): Combinator =>
  (self) =>
    add(self, { _tag: "Let", name, wires: wiresOf(self, name, { value }) })

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

const eachOf = <K extends string>(
  self: UntypedWorkflow,
  name: string,
  body: unknown,
  { concurrency = 4 }: EachOptions,
  selectors: Readonly<Record<K, unknown>>
) => {
  if (!(concurrency >= 1 && (Number.isInteger(concurrency) || concurrency === Infinity))) {
    throw refuse(self, `"${name}" needs a concurrency of 1 or more, not ${concurrency}`)
  }
  return { name, body: bodyOf(self, `"${name}"`, body), wires: wiresOf(self, name, selectors), concurrency }
}

export const forEach =
  (name: string, body: unknown, options: EachOptions): Combinator =>
  (self) => {
    const { input, items, key } = options
    return add(self, { _tag: "ForEach", ...eachOf(self, name, body, options, { items, key, input }) })
  }

export const forEachDependency =
  (name: string, body: unknown, options: EachOptions & { readonly dependsOn: unknown }): Combinator =>
  (self) => {
    const { dependsOn, input, items, key } = options
    return add(self, {
      _tag: "ForEachDependency",
      ...eachOf(self, name, body, options, { items, key, input, dependsOn })
    })
  }
