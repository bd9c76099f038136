// The one walk through a workflow that running, planning, reading and doing one step share. In: nodes, a slot with the
// input, and a visitor that says what to do at each step. Out: the output. `visit` of drive calls it.

import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Semaphore from "effect/Semaphore"
import * as StepPath from "../../StepPath.ts"
import { InvalidItems, UnknownCase } from "../../WorkflowError.ts"
import { isStep } from "../ask/step.ts"
import type { Compiled } from "../definition/selector.ts"
import { dependencyProblem, itemsProblem, keyProblem } from "../definition/itemKeys.ts"
import { type Body, type Node, nodesOf, otherwise, tried } from "../definition/nodes.ts"
import { evaluate, feed, Halt, Missing, read, type Slot, slot, type Stop } from "./hole.ts"
import { aside, attempt, enter, failureAround, isBesideFailure, note, noting, passOn, type Place } from "./place.ts"
import { settle } from "./settle.ts"
import type { Visit, Visitor } from "./visitor.ts"
import { copy, empty, merge, type Names, over, put, select } from "./scope.ts"

/**
 * Walks a workflow from its input to its output. Where a visitor has no result to give, the scope gets a hole that
 * fails with `Missing` only when a selector looks at it, so that all the rest is still visited. `isOwn`: names may be put
 * into the scope that it starts from.
 */
export const walk = Effect.fnUntraced(function* (
  visitor: Visitor,
  nodes: ReadonlyArray<Node>,
  place: Place,
  input: Slot,
  isOwn = false
): Effect.fn.Return<unknown, Stop, unknown> {
  let scope = input
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
        scope = yield* slot(visitBody(visitor, node.body, enter(place, node.name), scope))
        isOwn = false
        break
      }
      case "All": {
        const start = scope
        const at = aside(place, "unbounded")
        const visit = (part: ReadonlyArray<Node>) => slot(walk(visitor, part, at, layer(start), true))
        const parts = yield* beside(visitor, at, settle(visitor, node.parts, visit, "unbounded"), "unbounded")
        for (const part of parts) {
          // a part starts from a scope of names and only adds to it
          if (!(part instanceof Missing)) add((own) => merge(own, part.value as Names))
        }
        break
      }
      default: {
        const value = yield* slot(visitNamed(visitor, node, enter(place, node.name), scope))
        add((own) => put(own, node.name, value))
      }
    }
  }
  return yield* evaluate(place.path, () => read(scope))
})

/** Works side by side, so many at a time. */
const beside = <A>(visitor: Visitor, place: Place, works: Visit<A>, concurrency: number | "unbounded"): Visit<A> => {
  // each starts the next deeper one at once, and ends the one around it: the stack has an end
  const all =
    concurrency !== 1 && place.sides % 100 === 0
      ? Effect.onExit(Effect.andThen(Effect.yieldNow, works), () => Effect.yieldNow)
      : works
  return visitor.beside === undefined || concurrency === 1 ? all : visitor.beside(place, all)
}

const layer = (scope: Slot): Slot => (scope instanceof Missing ? scope : { value: over(scope.value as Names) })

type NamedNode = Exclude<Node, { readonly _tag: "Input" | "AndThen" | "All" }>

const visitNamed = (visitor: Visitor, node: NamedNode, place: Place, scope: Slot): Visit<unknown> => {
  switch (node._tag) {
    case "Let":
      return evaluate(place.path, () => select(node.wires.value, read(scope)))
    case "Bind":
      return withFed(node.wires.input, place, scope, (input) => visitBody(visitor, node.body, place, input))
    case "Timeout":
      return withFed(node.wires.input, place, scope, (input) => {
        const at = attempt(place, [], node.millis)
        const body = visitBody(visitor, node.body, at, input)
        return visitor.within === undefined ? body : visitor.within(place, at.attempt, body)
      })
    case "Sample":
      return withFed(node.wires.input, place, scope, (input) => {
        const at = aside(place, node.concurrency)
        const one = (_: unknown, i: number) => visitBody(visitor, node.body, enter(at, String(i + 1)), input)
        const works = settle(visitor, Array.from({ length: node.count }), one, node.concurrency)
        return beside(visitor, at, works, node.concurrency)
      })
    case "ForEach":
      return forEach(visitor, node, place, scope)
    case "ForEachDependency":
      return forEachDependency(visitor, node, place, scope)
    case "Iterate":
      return iterate(visitor, node, place, scope)
    case "Branch":
      return branch(visitor, node, place, scope)
    case "Fallback":
      return fallback(visitor, node, place, scope)
  }
}

/** What a selector reads off a scope, or the hole that it came upon. */
const withFed = <A, E, R>(
  wire: Compiled,
  { path }: Place,
  scope: Slot,
  then: (input: Slot) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => feed(path, () => select(wire, read(scope)), then)

const fed = (wire: Compiled, place: Place, scope: Slot): Effect.Effect<Slot> =>
  withFed(wire, place, scope, Effect.succeed)

const visitBody = (visitor: Visitor, body: Body, place: Place, input: Slot): Visit<unknown> => {
  const given = place.hangsOn ?? input
  if (!isStep(body)) return walk(visitor, nodesOf(body), place, given)
  const output =
    place.attempt === undefined
      ? visitor.step(body, place, given)
      : Effect.suspend(() =>
          // nothing starts any more in what failed, and what failed beside it is there
          failureAround(place) === undefined || isBesideFailure(place)
            ? visitor.step(body, place, given)
            : Effect.fail(new Halt())
        )
  return place.notes === undefined ? output : Effect.tapError(output, (stop) => Effect.sync(() => noteIn(place, stop)))
}

const noteIn = (place: Place, stop: Stop): void => {
  if (stop instanceof Missing) note(place, stop)
}

/** Looks at a body of which it is not known whether a run comes by it. */
const visitPerhaps = (
  visitor: Visitor,
  body: Body,
  place: Place,
  missing: Missing
): Effect.Effect<Slot, Halt, unknown> =>
  slot(visitBody(visitor, body, { ...place, hangsOn: place.hangsOn ?? missing }, missing))

/** A scope with one more name, for who is fed from it alone. */
const withName = (scope: Slot, name: string, value: Slot): Slot => {
  const named = layer(scope)
  if (!(named instanceof Missing)) put(named.value as Names, name, value)
  return named
}

type NodeOf<Tag> = Extract<Node, { readonly _tag: Tag }>

const branch = Effect.fnUntraced(function* (
  visitor: Visitor,
  { cases, wires }: NodeOf<"Branch">,
  place: Place,
  scope: Slot
): Effect.fn.Return<unknown, Stop, unknown> {
  const on = yield* fed(wires.on, place, scope)
  const at = (name: string) => enter(place, StepPath.encodeKey(name))
  if (on instanceof Missing) {
    for (const [name, body] of cases) yield* visitPerhaps(visitor, body, at(name), on)
    return yield* Effect.fail(on)
  }
  const found = String(on.value)
  const body = cases.find(([name]) => name === found)?.[1]
  if (body === undefined) {
    return yield* visitor.refuse(place.path, new UnknownCase({ found, cases: cases.map(([name]) => name) }))
  }
  for (const [name] of cases) if (name !== found) visitor.skip?.(at(name).path)
  return yield* visitBody(visitor, body, at(found), yield* fed(wires.input, place, scope))
})

const fallback = Effect.fnUntraced(function* (
  visitor: Visitor,
  node: NodeOf<"Fallback">,
  place: Place,
  scope: Slot
): Effect.fn.Return<unknown, Stop, unknown> {
  const input = yield* fed(node.wires.input, place, scope)
  // what is missing in there is of no account where it fails
  const within = attempt(noting({ ...enter(place, tried), notes: undefined }), node.errors)
  const output = yield* slot(visitBody(visitor, node.body, within, input)).pipe(
    Effect.catch((halt) => (within.attempt.failure === undefined ? Effect.fail(halt) : Effect.undefined))
  )
  const other = enter(place, otherwise)
  if (output === undefined) {
    // of what was tried only the failure counts
    visitor.skip?.(within.path)
    return yield* visitBody(visitor, node.otherwise, other, input)
  }
  passOn(place, within.notes)
  // which way it goes is not known yet
  const unknown = output instanceof Missing ? output : within.notes.missing
  if (unknown !== undefined) yield* visitPerhaps(visitor, node.otherwise, other, unknown)
  else visitor.skip?.(other.path)
  return yield* evaluate(place.path, () => read(unknown ?? output))
})

const iterate = Effect.fnUntraced(function* (
  visitor: Visitor,
  node: NodeOf<"Iterate">,
  place: Place,
  scope: Slot
): Effect.fn.Return<unknown, Stop, unknown> {
  const { input, next = input, until } = node.wires
  const outputs: Array<unknown> = []
  let here = scope
  for (let round = 1; round <= node.atMost; round++) {
    const given = yield* fed(round === 1 ? input : next, place, node.wires.next === undefined ? scope : here)
    const last = yield* slot(visitBody(visitor, node.body, roundOf(node, place, round), given))
    here = withName(scope, "last", last)
    const isDone = last instanceof Missing ? last : yield* fed(until, place, here)
    if (isDone instanceof Missing) {
      // whether there are more rounds is not known yet
      if (round < node.atMost) yield* visitPerhaps(visitor, node.body, enter(place, "*"), isDone)
      return yield* evaluate(place.path, () => read(isDone))
    }
    outputs.push(read(last))
    if (isDone.value === true) break
  }
  return node.collect === "all" ? outputs : outputs.at(-1)
})

/** The place of a round: where it may take from those before, it knows their places. */
const roundOf = ({ again }: NodeOf<"Iterate">, place: Place, round: number): Place => {
  const at = enter(place, String(round))
  if (again === "nothing") return at
  const before = Array.from({ length: round - 1 }, (_, i) => StepPath.join(place.path, String(round - 1 - i)))
  return { ...at, earlier: [...before, ...(at.earlier ?? [])] }
}

const forEach = Effect.fnUntraced(function* (
  visitor: Visitor,
  node: NodeOf<"ForEach">,
  place: Place,
  scope: Slot
): Effect.fn.Return<unknown, Stop, unknown> {
  const { items, keys, ...given } = yield* itemsOf(visitor, node, place, scope)
  const problem = given.problem ?? keyProblem(keys)
  if (problem !== undefined) return yield* visitor.refuse(place.path, new InvalidItems({ detail: problem }))
  const at = aside(place, node.concurrency)
  const visit = (item: unknown, i: number) =>
    visitItem(visitor, node, enter(at, StepPath.encodeKey(keys[i]!)), scope, { item })
  return yield* beside(visitor, at, settle(visitor, items, visit, node.concurrency), node.concurrency)
})

const forEachDependency = Effect.fnUntraced(function* (
  visitor: Visitor,
  node: NodeOf<"ForEachDependency">,
  place: Place,
  scope: Slot
): Effect.fn.Return<unknown, Stop, unknown> {
  const { items, keys, ...given } = yield* itemsOf(visitor, node, place, scope)
  if (given.problem !== undefined) return yield* visitor.refuse(place.path, new InvalidItems({ detail: given.problem }))
  // Workflow.forEachDependency lets only selectors of arrays of texts in
  const dependencies = yield* evaluate(place.path, () =>
    items.map((item) => select(node.wires.dependsOn, item) as ReadonlyArray<string>)
  ).pipe(atAnyItem(visitor, node, place))
  const problem = dependencyProblem(keys, dependencies)
  if (problem !== undefined) return yield* visitor.refuse(place.path, new InvalidItems({ detail: problem }))
  const done = new Map<string, Deferred.Deferred<unknown, Stop>>()
  for (const key of keys) done.set(key, yield* Deferred.make<unknown, Stop>())
  const permits = yield* Semaphore.make(visitor.concurrency ?? node.concurrency)
  const visit = (item: unknown, i: number) => {
    const key = keys[i]!
    // no key is missing in the map: dependencyProblem saw to it
    const needed = Effect.forEach(dependencies[i]!, (dependency) =>
      Effect.map(Deferred.await(done.get(dependency)!), (output) => [dependency, output] as const)
    )
    const at = noting(enter(aside(place, node.concurrency), StepPath.encodeKey(key)))
    return slot(Effect.map(needed, Object.fromEntries)).pipe(
      Effect.flatMap((dependencies) => {
        const hangsOn = dependencies instanceof Missing && dependencies.isUndecided ? dependencies : place.hangsOn
        const names = { item, dependencies }
        return Semaphore.withPermits(permits, 1)(visitItem(visitor, node, { ...at, hangsOn }, scope, names))
      }),
      Effect.onExit((exit) => {
        const { undecided } = at.notes
        // an item is not done while a decision in it is not taken
        return Deferred.done(done.get(key)!, undecided === undefined ? exit : Exit.fail(undecided))
      }),
      Effect.map((output) => [key, output] as const)
    )
  }
  // how many of them work at a time is for the permits to say
  const all = settle({ stop: visitor.stop }, items, visit, "unbounded")
  return Object.fromEntries(yield* beside(visitor, aside(place, node.concurrency), all, node.concurrency))
})

/** Where the items are missing, the body is visited once, at `*`. */
const atAnyItem = (visitor: Visitor, node: NodeOf<"ForEach" | "ForEachDependency">, place: Place) =>
  Effect.catch((missing: Missing) =>
    Effect.flatMap(visitPerhaps(visitor, node.body, enter(place, "*"), missing), (any) =>
      Effect.fail(any instanceof Missing ? any : missing)
    )
  )

/** The items with their keys. */
const itemsOf = (visitor: Visitor, node: NodeOf<"ForEach" | "ForEachDependency">, place: Place, scope: Slot) =>
  evaluate(place.path, () => {
    // Workflow.forEach lets only selectors of arrays and of texts in
    const given = select(node.wires.items, read(scope)) as ReadonlyArray<unknown>
    // a program without types may let in what it likes, and any may change its list before it is walked to its end
    const items = Array.isArray(given) ? given.slice() : given
    const keys = Array.isArray(items) ? items.map((item) => select(node.wires.key, item) as string) : []
    return { items, keys, problem: itemsProblem(items, keys) }
  }).pipe(atAnyItem(visitor, node, place))

const visitItem = (
  visitor: Visitor,
  node: NodeOf<"ForEach" | "ForEachDependency">,
  place: Place,
  scope: Slot,
  names: { readonly item: unknown; readonly dependencies?: Slot }
): Visit<unknown> => {
  const itsInput = () => {
    const inner = over(read(scope) as Names)
    put(inner, "item", { value: names.item })
    if (names.dependencies !== undefined) put(inner, "dependencies", names.dependencies)
    return select(node.wires.input, inner)
  }
  return feed(place.path, itsInput, (input) => visitBody(visitor, node.body, place, input))
}
