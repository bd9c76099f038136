import * as Predicate from "effect/Predicate"

/** What is said of an error where only its cause knows what went wrong: by Effect, by its sockets, and by `fetch`. */
const saysNothing = /^(?:An (?:unknown )?error occurred\b.*|fetch failed)?$/

/** How far causes are followed. */
const deepest = 8

/** What says what went wrong: an error, or its cause where its own message says nothing. */
export const tellingOf = (error: unknown): unknown => {
  let telling = error
  for (let depth = 0; depth < deepest; depth++) {
    const cause = causeOf(telling)
    if (cause === undefined) return telling
    telling = cause
  }
  return telling
}

interface Failure {
  readonly _tag?: unknown
  readonly cause?: unknown
  readonly errors?: unknown
  readonly message?: unknown
  readonly name?: unknown
}

const causeOf = (error: unknown): unknown => {
  if (!Predicate.isObject(error)) return undefined
  const { _tag, cause, errors, message, name }: Failure = error
  // what has no name is no error, but what it holds
  if (_tag === undefined && name === undefined) return undefined
  if (message !== undefined && !(typeof message === "string" && saysNothing.test(message))) return undefined
  // an address that stands for several is tried at each
  return cause ?? (Array.isArray(errors) ? errors[0] : undefined)
}
