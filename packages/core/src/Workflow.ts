import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { Pipeable } from "effect/Pipeable"
import type * as Result from "effect/Result"
import * as data from "./internal/data/definition.ts"
import * as combinators from "./internal/definition/combinators.ts"
import * as configuring from "./internal/definition/configure.ts"
import * as describing from "./internal/definition/describe.ts"
import * as mermaid from "./internal/definition/mermaid.ts"
import * as nodes from "./internal/definition/nodes.ts"
import * as reading from "./internal/definition/reads.ts"
import type {
  BothTake,
  CaseOf,
  Closed,
  FailsOf,
  InOf,
  MembersOf,
  NameOf,
  NeedsOf,
  OutOf,
  SharedOf,
  TagOf
} from "./internal/definition/bodyTypes.ts"
import type { DependencyScope, ItemOf, ItemScope } from "./internal/definition/itemTypes.ts"
import type { Apart, PartsOut } from "./internal/definition/partTypes.ts"
import type { Fresh, Put } from "./internal/definition/scopeTypes.ts"
import type { Selects, ValueAt } from "./internal/definition/selector.ts"
import type { Nothing, Some } from "./internal/words/nothing.ts"
import type { AnySchema, EffectSchema, Given, Taken } from "./StandardSchema.ts"
import type * as Step from "./Step.ts"
import * as StepPath from "./StepPath.ts"
import type { WorkflowConfig, WorkflowConfigError } from "./WorkflowConfig.ts"
import type { WorkflowDefinition, WorkflowDefinitionError } from "./WorkflowDefinition.ts"
import type { TimeLimitExceeded, UnknownPath } from "./WorkflowError.ts"
import type { WorkflowState } from "./WorkflowState.ts"

export type { DescribedNode, DescribedStep, Description } from "./internal/definition/describe.ts"
export type { Many, Occurs } from "./internal/definition/nodes.ts"
export type { ReadsFrom, Sources } from "./internal/definition/reads.ts"
export type { ItemOf } from "./internal/definition/itemTypes.ts"
export type { Fresh, Put } from "./internal/definition/scopeTypes.ts"
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

/** What has a place in a workflow, and for who gives something else, how to make it one. */
type Body<In, Out, E, R> = [
  | Runnable<In, Out, E, R>
  | {
      readonly "give a step or a workflow; a function becomes a step with Step.effect, a combinator goes into the pipe of Workflow.make": never
    }
][0]

/** Likewise, whatever its types. */
type AnyBody = [Body<never, unknown, unknown, unknown>][0]

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
export const make: {
  <I extends EffectSchema>(
    name: string,
    options: { readonly input: I; readonly version?: number }
  ): Workflow<I["Type"], { readonly input: I["Type"] }>
  <I extends AnySchema>(
    name: string,
    options: { readonly input: I; readonly version?: number }
  ): Workflow<Given<I>, { readonly input: Taken<I> }>
} = combinators.make as never

/** The workflow that does nothing: its scope is its input. The identity of `andThen`. */
export const identity: {
  <I extends EffectSchema>(input: I): Workflow<I["Type"], I["Type"]>
  <I extends AnySchema>(input: I): Workflow<Given<I>, Taken<I>>
} = combinators.identity as never

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

const let_: <S, const K extends string, A, const P extends string>(
  name: Fresh<K, S>,
  value:
    | (((scope: S) => A) & (string extends P ? unknown : never))
    | (string extends P ? never : Selects<S, unknown, P>)
) => <In, E, R>(self: Workflow<In, S, E, R>) => Workflow<In, Put<S, K, string extends P ? A : ValueAt<S, P>>, E, R> =
  combinators.letValue as never
export {
  /** Adds a value computed from the scope, or one that is in it already, by a wire. It is not recorded. */
  let_ as let
}

/** Runs parts side by side. Each starts from the scope so far and adds names of its own. */
export const all: <S, const P extends ReadonlyArray<Any>>(
  parts: (scope: Workflow<never, S>) => Apart<S, P>
) => <In, E, R>(
  self: Workflow<In, S, E, R>
) => Workflow<In, PartsOut<P[number]>, E | FailsOf<P[number]>, R | NeedsOf<P[number]>> = combinators.all as never

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

/** One body for each case, and for nothing else. Where none is known, `on` is wrong, and that alone is told. */
type Exhaustive<Case extends string, C> = [Case] extends [never]
  ? { readonly [K in keyof C]: AnyBody }
  : {
      readonly [K in Case | (string extends keyof C ? never : keyof C)]: `${K & (string | number)}` extends Case
        ? AnyBody
        : `no value of \`on\` is "${K & (string | number)}"`
    }

export interface BranchOptions<S, A, P extends string, C, W = unknown> {
  /** The value that tells which way it goes: one of several literal texts, or a boolean. */
  readonly on:
    | (((scope: S) => Closed<NameOf<A>, A>) & (string extends P ? unknown : never))
    | (Closed<NameOf<ValueAt<S, P>>, Selects<S, string | boolean, P, "on must be">> &
        (string extends P ? never : unknown))
  /** A step or workflow for each value that it may have. */
  readonly cases: Exhaustive<CaseOf<S, A, P>, NoInfer<C>> | ([C] extends [never] ? C : never)
  /** What feeds the one that is taken: whichever it is, so it fits all of them. */
  readonly input: Selects<S, SharedOf<C[keyof C]>, W, "all cases need">
}

/** Runs one of several steps or workflows: that for a value. */
export const branch: <
  S,
  const K extends string,
  const A extends string | boolean,
  const P extends string,
  const C extends Readonly<Record<string, unknown>>,
  const W
>(
  name: Fresh<K, S>,
  options: BranchOptions<S, A, P, C, W>
) => <In, E, R>(
  self: Workflow<In, S, E, R>
) => Workflow<In, Put<S, K, OutOf<C[keyof C]>>, E | FailsOf<C[keyof C]>, R | NeedsOf<C[keyof C]>> =
  combinators.branch as never

/** The scope with the output of the last round in it. */
type LastScope<S, Out> = Omit<S, "last"> & { readonly last: Out }

export interface IterateOptions<S, In2, Out2, W = unknown, Next = unknown, Until = unknown, Collect = "last" | "all"> {
  /** What feeds the first round, and each later one where there is no `next`. */
  readonly input: Selects<S, In2, W>
  /** What feeds a later round: the scope, with the output of the `last` one in it. */
  readonly next?: Selects<LastScope<S, Out2>, In2, Next>
  /** Whether a round was the last. */
  readonly until: Selects<LastScope<S, Out2>, boolean, Until, "until must be">
  /** How many rounds there are at most; the output of the last one counts, `until` or not. */
  readonly atMost: number
  /** Whether the output is that of the last round, which is the default, or the list of all. */
  readonly collect?: Collect
  /**
   * What a round takes from those before it: `"nothing"`, the default, so that equal requests are samples; or of steps that
   * ask what they asked in an earlier round the result, so that only what `"changed"` is asked.
   */
  readonly again?: "nothing" | "changed"
}

/** Runs a step or workflow again and again, until its output will do. */
export const iterate: <
  S,
  const K extends string,
  In2,
  Out2,
  E2,
  R2,
  const W,
  const Next,
  const Until,
  const Collect extends "last" | "all" = "last"
>(
  name: Fresh<K, S>,
  body: Body<In2, Out2, E2, R2>,
  options: IterateOptions<S, NoInfer<In2>, NoInfer<Out2>, W, Next, Until, Collect>
) => <In, E, R>(
  self: Workflow<In, S, E, R>
) => Workflow<In, Put<S, K, Collect extends "all" ? ReadonlyArray<Out2> : Out2>, E | E2, R | R2> =
  combinators.iterate as never

export interface SampleOptions<S, In2, W = unknown> {
  readonly input: Selects<S, In2, W>
  readonly count: number
  /** How many run at a time; 4 by default. */
  readonly concurrency?: number
}

/** Runs a step or workflow several times on the same input: independent results, in a list. */
export const sample: <S, const K extends string, In2, Out2, E2, R2, const W>(
  name: Fresh<K, S>,
  body: Body<In2, Out2, E2, R2>,
  options: SampleOptions<S, NoInfer<In2>, W>
) => <In, E, R>(self: Workflow<In, S, E, R>) => Workflow<In, Put<S, K, ReadonlyArray<Out2>>, E | E2, R | R2> =
  combinators.sample as never

/** The other one; where no value feeds both, it is wrong, not what feeds it. */
type Other<In, B> =
  Nothing extends Some<In & InOf<B> extends never ? never : "it">
    ? ["what feeds both is", In, "this needs", InOf<B>]
    : AnyBody

export interface FallbackOptions<S, In2, E2, B, Tag, W = unknown> {
  /** What feeds both. */
  readonly input: Selects<S, BothTake<In2, B>, W, "both need">
  /** The tags of the errors that are taken over. */
  readonly errors: ReadonlyArray<Tag & TagOf<E2>>
  /** What is done when the first failed with one of them. */
  readonly otherwise: Other<In2, NoInfer<B>> | ([B] extends [never] ? B : never)
}

/**
 * Runs a step or workflow, and another one where it fails with an error that is named. Such a failure is recorded, and not
 * tried again while it would be asked the same. What suspends a run, a defect and an interruption are not taken over.
 */
export const fallback: <S, const K extends string, In2, Out2, E2, R2, const B, const Tag extends TagOf<E2>, const W>(
  name: Fresh<K, S>,
  body: Body<In2, Out2, E2, R2>,
  options: FallbackOptions<S, NoInfer<In2>, NoInfer<E2>, B, Tag, W>
) => <In, E, R>(
  self: Workflow<In, S, E, R>
) => Workflow<
  In,
  Put<S, K, Out2 | OutOf<B>>,
  E | Exclude<E2, { readonly _tag: Tag }> | FailsOf<B>,
  R | R2 | NeedsOf<B>
> = combinators.fallback as never

export interface TimeoutOptions<S, In2, W = unknown> {
  readonly input: Selects<S, In2, W>
  /** The time that it has. Waiting for a decision takes none of it. */
  readonly after: Duration.Input
}

/** Adds a step or a workflow that has so much time. **Fails with** `TimeLimitExceeded`. */
export const timeout: <S, const K extends string, In2, Out2, E2, R2, const W>(
  name: Fresh<K, S>,
  body: Body<In2, Out2, E2, R2>,
  options: TimeoutOptions<S, NoInfer<In2>, W>
) => <In, E, R>(self: Workflow<In, S, E, R>) => Workflow<In, Put<S, K, Out2>, E | E2 | TimeLimitExceeded, R | R2> =
  combinators.timeout as never

export interface GateOptions<S, Q extends AnySchema, D extends AnySchema, W = unknown, Question = Given<Q>> {
  /** What is decided upon, and what feeds it. */
  readonly question: Q
  readonly input: Selects<S, Question, W>
  readonly decision: D
}

/**
 * Adds a decision that a person takes, with `Engine.decide`. Until then the run does what does not hang on it, and is
 * SUSPENDED. A decision holds as long as the question is the same, wherever the gate stands.
 */
export const gate: {
  <S, const K extends string, Q extends EffectSchema, D extends EffectSchema, const W>(
    name: Fresh<K, S>,
    options: GateOptions<S, Q, D, W, Q["Type"]>
  ): <In, E, R>(self: Workflow<In, S, E, R>) => Workflow<In, Put<S, K, D["Type"]>, E, R>
  <S, const K extends string, Q extends AnySchema, D extends AnySchema, const W>(
    name: Fresh<K, S>,
    options: GateOptions<S, Q, D, W>
  ): <In, E, R>(self: Workflow<In, S, E, R>) => Workflow<In, Put<S, K, Taken<D>>, E, R>
} = combinators.gate as never

const untyped = (self: Any) => self as unknown as nodes.UntypedWorkflow

/** The definition as a tree of JSON values: names, steps, prompts and wires, without the bodies of functions. */
export const describe = (self: Any): describing.Description => describing.describe(untyped(self))

/** A step with its path, in which `*` stands for an item, and whether it runs. */
export interface PlacedStep {
  readonly path: string
  readonly step: Step.Any
  readonly occurs: nodes.Occurs
}

/** All steps, in order. */
export const steps = (self: Any): ReadonlyArray<PlacedStep> => nodes.stepsOf(nodes.nodesOf(self)) as never

/** The paths of all steps, in order, `*` standing for an item. */
export const stepPaths = (self: Any): ReadonlyArray<string> => steps(self).map(({ path }) => path)

/** The gate at a path of a run, if there is one. */
export const gateAt = (self: Any, path: string): Step.Any | undefined =>
  steps(self).find(({ path: placed, step }) => step.isGate && StepPath.matches(placed, path))?.step

/**
 * All that the step at a path can depend on, by the wires: other steps, and fields of the input. A selector that is a
 * function may read all of its scope. What no step reads from changes nothing of what it is asked. **Fails with**
 * `UnknownPath`.
 */
export const readsFrom = (self: Any, path: string): Result.Result<reading.ReadsFrom, UnknownPath> =>
  reading.readsFrom(untyped(self), path)

/** The definition as a Mermaid flowchart, coloured by status where a state is given. */
export const toMermaid = (self: Any, state?: WorkflowState): string => mermaid.draw(describe(self), state)

/** The workflow with other models, parameters and prompts. **Fails with** `WorkflowConfigError` for what fits no step. */
export const configure = <In, Out, E, R>(
  self: Workflow<In, Out, E, R>,
  config: WorkflowConfig
): Effect.Effect<Workflow<In, Out, E, R>, WorkflowConfigError> =>
  configuring.configure(untyped(self as Any), config) as never

/** What the names in a definition stand for: a plain record, so that several are one by spreading their members. */
export interface Catalog {
  readonly steps?: Readonly<Record<string, Step.Any>>
  readonly workflows?: Readonly<Record<string, Any>>
  /** Schemas of inputs, questions and decisions; those without a name stand in the definition as JSON Schema. */
  readonly schemas?: Readonly<Record<string, Step.AnyCodec>>
  /** Texts of templates, by the names of the files that a definition gives. */
  readonly prompts?: Readonly<Record<string, string>>
}

/** Any of the steps and workflows of a catalog. */
type Listed<C extends Catalog> = MembersOf<C["steps"]> | MembersOf<C["workflows"]>

/**
 * The definition as data, which `fromConfig` reads back. Steps go by their names in the catalog, or by their own; of a
 * step's settings only those are in it that its code does not have. **Fails with** `WorkflowDefinitionError` for every
 * function, and for every Schema that JSON Schema does not say and that has no name in the catalog.
 */
export const toConfig: (self: Any, catalog?: Catalog) => Result.Result<WorkflowDefinition, WorkflowDefinitionError> =
  data.toConfig as never

/**
 * The workflow that data defines, with what a catalog has for the names in it. Its types are those of no definition: what
 * it takes and gives is checked when it runs; it may fail with, and need, what any of the catalog does. **Fails with**
 * `WorkflowDefinitionError` for all that is wrong: unknown names, wires that lead nowhere or to what never fits.
 *
 * ```ts
 * const shout = Step.effect("shout", {
 *   input: Schema.String,
 *   output: Schema.String,
 *   run: (text) => Effect.succeed(text.toUpperCase())
 * })
 * const greeting = Workflow.fromConfig(
 *   { name: "greeting", input: { type: "string" }, steps: [{ loud: { bind: "shout", input: "input" } }] },
 *   { steps: { shout } }
 * )
 * ```
 */
export const fromConfig: <const C extends Catalog>(
  definition: WorkflowDefinition,
  catalog: C
) => Result.Result<
  Workflow<unknown, unknown, FailsOf<Listed<C>> | TimeLimitExceeded, NeedsOf<Listed<C>>>,
  WorkflowDefinitionError
> = data.fromConfig as never
