// What `verify` of a package with 96 tests costs in Pyodide, which starts from a snapshot of its memory, beside one that
// starts without, the revision before there was any, and bubblewrap.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { isThere } from "../test/support/tool.ts"
import { published, revision, root } from "./support/packages.ts"
import { lines, table } from "./support/table.ts"
import { type Command, inTurn, namesOf, ratio, spread } from "./support/turns.ts"

const tests = 96
const before = "2b4f7c68"

const directory = mkdtempSync(join(tmpdir(), "stepwright-bench-"))
const write = (path: string, text: string) => writeFileSync(join(directory, path), text)
for (const folder of ["ledger", "tests"]) {
  mkdirSync(join(directory, folder))
  write(`${folder}/__init__.py`, "")
}
const each = (text: (n: number) => string) => Array.from({ length: tests }, (_, n) => text(n)).join("\n")
write(
  "ledger/sums.py",
  each((n) => `def add_${n}(value):\n    return value + ${n}\n`)
)
const methods = each((n) => `    def test_${n}(self):\n        self.assertEqual(sums.add_${n}(1), ${n + 1})\n`)
write("tests/test_sums.py", `import unittest\nfrom ledger import sums\n\nclass Sums(unittest.TestCase):\n${methods}`)

const verify = (cache: string, program: string, sandbox = "pyodide"): Command => [
  join(import.meta.dirname, "subjects", "command.ts"),
  "env",
  `XDG_CACHE_HOME=${cache}`,
  process.execPath,
  program,
  "verify",
  directory,
  `--sandbox=${sandbox}`
]
const launcher = join(published(), "packages/node-runner/bin/stepwright.mjs")
const source = (folder: string) => join(folder, "packages/node-runner/src/main.ts")
const old = revision(before)
const none = "/dev/null"
const measured = await inTurn(
  {
    installed: verify(directory, launcher),
    "installed, without a snapshot": verify(none, launcher),
    "installed, in bubblewrap": isThere("bwrap") ? verify(none, launcher, "bubblewrap") : undefined,
    "from its source": verify(directory, source(root)),
    "from its source, the version before": old === undefined ? undefined : verify(none, source(old))
  },
  { launches: 1, rounds: 3 }
)
rmSync(directory, { recursive: true })

table(
  ["ms of the processor", "least / median"],
  namesOf(measured).map((name) => [name, spread(measured[name], "cpu")])
)
lines([
  {
    says: `verify of ${tests} tests ÷ without a snapshot`,
    measured: ratio(measured.installed, measured["installed, without a snapshot"], "cpu"),
    atMost: 0.45
  },
  {
    says: `verify of ${tests} tests ÷ the version before, both from their source`,
    measured: ratio(measured["from its source"], measured["from its source, the version before"], "cpu")
  }
])
