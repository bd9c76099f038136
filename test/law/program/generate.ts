import type { Random } from "../../replies/random.ts"
import { mend } from "./mend.ts"
import type { Ask, Body, Code, Each, Expr, Feed, Leaf, Nest, Node, Tag } from "./program.ts"
import { defuse } from "./risk.ts"

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

const tags: ReadonlyArray<Tag> = ["StepOutputError", "Broken"]

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
  | "fallback"
  | "timeout"
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
  "fallback",
  "timeout",
  "gate"
]

/** A combinator, and one that stands in it. */
export type Pair = readonly [around: Kind, within: Kind]

/** All of them: only names are added in a part of `all`. */
export const pairs: ReadonlyArray<Pair> = kinds
  .filter((around) => !["bind", "let", "gate"].includes(around))
  .flatMap((around) => kinds.map((within): Pair => [around, within]))
  .filter(([around, within]) => around !== "all" || within !== "andThen")

/** Combinators, each in the one before it. */
export type Chain = readonly [Kind, ...ReadonlyArray<Kind>]

/** A pair, and what else can stand in it. */
export const chain = (random: Random, [around, within]: Pair): Chain => {
  const deeper = pairs.filter(([kind]) => kind === within)
  return deeper.length === 0 ? [around, within] : [around, ...random.pick(deeper)]
}

/** A program that has some chains of combinators in it. Its steps are taken from few, so that many ask the same. */
export const generate = (random: Random, wanted: ReadonlyArray<Chain>): Nest => {
  const pool: ReadonlyArray<Leaf> = [ask(random), ask(random), ask(random), code(random)]
  const risky: ReadonlyArray<Leaf> = [
    { ...ask(random), says: "Perhaps:", output: random.pick(["one", "two"]) },
    { ...code(random), name: "risky" }
  ]
  let names = 0
  const name = (letter: string) => `${letter}${++names}`
  let left = random.int(3)

  /** In how many bodies it is that are tried. */
  let risks = 0
  const leaf = (): Leaf => ({ ...random.pick(risks > 0 && random.bool(0.8) ? risky : pool) })

  const body = (depth: number, must: ReadonlyArray<Kind> = []): Body =>
    must.length > 0 || (depth > 0 && random.bool(0.5)) ? nest(depth - 1, must) : leaf()

  const nest = (depth: number, must: ReadonlyArray<Kind> = []): Nest => {
    const [first, ...within] = must
    const isLast = first === "andThen"
    const last = isLast || random.bool(0.2) ? [node(depth, "andThen", isLast ? within : [])] : []
    const nodes = [...list(depth, 1 + random.int(2), isLast ? [] : must), ...last]
    return { tag: "Nest", name: random.pick(["part", "piece"]), nodes }
  }

  const list = (depth: number, length: number, must: ReadonlyArray<Kind> = []): Array<Node> => {
    const at = random.int(length)
    return Array.from({ length }, (_, i) => (i === at ? node(depth, must[0], must.slice(1)) : node(depth)))
  }

  const each = (tag: Each["tag"], depth: number, must: ReadonlyArray<Kind> = []): Each => ({
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
            "sample",
            "fallback",
            "fallback",
            "timeout"
          ]
    )

  /** A node of a kind, with others in it, one in the other, where it must. */
  const node = (depth: number, kind = any(depth), must: ReadonlyArray<Kind> = []): Node => {
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
          cases: { left: body(depth, must), right: body(0, must.slice(0, 1)) },
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
      case "fallback": {
        const [inTry, inOther] = random.bool(0.8) ? [must, []] : [[], must]
        risks++
        const tries = body(depth, inTry)
        risks--
        return {
          tag: "Fallback",
          name: name("f"),
          tries,
          otherwise: body(inOther.length === 0 ? 0 : depth, inOther),
          errors: random.bool(0.7) ? [...tags] : [random.pick(tags)],
          feed: feed(random)
        }
      }
      case "timeout":
        return { tag: "Timeout", name: name("t"), body: body(depth, must), feed: feed(random) }
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
  const nodes = [...others, ...(last === undefined ? [] : [last])].map(([around, ...within]) => node(2, around, within))
  return mend(defuse({ tag: "Nest", name: "law", nodes: [node(0), ...nodes] }))
}

/** An input of a program. */
export const input = (random: Random) => ({
  topic: random.pick(["tea", "rain", "snow"]),
  more: random.pick(["x", "y"])
})
