import { type Body, type Iterate, type Nest, type Node, readsOf } from "./program.ts"
import { errorsOf } from "./risk.ts"

/** What names there are in a value, as far as dotted names can lead. */
type Shape =
  | { readonly tag: "leaf" }
  | { readonly tag: "names"; readonly names: Readonly<Record<string, Shape>> }
  | { readonly tag: "list"; readonly item: Shape; readonly length: number }

const leaf: Shape = { tag: "leaf" }
const names = (names: Readonly<Record<string, Shape>>): Shape => ({ tag: "names", names })

const at = (shape: Shape, ref: string): Shape | undefined =>
  ref
    .split(".")
    .reduce<Shape | undefined>(
      (shape, key) =>
        shape?.tag === "names" && Object.hasOwn(shape.names, key)
          ? shape.names[key]
          : shape?.tag === "list" && Number(key) < shape.length
            ? shape.item
            : undefined,
      shape
    )

/** The names that both shapes have. */
const common = (a: Shape, b: Shape): Shape => {
  if (a.tag === "list" && b.tag === "list") {
    return { tag: "list", item: common(a.item, b.item), length: Math.min(a.length, b.length) }
  }
  if (a.tag !== "names" || b.tag !== "names") return leaf
  return names(
    Object.fromEntries(
      Object.entries(a.names).flatMap(([name, shape]) =>
        Object.hasOwn(b.names, name) ? [[name, common(shape, b.names[name]!)]] : []
      )
    )
  )
}

const refsOf = (shape: Shape, prefix: string, depth: number): ReadonlyArray<string> =>
  shape.tag !== "names" || depth === 0
    ? []
    : Object.entries(shape.names).flatMap(([name, inner]) => [
        `${prefix}${name}`,
        ...refsOf(inner, `${prefix}${name}.`, depth - 1)
      ])

/**
 * Gives every selector that leads nowhere a name that there is, the same one for the same dangling name. Of lists in which
 * a step may fail one item comes after the other.
 */
export const mend = (program: Nest): Nest => {
  const body = (it: Body, input: Shape): Shape => {
    if (it.tag === "Nest") return sequence(it.nodes, names({ input }))
    return it.tag === "Ask" && it.output !== "text" ? names({ v: leaf }) : leaf
  }

  const fix = (node: Node, scope: Shape) => {
    const known = refsOf(scope, "", 3)
    for (const expr of readsOf(node)) {
      if (at(scope, expr.ref) !== undefined) continue
      const number = Number(/\d+/.exec(expr.ref)?.[0] ?? 0)
      // as often one of the last names as any
      const some = number % 2 === 0 ? known.slice(-3) : known
      expr.ref = some[number % some.length]!
    }
  }

  /** What comes after a step that fails in a list is not begun, in whatever time the others take. */
  const inOrder = (node: Extract<Node, { concurrency: number }>) => {
    if (errorsOf(node.body).length === 0) return
    node.concurrency = 1
    if (node.tag === "ForEachDependency") node.needs = node.needs % 2 === 0 ? 0 : -1
  }

  const fed = (node: Extract<Node, { feed: unknown }>, scope: Shape): Shape => {
    const { members, whole } = node.feed
    const shapeOf = (expr: typeof whole) => (expr.tag === "ref" ? (at(scope, expr.ref) ?? leaf) : leaf)
    return members === undefined
      ? shapeOf(whole)
      : names(Object.fromEntries(Object.entries(members).map(([name, expr]) => [name, shapeOf(expr)])))
  }

  /** What feeds a later round may have other names than what feeds the first: only those of both are read inside. */
  const iterate = (node: Iterate, scope: Shape, known: Readonly<Record<string, Shape>>): Shape => {
    fix({ ...node, next: undefined }, scope)
    if (node.next === undefined) return body(node.body, fed(node, scope))
    const { members } = node.feed
    const given =
      members === undefined ? leaf : names(Object.fromEntries(Object.keys(members).map((name) => [name, leaf])))
    node.next.members =
      node.feed.members &&
      Object.fromEntries(
        Object.keys(node.feed.members).map((name, i) => [
          name,
          Object.values(node.next?.members ?? {})[i] ?? { tag: "ref", ref: "last" }
        ])
      )
    fix({ ...node, feed: node.next, next: undefined }, names({ ...known, last: leaf }))
    return body(node.body, given)
  }

  const sequence = (nodes: ReadonlyArray<Node>, start: Shape): Shape =>
    nodes.reduce((scope, node): Shape => {
      const known = scope.tag === "names" ? scope.names : {}
      switch (node.tag) {
        case "AndThen":
          return body(node.body, scope)
        case "All": {
          const parts = node.parts.map((part) => sequence(part, scope))
          return names(Object.assign({}, ...parts.map((part) => (part.tag === "names" ? part.names : {}))))
        }
        case "Bind":
        case "Timeout":
          fix(node, scope)
          return names({ ...known, [node.name]: body(node.body, fed(node, scope)) })
        case "Let":
          fix(node, scope)
          return names({ ...known, [node.name]: fed(node, scope) })
        case "Gate":
          fix(node, scope)
          return names({ ...known, [node.name]: names({ v: leaf }) })
        case "Branch":
          fix(node, scope)
          for (const inner of Object.values(node.cases)) body(inner, fed(node, scope))
          return names({ ...known, [node.name]: leaf })
        case "Iterate": {
          const output = iterate(node, scope, known)
          return names({ ...known, [node.name]: node.collect === "last" ? output : leaf })
        }
        case "Fallback": {
          fix(node, scope)
          const given = fed(node, scope)
          return names({ ...known, [node.name]: common(body(node.tries, given), body(node.otherwise, given)) })
        }
        case "Sample": {
          inOrder(node)
          fix(node, scope)
          const output = body(node.body, fed(node, scope))
          return names({ ...known, [node.name]: { tag: "list", item: output, length: node.count } })
        }
        default: {
          inOrder(node)
          const item = names({ id: leaf, at: leaf, text: leaf })
          const inside = names({ ...known, item, ...(node.tag === "ForEachDependency" && { dependencies: leaf }) })
          if (
            node.items.tag === "of" &&
            at(scope, node.items.value.tag === "text" ? "" : node.items.value.ref) === undefined
          ) {
            fix({ tag: "Let", name: "", feed: { wire: false, members: undefined, whole: node.items.value } }, scope)
          }
          fix(node, inside)
          const output = body(node.body, fed(node, inside))
          const length = node.items.tag === "list" ? node.items.list.length : 0
          return names({
            ...known,
            [node.name]: node.tag === "ForEach" ? { tag: "list", item: output, length } : leaf
          })
        }
      }
    }, start)

  body(program, names({ topic: leaf, more: leaf }))
  return program
}
