import { type Kind, type Pair, pairs } from "./program/generate.ts"
import { editNames } from "./edits/edits.ts"
import { hands } from "./cases.ts"
import { type Body, bodiesOf, type Nest, type Node } from "./program/program.ts"
import type { Outcome } from "./machine.ts"

const kindOf = (node: Node): Kind => {
  switch (node.tag) {
    case "Bind":
      return node.body.tag === "Nest" ? "workflow" : "bind"
    case "Let":
      return "let"
    case "All":
      return "all"
    case "AndThen":
      return "andThen"
    case "Gate":
      return "gate"
    case "Branch":
      return "branch"
    case "Iterate":
      return "iterate"
    case "Sample":
      return "sample"
    case "Fallback":
      return "fallback"
    case "Timeout":
      return "timeout"
    case "ForEach":
      return "forEach"
    case "ForEachDependency":
      return "forEachDependency"
  }
}

const told = ([around, within]: Pair) => `${within} in ${around}`

/** Each two combinators of a program of which one stands in the other. */
const pairsOf = (program: Nest): ReadonlySet<string> => {
  const pairs = new Set<string>()
  const body = (it: Body, around: Kind | undefined) => {
    if (it.tag === "Nest") list(it.nodes, around)
  }
  const list = (nodes: ReadonlyArray<Node>, around: Kind | undefined) => {
    for (const node of nodes) {
      const kind = kindOf(node)
      if (around !== undefined) pairs.add(told([around, kind]))
      if (kind === "bind" || kind === "let" || kind === "gate") continue
      if (node.tag === "All") for (const part of node.parts) list(part, kind)
      for (const it of bodiesOf(node)) body(it, kind)
    }
  }
  list(program.nodes, undefined)
  return pairs
}

/** All that has to be seen. */
export const wanted: ReadonlyArray<string> = [...pairs.map(told), ...editNames, ...hands]

type Seen = ReadonlyMap<string, number>

/** How often each was seen: what stands in what as columns of rows, then the rest. */
export const table = (seen: Seen): string => {
  const [rows, columns] = [0, 1].map((i) => [...new Set(pairs.map((pair) => pair[i]!))])
  const count = (pair: Pair) => String(seen.get(told(pair)) ?? "")
  const lines = [
    ["in", ...columns!],
    ...rows!.map((around) => [around, ...columns!.map((within) => count([around, within]))])
  ]
  const width = (i: number) => Math.max(...lines.map((line) => line[i]!.length))
  const rest = [...editNames, ...hands].map((name) => `${String(seen.get(name)).padStart(5)} ${name}`)
  return [...lines.map((line) => line.map((cell, i) => cell.padStart(width(i))).join(" ")), ...rest].join("\n")
}

/** How often each was seen in a case that took a result from the run before. */
export const make = () => {
  const seen = new Map<string, number>(wanted.map((name) => [name, 0]))
  return {
    seen,
    add: ({ made, program, reused }: Outcome) => {
      if (reused === 0) return
      for (const name of new Set([...made, ...pairsOf(program)])) seen.set(name, (seen.get(name) ?? 0) + 1)
    }
  }
}
