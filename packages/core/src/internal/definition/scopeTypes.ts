// What types say of a scope: its names, and what a name stands for.

import type { Name } from "../words/name.ts"
import type { Nothing, Some } from "../words/nothing.ts"

/** A scope with one more name in it. */
export type Put<S, K extends string, A> = {
  readonly [P in K | keyof S]: P extends keyof S ? S[P] : A
} extends infer Scope
  ? Scope
  : never

/** A name that the scope does not have yet. Where the compiler does not see the name or the scope, it is taken. */
export type Fresh<K extends string, S> = string extends keyof S
  ? Name<K>
  : Nothing extends Some<S extends object ? "it" : never>
    ? "only a scope of names can be added to: this workflow's output is a plain value"
    : Nothing extends Some<Exclude<K, keyof S>>
      ? `the name "${K}" is already used in this workflow`
      : Name<K>
