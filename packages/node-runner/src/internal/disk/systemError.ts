import { getSystemErrorMap } from "node:util"
import * as Predicate from "effect/Predicate"

/** Why the system refused something, in its own words: `no space left on device`. */
export const reasonOf = (error: unknown): string => {
  const known = errnoOf(error)
  const words = known === undefined ? undefined : getSystemErrorMap().get(known)?.[1]
  return words ?? (Predicate.isError(error) ? error.message : String(error))
}

const errnoOf = (error: unknown): number | undefined => {
  if (Predicate.hasProperty(error, "errno") && typeof error.errno === "number") return error.errno
  if (Predicate.hasProperty(error, "reason")) return errnoOf(error.reason)
  return Predicate.hasProperty(error, "cause") ? errnoOf(error.cause) : undefined
}
