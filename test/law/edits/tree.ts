// What edits are made of: where in a program there is something to change, and who reads what was changed.

import type { Random } from "../../replies/random.ts"
import {
  type Bind,
  type Each,
  type Expr,
  exprsOf,
  type Feed,
  flat,
  isNamed,
  type Leaf,
  leavesOf,
  listsOf,
  type Nest,
  nestsOf,
  type Node,
  readsOf
} from "../program/program.ts"
import { errorsOf } from "../program/risk.ts"

/** Changes a program in place; says whether there was anything to change. */
export type Edit = (program: Nest, random: Random) => boolean

/** A copy of plain data, made faster than `structuredClone` does. */
export const clone = <A>(value: A): A => copyOf(value) as A

const copyOf = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) return value.map(copyOf)
  const copy: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) copy[name] = copyOf(member)
  return copy
}

export const isAt = (ref: string, name: string) => ref === name || ref.startsWith(`${name}.`)

/** What reads below one name of a scope reads below another. */
export const moved = (ref: string, from: string, to: string) => (isAt(ref, from) ? to + ref.slice(from.length) : ref)

export const rewrite = (nest: Nest, change: (ref: string) => string) => {
  for (const node of nest.nodes) for (const expr of readsOf(node)) expr.ref = change(expr.ref)
}

/** The workflows around one, each with the dotted name that its scope is under there. */
const around = (program: Nest, nest: Nest): ReadonlyArray<readonly [outer: Nest, name: string]> => {
  for (const outer of nestsOf(program)) {
    for (const node of flat(outer.nodes)) {
      if ((node.tag !== "Bind" && node.tag !== "Timeout") || node.body !== nest) continue
      return [
        [outer, node.name],
        ...around(program, outer).map(([further, name]) => [further, `${name}.${node.name}`] as const)
      ]
    }
  }
  return []
}

/** Whoever reads some names of a workflow's scope, from inside or from around it, reads others. */
export const redirect = (program: Nest, nest: Nest, change: (ref: string) => string) => {
  rewrite(nest, change)
  for (const [outer, name] of around(program, nest)) {
    rewrite(outer, (ref) => (ref.startsWith(`${name}.`) ? `${name}.${change(ref.slice(name.length + 1))}` : ref))
  }
}

export const fresh = (nest: Nest, letter: string): string => {
  const taken = new Set(flat(nest.nodes).flatMap((node) => (isNamed(node) ? [node.name] : [])))
  let number = 1
  while (taken.has(`${letter}${number}`)) number++
  return `${letter}${number}`
}

export interface Spot<N extends Node = Node> {
  readonly node: N
  readonly index: number
  readonly nodes: Array<Node>
  readonly nest: Nest
}

/** Some node of a program that fits, and where it stands. */
const spot = <N extends Node>(
  program: Nest,
  random: Random,
  fits: (node: Node, spot: Spot) => node is N
): Spot<N> | undefined => {
  const all = listsOf(program).flatMap(({ nest, nodes }) =>
    nodes.flatMap((node, index) => {
      const here = { node, index, nodes, nest }
      return fits(node, here) ? [{ ...here, node }] : []
    })
  )
  return all.length === 0 ? undefined : random.pick(all)
}

export const onSpot =
  <N extends Node>(
    fits: (node: Node, spot: Spot) => node is N,
    change: (spot: Spot<N>, program: Nest, random: Random) => boolean | void
  ): Edit =>
  (program, random) => {
    const found = spot(program, random, fits)
    return found !== undefined && change(found, program, random) !== false
  }

export const isBind = (node: Node): node is Bind => node.tag === "Bind"
export const isRisky = (node: Node): node is Bind => isBind(node) && errorsOf(node.body).length > 0
export const isSafe = (node: Node): node is Bind => isBind(node) && errorsOf(node.body).length === 0
export const isFallback = (node: Node) => node.tag === "Fallback"
export const isTimeout = (node: Node) => node.tag === "Timeout"
export const isEach = (node: Node): node is Each => node.tag === "ForEach" || node.tag === "ForEachDependency"

export const onLeaf =
  <L extends Leaf>(fits: (leaf: Leaf) => leaf is L, change: (leaf: L, random: Random) => void): Edit =>
  (program, random) => {
    const leaves = leavesOf(program).filter(fits)
    if (leaves.length === 0) return false
    change(random.pick(leaves), random)
    return true
  }

export const isAsk = (leaf: Leaf) => leaf.tag === "Ask"
export const isCode = (leaf: Leaf) => leaf.tag === "Code"
export const isOfJson = (leaf: Leaf): leaf is Extract<Leaf, { tag: "Ask" }> =>
  leaf.tag === "Ask" && leaf.output !== "text"

export const ref = (ref: string): Expr => ({ tag: "ref", ref })
export const whole = (expr: Expr): Feed => ({ wire: true, members: undefined, whole: expr })

const namesIn = (node: Node) => flat([node]).flatMap((inner) => (isNamed(inner) ? [inner.name] : []))
const reads = (node: Node, names: ReadonlyArray<string>) =>
  readsOf(node).some((expr) => names.some((name) => isAt(expr.ref, name)))

const isFollowed = (_: Node, { index, nodes }: Spot) => {
  const next = nodes[index + 1]
  return next !== undefined && next.tag !== "AndThen" && !reads(next, namesIn(nodes[index]!))
}
export const isFree = (node: Node, spot: Spot): node is Exclude<Node, { tag: "AndThen" }> =>
  node.tag !== "AndThen" && isFollowed(node, spot)

/** A workflow whose scope has the names that its nodes add, and whose input is an object. */
export const isOpen = (node: Node): node is Bind & { body: Nest; feed: Feed & { members: { [name: string]: Expr } } } =>
  node.tag === "Bind" &&
  node.body.tag === "Nest" &&
  node.feed.members !== undefined &&
  node.body.nodes.every(({ tag }) => tag !== "AndThen")

/** The workflow after a node that may take it in: no node between reads it. */
export const nextNest = ({ index, node, nodes }: Spot) => {
  const after = nodes.slice(index + 1)
  const next = after.findIndex(isOpen)
  const target = after[next]
  return target !== undefined && isOpen(target) && !after.slice(0, next).some((it) => reads(it, namesIn(node)))
    ? target
    : undefined
}

export const freshMember = ({ members = {} }: Feed) => {
  let number = 1
  while (`m${number}` in members) number++
  return `m${number}`
}

/** What an expression of a nested workflow is outside, where that can be said. */
export const outside = (expr: Expr, members: { readonly [name: string]: Expr }): Expr | undefined => {
  if (expr.tag === "text") return clone(expr)
  const [first, member, ...rest] = expr.ref.split(".")
  const outer = first === "input" && member !== undefined ? members[member] : undefined
  if (outer === undefined) return undefined
  if (outer.tag === "ref") return { ...expr, ref: [outer.ref, ...rest].join(".") }
  return rest.length === 0 && expr.tag === "ref" ? clone(outer) : undefined
}

export const mapFeed = (feed: Feed, change: (expr: Expr) => Expr | undefined): Feed | undefined => {
  const all = exprsOf(feed).map(change)
  if (all.includes(undefined)) return undefined
  const exprs = all as ReadonlyArray<Expr>
  return feed.members === undefined
    ? { ...feed, whole: exprs[0]! }
    : { ...feed, members: Object.fromEntries(Object.keys(feed.members).map((name, i) => [name, exprs[i]!])) }
}
