import * as StepPath from "../../StepPath.ts"
import type { StepRecord, WorkflowState } from "../../WorkflowState.ts"
import type { DescribedNode, Description } from "./describe.ts"
import { manyInWords } from "./nodes.ts"
import { finder } from "./places.ts"

const colours = {
  done: "fill:#d8f0dc,stroke:#2e7d32",
  failed: "fill:#fbdcdc,stroke:#c62828",
  running: "fill:#dce8fb,stroke:#1565c0",
  waiting: "fill:#f2f2f2,stroke:#9e9e9e"
}

/** What a step looks like, by its path and record; of several items, failed beats running beats done. */
const look = (items: ReadonlyArray<[string, StepRecord]>, { status }: WorkflowState): keyof typeof colours => {
  if (items.some(([, { error }]) => error !== undefined)) return "failed"
  if (status === "IN_PROGRESS" && items.some(([, { pending }]) => pending !== undefined)) return "running"
  return items.some(([, { result }]) => result !== undefined) ? "done" : "waiting"
}

/** Which box has which colour; `boxes` by the paths of their steps. */
const classes = (boxes: ReadonlyMap<string, string>, state: WorkflowState): ReadonlyArray<string> => {
  const placeOf = finder(boxes.keys())
  const items = Map.groupBy(Object.entries(state.records), ([path]) => placeOf(path))
  return Array.from(boxes, ([path, id]) => `  class ${id} ${look(items.get(path) ?? [], state)}`)
}

/** A flowchart: steps as boxes in the order of the definition, workflows and items as frames around them. */
export const draw = ({ name, nodes }: Description, state: WorkflowState | undefined): string => {
  const lines = ["flowchart TD", `  start([${quote(name)}])`]
  // what a link in a frame names is drawn inside the frame, so all links come after the frames
  const links = new Set<string>()
  const boxes = new Map<string, string>()
  let count = 0
  const box = (node: DescribedNode): string => {
    const id = `n${count++}`
    const name = StepPath.last(node.path)
    const step = node.step !== undefined && node.step.name !== name ? `${name}: ${node.step.name}` : name
    lines.push(`  ${id}${node.kind === "let" ? `[/${quote(step)}/]` : `[${quote(step)}]`}`)
    if (node.kind === "step") boxes.set(node.path, id)
    return id
  }
  /** Draws nodes after `from`; gives the ends from which the next node goes on. */
  const sequence = (nodes: ReadonlyArray<DescribedNode>, from: ReadonlyArray<string>): ReadonlyArray<string> => {
    let ends = from
    for (const node of nodes) {
      if (node.parts !== undefined) {
        const start = ends
        ends = node.parts.flatMap((part) => sequence(part, start))
        continue
      }
      const frame = node.nodes !== undefined || node.each !== undefined
      if (frame) {
        const items = node.each === undefined ? "" : ` (${manyInWords[node.each]})`
        lines.push(`  subgraph g${count++} [${quote(StepPath.last(node.path.replace(/\/\*$/, "")) + items)}]`)
      }
      ends = node.nodes === undefined ? link(ends, box(node)) : sequence(node.nodes, ends)
      if (frame) lines.push("  end")
    }
    return ends
  }
  const link = (ends: ReadonlyArray<string>, id: string): ReadonlyArray<string> => {
    for (const end of ends) links.add(`  ${end} --> ${id}`)
    return [id]
  }
  sequence(nodes, ["start"])
  if (state === undefined) return [...lines, ...links].join("\n")
  const styles = Object.entries(colours).map(([status, style]) => `  classDef ${status} ${style}`)
  return [...lines, ...links, ...styles, ...classes(boxes, state)].join("\n")
}

/** A label; what Mermaid, its Markdown or HTML would read is written as an entity. */
const quote = (text: string) => `"${text.replace(/[#"<>&`\n]/g, (char) => `#${char.charCodeAt(0)};`)}"`
