import * as Predicate from "effect/Predicate"
import * as SchemaAST from "effect/SchemaAST"

export type Kind = "string" | "number" | "boolean" | "null" | "array" | "object"

/** What may stand at a place: the encoded sides of all Schemas that apply there, without unions. */
export type Shape = ReadonlyArray<SchemaAST.AST>

export const fromAst = (ast: SchemaAST.AST): Shape => flat(SchemaAST.toEncoded(ast))

export const accepts = (shape: Shape, kind: Kind): boolean => shape.some((node) => isKind(node, kind))

/** What may stand under a key; nothing where no Schema knows it. */
export const childOf = (shape: Shape, key: string): Shape =>
  shape.flatMap((node) => {
    if (isAnything(node)) return [node]
    if (node._tag === "ObjectKeyword") return [SchemaAST.unknown]
    if (node._tag !== "Objects") return []
    const property = node.propertySignatures.find(({ name }) => name === key)
    return property === undefined ? node.indexSignatures.flatMap(({ type }) => flat(type)) : flat(property.type)
  })

/** What may stand in a list. */
export const element = (shape: Shape, index: number): Shape =>
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
