import type * as Effect from "effect/Effect"
import { type Pipeable, pipeArguments } from "effect/Pipeable"
import * as configuring from "./internal/definition/configure.ts"
import * as describing from "./internal/definition/describe.ts"
import * as JsonCodec from "./internal/json/codec.ts"
import * as mermaid from "./internal/definition/mermaid.ts"
import { checkName, namesOf, type Node } from "./internal/definition/nodes.ts"
import * as Selector from "./internal/definition/selector.ts"
import * as Step from "./Step.ts"
import type { WorkflowConfig } from "./WorkflowConfig.ts"
import type { WorkflowConfigError } from "./WorkflowConfig.ts"
import type { WorkflowState } from "./WorkflowState.ts"

export { type OrderProblem, orderProblem } from "./internal/definition/order.ts"
export type { PathTo, Selector, ValueAt, Wire } from "./internal/definition/selector.ts"

const TypeId = "~@stepwright/core/Workflow"

/**
 * A tree of named steps: a value that can be looked at, drawn and run. `Out` is its scope: what every name in it stands
 * for when it is done. `E` and `R` are what its steps fail with and need.
 */
export interface Workflow<in In, out Out, out E = never, out R = never> extends Pipeable {
  readonly [TypeId]: {
    readonly _In: (_: In) => void
    readonly _Out: (_: never) => Out
    readonly _E: (_: never) => E
    readonly _R: (_: never) => R
  }
  readonly name: string
  readonly version: number
  readonly input: JsonCodec.AnyCodec
  readonly nodes: ReadonlyArray<Node>
}

export type Any = Workflow<never, unknown, unknown, unknown>

export const isWorkflow = (value: unknown): value is Any =>
  typeof value === "object" && value !== null && TypeId in value

/** What has a place in a workflow: a step, or a workflow, which nests. */
export type Runnable<In, Out, E, R> = Step.Step<In, Out, E, R> | Workflow<In, Out, E, R>

/** A scope with one more name in it. */
export type Put<S, K extends string, A> = {
  readonly [P in K | keyof S]: P extends keyof S ? S[P] : A
} extends infer Scope
  ? Scope
  : never

/** A name that the scope does not have yet. */
export type Fresh<K extends string, S> = S extends object
  ? K extends keyof S
    ? `the name "${K}" is already used in this workflow`
    : K
  : "only a scope of names can be added to: this workflow's output is a plain value"

const proto = (fields: Pick<Any, "name" | "version" | "input" | "nodes">): Any => ({
  // never read: it carries the types
  [TypeId]: undefined as never,
  ...fields,
  pipe() {
    return pipeArguments(this, arguments)
  }
})

const add = (self: Any, node: Node): Any => {
  const names = new Set(namesOf(self.nodes))
  for (const name of namesOf([node])) {
    checkName(self.name, name)
    if (names.has(name)) throw new Error(`workflow "${self.name}": the name "${name}" is used twice; choose another`)
    names.add(name)
  }
  return proto({ ...self, nodes: [...self.nodes, node] })
}

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
export const make = <I extends JsonCodec.AnyCodec>(
  name: string,
  options: { readonly input: I; readonly version?: number }
): Workflow<I["Type"], { readonly input: I["Type"] }> =>
  proto({ name, version: options.version ?? 1, input: options.input, nodes: [{ _tag: "Input" }] }) as Workflow<
    I["Type"],
    { readonly input: I["Type"] }
  >

/** The workflow that does nothing: its scope is its input. The identity of `andThen`. */
export const identity = <I extends JsonCodec.AnyCodec>(input: I): Workflow<I["Type"], I["Type"]> =>
  proto({ name: "identity", version: 1, input, nodes: [] }) as Workflow<I["Type"], I["Type"]>

/** Adds a step or a workflow under a name; `input` says what feeds it. */
export const bind =
  <S, const K extends string, In2, Out2, E2, R2>(
    name: Fresh<K, S>,
    body: Runnable<In2, Out2, E2, R2>,
    input: Selector.Selector<S, NoInfer<In2>>
  ) =>
  <In, E, R>(self: Workflow<In, S, E, R>): Workflow<In, Put<S, K, Out2>, E | E2, R | R2> =>
    add(self as Any, { _tag: "Bind", name, body: body as never, input: Selector.compile(input) }) as never

/** Feeds the whole scope to a step or workflow, whose output becomes the scope. */
export const andThen =
  <S, Out2, E2, R2>(next: Runnable<S, Out2, E2, R2>) =>
  <In, E, R>(self: Workflow<In, S, E, R>): Workflow<In, Out2, E | E2, R | R2> =>
    // a workflow that does nothing takes no name: what follows it is what came before
    (isWorkflow(next) && next.nodes.length === 0
      ? self
      : add(self as Any, { _tag: "AndThen", name: next.name, body: next as never })) as never

const let_ =
  <S, const K extends string, A>(name: Fresh<K, S>, value: (scope: S) => A) =>
  <In, E, R>(self: Workflow<In, S, E, R>): Workflow<In, Put<S, K, A>, E, R> =>
    add(self as Any, { _tag: "Let", name, value: Selector.compile(value as never) }) as never
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

/** Runs parts side by side. Each starts from the scope so far and adds names of its own. */
export const all =
  <S, const P extends ReadonlyArray<Any>>(parts: (scope: Workflow<never, S>) => P) =>
  <In, E, R>(
    self: Workflow<In, S, E, R>
  ): Workflow<In, PartsOut<P[number]>, E | ErrorOf<P[number]>, R | ServicesOf<P[number]>> => {
    const empty = proto({ name: self.name, version: 1, input: self.input, nodes: [] })
    const nodes = parts(empty as unknown as Workflow<never, S>).map((part) => part.nodes)
    const replaced = nodes.flat().find((node) => node._tag === "AndThen")
    if (replaced !== undefined) {
      throw new Error(
        `workflow "${self.name}": a part of \`all\` adds names; bind "${replaced.name}" instead of andThen`
      )
    }
    return add(self as Any, { _tag: "All", parts: nodes }) as never
  }

/** What `items` may be: a function or a wire that leads to an array. */
// oxlint-disable-next-line typescript/no-explicit-any -- until a function's items are inferred, any name may be theirs
export type Items<S> = ((scope: S) => ReadonlyArray<any>) | Selector.PathTo<S, ReadonlyArray<unknown>>

/** The type of one of the items. */
export type ItemOf<S, I> = I extends (scope: never) => ReadonlyArray<infer A>
  ? A
  : Selector.ValueAt<S, I> extends ReadonlyArray<infer A>
    ? A
    : never

export interface ForEachOptions<S, I, In2> {
  readonly items: I
  /** A text that tells an item from all others; it stands in the path. */
  readonly key: Selector.Selector<ItemOf<S, I>, string>
  /** What feeds an item's step: the scope, with `item` in it. */
  readonly input: Selector.Selector<Omit<S, "item"> & { readonly item: ItemOf<S, I> }, In2>
  /** How many run at a time; 4 by default. */
  readonly concurrency?: number
}

/** Runs a step or workflow once for each item; the outputs keep the items' order. */
export const forEach =
  <S, const K extends string, In2, Out2, E2, R2, const I extends Items<S>>(
    name: Fresh<K, S>,
    body: Runnable<In2, Out2, E2, R2>,
    options: ForEachOptions<S, I, NoInfer<In2>>
  ) =>
  <In, E, R>(self: Workflow<In, S, E, R>): Workflow<In, Put<S, K, ReadonlyArray<Out2>>, E | E2, R | R2> =>
    add(self as Any, {
      _tag: "ForEach",
      name,
      body: body as never,
      items: Selector.compile(options.items as never),
      key: Selector.compile(options.key as never),
      input: Selector.compile(options.input as never),
      concurrency: atATime(self.name, name, options.concurrency)
    }) as never

const atATime = (workflow: string, name: string, concurrency = 4): number => {
  if (concurrency >= 1 && (Number.isInteger(concurrency) || concurrency === Infinity)) return concurrency
  throw new Error(`workflow "${workflow}": "${name}" needs a concurrency of 1 or more, not ${concurrency}`)
}

export interface ForEachDependencyOptions<S, I, In2, Out2> {
  readonly items: I
  readonly key: Selector.Selector<ItemOf<S, I>, string>
  /** The keys of the items that must be done before this one. */
  readonly dependsOn: Selector.Selector<ItemOf<S, I>, ReadonlyArray<string>>
  /** What feeds an item's step: the scope, with `item` and, by key, the outputs of its `dependencies` in it. */
  readonly input: Selector.Selector<
    Omit<S, "item" | "dependencies"> & {
      readonly item: ItemOf<S, I>
      readonly dependencies: Readonly<Record<string, Out2>>
    },
    In2
  >
  readonly concurrency?: number
}

/**
 * Runs a step or workflow once for each item, each as soon as what it depends on is done; outputs by key. Unknown,
 * duplicate and circular dependencies are refused by name before anything runs.
 */
export const forEachDependency =
  <S, const K extends string, In2, Out2, E2, R2, const I extends Items<S>>(
    name: Fresh<K, S>,
    body: Runnable<In2, Out2, E2, R2>,
    options: ForEachDependencyOptions<S, I, NoInfer<In2>, Out2>
  ) =>
  <In, E, R>(self: Workflow<In, S, E, R>): Workflow<In, Put<S, K, Readonly<Record<string, Out2>>>, E | E2, R | R2> =>
    add(self as Any, {
      _tag: "ForEachDependency",
      name,
      body: body as never,
      items: Selector.compile(options.items as never),
      key: Selector.compile(options.key as never),
      dependsOn: Selector.compile(options.dependsOn as never),
      input: Selector.compile(options.input as never),
      concurrency: atATime(self.name, name, options.concurrency)
    }) as never

export type Description = describing.Description
export type DescribedNode = describing.DescribedNode

/** The definition as a tree of JSON values: names, steps, prompts and wires, without the bodies of functions. */
export const describe: (self: Any) => Description = describing.describe

/** The paths of all steps, in order, `*` standing for an item. */
export const stepPaths = (self: Any): ReadonlyArray<string> => describing.steps(self).map(({ path }) => path)

/** All steps with their paths, in order, `*` standing for an item. */
export const steps: (self: Any) => ReadonlyArray<{ readonly path: string; readonly step: Step.Any }> = describing.steps

/** The definition as a Mermaid flowchart, coloured by status where a state is given. */
export const toMermaid = (self: Any, state?: WorkflowState): string => mermaid.draw(describe(self), state)

/** The workflow with other models, parameters and prompts. **Fails with** `WorkflowConfigError` for what fits no step. */
export const configure: <In, Out, E, R>(
  self: Workflow<In, Out, E, R>,
  config: WorkflowConfig
) => Effect.Effect<Workflow<In, Out, E, R>, WorkflowConfigError> = configuring.configure
