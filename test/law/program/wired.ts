// A program as one that has wires only: what functions computed, steps of code give. Whatever else it does stays.

import { mend } from "./mend.ts"
import { clone } from "../edits/tree.ts"
import {
  type Body,
  type Code,
  type Expr,
  type Feed,
  flat,
  type Gives,
  type Nest,
  nestsOf,
  type Node
} from "./program.ts"
import { mix, show } from "./words.ts"

/** A program of wires that goes the same ways. */
export const wired = (program: Nest): Nest => {
  const copy = clone(program)
  const rounds = new Set(
    nestsOf(copy).flatMap(({ nodes }) => flat(nodes).flatMap((node) => (node.tag === "Iterate" ? [node.name] : [])))
  )

  /** As far as a wire leads: not into a list, nor into what a round comes to, which is another thing here. */
  const wireTo = (expr: Expr): string => {
    if (expr.tag === "text") return "input"
    const keys = expr.ref.split(".")
    const end = keys.findIndex((key, i) => /^\d+$/.test(keys[i + 1] ?? "") || rounds.has(key))
    return keys.slice(0, end === -1 ? keys.length : end + 1).join(".")
  }
  const ref = (expr: Expr): Expr => ({ tag: "ref", ref: wireTo(expr) })
  const feed = ({ members, whole }: Feed): Feed => ({
    wire: true,
    whole: ref(whole),
    members: members && Object.fromEntries(Object.entries(members).map(([name, expr]) => [name, ref(expr)]))
  })

  const gives = (name: string, gives: Gives): Code => ({
    tag: "Code",
    name,
    version: 1,
    key: mix(show(gives)),
    value: 0,
    gives
  })
  const bound = (name: string, body: Body, whole: Expr): Node => ({
    tag: "Bind",
    name,
    body,
    feed: { wire: true, members: undefined, whole }
  })

  const bodyOf = (body: Body): Body => (body.tag === "Nest" ? { ...body, nodes: list(body.nodes) } : body)

  const list = (nodes: ReadonlyArray<Node>): Array<Node> => nodes.flatMap(nodeOf)

  /** The node, after those that compute what its functions did. */
  const nodeOf = (node: Node): ReadonlyArray<Node> => {
    switch (node.tag) {
      case "AndThen":
        return [{ ...node, body: bodyOf(node.body) }]
      case "All":
        return [{ ...node, parts: node.parts.map(list) }]
      case "Let":
      case "Gate":
        return [{ ...node, feed: feed(node.feed) }]
      case "Bind":
      case "Timeout":
      case "Sample":
        return [{ ...node, body: bodyOf(node.body), feed: feed(node.feed) }]
      case "Fallback":
        return [{ ...node, tries: bodyOf(node.tries), otherwise: bodyOf(node.otherwise), feed: feed(node.feed) }]
      case "Branch": {
        const on = `${node.name}on`
        const cases = { left: bodyOf(node.cases.left), right: bodyOf(node.cases.right) }
        return [
          bound(on, gives("side", { tag: "side" }), ref(node.on)),
          { ...node, on: { tag: "ref", ref: on }, cases, feed: feed(node.feed) }
        ]
      }
      case "Iterate": {
        const round: Nest = {
          tag: "Nest",
          name: "round",
          nodes: [
            bound("made", bodyOf(node.body), { tag: "ref", ref: "input" }),
            bound("done", gives("enough", { tag: "enough" }), { tag: "ref", ref: "made" })
          ]
        }
        return [{ ...node, body: round, feed: feed(node.feed), next: node.next && feed(node.next) }]
      }
      default: {
        const items = `${node.name}items`
        const of = node.items.tag === "of" ? ref(node.items.value) : ref({ tag: "text", text: "" })
        const listed = node.items.tag === "list" ? node.items.list : undefined
        return [
          bound(items, gives("items", { tag: "items", list: listed, needs: node.needs }), of),
          {
            ...node,
            body: bodyOf(node.body),
            items: { tag: "of", value: { tag: "ref", ref: items } },
            feed: feed(node.feed)
          }
        ]
      }
    }
  }

  // what leads into rounds by another name leads nowhere by now
  return mend({ ...copy, nodes: list(copy.nodes) })
}
