// `npm run bench`: every benchmark, one after another, each in a process of its own.
// `npm run bench -- step-cost` runs only those named.
import { spawnSync } from "node:child_process"
import { globSync } from "node:fs"
import { basename, join } from "node:path"

const names = globSync("*.ts", { cwd: import.meta.dirname })
  .map((file) => basename(file, ".ts"))
  .filter((name) => name !== "main")
  .toSorted()
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`There is no benchmark named ${unknown.join(", ")}. There are: ${names.join(", ")}`)
  process.exit(2)
}

for (const name of asked.length === 0 ? names : names.filter((name) => asked.includes(name))) {
  console.log(`── ${name}`)
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`)], { stdio: "inherit" })
  if (status !== 0) process.exitCode = 1
  console.log()
}
