import * as StepPath from "../../StepPath.ts"
import type { WorkflowState } from "../../WorkflowState.ts"
import type { DescribedNode, Description } from "./describe.ts"
import { manyInWords } from "./nodes.ts"

const colours = {
  done: "fill:#d8f0dc,stroke:#2e7d32",
  failed: "fill:#fbdcdc,stroke:#c62828",
  running: "fill:#dce8fb,stroke:#1565c0",
  waiting: "fill:#f2f2f2,stroke:#9e9e9e"
}

/** What a node looks like: of several items, failed beats running beats done. */
const look = (path: string, state: WorkflowState): keyof typeof colours => {
  const paths = path.includes("*")
    ? Object.keys(state.records).filter((found) => StepPath.matches(path, found))
    : [path]
  const records = paths.flatMap((path) => state.records[path] ?? [])
  if (records.some(({ error }) => error !== undefined)) return "failed"
  const isRunning = state.status === "IN_PROGRESS" && records.some(({ pending }) => pending !== undefined)
  if (isRunning) return "running"
  return records.some(({ result }) => result !== undefined) ? "done" : "waiting"
}

/** A flowchart: steps as boxes in the order of the definition, workflows and items as frames around them. */
export const draw = ({ name, nodes }: Description, state: WorkflowState | undefined): string => {
  const lines = ["flowchart TD", `  start([${quote(name)}])`]
  // what a link in a frame names is drawn inside the frame, so all links come after the frames
  const links = new Set<string>()
  const classes: Array<string> = []
  let count = 0
  const box = (node: DescribedNode): string => {
    const id = `n${count++}`
    const name = StepPath.last(node.path)
    const step = node.step !== undefined && node.step.name !== name ? `${name}: ${node.step.name}` : name
    lines.push(`  ${id}${node.kind === "let" ? `[/${quote(step)}/]` : `[${quote(step)}]`}`)
    if (state !== undefined && node.kind === "step") classes.push(`  class ${id} ${look(node.path, state)}`)
    return id
  }
  /** Draws nodes after `from`; gives the ends from which the next node goes on. */
  const sequence = (nodes: ReadonlyArray<DescribedNode>, from: ReadonlyArray<string>): ReadonlyArray<string> =>
    nodes.reduce((ends, node) => {
      if (node.parts !== undefined) return node.parts.flatMap((part) => sequence(part, ends))
      const frame = node.nodes !== undefined || node.each !== undefined
      if (!frame) return link(ends, box(node))
      const items = node.each === undefined ? "" : ` (${manyInWords[node.each]})`
      lines.push(`  subgraph g${count++} [${quote(StepPath.last(node.path.replace(/\/\*$/, "")) + items)}]`)
      const after = node.nodes === undefined ? link(ends, box(node)) : sequence(node.nodes, ends)
      lines.push("  end")
      return after
    }, from)
  const link = (ends: ReadonlyArray<string>, id: string): ReadonlyArray<string> => {
    for (const end of ends) links.add(`  ${end} --> ${id}`)
    return [id]
  }
  sequence(nodes, ["start"])
  lines.push(...links)
  if (state !== undefined) {
    for (const [status, style] of Object.entries(colours)) lines.push(`  classDef ${status} ${style}`)
  }
  return [...lines, ...classes].join("\n")
}

/** A label; what Mermaid, its Markdown or HTML would read is written as an entity. */
const quote = (text: string) => `"${text.replace(/[#"<>&`\n]/g, (char) => `#${char.charCodeAt(0)};`)}"`
