// What types say of the bodies that a combinator is given, and of what tells which of them is taken.

import type { Nothing, Some } from "../words/nothing.ts"
import type { ValueAt } from "./selector.ts"

/** What a step or a workflow says of its types. */
type TypesOf<B> = B extends { readonly "~@stepwright/core/Step": infer T }
  ? T
  : B extends { readonly "~@stepwright/core/Workflow": infer T }
    ? T
    : never

/** What any of several bodies gives, fails with and needs. */
export type OutOf<B> = TypesOf<B> extends { readonly _Out: (_: never) => infer Out } ? Out : never
export type FailsOf<B> = TypesOf<B> extends { readonly _E: (_: never) => infer E } ? E : never
export type NeedsOf<B> = TypesOf<B> extends { readonly _R: (_: never) => infer R } ? R : never

/** What all of several bodies take; where nothing is that, what they take. */
export type SharedOf<B> =
  Nothing extends Some<InOf<B> extends never ? never : "it">
    ? readonly ["no value is all of", TakenOf<TypesOf<B>>]
    : InOf<B>
export type InOf<B> = TypesOf<B> extends { readonly _In: (_: infer In) => void } ? In : never
type TakenOf<T> = T extends { readonly _In: (_: infer In) => void } ? In : never

/** The names of the cases of what a function gives, `A`, or of what a wire leads to; none where they are not known. */
export type CaseOf<S, A, P extends string> = Known<string extends P ? NameOf<A> : NameOf<ValueAt<S, P>>>
type Known<Case extends string> = Closed<Case, Case, never>
export type NameOf<A> = A extends string | boolean ? `${A}` : never

/** `Then` where each of the names is known; where one may be any text, or any of a form, `Else`. */
export type Closed<
  Case extends string,
  Then,
  Else = "on must be a boolean, or one of several texts: name them with Schema.Literals"
> = Nothing extends Some<OpenOf<Case>> ? Then : Else
type OpenOf<Case extends string> = Case extends string ? ({} extends { [_ in Case]: never } ? Case : never) : never

/** The tags of errors; where there are none, a sentence. */
export type TagOf<E> = [Tagged<E>] extends [never] ? "it fails with no error that has a _tag" : Tagged<E>
type Tagged<E> = E extends { readonly _tag: infer Tag extends string } ? Tag : never

/** What both a body that takes `In` and another take; where no value is that, what the first one takes. */
export type BothTake<In, B> = In & InOf<B> extends never ? In : In & InOf<B>

/** The members of an object, if it is one. */
export type MembersOf<T> = T extends object ? T[keyof T] : never
