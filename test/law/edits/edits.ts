import {
  type Bind,
  type Each,
  type Expr,
  type Feed,
  feedsOf,
  flat,
  isNamed,
  type Leaf,
  type Named,
  nestsOf,
  type Tag
} from "../program/program.ts"
import { defuse } from "../program/risk.ts"
import {
  clone,
  fresh,
  freshMember,
  isAsk,
  isAt,
  isBind,
  isCode,
  isEach,
  isFree,
  isOfJson,
  isFallback,
  isOpen,
  isRisky,
  isSafe,
  isTimeout,
  mapFeed,
  moved,
  nextNest,
  onLeaf,
  onSpot,
  outside,
  redirect,
  ref,
  rewrite,
  type Edit,
  whole
} from "./tree.ts"

/** All edits of a program, by name. */
export const edits = {
  "rename a binding": onSpot(isNamed, ({ nest, node }, program) => {
    const from = node.name
    node.name = fresh(nest, "r")
    redirect(program, nest, (ref) => moved(ref, from, node.name))
  }),

  "swap two names": (program, random) => {
    const nests = nestsOf(program)
      .map((nest) => ({ nest, named: flat(nest.nodes).filter(isNamed) }))
      .filter(({ named }) => named.length > 1)
    if (nests.length === 0) return false
    const { named, nest } = random.pick(nests)
    const at = random.int(named.length - 1)
    const [one, other] = [named[at]!, named[at + 1]!]
    const [a, b] = [one.name, other.name]
    redirect(program, nest, (ref) => (isAt(ref, a) ? moved(ref, a, b) : moved(ref, b, a)))
    one.name = b
    other.name = a
    return true
  },

  "rename a nested workflow": (program, random) => {
    const nests = nestsOf(program).slice(1)
    if (nests.length === 0) return false
    random.pick(nests).name = "renamed"
    return true
  },

  "wrap in a nested workflow": onSpot(isBind, ({ nest, node }, program) => {
    redirect(program, nest, (ref) => moved(ref, node.name, `${node.name}.it`))
    const { members } = node.feed
    const inner: Feed =
      members === undefined
        ? whole(ref("input"))
        : {
            ...whole(ref("input")),
            members: Object.fromEntries(Object.keys(members).map((name) => [name, ref(`input.${name}`)]))
          }
    node.body = { tag: "Nest", name: "wrapped", nodes: [{ tag: "Bind", name: "it", body: node.body, feed: inner }] }
  }),

  "take out of a nested workflow": onSpot(isOpen, ({ index, nest, node, nodes }, program) => {
    const { body, feed } = node
    const [found] = body.nodes.flatMap((inner, at) => {
      const outer = isBind(inner) ? mapFeed(inner.feed, (expr) => outside(expr, feed.members)) : undefined
      return isBind(inner) && outer !== undefined ? [{ inner, at, outer }] : []
    })
    if (found === undefined) return false
    const { at, inner: first, outer } = found
    const name = fresh(nest, "o")
    const member = freshMember(feed)
    redirect(program, nest, (ref) => moved(ref, `${node.name}.${first.name}`, name))
    rewrite(body, (ref) => moved(ref, first.name, `input.${member}`))
    body.nodes.splice(at, 1)
    feed.members[member] = ref(name)
    nodes.splice(index, 0, { ...first, name, feed: outer })
    return body.nodes.length > 0
  }),

  "move into another nest": onSpot(
    (node, spot): node is Bind => isBind(node) && nextNest(spot) !== undefined,
    (spot, program) => {
      const { index, nest, node, nodes } = spot
      const target = nextNest(spot)
      if (target === undefined) return false
      const { body, feed } = target
      const name = fresh(body, "i")
      const back = new Map<string, string>()
      for (const [member, expr] of Object.entries(feed.members)) {
        if (expr.tag === "text" || !isAt(expr.ref, node.name)) continue
        if (expr.tag === "size") return false
        back.set(`input.${member}`, moved(expr.ref, node.name, name))
        delete feed.members[member]
      }
      rewrite(body, (ref) => {
        const from = [...back.keys()].find((from) => isAt(ref, from))
        return from === undefined ? ref : moved(ref, from, back.get(from)!)
      })
      const inner = mapFeed(node.feed, (expr) => {
        const member = freshMember(feed)
        feed.members[member] = clone(expr)
        return ref(`input.${member}`)
      })
      body.nodes.unshift({ ...node, name, feed: inner! })
      nodes.splice(index, 1)
      redirect(program, nest, (ref) => moved(ref, node.name, `${target.name}.${name}`))
      return true
    }
  ),

  "reorder independent parts": onSpot(isFree, ({ index, node, nodes }) => {
    nodes.splice(index, 2, nodes[index + 1]!, node)
  }),

  "all into a sequence": onSpot(
    (node) => node.tag === "All",
    ({ index, node, nodes }) => {
      nodes.splice(index, 1, ...node.parts.flat())
    }
  ),

  "a sequence into all": onSpot(isFree, ({ index, node, nodes }) => {
    nodes.splice(index, 2, { tag: "All", parts: [[node], [nodes[index + 1]!]] })
  }),

  "wire or function": onSpot(
    (node): node is Extract<Named, { feed: Feed }> => feedsOf(node).length > 0,
    ({ node }) => {
      node.feed.wire = !node.feed.wire
    }
  ),

  "bind into forEach of one": onSpot(isBind, ({ index, nest, node, nodes }, program) => {
    redirect(program, nest, (ref) => moved(ref, node.name, `${node.name}.0`))
    const items = { tag: "list" as const, list: [["one", "text"] as const] }
    nodes[index] = { ...node, tag: "ForEach", items, key: "id", needs: 0, concurrency: 1 }
  }),

  "forEach of one into bind": onSpot(
    (node): node is Each => isEach(node) && node.items.tag === "list" && node.items.list.length === 1,
    ({ index, nest, node, nodes }, program) => {
      const { items, name } = node
      if (items.tag !== "list") return false
      const [id, text] = items.list[0]!
      const values = new Map([
        ["item.id", id],
        ["item.at", "0"],
        ["item.text", text]
      ])
      const feed = mapFeed(node.feed, (expr) => {
        if (expr.tag === "text" || !["item", "dependencies"].some((name) => isAt(expr.ref, name))) return expr
        const text = values.get(expr.ref)
        return text === undefined || expr.tag === "size" ? undefined : { tag: "text", text }
      })
      if (feed === undefined) return false
      nodes[index] = { tag: "Bind", name, body: node.body, feed }
      redirect(program, nest, (ref) => moved(ref, `${name}.0`, name))
      return true
    }
  ),

  "put a branch around": onSpot(isBind, ({ index, node: { body, feed, name }, nodes }, _program, random) => {
    const on: Expr = { tag: "ref", ref: `?${random.int(1000)}` }
    nodes[index] = { tag: "Branch", name, on, cases: { left: body, right: clone(body) }, feed }
  }),

  "take a branch away": onSpot(
    (node) => node.tag === "Branch",
    ({ index, node: { cases, feed, name }, nodes }, _program, random) => {
      nodes[index] = { tag: "Bind", name, body: random.pick([cases.left, cases.right]), feed }
    }
  ),

  "put a fallback around": onSpot(isSafe, ({ index, node: { body, feed, name }, nodes }) => {
    nodes[index] = { tag: "Fallback", name, tries: body, otherwise: clone(body), errors: ["StepOutputError"], feed }
  }),

  "put a fallback around what may fail": onSpot(isRisky, ({ index, node: { body, feed, name }, nodes }) => {
    const otherwise = defuse(clone(body))
    nodes[index] = { tag: "Fallback", name, tries: body, otherwise, errors: ["StepOutputError", "Broken"], feed }
  }),

  "take a fallback away": onSpot(isFallback, ({ index, node: { feed, name, tries }, nodes }) => {
    nodes[index] = { tag: "Bind", name, body: tries, feed }
  }),

  "other errors are taken over": onSpot(isFallback, ({ node }, _program, random) => {
    const tag = random.pick<Tag>(["StepOutputError", "Broken"])
    node.errors = node.errors.includes(tag) ? node.errors.filter((other) => other !== tag) : [...node.errors, tag]
    return node.errors.length > 0
  }),

  "put a timeout around": onSpot(isBind, ({ index, node, nodes }) => {
    nodes[index] = { ...node, tag: "Timeout" }
  }),

  "take a timeout away": onSpot(isTimeout, ({ index, node, nodes }) => {
    nodes[index] = { ...node, tag: "Bind" }
  }),

  "bind into sample of one": onSpot(isBind, ({ index, nest, node, nodes }, program) => {
    redirect(program, nest, (ref) => moved(ref, node.name, `${node.name}.0`))
    nodes[index] = { ...node, tag: "Sample", count: 1, concurrency: 1 }
  }),

  "another bound": onSpot(
    (node) => node.tag === "Iterate" || node.tag === "Sample",
    ({ node }, _program, random) => {
      const more = random.bool()
      if (node.tag === "Iterate") node.atMost = more ? node.atMost + 1 : Math.max(1, node.atMost - 1)
      else node.count = more ? node.count + 1 : Math.max(1, node.count - 1)
    }
  ),

  "another word on what rounds share": onSpot(
    (node) => node.tag === "Iterate",
    ({ node }) => {
      if (node.tag === "Iterate") node.again = node.again === "nothing" ? "changed" : "nothing"
    }
  ),

  "another key function": onSpot(isEach, ({ node }) => {
    node.key = node.key === "id" ? "at" : "id"
  }),

  "insert an item in front": onSpot(isEach, ({ node }) => {
    if (node.items.tag !== "list") return false
    node.items.list.unshift([`new${node.items.list.length}`, "new"])
    return true
  }),

  "remove an item in front": onSpot(isEach, ({ node }) => {
    return node.items.tag === "list" && node.items.list.shift() !== undefined
  }),

  "inline a let": onSpot(
    (node) => node.tag === "Let",
    ({ index, nest, node, nodes }, program) => {
      const { members, whole } = node.feed
      if (members !== undefined || whole.tag !== "ref") return false
      nodes.splice(index, 1)
      redirect(program, nest, (ref) => moved(ref, node.name, whole.ref))
      return nest.nodes.length > 0 && nodes.length > 0
    }
  ),

  "extract a let": onSpot(isBind, ({ index, nest, node, nodes }) => {
    const name = fresh(nest, "x")
    const { members } = node.feed
    const [member] = Object.keys(members ?? {})
    const expr = members === undefined ? node.feed.whole : members[member ?? ""]
    if (expr === undefined) return false
    nodes.splice(index, 0, { tag: "Let", name, feed: whole(clone(expr)) })
    if (members === undefined) node.feed.whole = ref(name)
    else members[member!] = ref(name)
    return true
  }),

  "another prompt": onLeaf(isAsk, (leaf) => {
    leaf.says += " please,"
  }),

  "another system text": onLeaf(isAsk, (leaf) => {
    leaf.system = leaf.system === undefined ? "Be kind." : undefined
  }),

  "another parameter": onLeaf(isAsk, (leaf, random) => {
    leaf.temperature = random.pick([undefined, 0.25, 0.5].filter((value) => value !== leaf.temperature))
  }),

  "another Schema": onLeaf(isOfJson, (leaf) => {
    leaf.output = leaf.output === "one" ? "two" : "one"
  }),

  "another version": onLeaf(
    (leaf): leaf is Leaf => leaf.name !== "",
    (leaf) => {
      leaf.version++
    }
  ),

  "another key of code": onLeaf(isCode, (leaf) => {
    leaf.key++
  }),

  "another model": onLeaf(isAsk, (leaf) => {
    leaf.model = leaf.model === "a" ? "b" : "a"
  })
} satisfies Readonly<Record<string, Edit>>

export type EditName = keyof typeof edits

/** Of those that change how a program is written, and nothing that it asks. */
export const editNames = Object.keys(edits) as ReadonlyArray<EditName>
