// One measurement of JSON.parse of a journal: of its events, whose lines are texts already, or of all lines of its file.
// **Units** ms
import { readFileSync } from "node:fs"
import { measure } from "../support/measure.ts"

const [file = "", what = ""] = process.argv.slice(2)
const read = () => readFileSync(file, "utf8").trimEnd().split("\n")
const events = read().filter((line) => line.startsWith('{"_tag"') && !line.startsWith('{"_tag":"Journal"'))

await measure(
  () => (what === "file" ? read() : events).map((line): unknown => JSON.parse(line)),
  1000,
  () => ({ events: events.length })
)
