import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as HashSet from "effect/HashSet"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import * as Schema from "effect/Schema"
import { DefinitionError } from "../../DefinitionError.ts"
import { gateStep, isStep } from "../ask/step.ts"
import * as codec from "../standard/codec.ts"
import { nameProblem } from "../words/name.ts"
import {
  type Again,
  bodiesOf,
  type Body,
  insideOf,
  isWorkflow,
  type Node,
  nodesOf,
  type UntypedWorkflow,
  within,
  workflow
} from "./nodes.ts"
import { type Compiled, compile, isSelector } from "./selector.ts"

const refuse = (self: UntypedWorkflow, detail: string) =>
  new DefinitionError({ place: `workflow "${self.name}"`, detail })

/** How many workflows may lie in each other: what reads a definition takes some of the stack for each. */
const deepest = 1000

type Names = HashSet.HashSet<string>

/** The names of both, of which none may be in both; looks at each of the fewer ones. */
const together = (self: UntypedWorkflow, some: Names, others: Names): Names => {
  const [few, many] = HashSet.size(some) < HashSet.size(others) ? [some, others] : [others, some]
  for (const name of few) {
    if (HashSet.has(many, name)) throw refuse(self, `the name "${name}" is used twice; choose another`)
  }
  return HashSet.union(many, few)
}

/** Adds a node that takes some names and holds some workflows. */
const add = (
  self: UntypedWorkflow,
  node: Node,
  taken: ReadonlyArray<Names>,
  held: ReadonlyArray<UntypedWorkflow>
): UntypedWorkflow => {
  const inside = insideOf(self)
  const depth = held.reduce((depth, workflow) => Math.max(depth, insideOf(workflow).depth + 1), inside.depth)
  if (depth > deepest) {
    const place = "name" in node ? `"${node.name}"` : "all"
    throw refuse(self, `${place} is nested ${depth} deep; at most ${deepest} are allowed`)
  }
  const names = taken.reduce((names, more) => together(self, names, more), inside.names)
  return within(self, { nodes: Chunk.append(inside.nodes, node), names, depth })
}

/** Adds a node under its name. */
const addNamed = (self: UntypedWorkflow, node: Exclude<Node, { readonly _tag: "Input" | "All" }>): UntypedWorkflow => {
  const problem = nameProblem(node.name)
  if (problem !== undefined) throw refuse(self, problem)
  const held = bodiesOf(node).flatMap(([, body]) => (isWorkflow(body) ? [body] : []))
  return add(self, node, [HashSet.make(node.name)], held)
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

const empty = { nodes: Chunk.empty<Node>(), names: HashSet.empty<string>(), depth: 0 }

export const make = (
  name: string,
  { input, version = 1 }: { readonly input: codec.AnySchema; readonly version?: number }
): UntypedWorkflow =>
  add(
    workflow(name, version, { ...empty, input: codec.make(input, `input of workflow "${name}"`) }),
    { _tag: "Input" },
    [HashSet.make("input")],
    []
  )

export const identity = (input: codec.AnySchema): UntypedWorkflow =>
  workflow("identity", 1, { ...empty, input: codec.make(input, 'input of workflow "identity"') })

export const bind =
  (name: string, body: unknown, input: unknown): Combinator =>
  (self) =>
    addNamed(self, { _tag: "Bind", name, body: bodyOf(self, `"${name}"`, body), wires: wiresOf(self, name, { input }) })

export const andThen =
  (next: unknown): Combinator =>
  (self) => {
    const body = bodyOf(self, "andThen", next)
    // the identity adds nothing
    return isWorkflow(body) && Chunk.isEmpty(insideOf(body).nodes)
      ? self
      : addNamed(self, { _tag: "AndThen", name: body.name, body, wires: {} })
  }

export const letValue =
  (name: string, value: unknown): Combinator =>
  (self) =>
    addNamed(self, { _tag: "Let", name, wires: wiresOf(self, name, { value }) })

export const all =
  (parts: (scope: UntypedWorkflow) => ReadonlyArray<UntypedWorkflow>): Combinator =>
  (self) => {
    const made = parts(within(self, empty))
    const nodes = made.map(nodesOf)
    const replaced = nodes.flat().find((node) => node._tag === "AndThen")
    if (replaced === undefined) {
      const names = made.map((part) => insideOf(part).names)
      return add(self, { _tag: "All", parts: nodes }, names, made)
    }
    throw refuse(self, `a part of \`all\` adds names; bind "${replaced.name}" instead of andThen`)
  }

interface EachOptions {
  readonly items: unknown
  readonly key: unknown
  readonly input: unknown
  readonly concurrency?: number
}

const checkConcurrency = (self: UntypedWorkflow, name: string, concurrency: number): void => {
  if (concurrency === Infinity) return
  checkCount(self, name, "concurrency", concurrency)
}

const checkCount = (self: UntypedWorkflow, name: string, what: string, count: number): void => {
  if (!(Number.isInteger(count) && count >= 1))
    throw refuse(self, `"${name}" needs a ${what} of 1 or more, not ${count}`)
}

const eachOf = <K extends string>(
  self: UntypedWorkflow,
  name: string,
  body: unknown,
  { concurrency = 4 }: EachOptions,
  selectors: Readonly<Record<K, unknown>>
) => {
  checkConcurrency(self, name, concurrency)
  return { name, body: bodyOf(self, `"${name}"`, body), wires: wiresOf(self, name, selectors), concurrency }
}

export const forEach =
  (name: string, body: unknown, options: EachOptions): Combinator =>
  (self) => {
    const { input, items, key } = options
    return addNamed(self, { _tag: "ForEach", ...eachOf(self, name, body, options, { items, key, input }) })
  }

export const forEachDependency =
  (name: string, body: unknown, options: EachOptions & { readonly dependsOn: unknown }): Combinator =>
  (self) => {
    const { dependsOn, input, items, key } = options
    return addNamed(self, {
      _tag: "ForEachDependency",
      ...eachOf(self, name, body, options, { items, key, input, dependsOn })
    })
  }

export const sample =
  (
    name: string,
    body: unknown,
    {
      concurrency = 4,
      count,
      input
    }: { readonly count: number; readonly input: unknown; readonly concurrency?: number }
  ): Combinator =>
  (self) => {
    checkConcurrency(self, name, concurrency)
    checkCount(self, name, "count", count)
    const wires = wiresOf(self, name, { input })
    return addNamed(self, { _tag: "Sample", name, body: bodyOf(self, `"${name}"`, body), wires, count, concurrency })
  }

interface IterateOptions {
  readonly input: unknown
  readonly next?: unknown
  readonly until: unknown
  readonly atMost: number
  readonly collect?: "last" | "all"
  readonly again?: Again
}

export const iterate =
  (
    name: string,
    body: unknown,
    { again = "nothing", atMost, collect = "last", input, next, until }: IterateOptions
  ): Combinator =>
  (self) => {
    checkCount(self, name, "bound `atMost`", atMost)
    const later = next === undefined ? {} : wiresOf(self, name, { next })
    const wires = { ...wiresOf(self, name, { input, until }), ...later }
    const node = { name, body: bodyOf(self, `"${name}"`, body), wires, atMost, collect, again }
    return addNamed(self, { _tag: "Iterate", ...node })
  }

interface BranchOptions {
  readonly on: unknown
  readonly cases: Readonly<Record<string, unknown>>
  readonly input: unknown
}

export const branch =
  (name: string, { cases, input, on }: BranchOptions): Combinator =>
  (self) =>
    addNamed(self, {
      _tag: "Branch",
      name,
      cases: Object.entries(cases).map(([key, body]) => [key, bodyOf(self, `"${key}" of "${name}"`, body)]),
      wires: wiresOf(self, name, { on, input })
    })

interface FallbackOptions {
  readonly input: unknown
  readonly errors: ReadonlyArray<string>
  readonly otherwise: unknown
}

export const fallback =
  (name: string, body: unknown, { errors, input, otherwise }: FallbackOptions): Combinator =>
  (self) =>
    addNamed(self, {
      _tag: "Fallback",
      name,
      body: bodyOf(self, `"${name}"`, body),
      otherwise: bodyOf(self, `the other way of "${name}"`, otherwise),
      errors,
      wires: wiresOf(self, name, { input })
    })

export const timeout =
  (
    name: string,
    body: unknown,
    { after, input }: { readonly after: Duration.Input; readonly input: unknown }
  ): Combinator =>
  (self) => {
    const millis = Option.getOrElse(Option.map(Duration.fromInput(after), Duration.toMillis), () => NaN)
    if (!(millis > 0 && millis < Infinity))
      throw refuse(self, `"${name}" needs a time \`after\` which it ends, such as "30 seconds" or "5 minutes"`)
    const wires = wiresOf(self, name, { input })
    return addNamed(self, { _tag: "Timeout", name, body: bodyOf(self, `"${name}"`, body), wires, millis })
  }

interface GateOptions {
  readonly question: codec.AnySchema
  readonly input: unknown
  readonly decision: codec.AnySchema
}

/** A gate is a step that a person does. */
export const gate =
  (name: string, { decision, input, question }: GateOptions): Combinator =>
  (self) => {
    const body = gateStep({
      input: codec.make(question, `question of gate "${name}"`),
      output: codec.make(decision, `decision of gate "${name}"`)
    })
    return addNamed(self, { _tag: "Bind", name, body, wires: wiresOf(self, name, { input }) })
  }
