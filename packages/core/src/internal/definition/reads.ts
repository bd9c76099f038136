// What each step of a definition can depend on, by its wires alone. Values are vertices of a graph, with an edge to each
// that they are made of: rounds make circles of it, and a step reads from whatever can be reached.

import * as Result from "effect/Result"
import { UnknownPath } from "../../WorkflowError.ts"
import { isStep } from "../ask/step.ts"
import { suggest } from "../text/suggest.ts"
import { below, bodiesOf, type Body, type Node, nodesOf, type UntypedWorkflow } from "./nodes.ts"
import { finder } from "./places.ts"
import type { Compiled } from "./selector.ts"

/** Steps by their paths, in the order of the definition, and fields of the input as wires name them: `input.title`. */
export interface Sources {
  readonly steps: ReadonlyArray<string>
  readonly input: ReadonlyArray<string>
}

/** All that a step can depend on; `direct` is what it is fed from with no other step between. */
export interface ReadsFrom extends Sources {
  readonly direct: Sources
}

interface Value {
  readonly from: Array<Value>
  /** The path of the step whose output it is. */
  readonly step?: string
  /** Its name, where it is of the input. */
  readonly field?: string
  readonly shape?: Shape
}

/** What the parts of a value are; those of any other are all of it. */
type Shape =
  /** Names, over those of another value. */
  | { readonly _tag: "Names"; readonly own: Map<string, Value>; readonly over: Value | undefined }
  /** Those of one of several values, which may be known later. */
  | {
      readonly _tag: "Either"
      readonly values: () => ReadonlyArray<Value>
      readonly depth: number
      readonly parts: Map<string, Value>
    }

const madeOf = (...from: ReadonlyArray<Value>): Value => ({ from: [...from] })

const field = (name: string): Value => ({ from: [], field: name })

/** One of several values; which one, others tell. */
const either = (values: () => ReadonlyArray<Value>, by: ReadonlyArray<Value> = [], depth = 0): Value => ({
  from: [...by],
  shape: { _tag: "Either", values, depth, parts: new Map() }
})

/** Names of its own over those of a value. */
const withNames = (over: Value, names: Readonly<Record<string, Value>>): Value => ({
  from: [over, ...Object.values(names)],
  shape: { _tag: "Names", own: new Map(Object.entries(names)), over }
})

/** Rounds may hand on a part of a part, and so on; no wire has more names. */
const deepest = 8

const partOf = (value: Value, name: string): Value => {
  const { from, shape } = value
  if (value.field !== undefined) return field(`${value.field}.${name}`)
  if (shape === undefined) return value
  if (shape._tag === "Names") {
    return shape.own.get(name) ?? (shape.over === undefined ? value : partOf(shape.over, name))
  }
  if (shape.depth === deepest) return value
  const part =
    shape.parts.get(name) ?? either(() => shape.values().map((value) => partOf(value, name)), from, shape.depth + 1)
  shape.parts.set(name, part)
  return part
}

/** What a value is made of. */
const edges = ({ from, shape }: Value): ReadonlyArray<Value> =>
  shape?._tag === "Either" ? [...shape.values(), ...from] : from

/** What a selector gives: a function may read all of the scope. */
const selected = ({ wire }: Compiled, scope: Value): Value => {
  const at = (name: string) => name.split(".").reduce(partOf, scope)
  if (wire === undefined) return madeOf(scope)
  if (typeof wire === "string") return at(wire)
  const own = new Map(Object.entries(wire).map(([member, name]) => [member, at(name)] as const))
  return { from: [...own.values()], shape: { _tag: "Names", own, over: undefined } }
}

/** The steps of a definition, each with what feeds it and what tells that it runs. */
const graphOf = (workflow: UntypedWorkflow): ReadonlyMap<string, Value> => {
  const steps = new Map<string, Value>()

  const bodyOf = (body: Body, path: string, input: Value, runs: Value): Value => {
    if (!isStep(body)) return scopeOf(nodesOf(body), path, input, runs)
    const output: Value = { from: [input, runs], step: path }
    steps.set(path, output)
    return output
  }

  /** The scope at the end of nodes. */
  const scopeOf = (nodes: ReadonlyArray<Node>, parent: string, given: Value, runs: Value): Value => {
    let scope = given
    let own = new Map<string, Value>()
    let over: Value | undefined = given
    /** Those who read the scope before read nothing of what is added to it. */
    const add = (values: Iterable<readonly [string, Value]>, all: ReadonlyArray<Value>) => {
      for (const [name, value] of values) own.set(name, value)
      scope = { from: [scope, ...all], shape: { _tag: "Names", own, over } }
    }
    for (const node of nodes) {
      switch (node._tag) {
        case "Input":
          own = new Map([["input", scope]])
          over = undefined
          scope = { from: [scope], shape: { _tag: "Names", own, over } }
          break
        case "AndThen":
          scope = bodyOf(node.body, below(node, parent, ""), scope, runs)
          own = new Map()
          over = scope
          break
        case "All": {
          const start = scope
          const parts: Array<Value> = []
          for (const part of node.parts) parts.push(scopeOf(part, parent, start, runs))
          const names = parts.flatMap(({ shape }) => (shape?._tag === "Names" ? [...shape.own] : []))
          add(names, parts)
          break
        }
        default: {
          const value = valueOf(node, parent, scope, runs)
          add([[node.name, value]], [value])
        }
      }
    }
    return scope
  }

  const valueOf = (node: NamedNode, parent: string, scope: Value, runs: Value): Value => {
    if (node._tag === "Let") return selected(node.wires.value, scope)
    const bodies = bodiesOf(node).map(([path, body]) => ({ path: below(node, parent, path), body }))
    const [{ body, path }, other] = bodies as [(typeof bodies)[number], ...typeof bodies]
    switch (node._tag) {
      case "Bind":
      case "Timeout":
        return bodyOf(body, path, selected(node.wires.input, scope), runs)
      case "Sample":
        return madeOf(bodyOf(body, path, selected(node.wires.input, scope), runs))
      case "ForEach":
      case "ForEachDependency": {
        const item = madeOf(selected(node.wires.items, scope))
        const needed = node._tag === "ForEach" ? [] : [selected(node.wires.dependsOn, item)]
        const items = madeOf(item, selected(node.wires.key, item), ...needed)
        const dependencies = madeOf(items)
        const names = node._tag === "ForEach" ? { item } : { item, dependencies }
        const input = selected(node.wires.input, withNames(scope, names))
        const output = bodyOf(body, path, input, madeOf(runs, items))
        dependencies.from.push(output)
        return madeOf(output, items)
      }
      case "Iterate": {
        const outputs: Array<Value> = []
        const last = either(() => outputs)
        const { input, next = input, until } = node.wires
        const inside = withNames(scope, { last })
        const isDone = selected(until, inside)
        const inputs = [selected(input, scope), selected(next, node.wires.next === undefined ? scope : inside)]
        outputs.push(
          bodyOf(
            body,
            path,
            either(() => inputs),
            madeOf(runs, isDone)
          )
        )
        return node.collect === "all" ? madeOf(...outputs, isDone) : either(() => outputs, [isDone])
      }
      case "Branch": {
        const on = selected(node.wires.on, scope)
        const input = selected(node.wires.input, scope)
        const outputs: Array<Value> = []
        for (const { body, path } of bodies) outputs.push(bodyOf(body, path, input, madeOf(runs, on)))
        return either(() => outputs, [on])
      }
      case "Fallback": {
        const input = selected(node.wires.input, scope)
        const before = steps.size
        const output = bodyOf(body, path, input, runs)
        // any of them may fail, or be set so that it did not
        const tried = madeOf(input, ...[...steps.values()].slice(before))
        const outputs = [output, bodyOf(other!.body, other!.path, input, madeOf(runs, tried))]
        return either(() => outputs, [tried])
      }
    }
  }

  scopeOf(nodesOf(workflow), "", field("input"), madeOf())
  return steps
}

type NamedNode = Exclude<Node, { readonly _tag: "Input" | "AndThen" | "All" }>

/** All that can be reached from a value; `through`: past the steps on the way. */
const reach = (start: Value, through: boolean): ReadonlySet<Value> => {
  const seen = new Set(edges(start))
  // what is added to a set while it is gone through is gone through, too
  for (const value of seen) {
    if (value.step === undefined || through) for (const next of edges(value)) seen.add(next)
  }
  return seen
}

const sources = (reached: ReadonlySet<Value>, steps: ReadonlyMap<string, Value>): Sources => {
  const fields = new Set([...reached].flatMap(({ field }) => field ?? []))
  const isPart = (name: string): boolean => {
    const around = name.slice(0, Math.max(0, name.lastIndexOf(".")))
    return around !== "" && (fields.has(around) || isPart(around))
  }
  return {
    steps: [...steps].filter(([, value]) => reached.has(value)).map(([path]) => path),
    input: [...fields].filter((name) => !isPart(name)).toSorted()
  }
}

/** What the step at a path, of the definition or of a run, can depend on. */
export const readsFrom = (workflow: UntypedWorkflow, path: string): Result.Result<ReadsFrom, UnknownPath> => {
  const steps = graphOf(workflow)
  const step = steps.get(finder(steps.keys())(path) ?? "")
  return step === undefined
    ? Result.fail(new UnknownPath({ detail: `no step has this path${suggest(path, steps.keys())}` }))
    : Result.succeed({ direct: sources(reach(step, false), steps), ...sources(reach(step, true), steps) })
}
