import * as Predicate from "effect/Predicate"
import * as SchemaAST from "effect/SchemaAST"

/** Whether something that `JSON.parse` gave is as a Schema has it: to decode it would give the same. */
export type Fits = (value: unknown) => boolean

const never: Fits = () => false

const known = new WeakMap<SchemaAST.AST, Fits>()

/**
 * Makes of a Schema the question whether a value needs no decoding, which takes a small part of the time of that. What it
 * does not know it denies, so that only a `true` says anything.
 */
export const make = (ast: SchemaAST.AST): Fits => {
  const fits = known.get(ast)
  if (fits !== undefined) return fits
  let own = never
  // what holds itself is made once
  known.set(ast, (value) => own(value))
  own = ast.encoding === undefined ? checked(ast, ofKind(ast)) : never
  known.set(ast, own)
  return own
}

const checked = ({ checks }: SchemaAST.AST, fits: Fits): Fits =>
  (checks ?? []).reduce<Fits>(
    (before, check) =>
      check._tag === "Filter"
        ? (value) => before(value) && check.run(value, SchemaAST.unknown, {}) === undefined
        : never,
    fits
  )

const ofKind = (ast: SchemaAST.AST): Fits => {
  switch (ast._tag) {
    case "String":
      return Predicate.isString
    case "Number":
      return Number.isFinite
    case "Boolean":
      return Predicate.isBoolean
    case "Null":
      return Predicate.isNull
    case "Literal":
      return (value) => value === ast.literal
    case "Suspend":
      return (value) => make(ast.thunk())(value)
    case "Union":
      return union(ast)
    case "Arrays":
      return list(ast)
    case "Objects":
      return object(ast)
    default:
      return isJson(ast) ? isFiniteJson : never
  }
}

const isJson = ({ annotations }: SchemaAST.AST): boolean =>
  Predicate.hasProperty(annotations?.["representation"], "id") &&
  annotations["representation"].id === "effect/schema/Json"

/** What `JSON.parse` gives is JSON, but for a number that is more than a double holds. */
const isFiniteJson: Fits = (value) =>
  Predicate.isNumber(value)
    ? Number.isFinite(value)
    : !Predicate.isObjectKeyword(value) || Object.values(value).every(isFiniteJson)

/** The member with the tag of a value, or else any that it fits. */
const union = ({ types }: SchemaAST.Union): Fits => {
  const members = types.map(make)
  const tagged = new Map(types.map((type, i) => [tagOf(type), members[i]!]))
  return tagged.size === types.length && !tagged.has(undefined)
    ? (value) => Predicate.hasProperty(value, "_tag") && tagged.get(value._tag)?.(value) === true
    : (value) => members.some((fits) => fits(value))
}

const tagOf = (ast: SchemaAST.AST): unknown => {
  const tag = ast._tag === "Objects" ? ast.propertySignatures.find(({ name }) => name === "_tag")?.type : undefined
  return tag?._tag === "Literal" ? tag.literal : undefined
}

const list = ({ elements, rest }: SchemaAST.Arrays): Fits => {
  const [item, ...others] = rest
  if (others.length > 0 || elements.some(SchemaAST.isOptional)) return never
  const firsts = elements.map(make)
  const each = item === undefined ? never : make(item)
  return (value) =>
    Array.isArray(value) && value.length >= firsts.length && value.every((inner, i) => (firsts[i] ?? each)(inner))
}

const object = ({ indexSignatures, propertySignatures }: SchemaAST.Objects): Fits => {
  const fields = new Map<PropertyKey, { readonly fits: Fits; readonly needed: 0 | 1 }>(
    propertySignatures.map(({ name, type }) => [name, { fits: make(type), needed: SchemaAST.isOptional(type) ? 0 : 1 }])
  )
  const needed = [...fields.values()].reduce((sum, field) => sum + field.needed, 0)
  const [index, ...others] = indexSignatures
  if (others.length > 0 || (index !== undefined && index.parameter._tag !== "String")) return never
  const rest = { fits: index === undefined ? never : make(index.type), needed: 0 }
  return (value) => {
    if (!Predicate.isReadonlyObject(value)) return false
    let found = 0
    for (const key of Object.keys(value)) {
      const field = fields.get(key) ?? rest
      if (!field.fits(value[key])) return false
      found += field.needed
    }
    return found === needed
  }
}
