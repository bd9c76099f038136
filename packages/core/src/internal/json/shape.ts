import * as Predicate from "effect/Predicate"
import * as SchemaAST from "effect/SchemaAST"

export type Kind = "string" | "number" | "boolean" | "null" | "array" | "object"

/** What may stand at a place: the encoded sides of all Schemas that apply there, without unions. */
export type Shape = ReadonlyArray<SchemaAST.AST>

export const fromAst = (ast: SchemaAST.AST): Shape => flat(SchemaAST.toEncoded(ast))

export const accepts = (shape: Shape, kind: Kind): boolean => shape.some((node) => isKind(node, kind))

/** What may stand under a key; nothing where no Schema knows it. */
export const childOf = (shape: Shape, key: string): Shape => known(children, shape, key, childOfEach)

/** What may stand in a list. */
export const element = (shape: Shape, index: number): Shape => {
  // past all that have a place of their own they are alike
  const last = shape.reduce((last, node) => Math.max(last, node._tag === "Arrays" ? node.elements.length : 0), 0)
  return known(elements, shape, Math.min(index, last), elementOfEach)
}

const children = new WeakMap<Shape, Map<string, Shape>>()
const elements = new WeakMap<Shape, Map<number, Shape>>()
/** Any key may stand in a record. */
const mostKnown = 100

const known = <K>(
  cache: WeakMap<Shape, Map<K, Shape>>,
  shape: Shape,
  key: K,
  find: (shape: Shape, key: K) => Shape
): Shape => {
  let shapes = cache.get(shape)
  if (shapes === undefined) cache.set(shape, (shapes = new Map()))
  let inner = shapes.get(key)
  if (inner === undefined) {
    inner = find(shape, key)
    if (shapes.size < mostKnown) shapes.set(key, inner)
  }
  return inner
}

const childOfEach = (shape: Shape, key: string): Shape =>
  shape.flatMap((node) => {
    if (isAnything(node)) return [node]
    if (node._tag === "ObjectKeyword") return [SchemaAST.unknown]
    if (node._tag !== "Objects") return []
    const property = node.propertySignatures.find(({ name }) => name === key)
    return property === undefined ? node.indexSignatures.flatMap(({ type }) => flat(type)) : flat(property.type)
  })

const elementOfEach = (shape: Shape, index: number): Shape =>
  shape.flatMap((node) => {
    if (isAnything(node)) return [node]
    if (node._tag === "ObjectKeyword") return [SchemaAST.unknown]
    if (node._tag !== "Arrays") return []
    const own = node.elements[index]
    return own === undefined ? node.rest.flatMap(flat) : flat(own)
  })

const flat = (ast: SchemaAST.AST): Shape => {
  if (ast._tag === "Union") return ast.types.flatMap(flat)
  return ast._tag === "Suspend" ? flat(ast.thunk()) : [ast]
}

const isKind = (node: SchemaAST.AST, kind: Kind): boolean => {
  switch (node._tag) {
    case "String":
    case "TemplateLiteral":
      return kind === "string"
    case "Number":
      return kind === "number"
    case "Boolean":
      return kind === "boolean"
    case "Null":
      return kind === "null"
    case "Literal":
      return kind === typeof node.literal
    case "Enum":
      return node.enums.some(([, value]) => kind === typeof value)
    case "Arrays":
      return kind === "array"
    case "Objects":
      return kind === "object"
    case "ObjectKeyword":
      return kind === "object" || kind === "array"
    default:
      return isAnything(node)
  }
}

const isAnything = (node: SchemaAST.AST): boolean =>
  node._tag === "Unknown" || node._tag === "Any" || (node._tag === "Declaration" && isJson(node))

const json = new Set<unknown>(["effect/schema/Json", "effect/schema/MutableJson"])

const isJson = ({ annotations }: SchemaAST.AST): boolean =>
  Predicate.hasProperty(annotations?.["representation"], "id") && json.has(annotations["representation"].id)
