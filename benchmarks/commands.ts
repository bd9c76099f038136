// What commands cost that run nothing: `--version` beside Node that does nothing, and `list` of 1,000 runs beside that.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { published, root } from "./support/packages.ts"
import { stepwright } from "./support/stepwright.ts"
import { lines, table } from "./support/table.ts"
import { type Command, inTurn, namesOf, ratio, run, spread } from "./support/turns.ts"

const runs = 1000

const command = (...argv: ReadonlyArray<string>): Command => [
  join(import.meta.dirname, "subjects", "command.ts"),
  ...argv
]
const node = process.execPath
const launcher = join(published(), "packages/node-runner/bin/stepwright.mjs")

const directory = mkdtempSync(join(tmpdir(), "stepwright-bench-"))
process.chdir(directory)
await run(stepwright("leave", "chain", "3", join(directory, ".stepwright/runs"), String(runs)))
const measured = await inTurn(
  {
    "node -e 0": command(node, "-e", "0"),
    "--version": command(node, launcher, "--version"),
    list: command(node, launcher, "list"),
    // what was read before is forgotten
    "list, the first time": command("sh", "-c", `rm -f .stepwright/list.json; exec "$0" "$1" list`, node, launcher)
  },
  { launches: 1 }
)
process.chdir(root)
rmSync(directory, { recursive: true })

table(
  ["ms of the processor", "least / median"],
  namesOf(measured).map((name) => [name, spread(measured[name], "cpu")])
)
const beside = (name: "list" | "list, the first time") => ({
  says: `${name}, of ${runs} runs ÷ --version`,
  measured: ratio(measured[name], measured["--version"], "cpu")
})
lines([
  {
    says: "--version ÷ node -e 0",
    measured: ratio(measured["--version"], measured["node -e 0"], "cpu"),
    atMost: 4.5
  },
  { ...beside("list"), atMost: 2 },
  beside("list, the first time")
])
