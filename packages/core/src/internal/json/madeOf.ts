import type * as SchemaAST from "effect/SchemaAST"

/** Whether a Schema takes every value apart down to leaves of these kinds, at a depth that is known, and makes a new one. */
export const madeOf = (ast: SchemaAST.AST, leaves: ReadonlySet<SchemaAST.AST["_tag"]>): boolean => {
  const isMade = (part: SchemaAST.AST) => madeOf(part, leaves)
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
      return leaves.has(ast._tag)
  }
}
