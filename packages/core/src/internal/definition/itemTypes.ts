// What types say of the items of a combinator, and of the scopes that they add to.

import type { ValueAt } from "./selector.ts"

/** The type of one of the items. */
export type ItemOf<S, I> = I extends (scope: never) => ReadonlyArray<infer A> ? A : ItemAt<ValueAt<S, I>>

// oxlint-disable-next-line typescript/no-explicit-any -- until a function's items are inferred, any name may be theirs
type ItemAt<A> = [A] extends [never] ? any : A extends ReadonlyArray<infer Item> ? Item : any

/** The scope of what feeds an item's step: with `item` in it. */
export type ItemScope<S, I> = Omit<S, "item"> & { readonly item: ItemOf<S, I> }

/** Likewise, with the outputs of its `dependencies` by key. */
export type DependencyScope<S, I, Out> = Omit<S, "item" | "dependencies"> & {
  readonly item: ItemOf<S, I>
  readonly dependencies: Readonly<Record<string, Out>>
}
