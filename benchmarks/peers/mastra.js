// One measurement of Mastra's workflows: in memory, or with snapshots in a file of libsql.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Mastra } from "@mastra/core"
import { createStep, createWorkflow } from "@mastra/core/workflows"
import { LibSQLStore } from "@mastra/libsql"
import { z } from "zod"
import { measure } from "../support/measure.ts"
import { atATime, beginning, delayed, expectPart, instant, items, promptOf } from "../support/workload.ts"
import { Part } from "./part.js"

const [what, length] = process.argv.slice(2)
const count = Number(length)

const ask = what === "fan-out" ? delayed() : instant()
const stepOf = (id) =>
  createStep({
    id,
    inputSchema: Part,
    outputSchema: Part,
    execute: async ({ inputData }) => Part.parse(JSON.parse(await ask(promptOf(inputData.title))))
  })

const chain = () => {
  let workflow = createWorkflow({ id: "chain", inputSchema: Part, outputSchema: Part })
  for (let i = 0; i < count; i++) workflow = workflow.then(stepOf(`step${i}`))
  return workflow.commit()
}
const fanOut = () =>
  createWorkflow({ id: "fan-out", inputSchema: z.array(Part), outputSchema: z.array(Part) })
    .foreach(stepOf("step"), { concurrency: atATime })
    .commit()

const ranBy = (workflow, inputData) => async () => {
  const run = await workflow.createRun()
  const outcome = await run.start({ inputData })
  if (outcome.status !== "success") throw new Error(JSON.stringify(outcome.error ?? outcome.status))
  for (const part of [outcome.result].flat()) expectPart(part)
}

const subjects = {
  chain: () => measure(ranBy(chain(), beginning), count),
  "fan-out": () => measure(ranBy(fanOut(), items(count)), count),
  durable: async () => {
    const directory = mkdtempSync(join(tmpdir(), "stepwright-bench-"))
    const storage = new LibSQLStore({ id: "bench", url: `file:${join(directory, "mastra.db")}` })
    await storage.init()
    const workflow = chain()
    new Mastra({ workflows: { chain: workflow }, storage, logger: false })
    await measure(ranBy(workflow, beginning), count)
    rmSync(directory, { recursive: true })
  }
}

await subjects[what]()
process.exit()
