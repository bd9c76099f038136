// The main job on a real requirement document. The model's replies come from a recording; everything else is real:
// prompts are rendered, replies parsed, files written, tests executed.
import { spawnSync } from "node:child_process"
import { dirname, join, relative } from "node:path"

const root = dirname(import.meta.dirname)
const here = (path: string) => relative(process.cwd(), join(root, path)) || "."

const args = [
  "run",
  here("examples/inputs/interval-set.md"),
  "--replay",
  here("examples/cassettes/interval-set"),
  "--out",
  here("out/interval-set")
]
console.log(`$ stepwright ${args.join(" ")}\n`)
const { status } = spawnSync(process.execPath, [join(root, "packages/node-runner/bin/stepwright.mjs"), ...args], {
  stdio: "inherit"
})
process.exitCode = status ?? 1
