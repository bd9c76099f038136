import type * as SchemaAST from "effect/SchemaAST"

/**
 * Whether a Schema takes every value apart down to such leaves, at a depth that is known, and makes a new one without
 * anything of its own in it.
 */
export const madeOf = (ast: SchemaAST.AST, isLeaf: (ast: SchemaAST.AST) => boolean): boolean => {
  // a transformation may give what it has given before
  if (ast.encoding !== undefined) return false
  const isMade = (part: SchemaAST.AST) => madeOf(part, isLeaf)
  switch (ast._tag) {
    case "Arrays":
      return [...ast.elements, ...ast.rest].every(isMade)
    case "Objects": {
      const parts = [...ast.propertySignatures, ...ast.indexSignatures].map(({ type }) => type)
      // one without members takes any value as it is
      return parts.length > 0 && parts.every(isMade)
    }
    case "Union":
      return ast.types.every(isMade)
    default:
      return isLeaf(ast)
  }
}

/** Whether what a Schema wrote is read by the same parts of it: no other member of a union takes it. */
export const isOneWay = (ast: SchemaAST.AST): boolean => {
  switch (ast._tag) {
    case "Arrays":
      return [...ast.elements, ...ast.rest].every(isOneWay)
    case "Objects":
      // a key may be written otherwise, too
      return (
        ast.indexSignatures.every(({ parameter }) => parameter.encoding === undefined) &&
        [...ast.propertySignatures, ...ast.indexSignatures].every(({ type }) => isOneWay(type))
      )
    case "Union":
      return (
        ast.types.filter(({ _tag }) => _tag === "Arrays" || _tag === "Objects" || _tag === "Union").length < 2 &&
        ast.types.every(isOneWay)
      )
    default:
      return true
  }
}
