import type { Random } from "../../replies/random.ts"
import { mend } from "./mend.ts"
import type { Ask, Body, Code, Each, Expr, Feed, Leaf, Nest, Node } from "./program.ts"

const says = ["Draft of", "Say this:", "Review of", "Name it:"]

/** A selector of names that `mend` finds. */
const expr = (random: Random): Expr => {
  const ref = `?${random.int(1000)}`
  return random.pick<() => Expr>([
    ...Array.from({ length: 6 }, () => () => ({ tag: "ref", ref }) as const),
    () => ({ tag: "size", ref }),
    () => ({ tag: "text", text: random.pick(["same", "other"]) })
  ])()
}

const feed = (random: Random): Feed => {
  const names = random.pick([[], ["a"], ["a"], ["a", "b"], undefined])
  return {
    wire: random.bool(),
    whole: expr(random),
    members: names && Object.fromEntries(names.map((name) => [name, expr(random)]))
  }
}

const ask = (random: Random): Ask => ({
  tag: "Ask",
  name: random.pick(["draft", "review"]),
  version: 1,
  says: random.pick(says),
  system: random.pick([undefined, undefined, "Be short."]),
  temperature: random.pick([undefined, 0.5]),
  model: random.pick(["a", "a", "b"]),
  output: random.pick(["text", "one", "two"])
})

const code = (random: Random): Code => ({
  tag: "Code",
  name: random.pick(["trim", "few"]),
  version: 1,
  key: 0,
  value: random.int(2)
})

/** What can stand in a workflow, by the names of the combinators; `workflow` is one that is bound. */
export type Kind =
  | "bind"
  | "let"
  | "workflow"
  | "andThen"
  | "all"
  | "forEach"
  | "forEachDependency"
  | "branch"
  | "iterate"
  | "sample"
  | "gate"

const kinds: ReadonlyArray<Kind> = [
  "bind",
  "let",
  "workflow",
  "andThen",
  "all",
  "forEach",
  "forEachDependency",
  "branch",
  "iterate",
  "sample",
  "gate"
]

/** A combinator, and one that stands in it. */
export type Pair = readonly [around: Kind, within: Kind]

/** All of them: only names are added in a part of `all`. */
export const pairs: ReadonlyArray<Pair> = kinds
  .filter((around) => !["bind", "let", "gate"].includes(around))
  .flatMap((around) => kinds.map((within): Pair => [around, within]))
  .filter(([around, within]) => around !== "all" || within !== "andThen")

/** A program that has some pairs of combinators in it. Its steps are taken from few, so that many ask the same. */
export const generate = (random: Random, wanted: ReadonlyArray<Pair>): Nest => {
  const pool: ReadonlyArray<Leaf> = [ask(random), ask(random), ask(random), code(random)]
  let names = 0
  const name = (letter: string) => `${letter}${++names}`
  let left = random.int(3)

  const leaf = (): Leaf => ({ ...random.pick(pool) })

  const body = (depth: number, must?: Kind): Body =>
    must !== undefined || (depth > 0 && random.bool(0.5)) ? nest(depth - 1, must) : leaf()

  const nest = (depth: number, must?: Kind): Nest => {
    const last = must === "andThen" || random.bool(0.2) ? [node(depth, "andThen")] : []
    const nodes = [...list(depth, 1 + random.int(2), must === "andThen" ? undefined : must), ...last]
    return { tag: "Nest", name: random.pick(["part", "piece"]), nodes }
  }

  const list = (depth: number, length: number, must?: Kind): Array<Node> => {
    const at = random.int(length)
    return Array.from({ length }, (_, i) => (must !== undefined && i === at ? node(depth, must) : node(depth)))
  }

  const each = (tag: Each["tag"], depth: number, must?: Kind): Each => ({
    tag,
    name: name("e"),
    body: body(depth, must),
    items: random.bool(0.7)
      ? {
          tag: "list",
          list: ["p", "q", "r"]
            .slice(0, random.pick([0, 1, 1, 2, 3]))
            .map((id) => [id, random.pick(["red", "blue", id])] as const)
        }
      : { tag: "of", value: { tag: "ref", ref: `?${random.int(1000)}` } },
    key: random.pick(["id", "at"]),
    needs: random.int(8),
    concurrency: random.pick([1, 2, 4]),
    feed: {
      ...feed(random),
      members: {
        ...(random.bool(0.8) && { a: { tag: "ref", ref: "item.text" } as const }),
        ...(random.bool(0.4) && { b: expr(random) }),
        ...(tag === "ForEachDependency" && random.bool(0.7) && { c: { tag: "ref", ref: "dependencies" } as const })
      }
    }
  })

  const any = (depth: number): Kind =>
    random.pick(
      left < 0 || depth <= 0
        ? ["bind", "bind", "bind", "bind", "let", "gate"]
        : [
            "bind",
            "bind",
            "bind",
            "let",
            "workflow",
            "all",
            "forEach",
            "forEachDependency",
            "branch",
            "iterate",
            "sample"
          ]
    )

  /** A node of a kind, with one of another kind in it where it must. */
  const node = (depth: number, kind = any(depth), must?: Kind): Node => {
    left--
    switch (kind) {
      case "bind":
        return { tag: "Bind", name: name("s"), body: leaf(), feed: feed(random) }
      case "workflow":
        return { tag: "Bind", name: name("n"), body: nest(depth - 1, must), feed: feed(random) }
      case "andThen":
        return { tag: "AndThen", body: body(depth, must) }
      case "let": {
        const some = feed(random)
        return { tag: "Let", name: name("l"), feed: random.bool(0.6) ? { ...some, members: undefined } : some }
      }
      case "all":
        return { tag: "All", parts: [list(depth - 1, 1 + random.int(2), must), list(depth - 1, 1)] }
      case "gate":
        return { tag: "Gate", name: name("g"), feed: feed(random) }
      case "branch":
        return {
          tag: "Branch",
          name: name("b"),
          on: { tag: "ref", ref: `?${random.int(1000)}` },
          cases: { left: body(depth, must), right: body(0, must) },
          feed: feed(random)
        }
      case "iterate":
        return {
          tag: "Iterate",
          name: name("i"),
          body: body(depth, must),
          feed: feed(random),
          next: random.bool(0.7) ? { ...feed(random), whole: { tag: "ref", ref: "last" } } : undefined,
          atMost: 1 + random.int(3),
          collect: random.pick(["last", "all"]),
          again: random.pick(["nothing", "changed"])
        }
      case "sample":
        return {
          tag: "Sample",
          name: name("m"),
          body: body(depth, must),
          feed: feed(random),
          count: 1 + random.int(3),
          concurrency: random.pick([1, 2, 4])
        }
      case "forEach":
        return each("ForEach", depth, must)
      case "forEachDependency":
        return each("ForEachDependency", depth, must)
    }
  }

  // what replaces the scope is the last, and there is one at most
  const [others, last] = [
    wanted.filter(([around]) => around !== "andThen"),
    wanted.find(([around]) => around === "andThen")
  ]
  const nodes = [...others, ...(last === undefined ? [] : [last])].map(([around, within]) => node(2, around, within))
  return mend({ tag: "Nest", name: "law", nodes: [node(0), ...nodes] })
}

/** An input of a program. */
export const input = (random: Random) => ({
  topic: random.pick(["tea", "rain", "snow"]),
  more: random.pick(["x", "y"])
})
