// One measurement of LangGraph.js: in memory without a checkpointer, or with checkpoints in a file of sqlite.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Annotation, END, START, StateGraph } from "@langchain/langgraph"
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite"
import { bytesBelow } from "../support/bytesBelow.ts"
import { measure } from "../support/measure.ts"
import { beginning, expectPart, instant, promptOf } from "../support/workload.ts"
import { Part } from "./part.js"
import { open } from "./sqlite.js"

const [what, length] = process.argv.slice(2)
const count = Number(length)

const ask = instant()
const node = ({ parts }) => ({ parts: [Part.parse(JSON.parse(ask(promptOf(parts.at(-1).title))))] })
// every result is kept, as the others keep them
const Parts = Annotation.Root({ parts: Annotation({ default: () => [], reducer: (all, more) => [...all, ...more] }) })

const graphOf = (checkpointer) => {
  const graph = new StateGraph(Parts)
  for (let i = 0; i < count; i++) graph.addNode(`step${i}`, node)
  graph.addEdge(START, "step0")
  for (let i = 1; i < count; i++) graph.addEdge(`step${i - 1}`, `step${i}`)
  graph.addEdge(`step${count - 1}`, END)
  return graph.compile({ checkpointer })
}

let runs = 0
const ranBy = (graph) => async () => {
  const config = { recursionLimit: count + 2, configurable: { thread_id: `run-${++runs}` } }
  const { parts } = await graph.invoke({ parts: [beginning] }, config)
  if (parts.length !== count + 1) throw new Error(`${parts.length - 1} of ${count} parts`)
  expectPart(parts.at(-1))
}

const subjects = {
  chain: () => measure(ranBy(graphOf()), count),
  durable: async () => {
    const directory = mkdtempSync(join(tmpdir(), "stepwright-bench-"))
    const saver = new SqliteSaver(open(join(directory, "langgraph.db")))
    await measure(ranBy(graphOf(saver)), count, () => {
      // what is in the file of the log is in the other one before it is weighed
      saver.db.pragma("wal_checkpoint(TRUNCATE)")
      return { bytes: bytesBelow(directory) / runs / count }
    })
    saver.db.close()
    rmSync(directory, { recursive: true })
  }
}

await subjects[what]()
