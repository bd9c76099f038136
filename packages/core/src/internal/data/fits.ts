// Whether a value can be what a step takes. Only what never can is told: what hangs on the value is seen when it runs.

import * as SchemaAST from "effect/SchemaAST"
import { suggest } from "../text/suggest.ts"
import { isOpen, itemOf, membersOf, type Type } from "./types.ts"

/** Why a value never fits, and the members under which that is. */
export interface Misfit {
  readonly keys: ReadonlyArray<string>
  readonly detail: string
}

/** Pairs of types that were looked at before: some hold themselves. */
type Known = Map<Type, Type>

/** Why no value of a type is one of another; `undefined` where one may be. */
export const misfit = (from: Type, to: Type, known: Known = new Map()): Misfit | undefined => {
  if (from === to || known.get(from) === to) return undefined
  known.set(from, to)
  const wanted = membersOf(to)
  const found = membersOf(from).map((given) => {
    const all = wanted.map((want) => misfitOf(given, want, known))
    if (all.includes(undefined)) return undefined
    // of several the one of the same kind is meant
    const alike = wanted.findIndex((want) => kindOf(want) === kindOf(given))
    return wanted.length === 1 ? all[0] : alike === -1 ? differ(given, to) : all[alike]
  })
  return found.includes(undefined) ? undefined : found[0]
}

const misfitOf = (from: Type, to: Type, known: Known): Misfit | undefined => {
  if (isOpen(from) || isOpen(to)) return undefined
  if (SchemaAST.isObjects(from) && SchemaAST.isObjects(to)) return misfitOfMembers(from, to, known)
  if (SchemaAST.isArrays(from) && SchemaAST.isArrays(to)) {
    const problem = misfit(itemOf(from), itemOf(to), known)
    return problem && { ...problem, detail: `of its items ${problem.detail}` }
  }
  if (kindOf(from) !== kindOf(to)) return differ(from, to)
  const [values, others] = [valuesOf(from), valuesOf(to)]
  const isOne = values === undefined || others === undefined || values.some((value) => others.includes(value))
  return isOne ? undefined : differ(from, to)
}

const misfitOfMembers = (from: SchemaAST.Objects, to: SchemaAST.Objects, known: Known): Misfit | undefined => {
  for (const { name, type } of to.propertySignatures) {
    const key = String(name)
    const given = from.propertySignatures.find((property) => property.name === name)?.type
    if (given === undefined) {
      if (SchemaAST.isOptional(type) || from.indexSignatures.length > 0) continue
      return { keys: [], detail: `nothing gives "${key}", which is needed` }
    }
    // one that may be left out may be
    const problem = SchemaAST.isOptional(given) ? undefined : misfit(given, type, known)
    if (problem !== undefined) return { ...problem, keys: [key, ...problem.keys] }
  }
  const [record] = to.indexSignatures
  if (record === undefined) return undefined
  for (const { name, type } of from.propertySignatures) {
    if (to.propertySignatures.some((property) => property.name === name)) continue
    const problem = misfit(type, record.type, known)
    if (problem !== undefined) return { ...problem, keys: [String(name), ...problem.keys] }
  }
  return undefined
}

/** A member that is given, which what is wanted does not have. */
export const excess = (members: ReadonlyArray<string>, to: Type): Misfit | undefined => {
  const wanted = membersOf(to)
  if (!wanted.every((type) => SchemaAST.isObjects(type) && type.indexSignatures.length === 0 && !isOpen(type)))
    return undefined
  const names = wanted.flatMap((type) =>
    SchemaAST.isObjects(type) ? type.propertySignatures.map(({ name }) => String(name)) : []
  )
  const other = members.find((member) => !names.includes(member))
  return other === undefined ? undefined : { keys: [other], detail: `it takes no "${other}"${suggest(other, names)}` }
}

const differ = (from: Type, to: Type): Misfit => ({
  keys: [],
  detail: `it is ${inWords(from)}, and ${inWords(to)} is needed`
})

const kinds: Readonly<Partial<Record<Type["_tag"], string>>> = {
  String: "a text",
  TemplateLiteral: "a text",
  Number: "a number",
  Boolean: "true or false",
  Null: "null",
  Arrays: "a list",
  Objects: "an object"
}

const kindOf = (type: Type): string => {
  const [value] = valuesOf(type) ?? []
  if (value === undefined) return kinds[type._tag] ?? type._tag
  return typeof value === "string" ? "a text" : typeof value === "boolean" ? "true or false" : "a number"
}

/** The values of a type that has only some. */
export const valuesOf = (type: Type): ReadonlyArray<SchemaAST.LiteralValue> | undefined => {
  if (SchemaAST.isLiteral(type)) return [type.literal]
  return SchemaAST.isEnum(type) ? type.enums.map(([, value]) => value) : undefined
}

const inWords = (type: Type): string => {
  const words = membersOf(type).map(
    (member) =>
      valuesOf(member)
        ?.map((value) => JSON.stringify(value))
        .join(" or ") ?? kindOf(member)
  )
  return [...new Set(words)].join(" or ")
}
