import type { DescribedNode, Description } from "@stepwright/core/Workflow"
import { below, join, last, readable, type Trie } from "./path.ts"

/**
 * What a place of a workflow is. `all` and `part` have no path of their own: they say what stands side by side, and a
 * list of rows leaves them out.
 */
export type Kind =
  | "step"
  | "gate"
  | "workflow"
  | "forEach"
  | "rounds"
  | "samples"
  | "branch"
  | "fallback"
  | "all"
  | "part"

/** A place of a run, and what is in it. */
export interface Place {
  readonly id: string
  readonly path: string
  readonly name: string
  readonly kind: Kind
  readonly children: ReadonlyArray<Place>
  /** The node of the definition, where there is one. */
  readonly node: DescribedNode | undefined
  /** Whether its children are items of a list, rounds or samples. */
  readonly isMany: boolean
}

export const isLeaf = ({ kind }: Place): boolean => kind === "step" || kind === "gate"

/** Whether a place is a row of a list; one that is none gives way to what is in it. */
export const isRow = ({ kind }: Place): boolean => kind !== "all" && kind !== "part"

/** The places of a run: those of the definition with the items that are known, then what it does not have. */
export const make = (definition: Description | undefined, known: Trie): Place => {
  const places = new Set<string>()
  const inside = definition === undefined ? [] : ofNodes(definition.nodes, "", "", known, places)
  const others = ofTrie(known, "", places)
  return place("", "", "workflow", [...inside, ...others], undefined)
}

const place = (
  path: string,
  name: string,
  kind: Kind,
  children: ReadonlyArray<Place>,
  node: DescribedNode | undefined,
  isMany = false
): Place => ({ id: path, path, name, kind, children, node, isMany })

const ofNodes = (
  nodes: ReadonlyArray<DescribedNode>,
  pattern: string,
  at: string,
  known: Trie,
  places: Set<string>
): ReadonlyArray<Place> =>
  nodes.flatMap((node, i): ReadonlyArray<Place> => {
    if (node.kind === "let") return []
    if (node.parts !== undefined) {
      const id = `${at}//${i}`
      const parts = node.parts.map((part, j): Place => ({
        ...place(at, "", "part", ofNodes(part, pattern, at, known, places), node),
        id: `${id}/${j}`
      }))
      return [{ ...place(at, "", "all", parts, node), id }]
    }
    const path = at + node.path.slice(pattern.length)
    return [
      node.each === undefined
        ? ofBody(node, last(path), path, known, places)
        : ofItems(node, path.slice(0, -2), known, places)
    ]
  })

const ofBody = (node: DescribedNode, name: string, path: string, known: Trie, places: Set<string>): Place => {
  places.add(path)
  if (node.cases !== undefined) {
    const ways = node.cases.map((way) => {
      const at = path + way.path.slice(node.path.length)
      return ofBody(way, readable(last(at)), at, known, places)
    })
    return place(path, name, node.kind === "fallback" ? "fallback" : "branch", ways, node)
  }
  if (node.nodes === undefined) return place(path, name, node.kind === "gate" ? "gate" : "step", [], node)
  return place(path, name, "workflow", ofNodes(node.nodes, node.path, path, known, places), node)
}

const manyKinds: Readonly<Record<NonNullable<DescribedNode["each"]>, Kind>> = {
  forEach: "forEach",
  forEachDependency: "forEach",
  iterate: "rounds",
  sample: "samples"
}

const ofItems = (node: DescribedNode, path: string, known: Trie, places: Set<string>): Place => {
  places.add(path)
  const keys = [...(below(known, path)?.children.keys() ?? [])]
  if (node.count !== undefined) keys.sort((a, b) => Number(a) - Number(b))
  const items = keys.map((key) => ofBody(node, readable(key), join(path, key), known, places))
  return place(path, last(path), manyKinds[node.each!], items, node, true)
}

/** What is known and no place yet, as its paths nest. `shown`: the path of the place that it will stand in. */
const ofTrie = (trie: Trie, at: string, places: ReadonlySet<string>, shown = ""): ReadonlyArray<Place> =>
  [...trie.children].flatMap(([segment, inside]): ReadonlyArray<Place> => {
    const path = join(at, segment)
    if (places.has(path)) return ofTrie(inside, path, places, shown)
    const children = ofTrie(inside, path, places, path)
    if (!inside.isPath && children.length === 0) return []
    const name = readable(shown === "" ? path : path.slice(shown.length + 1))
    return [place(path, name, inside.isPath ? "step" : "workflow", children, undefined)]
  })
