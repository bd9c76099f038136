import { DefinitionError } from "@stepwright/core/DefinitionError"

/** A limit as it is given, or `otherwise`. What is no number would let everything through: that is a mistake in the code. */
export const checkLimit = (name: string, given: number | undefined, otherwise: number, least = 0): number => {
  const limit = given ?? otherwise
  if (limit >= least) return limit
  throw new DefinitionError({ place: name, detail: `must be a number, ${least} or more, and is ${limit}` })
}
