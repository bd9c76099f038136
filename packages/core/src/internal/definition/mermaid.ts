import * as Duration from "effect/Duration"
import * as StepPath from "../../StepPath.ts"
import type { StepRecord, WorkflowState } from "../../WorkflowState.ts"
import type { DescribedNode, Description } from "./describe.ts"
import { manyInWords } from "./nodes.ts"
import { finder } from "./places.ts"

const colours = {
  done: "fill:#d8f0dc,stroke:#2e7d32",
  failed: "fill:#fbdcdc,stroke:#c62828",
  takenOver: "fill:#f2f2f2,stroke:#c62828,stroke-dasharray:4",
  running: "fill:#dce8fb,stroke:#1565c0",
  undecided: "fill:#fdf3d8,stroke:#b26a00",
  suspended: "fill:#fdf3d8,stroke:#b26a00,stroke-dasharray:4",
  waiting: "fill:#f2f2f2,stroke:#9e9e9e"
}

/** What a step looks like, by its records; of several items what goes wrong first, then what goes on. */
const look = (records: ReadonlyArray<StepRecord>, { status }: WorkflowState): keyof typeof colours => {
  const errors = records.flatMap(({ error }) => (error === undefined ? [] : [error]))
  if (errors.some(({ fingerprint, suspends }) => fingerprint === undefined && suspends !== true)) return "failed"
  if (status === "IN_PROGRESS" && records.some(({ pending }) => pending !== undefined)) return "running"
  // nothing waits in a run that is complete
  if (status !== "COMPLETED" && records.some(isUndecided)) return "undecided"
  if (errors.some(({ suspends }) => suspends === true)) return "suspended"
  if (errors.length > 0) return "takenOver"
  return records.some(isDone) ? "done" : "waiting"
}

const isUndecided = ({ asked, renew, result }: StepRecord) =>
  asked !== undefined && (renew === true || result?.fingerprint.value !== asked.fingerprint)

const isDone = ({ renew, result, same }: StepRecord) => renew !== true && (result !== undefined || same !== undefined)

/** Which box has which colour; `boxes` by the paths of their steps. */
const classes = (boxes: ReadonlyMap<string, string>, state: WorkflowState): ReadonlyArray<string> => {
  const placeOf = finder(boxes.keys())
  const orphaned = new Set(state.orphaned)
  const present = Object.entries(state.records).filter(([path]) => !orphaned.has(path))
  const items = Map.groupBy(present, ([path]) => placeOf(path))
  return Array.from(boxes, ([path, id]) => {
    const records = (items.get(path) ?? []).map(([, record]) => record)
    return `  class ${id} ${look(records, state)}`
  })
}

/** Where a node goes on from, and how. */
interface End {
  readonly id: string
  readonly arrow: string
}

const plain = (id: string): End => ({ id, arrow: "-->" })

/** A flowchart: steps as boxes in the order of the definition, workflows and items as frames around them. */
export const draw = ({ name, nodes }: Description, state: WorkflowState | undefined): string => {
  const lines = ["flowchart TD", `  start([${quote(name)}])`]
  // what a link in a frame names is drawn inside the frame, so all links come after the frames
  const links = new Set<string>()
  const boxes = new Map<string, string>()
  let count = 0
  const box = (node: DescribedNode, told = ""): string => {
    const id = `n${count++}`
    const name = nameOf(node.path)
    const isNamed = node.kind === "gate" || node.step === undefined || node.step.name === name
    const [left, right] = shapes[node.kind] ?? ["[", "]"]
    lines.push(`  ${id}${left}${quote((isNamed ? name : `${name}: ${node.step?.name}`) + told)}${right}`)
    if (node.step !== undefined) boxes.set(node.path, id)
    return id
  }
  const open = (label: string): void => void lines.push(`  subgraph g${count++} [${quote(label)}]`)
  const close = (): void => void lines.push("  end")
  const link = (ends: ReadonlyArray<End>, id: string): ReadonlyArray<End> => {
    for (const end of ends) links.add(`  ${end.id} ${end.arrow} ${id}`)
    return [plain(id)]
  }
  /** Draws nodes after `from`; gives the ends from which the next node goes on. */
  const sequence = (nodes: ReadonlyArray<DescribedNode>, from: ReadonlyArray<End>): ReadonlyArray<End> => {
    let ends = from
    for (const node of nodes) ends = one(node, ends)
    return ends
  }
  const one = (node: DescribedNode, from: ReadonlyArray<End>): ReadonlyArray<End> => {
    const { cases = [], nodes } = node
    switch (node.kind) {
      case "all":
        return node.parts?.flatMap((part) => sequence(part, from)) ?? from
      case "branch": {
        const [way] = link(from, box(node))
        const ends: Array<End> = []
        for (const to of cases) ends.push(...one(to, [{ ...way!, arrow: `-->|${quote(nameOf(to.path))}|` }]))
        return ends
      }
      case "fallback": {
        open(nameOf(node.path))
        const [tried, other] = cases
        // what fails may be anything in a frame
        const id = `${tried?.nodes === undefined ? "n" : "g"}${count}`
        const ends = tried === undefined ? from : one(tried, from)
        const arrow = `-. ${quote(node.errors?.join(", ") ?? "")} .->`
        const otherwise = other === undefined ? [] : one(other, [{ id, arrow }])
        close()
        return [...ends, ...otherwise]
      }
      default: {
        const told = howOf(node)
        if (nodes === undefined && node.each === undefined) return link(from, box(node, told))
        open(nameOf(node.path.replace(/\/\*$/, "")) + told)
        const ends = nodes === undefined ? link(from, box(node)) : sequence(nodes, from)
        close()
        return ends
      }
    }
  }
  sequence(nodes, [plain("start")])
  if (state === undefined) return [...lines, ...links].join("\n")
  const styles = Object.entries(colours).map(([status, style]) => `  classDef ${status} ${style}`)
  return [...lines, ...links, ...styles, ...classes(boxes, state)].join("\n")
}

const shapes: Partial<Record<DescribedNode["kind"], readonly [left: string, right: string]>> = {
  let: ["[/", "/]"],
  branch: ["{", "}"],
  gate: ["{{", "}}"]
}

/** How often a body runs, and how long at most. */
const howOf = ({ count, each, within }: DescribedNode): string => {
  if (within !== undefined) return ` (at most ${Duration.format(Duration.millis(within))})`
  if (each === undefined) return ""
  const counted = each === "sample" ? `${count} ${manyInWords[each]}` : manyInWords[each]
  return each === "iterate" ? ` (${counted}, at most ${count})` : ` (${counted})`
}

/** The last name of a path, or the case that it stands for. */
const nameOf = (path: string): string => StepPath.decodeKey(StepPath.last(path))

/** A label, which is never empty; what Mermaid, its Markdown or HTML would read is written as an entity. */
const quote = (text: string) => `"${text.replace(/[#"<>&`%\r\n]/g, (char) => `#${char.charCodeAt(0)};`) || " "}"`
