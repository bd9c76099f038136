// The one walk through a workflow that running, planning, reading and doing one step share. In: nodes, a slot with the
// input, and a visitor that says what to do at each step. Out: the output. `visit` of drive calls it.

import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Semaphore from "effect/Semaphore"
import * as StepPath from "../../StepPath.ts"
import { InvalidItems } from "../../WorkflowError.ts"
import { isStep, type UntypedStep } from "../ask/step.ts"
import { dependencyProblem, itemsProblem, keyProblem } from "../definition/itemKeys.ts"
import { type Body, type Node, nodesOf } from "../definition/nodes.ts"
import { evaluate, isMissing, Missing, read, type Slot, slot, type Stop } from "./hole.ts"
import { copy, empty, merge, type Names, put, select } from "./scope.ts"

type Visit<A> = Effect.Effect<A, Stop, unknown>

/** What is done at each step, and with items that cannot be walked. */
export interface Visitor {
  readonly step: (step: UntypedStep, path: string, input: Effect.Effect<unknown, Stop>) => Visit<unknown>
  readonly refuse: (path: string, reason: InvalidItems) => Visit<never>
  /** How many are visited side by side at most, where that is not for the definition to say. */
  readonly concurrency?: number
  /** Told that one of several side by side ended by a defect or an interruption: the others shall start nothing new. */
  readonly stop: (cause: Cause.Cause<never>) => void
}

/**
 * Walks a workflow from its input to its output. Where a visitor has no result to give, the scope gets a hole that
 * fails with `Missing` only when a selector looks at it, so that all the rest is still visited.
 */
export const walk = Effect.fnUntraced(function* (
  visitor: Visitor,
  nodes: ReadonlyArray<Node>,
  path: string,
  input: Slot
): Effect.fn.Return<unknown, Stop, unknown> {
  let scope = input
  let isOwn = false
  /** Adds names to the scope, which becomes one of this walk alone; a hole stays a hole. */
  const add = (change: (own: Names) => void) => {
    if (scope instanceof Missing) return
    // names are added to scopes of names only: Workflow.bind sees to it
    if (!isOwn) scope = { value: copy(scope.value as Names) }
    isOwn = true
    change(scope.value as Names)
  }
  for (const node of nodes) {
    switch (node._tag) {
      case "Input": {
        const whole = scope
        scope = { value: empty() }
        isOwn = true
        add((own) => put(own, "input", whole))
        break
      }
      case "AndThen": {
        scope = yield* slot(visitBody(visitor, node.body, StepPath.join(path, node.name), scope))
        isOwn = false
        break
      }
      case "All": {
        const start = scope
        const parts = yield* settle(
          visitor,
          node.parts.map((part) => slot(walk(visitor, part, path, start))),
          "unbounded"
        )
        for (const part of parts) {
          // a part starts from a scope of names and only adds to it
          if (!(part instanceof Missing)) add((own) => merge(own, part.value as Names))
        }
        break
      }
      case "Bind":
      case "Let":
      case "ForEach":
      case "ForEachDependency": {
        const value = yield* slot(visitNamed(visitor, node, StepPath.join(path, node.name), scope))
        add((own) => put(own, node.name, value))
      }
    }
  }
  return yield* evaluate(path, () => read(scope))
})

type NamedNode = Exclude<Node, { readonly _tag: "Input" | "AndThen" | "All" }>

const visitNamed = (visitor: Visitor, node: NamedNode, path: string, scope: Slot): Visit<unknown> => {
  switch (node._tag) {
    case "Bind":
      return Effect.flatMap(slot(evaluate(path, () => select(node.wires.input, read(scope)))), (input) =>
        visitBody(visitor, node.body, path, input)
      )
    case "Let":
      return evaluate(path, () => select(node.wires.value, read(scope)))
    case "ForEach":
      return forEach(visitor, node, path, scope)
    case "ForEachDependency":
      return forEachDependency(visitor, node, path, scope)
  }
}

const visitBody = (visitor: Visitor, body: Body, path: string, input: Slot): Visit<unknown> =>
  isStep(body)
    ? visitor.step(body, path, input instanceof Missing ? Effect.fail(input) : Effect.succeed(input.value))
    : walk(visitor, nodesOf(body), path, input)

type EachNode<Tag> = Extract<Node, { readonly _tag: Tag }>

const forEach = Effect.fnUntraced(function* (
  visitor: Visitor,
  node: EachNode<"ForEach">,
  path: string,
  scope: Slot
): Effect.fn.Return<unknown, Stop, unknown> {
  const { items, keys, ...given } = yield* itemsOf(visitor, node, path, scope)
  const problem = given.problem ?? keyProblem(keys)
  if (problem !== undefined) return yield* visitor.refuse(path, new InvalidItems({ detail: problem }))
  const outputs = items.map((item, i) =>
    visitItem(visitor, node, StepPath.join(path, StepPath.encodeKey(keys[i]!)), scope, { item })
  )
  return yield* settle(visitor, outputs, node.concurrency)
})

const forEachDependency = Effect.fnUntraced(function* (
  visitor: Visitor,
  node: EachNode<"ForEachDependency">,
  path: string,
  scope: Slot
): Effect.fn.Return<unknown, Stop, unknown> {
  const { items, keys, ...given } = yield* itemsOf(visitor, node, path, scope)
  if (given.problem !== undefined) return yield* visitor.refuse(path, new InvalidItems({ detail: given.problem }))
  // Workflow.forEachDependency lets only selectors of arrays of texts in
  const dependencies = yield* evaluate(path, () =>
    items.map((item) => select(node.wires.dependsOn, item) as ReadonlyArray<string>)
  )
  const problem = dependencyProblem(keys, dependencies)
  if (problem !== undefined) return yield* visitor.refuse(path, new InvalidItems({ detail: problem }))
  const done = new Map<string, Deferred.Deferred<unknown, Stop>>()
  for (const key of keys) done.set(key, yield* Deferred.make<unknown, Stop>())
  const permits = yield* Semaphore.make(visitor.concurrency ?? node.concurrency)
  const outputs = items.map((item, i) => {
    const key = keys[i]!
    // no key is missing in the map: dependencyProblem saw to it
    const needed = Effect.forEach(dependencies[i]!, (dependency) =>
      Effect.map(Deferred.await(done.get(dependency)!), (output) => [dependency, output] as const)
    )
    return slot(Effect.map(needed, Object.fromEntries)).pipe(
      Effect.flatMap((dependencies) => {
        const itemPath = StepPath.join(path, StepPath.encodeKey(key))
        return Semaphore.withPermits(permits, 1)(visitItem(visitor, node, itemPath, scope, { item, dependencies }))
      }),
      Effect.onExit((exit) => Deferred.done(done.get(key)!, exit)),
      Effect.map((output) => [key, output] as const)
    )
  })
  return Object.fromEntries(yield* settle({ stop: visitor.stop }, outputs, "unbounded"))
})

/** The items with their keys; where these are missing, the body is visited once, at `*`. */
const itemsOf = (visitor: Visitor, node: EachNode<"ForEach" | "ForEachDependency">, path: string, scope: Slot) =>
  evaluate(path, () => {
    // Workflow.forEach lets only selectors of arrays and of texts in
    const items = select(node.wires.items, read(scope)) as ReadonlyArray<unknown>
    // a program without types may let in what it likes
    const keys = Array.isArray(items) ? items.map((item) => select(node.wires.key, item) as string) : []
    return { items, keys, problem: itemsProblem(items, keys) }
  }).pipe(
    Effect.catch((missing) =>
      Effect.andThen(visitBody(visitor, node.body, StepPath.join(path, "*"), missing), Effect.fail(missing))
    )
  )

const visitItem = (
  visitor: Visitor,
  node: EachNode<"ForEach" | "ForEachDependency">,
  path: string,
  scope: Slot,
  names: { readonly item: unknown; readonly dependencies?: Slot }
): Visit<unknown> => {
  const input = evaluate(path, () => {
    const inner = copy(read(scope) as Names)
    put(inner, "item", { value: names.item })
    if (names.dependencies !== undefined) put(inner, "dependencies", names.dependencies)
    return select(node.wires.input, inner)
  })
  return Effect.flatMap(slot(input), (input) => visitBody(visitor, node.body, path, input))
}

/** Runs effects side by side; none stops another. Of several that cannot go on, `Missing` speaks last, a defect first. */
const settle = <A>(
  visitor: Pick<Visitor, "stop" | "concurrency">,
  effects: ReadonlyArray<Visit<A>>,
  concurrency: number | "unbounded"
) => {
  const each = Effect.matchCause({
    onSuccess: (value: A): Exit.Exit<A, Stop> => Exit.succeed(value),
    onFailure: (cause: Cause.Cause<Stop>) => {
      if (!Cause.hasFails(cause)) visitor.stop(cause as Cause.Cause<never>)
      return Exit.failCause(cause)
    }
  })
  return Effect.flatMap(
    Effect.forEach(effects, each, { concurrency: visitor.concurrency ?? concurrency }),
    (exits): Visit<ReadonlyArray<A>> => {
      const causes = exits.flatMap((exit) => (Exit.isFailure(exit) ? [exit.cause] : []))
      const cause =
        causes.find((cause) => !Cause.hasFails(cause)) ?? causes.find((cause) => !isMissing(cause)) ?? causes[0]
      return cause === undefined
        ? Effect.succeed(exits.flatMap((exit) => (Exit.isSuccess(exit) ? [exit.value] : [])))
        : Effect.failCause(cause)
    }
  )
}
