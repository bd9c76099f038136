// What is known of the values in a scope: types, as the type sides of Schemas have them, each with how its Schema writes it.

import * as SchemaAST from "effect/SchemaAST"
import { insideOf as insideOfStep, isStep } from "../ask/step.ts"
import { type Body, type Node, nodesOf } from "../definition/nodes.ts"
import type { Compiled } from "../definition/selector.ts"
import type { AnyCodec } from "../json/codec.ts"
import { suggest } from "../text/suggest.ts"

/** A type; `unknown` where nothing is known. */
export type Type = SchemaAST.AST

export const unknown: Type = SchemaAST.unknown

export const typeOf = (schema: AnyCodec): Type => schema.ast

export const namesOf = (names: Iterable<readonly [string, Type]>): Type =>
  new SchemaAST.Objects(
    Array.from(names, ([name, type]) => new SchemaAST.PropertySignature(name, type)),
    []
  )

const listOf = (item: Type): Type => new SchemaAST.Arrays(false, [], [item])

const recordOf = (value: Type): Type =>
  new SchemaAST.Objects([], [new SchemaAST.IndexSignature(SchemaAST.string, value)])

export const oneOf = (types: ReadonlyArray<Type>): Type =>
  types.length === 1 ? types[0]! : new SchemaAST.Union([...new Set(types)])

/** The type itself, past what stands for it. */
const resolved = (type: Type): Type => (SchemaAST.isSuspend(type) ? resolved(type.thunk()) : type)

/** The types of which one is that of the value. */
export const membersOf = (type: Type): ReadonlyArray<Type> => {
  const found = resolved(type)
  return SchemaAST.isUnion(found) ? found.types.flatMap(membersOf) : [found]
}

/** Whether nothing can be said of a value's parts. */
export const isOpen = (type: Type): boolean =>
  SchemaAST.isUnknown(type) ||
  SchemaAST.isAny(type) ||
  SchemaAST.isObjectKeyword(type) ||
  SchemaAST.isDeclaration(type) ||
  // none of its keys is known, so none can be told to be wrong
  (SchemaAST.isObjects(type) && type.propertySignatures.length === 0 && type.indexSignatures.length === 0)

/** A scope with more names in it. */
export const withNames = (scope: Type, names: ReadonlyArray<readonly [string, Type]>): Type => {
  const members = membersOf(scope)
  const [only] = members
  if (members.length > 1 || only === undefined || !SchemaAST.isObjects(only)) return namesOf(names)
  const known = only.propertySignatures.map(({ name, type }) => [String(name), type] as const)
  const added = namesOf(new Map([...known, ...names])) as SchemaAST.Objects
  return new SchemaAST.Objects(added.propertySignatures, only.indexSignatures)
}

/** The type of what a dotted name stands for, or why it stands for nothing. */
export const at = (scope: Type, name: string): Type | string => {
  let type = scope
  let before = ""
  for (const key of name.split(".")) {
    const parts = membersOf(type).map((member) => partOf(member, key))
    const found = parts.filter((part) => part !== undefined)
    if (found.length === 0) return absent(membersOf(type), key, before)
    type = oneOf(found)
    before += `${key}.`
  }
  return type
}

const partOf = (type: Type, key: string): Type | undefined => {
  if (isOpen(type)) return unknown
  if (!SchemaAST.isObjects(type)) return undefined
  const property = type.propertySignatures.find(({ name }) => name === key)
  return property?.type ?? type.indexSignatures[0]?.type
}

const absent = (types: ReadonlyArray<Type>, key: string, before: string): string => {
  const names = types.flatMap((type) =>
    SchemaAST.isObjects(type) ? type.propertySignatures.map(({ name }) => String(name)) : []
  )
  const place = before === "" ? "" : ` in "${before.slice(0, -1)}"`
  if (names.length > 0) return `there is no "${key}"${place}${suggest(key, names)}`
  return types.every(SchemaAST.isArrays)
    ? `there is no "${key}"${place}: a wire does not lead into a list`
    : `there is no "${key}"${place}: there are no names in it`
}

/** The type of what a selector gives. */
export const selected = ({ wire }: Compiled, scope: Type): Type => {
  if (wire === undefined) return unknown
  const found = (name: string): Type => {
    const type = at(scope, name)
    return typeof type === "string" ? unknown : type
  }
  return typeof wire === "string"
    ? found(wire)
    : namesOf(Object.entries(wire).map(([member, name]) => [member, found(name)]))
}

/** The type of the items of a list. */
export const itemOf = (type: Type): Type => {
  const items = membersOf(type).flatMap((member) =>
    SchemaAST.isArrays(member) ? [...member.elements, ...member.rest] : []
  )
  return items.length === 0 ? unknown : oneOf(items)
}

/** What workflows give that were looked at. */
const outs = new WeakMap<Body, Type>()

/** Keeps what a workflow gives, where more is known of what feeds it than its own Schema says. */
export const known = (body: Body, out: Type): void => void outs.set(body, out)

/** The type of what a body gives. */
export const outOf = (body: Body): Type => {
  if (isStep(body)) return typeOf(insideOfStep(body).output.schema)
  const out = outs.get(body) ?? nodesOf(body).reduce(after, typeOf(body.input))
  known(body, out)
  return out
}

/** What is known of an input: by its Schema, and where that says nothing by what feeds it. */
export const inputOf = (schema: AnyCodec, fed: Type): Type => {
  const type = typeOf(schema)
  return isOpen(type) ? fed : type
}

/** The scope of an item of some list. */
export const withItem = (scope: Type, items: Type): Type => withNames(scope, [["item", itemOf(items)]])

/** Likewise with what items before it gave. */
export const withDependencies = (scope: Type, given: Type): Type =>
  withNames(scope, [["dependencies", recordOf(given)]])

/** The scope after a node. */
export const after = (scope: Type, node: Node): Type => {
  switch (node._tag) {
    case "Input":
      return namesOf([["input", scope]])
    case "AndThen":
      return outOf(node.body)
    case "All":
      return node.parts.reduce((all, part) => withNames(all, membersIn(part.reduce(after, scope))), scope)
    default:
      return withNames(scope, [[node.name, valueOf(node, scope)]])
  }
}

/** The names of a scope. */
export const membersIn = (scope: Type): ReadonlyArray<readonly [string, Type]> =>
  SchemaAST.isObjects(scope) ? scope.propertySignatures.map(({ name, type }) => [String(name), type] as const) : []

type Named = Exclude<Node, { readonly _tag: "Input" | "AndThen" | "All" }>

const valueOf = (node: Named, scope: Type): Type => {
  switch (node._tag) {
    case "Let":
      return selected(node.wires.value, scope)
    case "Bind":
    case "Timeout":
      return outOf(node.body)
    case "ForEach":
    case "Sample":
      return listOf(outOf(node.body))
    case "ForEachDependency":
      return recordOf(outOf(node.body))
    case "Iterate":
      return node.collect === "all" ? listOf(outOf(node.body)) : outOf(node.body)
    case "Branch":
      return oneOf(node.cases.map(([, body]) => outOf(body)))
    case "Fallback":
      return oneOf([outOf(node.body), outOf(node.otherwise)])
  }
}
