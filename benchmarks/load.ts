// What it takes to load a journal of 30,000 events, each line of it checked, beside JSON.parse of these events.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { stepwright } from "./support/stepwright.ts"
import { lines, table } from "./support/table.ts"
import { inTurn, ratio, run, spread } from "./support/turns.ts"

const steps = 10_000

const directory = mkdtempSync(join(tmpdir(), "stepwright-bench-"))
await run(stepwright("leave", "chain", String(steps), directory, "1"))
const script = join(import.meta.dirname, "subjects", "parse.ts")
const file = join(directory, "run-1", "events.jsonl")
const measured = await inTurn({
  load: stepwright("load", "chain", "1", directory),
  "JSON.parse": [script, file],
  "the file read, and JSON.parse of its lines": [script, file, "file"]
})
rmSync(directory, { recursive: true })

const events = measured["JSON.parse"][0]?.["events"] ?? 0
if (events < 3 * steps) throw new Error(`the journal has ${events} events`)

table(
  [`${events} events, least / median`, "ms of the processor"],
  Object.entries(measured).map(([name, figures]) => [name, spread(figures, "cpu")])
)
lines([
  {
    says: `load of ${events} events ÷ JSON.parse of them`,
    measured: ratio(measured.load, measured["JSON.parse"], "cpu"),
    atMost: 1.8
  },
  {
    says: "… ÷ the file read, and JSON.parse of its lines, texts too",
    measured: ratio(measured.load, measured["the file read, and JSON.parse of its lines"], "cpu")
  }
])
