import * as Predicate from "effect/Predicate"

/** What something that was thrown says: nobody knows that it is an error. */
export const messageOf = (error: unknown): string => (Predicate.isError(error) ? error.message : String(error))
