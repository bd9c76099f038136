// `npm test`: every check of the repository. `npm test -- lint format` runs only those.
// The last line counts the tests of vitest's report, and one for each other check.
import { spawn } from "node:child_process"
import { existsSync, globSync, readFileSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { writeFences } from "./fences.ts"
import { judge, type Report } from "./report.ts"

interface Outcome {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly output: string
}

const root = dirname(import.meta.dirname)
const timeout = 8 * 60_000

const execute = (
  argv: ReadonlyArray<string>,
  live = false
): Promise<{ readonly ok: boolean; readonly output: string }> =>
  new Promise((resolve) => {
    const [command = "", ...args] = argv
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], timeout })
    let output = ""
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        if (live) process.stdout.write(text)
        else output += text
      })
    }
    child.on("error", (error) => resolve({ ok: false, output: `${output}${argv.join(" ")}: ${error.message}\n` }))
    // What an ended command leaves running may hold its output open for ever.
    child.on("exit", (_, signal) => {
      if (signal !== null) for (const stream of [child.stdout, child.stderr]) stream.destroy()
    })
    child.on("close", (status, signal) => {
      const ended = signal === null ? "" : `${argv.join(" ")} was ended by ${signal}\n`
      resolve({ ok: status === 0, output: output + ended })
    })
  })

const one = (ok: boolean, output: string): Outcome => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, output })

const command =
  (...argv: ReadonlyArray<string>) =>
  async () => {
    const { ok, output } = await execute(argv)
    return one(ok, output)
  }

/** Effect's own linter says nothing where a project is not set up for it: all source must be among what it read. */
const effect = async () => {
  const argv = [
    "effect-tsgo",
    "diagnostics",
    "--project",
    "tsconfig.test.json",
    "--strict",
    "--severity",
    "error,warning",
    "--format",
    "text"
  ]
  const { ok, output } = await execute([...argv, "--list-files"])
  const [, checked, all] = /^Checked (\d+) files out of (\d+) files/m.exec(output) ?? []
  const unread = globSync("packages/*/src/**/*.ts", { cwd: root }).filter((file) => !output.includes(`/${file}: `))
  const problems = output
    .split("\n")
    .filter((line) => !line.includes(": detected=") && !line.startsWith("Effect version"))
  problems.push(...unread.map((file) => `was not read: ${file}`))
  return one(ok && checked === all && checked !== undefined && unread.length === 0, problems.join("\n"))
}

const tests = async (): Promise<Outcome> => {
  const file = join(root, "node_modules", ".vitest-report.json")
  rmSync(file, { force: true })
  const { ok } = await execute(
    ["vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`],
    true
  )
  const allowed: ReadonlyArray<string> = JSON.parse(readFileSync(join(root, "scripts", "allowed-skips.json"), "utf8"))
  const report: Report | undefined = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined
  const { problems, ...counts } = judge(root, report, ok, allowed)
  return { ...counts, output: problems.map((problem) => `${problem}\n`).join("") }
}

/** Those of one group run side by side; a group starts when the one before it has ended. */
const groups: ReadonlyArray<Readonly<Record<string, () => Promise<Outcome>>>> = [
  {
    types: command("tsc", "-b"),
    lint: command("oxlint"),
    format: command("oxfmt", "--check"),
    effect,
    api: command("node", "scripts/api.ts"),
    unused: command("knip", "--no-progress", "--no-config-hints")
  },
  { published: command("node", "scripts/published.ts") },
  { tests }
]

const asked = process.argv.slice(2)
const names = groups.flatMap((group) => Object.keys(group))
const unknown = asked.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`There is no check named ${unknown.join(", ")}. There are: ${names.join(", ")}`)
  process.exit(2)
}

const total = { passed: 0, failed: 0, skipped: 0 }
writeFences(root)
for (const group of groups) {
  const chosen = Object.entries(group).filter(([name]) => asked.length === 0 || asked.includes(name))
  // oxlint-disable-next-line no-await-in-loop -- one group after the other
  await Promise.all(
    chosen.map(async ([name, check]) => {
      const start = performance.now()
      if (name === "tests") console.log("── tests")
      const { failed, output, passed, skipped } = await check()
      const seconds = ((performance.now() - start) / 1000).toFixed(1)
      console.log(`── ${name} ${failed === 0 ? "passed" : "FAILED"} (${seconds} s)`)
      if (failed > 0) console.log(output.trimEnd())
      total.passed += passed
      total.failed += failed
      total.skipped += skipped
    })
  )
}

const skipped = total.skipped === 0 ? "" : `, ${total.skipped} skipped`
process.exitCode = total.failed === 0 ? 0 : 1
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`)
