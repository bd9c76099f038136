// Workflow → data, with names of a catalog where it has what is written. What only code says is reported with its place.

import * as Result from "effect/Result"
import * as StepPath from "../../StepPath.ts"
import type * as Definition from "../../WorkflowDefinition.ts"
import { insideOf as insideOfStep, isStep, type UntypedStep } from "../ask/step.ts"
import { below, bodiesOf, type Body, insideOf, type Node, nodesOf, type UntypedWorkflow } from "../definition/nodes.ts"
import type { Compiled } from "../definition/selector.ts"
import type { AnyCodec } from "../json/codec.ts"
import { type Catalog, nameOf } from "./catalog.ts"
import { type Place, type Report, under } from "./problems.ts"
import * as schemaData from "./schemaData.ts"
import { difference } from "./settings.ts"

/** Writes a workflow; what comes back is of use where nothing was reported. */
export const write = (workflow: UntypedWorkflow, catalog: Catalog, report: Report): Definition.WorkflowDefinition => {
  /** The steps that a name without a catalog stands for. */
  const unlisted = new Map<string, UntypedStep>()

  const schemaOf = (schema: AnyCodec, place: Place): Definition.SchemaData =>
    Result.getOrElse(schemaData.write(schema, catalog.schemas ?? {}), (detail) => {
      report(place, detail)
      return {}
    })

  const wire = ({ wire }: Compiled, place: Place, what: string): Definition.Wire => {
    if (wire !== undefined) return wire
    report(
      under(place, what),
      `${place.path === "" ? "it" : `the ${what} of "${place.path}"`} is a function: use a wire`
    )
    return ""
  }

  /** A wire that is one name, as its value is no object. */
  const nameIn = (compiled: Compiled, place: Place, what: string): string => {
    const found = wire(compiled, place, what)
    if (typeof found === "string") return found
    report(under(place, what), `the ${what} of "${place.path}" is a wire of several names: use one`)
    return ""
  }

  const stepOf = (step: UntypedStep, place: Place): string | Definition.StepUse => {
    const { steps } = catalog
    const origin = originOf(step)
    const name = nameOf(steps, (other) => other === step) ?? nameOf(steps, (other) => originOf(other) === origin)
    const known = name === undefined ? (unlisted.get(step.name) ?? origin) : steps![name]!
    if (name === undefined) {
      if (known !== origin || nameOf(steps, ({ name }) => name === step.name) !== undefined) {
        report(place, `another step is called "${step.name}", too: give each a name in the catalog`)
      }
      unlisted.set(step.name, origin)
    }
    const set = difference(step, known)
    return Object.keys(set).length === 0 ? (name ?? step.name) : { step: name ?? step.name, ...set }
  }

  /** The groups that were written, each once wherever it stands. */
  const groups = new Map<UntypedWorkflow, Definition.Group>()

  const bodyOf = (body: Body, place: Place): Definition.Body => {
    if (isStep(body)) return stepOf(body, place)
    const name = nameOf(catalog.workflows, (other) => other === body)
    if (name !== undefined && !Object.hasOwn(catalog.steps ?? {}, name)) return name
    const known = groups.get(body)
    if (known !== undefined) return known
    const steps = entriesOf(body, place)
    // nothing is read by the Schema of a group's input: what it takes is what feeds it
    const group = isIdentity(body) ? { identity: {}, steps } : { ...titleOf(body), steps }
    groups.set(body, group)
    return group
  }

  const entriesOf = (self: UntypedWorkflow, place: Place) =>
    entries(nodesOf(self).slice(isIdentity(self) ? 0 : 1), under(place, "steps"))

  const entries = (nodes: ReadonlyArray<Node>, place: Place): ReadonlyArray<Definition.Entry> => {
    const written: Array<Definition.Entry> = []
    for (const node of nodes) written.push(entry(node, under(place, written.length)))
    return written
  }

  const entry = (node: Node, place: Place): Definition.Entry => {
    switch (node._tag) {
      case "Input":
        // it is the first node only, and no entry
        return { all: [] }
      case "All":
        return { all: node.parts.map((part, index) => entries(part, under(place, "all", index))) }
      case "AndThen": {
        const at = { keys: [...place.keys, "andThen"], path: StepPath.join(place.path, node.name) }
        return { andThen: bodyOf(node.body, at) }
      }
      default:
        return { [node.name]: nodeOf(node, place) }
    }
  }

  type Named = Exclude<Node, { readonly _tag: "Input" | "All" | "AndThen" }>

  const nodeOf = (node: Named, { keys, path }: Place): Definition.Node => {
    const place = { keys: [...keys, node.name], path: StepPath.join(path, node.name) }
    const bodies = bodiesOf(node)
    const body = (index: number, ...names: ReadonlyArray<string>): Definition.Body => {
      const [name, body] = bodies[index]!
      return bodyOf(body, { keys: [...place.keys, ...names], path: below(node, path, name) })
    }
    if (node._tag === "Let") return { let: wire(node.wires.value, place, "let") }
    const input = wire(node.wires.input, place, "input")
    switch (node._tag) {
      case "Bind":
        return isStep(node.body) && node.body.isGate
          ? { gate: gateOf(node.body, under(place, "gate")), input }
          : { bind: body(0, "bind"), input }
      case "Timeout":
        return { timeout: body(0, "timeout"), after: inWords(node.millis), input }
      case "Sample":
        return { sample: body(0, "sample"), input, count: node.count, ...many(node) }
      case "ForEach":
        return { forEach: body(0, "forEach"), ...each(node, place), input, ...many(node) }
      case "ForEachDependency": {
        const dependsOn = nameIn(node.wires.dependsOn, place, "dependsOn")
        return {
          forEachDependency: body(0, "forEachDependency"),
          ...each(node, place),
          dependsOn,
          input,
          ...many(node)
        }
      }
      case "Iterate": {
        const { again, atMost, collect, wires } = node
        return {
          iterate: body(0, "iterate"),
          input,
          ...(wires.next !== undefined && { next: wire(wires.next, place, "next") }),
          until: nameIn(wires.until, place, "until"),
          atMost,
          ...(collect === "all" && { collect }),
          ...(again === "changed" && { again })
        }
      }
      case "Branch": {
        const cases = node.cases.map(([name], index) => [name, body(index, "cases", name)] as const)
        return { branch: nameIn(node.wires.on, place, "branch"), cases: Object.fromEntries(cases), input }
      }
      case "Fallback":
        return { fallback: body(0, "fallback"), errors: node.errors, otherwise: body(1, "otherwise"), input }
    }
  }

  const each = (node: Extract<Node, { readonly _tag: "ForEach" | "ForEachDependency" }>, place: Place) => ({
    items: wire(node.wires.items, place, "items"),
    key: nameIn(node.wires.key, place, "key")
  })

  const gateOf = (step: UntypedStep, place: Place) => {
    const { input, output } = insideOfStep(step)
    return {
      question: schemaOf(input.schema, under(place, "question")),
      decision: schemaOf(output.schema, under(place, "decision"))
    }
  }

  const root = { keys: [], path: "" }
  const { schema } = insideOf(workflow).input
  if (isIdentity(workflow)) {
    return { identity: schemaOf(schema, under(root, "identity")), steps: entriesOf(workflow, root) }
  }
  return { ...titleOf(workflow), input: schemaOf(schema, under(root, "input")), steps: entriesOf(workflow, root) }
}

const isIdentity = (self: UntypedWorkflow): boolean => nodesOf(self)[0]?._tag !== "Input"

const titleOf = ({ name, version }: UntypedWorkflow) => ({ name, ...(version !== 1 && { version }) })

const originOf = (step: UntypedStep): UntypedStep => insideOfStep(step).origin ?? step

const many = ({ concurrency }: { readonly concurrency: number }) =>
  concurrency === 4 ? {} : { concurrency: concurrency === Infinity ? ("unbounded" as const) : concurrency }

const units = [
  [3_600_000, "hours"],
  [60_000, "minutes"],
  [1000, "seconds"],
  [1, "millis"]
] as const

/** A time in the largest unit of which it is a whole number. */
const inWords = (millis: number): string => {
  const [size, unit] = units.find(([size]) => millis % size === 0) ?? [1, "millis"]
  return `${millis / size} ${unit}`
}
