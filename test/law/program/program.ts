/** What a selector reads off a scope: the value of a dotted name, how long its text is, or a text of the selector's own. */
export type Expr =
  | { readonly tag: "ref"; ref: string }
  | { readonly tag: "size"; ref: string }
  | { readonly tag: "text"; readonly text: string }

/** A selector: one value, or an object of values by name. Where `wire` is set it is data, if it can be. */
export interface Feed {
  wire: boolean
  members: { [name: string]: Expr } | undefined
  whole: Expr
}

/** A step that asks a model for text, or for JSON by one of two Schemas. */
export interface Ask {
  readonly tag: "Ask"
  name: string
  version: number
  says: string
  system: string | undefined
  temperature: number | undefined
  model: "a" | "b"
  output: "text" | "one" | "two"
}

/** What code gives in place of a text: what a selector would compute. */
export type Gives =
  | { readonly tag: "side" }
  | { readonly tag: "enough" }
  | {
      readonly tag: "items"
      readonly list: ReadonlyArray<readonly [id: string, text: string]> | undefined
      readonly needs: number
    }

/** A step of code. Those that are equal but for `value` do the same, and are two values. */
export interface Code {
  readonly tag: "Code"
  name: string
  version: number
  key: number
  value: number
  readonly gives?: Gives
}

export type Leaf = Ask | Code

/** A workflow; what a case runs is one. */
export interface Nest {
  readonly tag: "Nest"
  name: string
  nodes: Array<Node>
}

export type Body = Leaf | Nest

/** Items as they are, or made of a value. */
export type Items =
  | { readonly tag: "list"; list: Array<readonly [id: string, text: string]> }
  | { readonly tag: "of"; readonly value: Expr }

export interface Each {
  readonly tag: "ForEach" | "ForEachDependency"
  name: string
  body: Body
  items: Items
  key: "id" | "at"
  needs: number
  concurrency: number
  feed: Feed
}

/** Goes one of two ways, by a text that a value is turned into. */
export interface Branch {
  readonly tag: "Branch"
  name: string
  readonly on: Expr
  cases: { left: Body; right: Body }
  feed: Feed
}

/** Rounds of a body, until a value that its output is turned into says so. `next` reads `last` besides. */
export interface Iterate {
  readonly tag: "Iterate"
  name: string
  body: Body
  feed: Feed
  next: Feed | undefined
  atMost: number
  collect: "last" | "all"
  again: "nothing" | "changed"
}

export interface Sample {
  readonly tag: "Sample"
  name: string
  body: Body
  feed: Feed
  count: number
  concurrency: number
}

/** The errors of steps, by their tags. */
export type Tag = "StepOutputError" | "Broken"

/** Another body where one fails. */
export interface Fallback {
  readonly tag: "Fallback"
  name: string
  tries: Body
  otherwise: Body
  errors: Array<Tag>
  feed: Feed
}

/** More time than any body takes. */
export type Timeout = { readonly tag: "Timeout"; name: string; body: Body; feed: Feed }

export type Bind = { readonly tag: "Bind"; name: string; body: Body; feed: Feed }
/** A decision that a person takes. */
export type Gate = { readonly tag: "Gate"; name: string; feed: Feed }
export type Let = { readonly tag: "Let"; name: string; feed: Feed }
export type All = { readonly tag: "All"; parts: Array<Array<Node>> }
export type AndThen = { readonly tag: "AndThen"; body: Body }

/** A part of a workflow, as plain data that edits change in place. */
export type Node = Bind | Let | All | AndThen | Each | Branch | Iterate | Sample | Fallback | Timeout | Gate

export type Named = Exclude<Node, All | AndThen>

export const isNamed = (node: Node): node is Named => "name" in node

/** The bodies of a node. */
export const bodiesOf = (node: Node): ReadonlyArray<Body> => {
  if (node.tag === "Branch") return Object.values(node.cases)
  if (node.tag === "Fallback") return [node.tries, node.otherwise]
  return "body" in node ? [node.body] : []
}

/** The nodes of a list, those in parts of `all` included: all that share a scope's names. */
export const flat = (nodes: ReadonlyArray<Node>): ReadonlyArray<Node> =>
  nodes.flatMap((node) => (node.tag === "All" ? [node, ...node.parts.flatMap(flat)] : [node]))

/** All workflows of a program, itself first. */
export const nestsOf = (nest: Nest): ReadonlyArray<Nest> => [
  nest,
  ...flat(nest.nodes).flatMap((node) => bodiesOf(node).flatMap((body) => (body.tag === "Nest" ? nestsOf(body) : [])))
]

/** A list of nodes in a program, and the workflow whose scope they share. */
export interface Listing {
  readonly nodes: Array<Node>
  readonly nest: Nest
}

export const listsOf = (program: Nest): ReadonlyArray<Listing> =>
  nestsOf(program).flatMap((nest) =>
    [nest.nodes, ...flat(nest.nodes).flatMap((node) => (node.tag === "All" ? node.parts : []))].map((nodes) => ({
      nodes,
      nest
    }))
  )

export const leavesOf = (program: Nest): ReadonlyArray<Leaf> =>
  nestsOf(program).flatMap((nest) =>
    flat(nest.nodes).flatMap((node) => bodiesOf(node).flatMap((body) => (body.tag === "Nest" ? [] : [body])))
  )

/** The selectors of a node that read the names of its own scope. */
export const feedsOf = (node: Node): ReadonlyArray<Feed> =>
  "feed" in node ? [node.feed, ...(node.tag === "Iterate" && node.next !== undefined ? [node.next] : [])] : []

export const exprsOf = ({ members, whole }: Feed): ReadonlyArray<Expr> =>
  members === undefined ? [whole] : Object.values(members)

/** All that a node reads of its scope. */
export const readsOf = (node: Node): ReadonlyArray<Extract<Expr, { ref: string }>> =>
  flat([node])
    .flatMap((node) => [
      ...feedsOf(node).flatMap(exprsOf),
      ...("items" in node && node.items.tag === "of" ? [node.items.value] : []),
      ...("on" in node ? [node.on] : [])
    ])
    .filter((expr) => expr.tag !== "text")
