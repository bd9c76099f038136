// One measurement of DBOS: runs of 20 steps in a row, so many of them at a time.
import { DBOS } from "@dbos-inc/dbos-sdk"
import pg from "pg"
import { measure } from "../support/measure.ts"
import { beginning, expectPart, instant, promptOf, runsOf, stepsOfRun } from "../support/workload.ts"
import { Part } from "./part.js"

const [atATime, url] = process.argv.slice(2)
const width = Number(atATime)
const count = runsOf(width)

const ask = instant()
const chain = DBOS.registerWorkflow(
  async (beginning) => {
    let part = beginning
    for (let i = 0; i < stepsOfRun; i++) {
      const { title } = part
      part = await DBOS.runStep(async () => Part.parse(JSON.parse(await ask(promptOf(title)))), { name: `step${i}` })
    }
    return part
  },
  { name: "chain" }
)

DBOS.setConfig({ name: "bench", systemDatabaseUrl: url, logLevel: "error" })
await DBOS.launch()

const database = new pg.Client(url)
await database.connect()
await database.query("create extension if not exists pg_stat_statements")
const statements = async () => {
  const { rows } = await database.query(
    "select sum(calls)::float8 as calls from pg_stat_statements s join pg_database d on d.oid = dbid where datname = current_database()"
  )
  return rows[0].calls
}

let runs = 0
await measure(
  async () => {
    let left = count
    const work = async () => {
      while (left-- > 0) {
        runs++
        expectPart(await chain(beginning))
      }
    }
    await Promise.all(Array.from({ length: width }, work))
  },
  count * stepsOfRun,
  async () => ({ statements: (await statements()) / runs / stepsOfRun })
)
process.exit()
