// What is wrong with the wires of a node, by what is known of the values that they lead to.

import * as SchemaAST from "effect/SchemaAST"
import { insideOf as insideOfStep, isStep } from "../ask/step.ts"
import type { Body, Node } from "../definition/nodes.ts"
import type { Compiled } from "../definition/selector.ts"
import { suggest } from "../text/suggest.ts"
import * as fits from "./fits.ts"
import { type Place, type Report, under } from "./problems.ts"
import * as types from "./types.ts"
import type { Type } from "./types.ts"

/** A node as it is checked: where it stands, and the scope before it. */
interface Checked {
  readonly place: Place
  readonly scope: Type
  readonly report: Report
  /** Says of a name that is not there where it is made, if it is. */
  readonly isLater: (name: string) => string | undefined
}

type Wired = Exclude<Node, { readonly _tag: "Input" | "AndThen" | "All" }>

const list = new SchemaAST.Arrays(false, [], [types.unknown])
const texts = new SchemaAST.Arrays(false, [], [SchemaAST.string])
const textOrBoolean = types.oneOf([SchemaAST.string, SchemaAST.boolean])

/** What a body takes. */
const takenBy = (body: Body): Type => types.typeOf(isStep(body) ? insideOfStep(body).input.schema : body.input)

/** Reports all that is wrong with the wires of a node. */
export const checkWires = (node: Wired, checked: Checked): void => {
  const { place, report, scope } = checked
  const wire = (name: string, compiled: Compiled, scope: Type, ...wanted: ReadonlyArray<Type>) =>
    checkWire(compiled, { ...checked, place: under(place, name), scope }, wanted)
  switch (node._tag) {
    case "Let":
      return wire("let", node.wires.value, scope)
    case "Bind":
    case "Timeout":
    case "Sample":
      return wire("input", node.wires.input, scope, takenBy(node.body))
    case "ForEach":
    case "ForEachDependency": {
      wire("items", node.wires.items, scope, list)
      const items = types.selected(node.wires.items, scope)
      const item = types.itemOf(items)
      wire("key", node.wires.key, item, SchemaAST.string)
      let inner = types.withItem(scope, items)
      if (node._tag === "ForEachDependency") {
        wire("dependsOn", node.wires.dependsOn, item, texts)
        inner = types.withDependencies(inner, types.outOf(node.body))
      }
      return wire("input", node.wires.input, inner, takenBy(node.body))
    }
    case "Iterate": {
      const inner = types.withNames(scope, [["last", types.outOf(node.body)]])
      wire("input", node.wires.input, scope, takenBy(node.body))
      if (node.wires.next !== undefined) wire("next", node.wires.next, inner, takenBy(node.body))
      return wire("until", node.wires.until, inner, SchemaAST.boolean)
    }
    case "Branch":
      wire("branch", node.wires.on, scope, textOrBoolean)
      checkCases(node, types.selected(node.wires.on, scope), place, report)
      return wire("input", node.wires.input, scope, ...node.cases.map(([, body]) => takenBy(body)))
    case "Fallback":
      return wire("input", node.wires.input, scope, takenBy(node.body), takenBy(node.otherwise))
  }
}

/** Reports why a body cannot take a whole scope. */
export const checkWhole = (body: Body, { place, report, scope }: Checked): void => {
  const problem = fits.misfit(scope, takenBy(body))
  if (problem === undefined) return
  const at = problem.keys.length === 0 ? "" : `in "${problem.keys.join(".")}" `
  report(place, `the scope does not fit: ${at}${problem.detail}`)
}

const checkWire = ({ wire }: Compiled, checked: Checked, wanted: ReadonlyArray<Type>): void => {
  if (wire === undefined) return
  const { place, report, scope } = checked
  const names = typeof wire === "string" ? [["", wire] as const] : Object.entries(wire)
  let leads = true
  for (const [member, name] of names) {
    const found = types.at(scope, name)
    if (typeof found !== "string") continue
    leads = false
    const first = name.split(".", 1)[0]!
    // what is there is not made later, whatever else is called so
    const later = typeof types.at(scope, first) === "string" ? checked.isLater(first) : undefined
    report(member === "" ? place : under(place, member), later ?? `the wire "${name}" leads nowhere: ${found}`)
  }
  if (!leads) return
  const members = typeof wire === "string" ? undefined : Object.keys(wire)
  const given = types.selected({ wire, select: () => undefined }, scope)
  // what feeds several has members that some of them take
  const excess = members && wanted.length > 0 ? fits.excess(members, types.oneOf(wanted)) : undefined
  for (const want of wanted) {
    const problem = excess ?? fits.misfit(given, want)
    if (problem === undefined) continue
    const { detail, keys } = problem
    // a member of the wire has a place of its own, one of a value it leads to has not
    const [own, inner] = members === undefined ? [[], keys] : [keys.slice(0, 1), keys.slice(1)]
    const at = inner.length === 0 ? "" : `in "${inner.join(".")}" `
    return report(under(place, ...own), `it does not fit: ${at}${detail}`, problem === excess ? "key" : undefined)
  }
}

/** Reports cases that no value has, and values without a case, where all values are known. */
const checkCases = (
  { cases }: Extract<Node, { readonly _tag: "Branch" }>,
  on: Type,
  place: Place,
  report: Report
): void => {
  const all = types.membersOf(on).map((type) => (SchemaAST.isBoolean(type) ? [true, false] : fits.valuesOf(type)))
  if (all.includes(undefined)) return
  const values = all.flatMap((some = []) => some.map(String))
  const names = cases.map(([name]) => name)
  for (const name of names) {
    if (!values.includes(name)) {
      report(under(place, "cases", name), `no value is "${name}"${suggest(name, values)}`, "key")
    }
  }
  const missing = values.filter((value) => !names.includes(value))
  if (missing.length > 0)
    report(under(place, "cases"), `there is no case for ${missing.map((name) => `"${name}"`).join(" and ")}`, "key")
}
