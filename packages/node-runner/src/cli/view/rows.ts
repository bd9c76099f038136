import type { PlanEntry } from "@stepwright/core/Engine"
import * as StepPath from "@stepwright/core/StepPath"
import type { DescribedNode, Description } from "@stepwright/core/Workflow"
import { resultAt, type StepRecord, type WorkflowState } from "@stepwright/core/WorkflowState"
import * as format from "../base/format.ts"
import * as gates from "../gate/gates.ts"

/**
 * `stopped`: it was running when its process ended. `stale`: its result would not be reused. `undecided`: a gate that
 * waits. `suspended`: it waits for money or a quota. `takenOver`: it failed, and something else is done. `skipped`: the
 * run does not come by it.
 */
export type Look =
  | "waiting"
  | "running"
  | "stopped"
  | "stale"
  | "undecided"
  | "suspended"
  | "done"
  | "takenOver"
  | "skipped"
  | "failed"

/** A line of the tree: a step with its record, or a group with the look of what is in it. */
export interface Row {
  readonly depth: number
  readonly name: string
  readonly path: string
  readonly look: Look
  readonly isStep: boolean
  readonly record: StepRecord | undefined
  /** What else there is to say of it: why its result is stale, where it comes from, which round it is. */
  readonly why?: string
}

/** What is known of a run besides its state. */
export interface Known {
  /** What a run that is not under way would do at each path. */
  readonly plan?: ReadonlyArray<PlanEntry> | undefined
  /** Where results were made that were found for another path. */
  readonly origins?: ReadonlyMap<string, string>
}

interface Place {
  readonly pattern: string
  readonly path: string
}

const root: Place = { pattern: "", path: "" }

/** The steps of a definition in order, with the items that a state knows; what only the state has comes last. */
export const rows = (
  definition: Description | undefined,
  state: WorkflowState,
  isLive: boolean,
  { origins = new Map(), plan }: Known = {}
): ReadonlyArray<Row> => {
  const recorded = Object.keys(state.records)
  const context = { state, isLive, origins, recorded: byGroup(recorded), plan: plan && foreseen(plan) }
  const defined = definition === undefined ? [] : ofNodes(definition.nodes, root, 0, context)
  const shown = new Set(defined.map(({ path }) => path))
  // what was found for another path is shown there
  const isThere = (path: string) => definition === undefined || hasAny(state.records[path]!)
  const others = recorded.filter((path) => !shown.has(path) && isThere(path))
  const isLeft = (path: string) => definition !== undefined || state.orphaned.includes(path)
  return [
    ...defined,
    ...others.map((path) => ({
      ...stepRow(path, path, 0, context),
      ...(gates.isOpen(state.records[path]!) && isLeft(path) && left)
    }))
  ]
}

/** What the definition does not have waits for nothing. */
const left = { look: "skipped", why: "no longer part of the workflow" } as const

interface Context {
  readonly state: WorkflowState
  readonly isLive: boolean
  readonly origins: ReadonlyMap<string, string>
  readonly recorded: Grouped
  readonly plan: Foreseen | undefined
}

const hasAny = ({ asked, error, pending, result, same }: StepRecord): boolean =>
  [asked, error, pending, result, same].some((part) => part !== undefined)

/** Paths by each group that they are in, themselves too. */
type Grouped = ReadonlyMap<string, ReadonlyArray<string>>

const byGroup = (paths: Iterable<string>): Grouped => {
  const groups = new Map<string, Array<string>>()
  for (const path of paths) {
    for (let end = path.indexOf("/"); ; end = path.indexOf("/", end + 1)) {
      const group = end === -1 ? path : path.slice(0, end)
      const inside = groups.get(group)
      if (inside === undefined) groups.set(group, [path])
      else inside.push(path)
      if (end === -1) break
    }
  }
  return groups
}

/** A plan to look things up in. */
interface Foreseen {
  readonly at: (path: string) => PlanEntry | undefined
  /** Whether the run may come by a group. */
  readonly has: (group: string) => boolean
  /** Whether it is sure to. */
  readonly isSure: (group: string) => boolean
}

const foreseen = (plan: ReadonlyArray<PlanEntry>): Foreseen => {
  const entries = new Map(plan.map((entry) => [entry.path, entry]))
  // items that are not known yet are one entry
  const starred = plan.filter(({ path }) => path.includes("*"))
  const groups = byGroup(entries.keys())
  const starredGroups = [...byGroup(starred.map(({ path }) => path)).keys()].filter((group) => group.includes("*"))
  const sure = byGroup(plan.flatMap(({ action, path }) => (action === "perhaps" ? [] : [path])))
  return {
    at: (path) => entries.get(path) ?? starred.find((entry) => StepPath.matches(entry.path, path)),
    // items that are refused are told of at their group
    has: (group) =>
      groups.has(group) ||
      entries.has(group.slice(0, group.lastIndexOf("/"))) ||
      starredGroups.some((pattern) => StepPath.matches(pattern, group)),
    isSure: (group) => sure.has(group)
  }
}

const stepRow = (name: string, path: string, depth: number, context: Context): Row => ({
  depth,
  name,
  path,
  isStep: true,
  record: context.state.records[path],
  ...seen(path, context)
})

/** How a step looks, and what there is to say of it. */
const seen = (path: string, { isLive, origins, plan, state }: Context): Pick<Row, "look" | "why"> => {
  const record = state.records[path]
  const entry = plan?.at(path)
  if (entry?.action === "decide") return { look: "undecided", why: gates.whyOf(entry) }
  if (record === undefined) return { look: "waiting" }
  const { error, pending, renew, same } = record
  if (pending !== undefined) return { look: isLive ? "running" : "stopped" }
  const origin = origins.get(path)
  const moved = origin === undefined ? [] : [`moved from ${origin}`]
  if (error?.fingerprint !== undefined) {
    return { look: "takenOver", why: [`failed: ${error.tag}, taken over`, ...moved].join(", ") }
  }
  // the kind of it stands before the colon
  if (error?.suspends === true) return { look: "suspended", why: `waits: ${error.message.split(":", 1)[0]}` }
  if (error !== undefined) return { look: "failed" }
  if (gates.isOpen(record)) {
    // what a plan does not say is to be decided is not asked at present
    return plan !== undefined || state.status === "COMPLETED"
      ? { look: "waiting" }
      : { look: "undecided", why: "waits for a decision" }
  }
  if (resultAt(state, path) === undefined) return { look: "waiting" }
  if (entry !== undefined && entry.action !== "reuse") return { look: "stale", why: entry.why }
  if (entry === undefined && renew === true) return { look: "stale", why: "a new result was asked for" }
  const [why] = same === undefined ? moved : [`as in ${same}`]
  return why === undefined ? { look: "done" } : { look: "done", why }
}

const worst = ["failed", "running", "stopped", "undecided", "suspended", "stale", "takenOver"] as const

/** A row over those that are in it, which looks as the worst of them does. */
const groupRow = (name: string, path: string, depth: number, inside: ReadonlyArray<Row>, why?: string): Row => {
  const children = inside.filter((row) => row.depth === depth + 1)
  const looks = children.flatMap(({ look }) => (look === "skipped" ? [] : [look]))
  const found = worst.find((look) => looks.includes(look))
  const whole = looks.length > 0 && looks.every((look) => look === "done") ? "done" : "waiting"
  const look = children.length > 0 && looks.length === 0 ? "skipped" : (found ?? whole)
  return { depth, name, path, look, isStep: false, record: undefined, ...(why !== undefined && { why }) }
}

const last = (path: string) => path.slice(path.lastIndexOf("/") + 1)

const ofNodes = (nodes: ReadonlyArray<DescribedNode>, at: Place, depth: number, context: Context): ReadonlyArray<Row> =>
  nodes.flatMap((node): ReadonlyArray<Row> => {
    if (node.parts !== undefined) return node.parts.flatMap((part) => ofNodes(part, at, depth, context))
    if (node.kind === "let") return []
    const path = at.path + node.path.slice(at.pattern.length)
    return node.each === undefined
      ? ofBody(node, last(path), path, depth, context)
      : ofItems(node, path.slice(0, -2), depth, context)
  })

const ofBody = (
  node: DescribedNode,
  name: string,
  path: string,
  depth: number,
  context: Context
): ReadonlyArray<Row> => {
  if (node.cases !== undefined) return ofCases(node, node.cases, { name, path }, depth, context)
  const limit = node.within === undefined ? undefined : `at most ${format.time(node.within)}`
  if (node.nodes === undefined) {
    const row = stepRow(name, path, depth, context)
    return limit === undefined || row.look === "done" ? [row] : [{ ...row, why: row.why ?? limit }]
  }
  const inside = ofNodes(node.nodes, { pattern: node.path, path }, depth + 1, context)
  return [groupRow(name, path, depth, inside, limit), ...inside]
}

interface Way {
  readonly at: string
  readonly rows: ReadonlyArray<Row>
}

/** The ways that are gone, or may be, and those that have records of before. */
const ofCases = (
  node: DescribedNode,
  cases: ReadonlyArray<DescribedNode>,
  { name, path }: { readonly name: string; readonly path: string },
  depth: number,
  context: Context
): ReadonlyArray<Row> => {
  const ways = cases.map((way) => {
    const at = path + way.path.slice(node.path.length)
    return { at, rows: ofBody(way, StepPath.decodeKey(last(at)), at, depth + 1, context) }
  })
  const isFallback = node.kind === "fallback"
  const gone = isFallback ? triedOf(ways, context) : takenOf(ways, context)
  const isGone = ({ at }: Way) => gone === undefined || gone.includes(at)
  const shown = ways.flatMap((way) =>
    isGone(way) ? [way] : context.recorded.has(way.at) ? [{ ...way, rows: way.rows.map(skipped) }] : []
  )
  // what is done otherwise counts in place of what was tried
  const counted = isFallback && gone !== undefined && gone.length > 1 ? shown.slice(1) : shown
  const inside = (some: ReadonlyArray<Way>) => some.flatMap(({ rows }) => rows)
  return [groupRow(name, path, depth, inside(counted)), ...inside(shown)]
}

const skipped = ({ why: _, ...row }: Row): Row => ({ ...row, look: "skipped", ...(row.isStep && { why: "not taken" }) })

/** The case that a branch takes; `undefined` while that is not known. */
const takenOf = (ways: ReadonlyArray<Way>, { plan, recorded, state }: Context): ReadonlyArray<string> | undefined => {
  if (plan !== undefined) {
    const taken = ways.flatMap(({ at }) => (plan.has(at) ? [at] : []))
    return taken.length === 1 ? taken : undefined
  }
  // the one of which something happened last
  const [latest] = ways
    .flatMap(({ at }) => (recorded.has(at) ? [{ at, time: lastIn(state, recorded.get(at)) }] : []))
    .toSorted((a, b) => b.time - a.time)
  return latest && [latest.at]
}

/** What a fallback tries, and where that failed what it does otherwise. */
const triedOf = ([tried, other]: ReadonlyArray<Way>, { plan, recorded }: Context): ReadonlyArray<string> => {
  // a fallback has two ways
  const [first, second] = [tried!, other!]
  const isFailed = first.rows.some(({ look }) => look === "takenOver")
  const isGone = plan === undefined ? isFailed && recorded.has(second.at) : plan.isSure(second.at)
  return isGone ? [first.at, second.at] : [first.at]
}

/** When something happened last at some paths. */
const lastIn = ({ records }: WorkflowState, paths: ReadonlyArray<string> = []): number => {
  let latest = 0
  for (const path of paths) {
    const { asked, error, pending = 0, result } = records[path] ?? {}
    latest = Math.max(latest, pending, asked?.at ?? 0, error?.at ?? 0, result?.at ?? 0)
  }
  return latest
}

const ofItems = (node: DescribedNode, path: string, depth: number, context: Context) => {
  const keys = new Set<string>()
  for (const recorded of context.recorded.get(path) ?? []) keys.add(recorded.slice(path.length + 1).split("/", 1)[0]!)
  const isNumbered = node.count !== undefined
  const inside = (isNumbered ? [...keys].toSorted((a, b) => Number(a) - Number(b)) : [...keys]).flatMap((key) => {
    const at = `${path}/${key}`
    const rows = ofBody(node, StepPath.decodeKey(key), at, depth + 1, context)
    return isLeft(at, context) ? rows.map(skipped) : rows
  })
  const now = inside.filter((row) => row.depth === depth + 1 && row.look !== "skipped").length
  return [groupRow(last(path), path, depth, inside, countOf(node, now)), ...inside]
}

/** Whether a run does not come by an item any more. */
const isLeft = (at: string, { plan, recorded, state: { orphaned } }: Context): boolean =>
  plan === undefined ? recorded.get(at)?.every((path) => orphaned.includes(path)) === true : !plan.has(at)

const countOf = ({ count, each }: DescribedNode, now: number): string | undefined => {
  if (count === undefined || now === 0) return undefined
  return each === "iterate" ? `round ${now} of at most ${count}` : `${now} of ${format.count(count, "sample")}`
}
