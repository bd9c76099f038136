/* oxlint-disable no-await-in-loop -- one benchmark after another */
// `npm run bench`: every benchmark, each in a process of its own; `npm run bench -- chain` runs only those named. It
// fails where a line is missed, or a rival could not be run, unless `--without-rivals`.
import { fork } from "node:child_process"
import { once } from "node:events"
import { globSync, readFileSync } from "node:fs"
import { availableParallelism, cpus } from "node:os"
import { basename, join } from "node:path"
import { positionals, withoutRivals } from "./support/options.ts"

const names = globSync("*.ts", { cwd: import.meta.dirname })
  .map((file) => basename(file, ".ts"))
  .filter((name) => name !== "main")
  .toSorted()
const unknown = positionals.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`There is no benchmark named ${unknown.join(", ")}. There are: ${names.join(", ")}`)
  process.exit(2)
}

const today = new Date().toISOString().slice(0, 10)
const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, "peers", "package.json"), "utf8"))
const rivals = Object.entries(dependencies).map((rival) => rival.join(" "))
console.log(
  `${today}, ${availableParallelism()} × ${cpus()[0]?.model}, Node ${process.version}; ${rivals.join(", ")}\n`
)

const missed: Array<string> = []
for (const name of positionals.length === 0 ? names : names.filter((name) => positionals.includes(name))) {
  console.log(`### ${name}\n`)
  const benchmark = fork(join(import.meta.dirname, `${name}.ts`), withoutRivals ? ["--without-rivals"] : [])
  const lines: Array<string> = []
  benchmark.on("message", (line) => lines.push(`- ${name}, ${line}`))
  const [status] = await once(benchmark, "close")
  missed.push(...(status !== 0 && lines.length === 0 ? [`- ${name} ended with status ${status}`] : lines))
}
if (missed.length > 0) {
  console.log(`Missed:\n\n${missed.join("\n")}`)
  process.exitCode = 1
}
