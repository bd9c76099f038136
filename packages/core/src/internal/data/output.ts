// The Schema of what a workflow gives: of its steps' Schemas, as they nest.

import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { DefinitionError } from "../../DefinitionError.ts"
import { bodiesOf, isWorkflow, nodesOf, type UntypedWorkflow } from "../definition/nodes.ts"
import type { AnyCodec } from "../json/codec.ts"
import { after, membersIn, outOf, type Type, typeOf } from "./types.ts"

/** Throws where a value of a workflow is made by a function: nothing says what is written of it. */
export const outputOf = (self: UntypedWorkflow): AnyCodec => {
  const type = outOf(self)
  const name = addsToOther(self) ? "" : unknownIn(type, "")
  if (name === undefined) return Schema.make<AnyCodec>(type)
  throw new DefinitionError({
    place: `workflow "${self.name}"`,
    detail: `no Schema says what ${name === "" ? "its output" : `"${name}"`} is: give one as \`output\``
  })
}

/** Whether names are added to what is no plain object, an instance of a class, say: its own are not known one by one. */
const addsToOther = (self: UntypedWorkflow): boolean => {
  let scope = typeOf(self.input)
  return nodesOf(self).some((node) => {
    const before = scope
    scope = after(scope, node)
    const isOther = SchemaAST.isDeclaration(before) || SchemaAST.isUnion(before)
    const adds = node._tag !== "Input" && node._tag !== "AndThen"
    return (adds && isOther) || bodiesOf(node).some(([, body]) => isWorkflow(body) && addsToOther(body))
  })
}

/** The name of a value of which nothing is known. */
const unknownIn = (type: Type, name: string): string | undefined => {
  // what is known of a value may be in how it is written
  if (SchemaAST.isUnknown(type) && type.encoding === undefined) return name
  if (SchemaAST.isUnion(type)) return firstOf(type.types.map((member) => [name, member]))
  if (SchemaAST.isArrays(type)) return firstOf([...type.elements, ...type.rest].map((item) => [name, item]))
  const values = SchemaAST.isObjects(type) ? type.indexSignatures.map(({ type }) => [name, type] as const) : []
  return firstOf([
    ...membersIn(type).map(([key, value]) => [name === "" ? key : `${name}.${key}`, value] as const),
    ...values
  ])
}

const firstOf = (places: ReadonlyArray<readonly [string, Type]>): string | undefined => {
  for (const [name, type] of places) {
    const found = unknownIn(type, name)
    if (found !== undefined) return found
  }
  return undefined
}
