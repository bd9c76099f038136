import type * as Effect from "effect/Effect"
import type { Pipeable } from "effect/Pipeable"
import * as combinators from "./internal/definition/combinators.ts"
import * as configuring from "./internal/definition/configure.ts"
import * as describing from "./internal/definition/describe.ts"
import * as mermaid from "./internal/definition/mermaid.ts"
import * as nodes from "./internal/definition/nodes.ts"
import type { Selects, ValueAt } from "./internal/definition/selector.ts"
import type { Name } from "./internal/words/name.ts"
import type { Nothing, Some } from "./internal/words/nothing.ts"
import type * as Step from "./Step.ts"
import type { WorkflowConfig, WorkflowConfigError } from "./WorkflowConfig.ts"
import type { WorkflowState } from "./WorkflowState.ts"

export type { DescribedNode, DescribedStep, Description } from "./internal/definition/describe.ts"
export type { Many } from "./internal/definition/nodes.ts"
export { type OrderProblem, orderProblem } from "./internal/definition/order.ts"
export type { PathTo, Selector, Selects, ValueAt, Wire } from "./internal/definition/selector.ts"

/**
 * A tree of named steps: a value that can be looked at, drawn and run. `Out` is its scope: what every name in it stands
 * for when it is done. `E` and `R` are what its steps fail with and need.
 */
export interface Workflow<in In, out Out, out E = never, out R = never> extends Pipeable {
  readonly "~@stepwright/core/Workflow": Step.Types<In, Out, E, R>
  readonly name: string
  readonly version: number
  readonly input: Step.AnyCodec
}

export type Any = Workflow<never, unknown, unknown, unknown>

export const isWorkflow = (value: unknown): value is Any => nodes.isWorkflow(value)

/** What has a place in a workflow: a step, or a workflow, which nests. */
export type Runnable<In, Out, E, R> = Step.Step<In, Out, E, R> | Workflow<In, Out, E, R>

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

/** What has a place in a workflow, and for who gives something else, how to make it one. */
type Body<In, Out, E, R> = [
  Runnable<In, Out, E, R> | { readonly "give a step or a workflow; a function becomes a step with Step.effect": never }
][0]

/** A body that takes a whole scope; what it takes is inferred from a branch that only a body of `never` comes to. */
type Next<S, In2, Out2, E2, R2> =
  Nothing extends Some<[S] extends [In2] ? "it" : never>
    ? ["the step needs", In2, "the workflow gives", S]
    : [In2] extends [never]
      ? Runnable<In2, Out2, E2, R2>
      : Body<NoInfer<S>, Out2, E2, R2>

// what follows are the types of combinators that are written without any: each `as never` gives one its types

/**
 * A workflow whose scope has one name, `input`.
 *
 * ```ts
 * const shout = Step.effect("shout", {
 *   input: Schema.String,
 *   output: Schema.String,
 *   run: (text) => Effect.succeed(text.toUpperCase())
 * })
 * const greeting = Workflow.make("greeting", { input: Schema.String }).pipe(Workflow.bind("loud", shout, "input"))
 * ```
 */
export const make: <I extends Step.AnyCodec>(
  name: string,
  options: { readonly input: I; readonly version?: number }
) => Workflow<I["Type"], { readonly input: I["Type"] }> = combinators.make as never

/** The workflow that does nothing: its scope is its input. The identity of `andThen`. */
export const identity: <I extends Step.AnyCodec>(input: I) => Workflow<I["Type"], I["Type"]> =
  combinators.identity as never

/** Adds a step or a workflow under a name; `input` says what feeds it. */
export const bind: <S, const K extends string, In2, Out2, E2, R2, const W>(
  name: Fresh<K, S>,
  body: Body<In2, Out2, E2, R2>,
  input: Selects<S, In2, W>
) => <In, E, R>(self: Workflow<In, S, E, R>) => Workflow<In, Put<S, K, Out2>, E | E2, R | R2> =
  combinators.bind as never

/** Feeds the whole scope to a step or workflow, whose output becomes the scope. */
export const andThen: <In2, Out2, E2, R2, S = In2>(
  next: Next<S, In2, Out2, E2, R2>
) => <In, E, R>(self: Workflow<In, S, E, R>) => Workflow<In, Out2, E | E2, R | R2> = combinators.andThen as never

const let_: <S, const K extends string, A>(
  name: Fresh<K, S>,
  value: (scope: S) => A
) => <In, E, R>(self: Workflow<In, S, E, R>) => Workflow<In, Put<S, K, A>, E, R> = combinators.letValue as never
export {
  /** Adds a value computed from the scope. It is not recorded. */
  let_ as let
}

type PartsOut<P> = (P extends Workflow<never, infer Out, unknown, unknown> ? (_: Out) => void : never) extends (
  _: infer All
) => void
  ? All
  : never
type ErrorOf<P> = P extends Workflow<never, unknown, infer E, unknown> ? E : never
type ServicesOf<P> = P extends Workflow<never, unknown, unknown, infer R> ? R : never

/** Parts of which each adds names of its own, as far as the compiler sees them. */
type Apart<S, P> = Nothing extends Some<Clash<S, P> extends never ? "it" : never> ? Clashing<S, P> : P

/** The names that more than one part adds. */
type Clash<S, P, Taken = never> = P extends readonly [infer Part, ...infer Others]
  ? (Added<S, Part> & Taken) | Clash<S, Others, Taken | Added<S, Part>>
  : never

/** The parts, with a sentence in place of each that adds a name of another before it. */
type Clashing<S, P, Taken = never, Before extends ReadonlyArray<unknown> = []> = P extends readonly [
  infer Part,
  ...infer Others
]
  ? Clashing<
      S,
      Others,
      Taken | Added<S, Part>,
      [
        ...Before,
        [Added<S, Part> & Taken] extends [never]
          ? Part
          : `the name "${Added<S, Part> & Taken & string}" is used twice: another part adds it`
      ]
    >
  : Readonly<Before>

type Added<S, Part> = Part extends Workflow<never, infer Out, unknown, unknown> ? Exclude<keyof Out, keyof S> : never

/** Runs parts side by side. Each starts from the scope so far and adds names of its own. */
export const all: <S, const P extends ReadonlyArray<Any>>(
  parts: (scope: Workflow<never, S>) => Apart<S, P>
) => <In, E, R>(
  self: Workflow<In, S, E, R>
) => Workflow<In, PartsOut<P[number]>, E | ErrorOf<P[number]>, R | ServicesOf<P[number]>> = combinators.all as never

/** The type of one of the items. */
export type ItemOf<S, I> = I extends (scope: never) => ReadonlyArray<infer A> ? A : ItemAt<ValueAt<S, I>>

// oxlint-disable-next-line typescript/no-explicit-any -- until a function's items are inferred, any name may be theirs
type ItemAt<A> = [A] extends [never] ? any : A extends ReadonlyArray<infer Item> ? Item : any

/** The scope of what feeds an item's step: with `item` in it. */
type ItemScope<S, I> = Omit<S, "item"> & { readonly item: ItemOf<S, I> }

/** Likewise, with the outputs of its `dependencies` by key. */
type DependencyScope<S, I, Out> = Omit<S, "item" | "dependencies"> & {
  readonly item: ItemOf<S, I>
  readonly dependencies: Readonly<Record<string, Out>>
}

export interface ForEachOptions<S, I, In2, Key = unknown, W = unknown> {
  readonly items: Selects<S, ReadonlyArray<unknown>, I, "items must be">
  /** A text that tells an item from all others; it stands in the path. */
  readonly key: Selects<ItemOf<S, I>, string, Key, "key must be">
  /** What feeds an item's step: the scope, with `item` in it. */
  readonly input: Selects<ItemScope<S, I>, In2, W>
  /** How many run at a time; 4 by default. */
  readonly concurrency?: number
}

/** Runs a step or workflow once for each item; the outputs keep the items' order. */
export const forEach: <
  S,
  const K extends string,
  In2,
  Out2,
  E2,
  R2,
  const I,
  const Key,
  // of forEachDependency, so that a program can choose between the two
  _Needs,
  const W
>(
  name: Fresh<K, S>,
  body: Body<In2, Out2, E2, R2>,
  options: ForEachOptions<S, I, NoInfer<In2>, Key, W>
) => <In, E, R>(self: Workflow<In, S, E, R>) => Workflow<In, Put<S, K, ReadonlyArray<Out2>>, E | E2, R | R2> =
  combinators.forEach as never

export interface ForEachDependencyOptions<S, I, In2, Out2, Key = unknown, Needs = unknown, W = unknown> {
  readonly items: Selects<S, ReadonlyArray<unknown>, I, "items must be">
  readonly key: Selects<ItemOf<S, I>, string, Key, "key must be">
  /** The keys of the items that must be done before this one. */
  readonly dependsOn: Selects<ItemOf<S, I>, ReadonlyArray<string>, Needs, "dependsOn must be">
  /** What feeds an item's step: the scope, with `item` and, by key, the outputs of its `dependencies` in it. */
  readonly input: Selects<DependencyScope<S, I, Out2>, In2, W>
  readonly concurrency?: number
}

/**
 * Runs a step or workflow once for each item, each as soon as what it depends on is done; outputs by key. Unknown,
 * duplicate and circular dependencies are refused by name before anything runs.
 */
export const forEachDependency: <S, const K extends string, In2, Out2, E2, R2, const I, const Key, Needs, const W>(
  name: Fresh<K, S>,
  body: Body<In2, Out2, E2, R2>,
  options: ForEachDependencyOptions<S, I, NoInfer<In2>, Out2, Key, Needs, W>
) => <In, E, R>(
  self: Workflow<In, S, E, R>
) => Workflow<In, Put<S, K, Readonly<Record<string, Out2>>>, E | E2, R | R2> = combinators.forEachDependency as never

const untyped = (self: Any) => self as unknown as nodes.UntypedWorkflow

/** The definition as a tree of JSON values: names, steps, prompts and wires, without the bodies of functions. */
export const describe = (self: Any): describing.Description => describing.describe(untyped(self))

/** All steps with their paths, in order, `*` standing for an item. */
export const steps = (self: Any): ReadonlyArray<{ readonly path: string; readonly step: Step.Any }> =>
  nodes.stepsOf(nodes.nodesOf(self)) as never

/** The paths of all steps, in order, `*` standing for an item. */
export const stepPaths = (self: Any): ReadonlyArray<string> => steps(self).map(({ path }) => path)

/** The definition as a Mermaid flowchart, coloured by status where a state is given. */
export const toMermaid = (self: Any, state?: WorkflowState): string => mermaid.draw(describe(self), state)

/** The workflow with other models, parameters and prompts. **Fails with** `WorkflowConfigError` for what fits no step. */
export const configure = <In, Out, E, R>(
  self: Workflow<In, Out, E, R>,
  config: WorkflowConfig
): Effect.Effect<Workflow<In, Out, E, R>, WorkflowConfigError> =>
  configuring.configure(untyped(self as Any), config) as never
