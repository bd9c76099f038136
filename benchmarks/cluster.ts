// What a step costs of runs of 20 whose results are in a PostgreSQL that flushes, beside files and beside rivals on the
// same server, and what its tables, a worker at rest and a take-over take.
import { join } from "node:path"
import { postgres } from "../packages/cluster/test/support/postgres.ts"
import { rival } from "./support/rivals.ts"
import { type Line, lines, table } from "./support/table.ts"
import { type Command, type Figures, inTurn, median, namesOf, ratio, run, spread } from "./support/turns.ts"

const subject = (script: string, ...args: ReadonlyArray<string>): Command => [
  join(import.meta.dirname, "subjects", script),
  ...args
]

const server = await postgres({ fsync: "on", shared_preload_libraries: "pg_stat_statements" })

/** Each on a database of its own. */
const measuredAt = async (width: string) => {
  const [worker, journal, effect, dbos] = await Promise.all(
    ["worker", "journal", "effect", "dbos"].map((name) => server.database(`${name}${width}`))
  )
  return inTurn(
    {
      "a worker": subject("cluster.ts", "worker", width, worker!),
      SqlJournal: subject("cluster.ts", "journal", width, journal!),
      NodeJournal: subject("cluster.ts", "files", width),
      "effect/workflow": subject("effect-cluster.ts", width, effect!),
      DBOS: rival("dbos.js", width, dbos!)
    },
    { launches: 1 }
  )
}
const [alone, together] = [await measuredAt("1"), await measuredAt("50")]

const sized = async (what: string, count: string) =>
  run(subject("cluster-sizes.ts", what, count, await server.database(`${what}${count}`)))
const tables = await sized("tables", "100")
const idle = await sized("idle", "30")
const [thousand, most] = [await sized("take", "1000"), await sized("take", "20000")]

await server.stop()

const statementsOf = (figures: ReadonlyArray<Figures>) =>
  figures[0]?.["statements"] === undefined ? undefined : median(figures.map(({ statements }) => statements!))

for (const [at, measured] of [
  ["1 run", alone],
  ["50 runs", together]
] as const) {
  table(
    [`a step, ${at} at a time`, "µs of wall, least / median", "µs of the processor", "statements"],
    namesOf(measured).map((name) => [
      name,
      spread(measured[name], "wall"),
      spread(measured[name], "cpu"),
      statementsOf(measured[name])?.toFixed(2) ?? "—"
    ])
  )
}

const cell = (figures: Figures | undefined, figure: string, digits: number) => figures?.[figure]?.toFixed(digits) ?? "—"
const kept = ["sw_run", "sw_event", "sw_text"]
table(
  ["a step in the database", "bytes", "rows"],
  kept.map((name) => [name, cell(tables, `${name} bytes`, 0), cell(tables, `${name} rows`, 2)])
)
table(
  ["a worker with nothing to do", "a second"],
  ["statements", "transactions"].map((figure) => [figure, cell(idle, figure, 2)])
)
table(
  ["a run taken over, ms", "1000 steps", "20000 steps"],
  Object.entries({
    events: "events",
    read: "events read and checked",
    load: "the same, and made a state of",
    resume: "gone on with, where all is done"
  }).map(([figure, says]) => [says, cell(thousand, figure, 0), cell(most, figure, 0)])
)

const beside = (at: string, measured: typeof alone, name: keyof typeof alone, atMost: number): Line => ({
  says: `${at}, a worker ÷ ${name}, wall`,
  measured: ratio(measured["a worker"], measured[name], "wall"),
  atMost,
  isRival: name === "DBOS"
})
const [one, many] = ["1 run at a time", "50 runs at a time"]
lines([
  beside(one, alone, "NodeJournal", 1.1),
  beside(one, alone, "effect/workflow", 0.99),
  beside(one, alone, "DBOS", 0.99),
  beside(many, together, "NodeJournal", 0.99),
  beside(many, together, "effect/workflow", 0.99),
  beside(many, together, "DBOS", 0.99),
  { says: `${one}, a worker, statements a step`, measured: statementsOf(alone["a worker"]), atMost: 3.1 },
  { says: `${one}, SqlJournal, statements a step`, measured: statementsOf(alone.SqlJournal) },
  { says: `${one}, SqlJournal ÷ NodeJournal, wall`, measured: ratio(alone.SqlJournal, alone.NodeJournal, "wall") },
  { says: `${many}, a worker, statements a step`, measured: statementsOf(together["a worker"]), atMost: 0.3 },
  { says: `${many}, SqlJournal, statements a step`, measured: statementsOf(together.SqlJournal) },
  {
    says: `${many}, SqlJournal ÷ NodeJournal, wall`,
    measured: ratio(together.SqlJournal, together.NodeJournal, "wall")
  }
])
// the server's package listens to who started this process, which keeps it, and ends it with a status of its own
process.disconnect?.()
process.exit(process.exitCode)
