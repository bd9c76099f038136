// `npm test`: every check of the repository. `npm test -- lint format` runs only those.
// The last line counts the tests that vitest ran, and one for each other check.
import { existsSync, globSync, readFileSync, rmSync } from "node:fs"
import { dirname } from "node:path"
import { isThere } from "../test/support/tool.ts"
import { killAll, run, type Ended } from "./child.ts"
import { writeFences } from "./fences.ts"
import { judge, parse } from "./report.ts"
import { file } from "./reporter.ts"

interface Outcome {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly stopped: boolean
  /** What there is to say of it. */
  readonly report: string
}

const root = dirname(import.meta.dirname)
/** How long a check may say nothing. More than a test may take, so that one that hangs ends by itself. **Units** seconds */
const silence = Number(process.env["CHECK_SILENCE"] ?? 600)

const execute = (argv: ReadonlyArray<string>, onText?: (text: string) => void): Promise<Ended> =>
  run(argv, { cwd: root, silence: silence * 1000, ...(onText && { onText }) })

const one = ({ ok, output, stopped }: Ended): Outcome => ({
  passed: ok ? 1 : 0,
  failed: ok ? 0 : 1,
  skipped: 0,
  stopped,
  report: ok ? "" : output
})

const command =
  (...argv: ReadonlyArray<string>) =>
  async () =>
    one(await execute(argv))

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
  const ended = await execute([...argv, "--list-files"])
  if (ended.stopped) return one(ended)
  const { ok, output } = ended
  const [, checked, all] = /^Checked (\d+) files out of (\d+) files/m.exec(output) ?? []
  const unread = globSync("packages/*/src/**/*.ts", { cwd: root }).filter((file) => !output.includes(`/${file}: `))
  const problems = output
    .split("\n")
    .filter((line) => !line.includes(": detected=") && !line.startsWith("Effect version"))
  problems.push(...unread.map((file) => `was not read: ${file}`))
  const isClean = ok && checked === all && checked !== undefined && unread.length === 0
  return one({ ok: isClean, output: problems.join("\n"), stopped: false })
}

const vitest =
  (...args: ReadonlyArray<string>) =>
  async (): Promise<Outcome> => {
    const argv = ["vitest", "run", "--reporter=default", "--reporter=./scripts/reporter.ts", ...args]
    rmSync(file, { force: true })
    const ended = await execute(argv, (text) => process.stdout.write(text))
    const lines = existsSync(file) ? parse(readFileSync(file, "utf8")) : []
    const { notes, problems, ...counts } = judge(lines, ended, isThere)
    return { ...counts, stopped: ended.stopped, report: [ended.output, ...notes, ...problems].join("\n") }
  }

/** Those of one group run side by side; a group starts when the one before it has ended. */
const groups: ReadonlyArray<Readonly<Record<string, () => Promise<Outcome>>>> = [
  {
    types: command("tsc", "-b"),
    lint: command("oxlint"),
    format: command("oxfmt", "--check"),
    page: command("npm", "run", "build", "--silent", "--prefix", "packages/studio"),
    unused: command("knip", "--no-progress", "--no-config-hints")
  },
  // reads the declarations that `types` has made
  { api: command("node", "scripts/api.ts") },
  // the tests read sources, not what is built; they leave room for what takes one processor alone
  { effect, published: command("node", "scripts/published.ts"), tests: vitest() }
]
/** What runs only where it is named: `npm run soak`, or in its place `npm run soak -- mutants`. */
const others = {
  soak: vitest("--mode", "soak"),
  mutants: vitest("--mode", "mutants"),
  created: command("node", "scripts/created.ts")
}

const [first, ...more] = process.argv.slice(2)
const asked = first === "soak" && more.length > 0 ? more : process.argv.slice(2)
const checks = groups.flatMap((group) => Object.keys(group))
const names = [...checks, ...Object.keys(others)]
const unknown = asked.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`There is no check named ${unknown.join(", ")}. There are: ${names.join(", ")}`)
  process.exit(2)
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    killAll()
    process.kill(process.pid, signal)
  })
}

const wanted = asked.length === 0 ? checks : asked
const total = { passed: 0, failed: 0, skipped: 0 }
const stops: Array<string> = []
writeFences(root)
for (const group of [...groups, others]) {
  const chosen = Object.entries(group).filter(([name]) => wanted.includes(name))
  // oxlint-disable-next-line no-await-in-loop -- one group after the other
  await Promise.all(
    chosen.map(async ([name, check]) => {
      const start = performance.now()
      if (chosen.length === 1) console.log(`── ${name}`)
      const { failed, passed, report, skipped, stopped } = await check()
      const seconds = ((performance.now() - start) / 1000).toFixed(1)
      console.log(`── ${name} ${failed === 0 ? "passed" : "FAILED"} (${seconds} s)`)
      if (report.trim() !== "") console.log(report.trim())
      if (stopped) {
        const until = passed + failed > 1 ? `; until then ${passed} of its tests had passed, ${failed - 1} failed` : ""
        stops.push(`${name} was stopped after ${silence} s without a word${until}`)
      }
      total.passed += passed
      total.failed += failed
      total.skipped += skipped
    })
  )
}

const skipped = total.skipped === 0 ? "" : `, ${total.skipped} skipped`
process.exitCode = total.failed === 0 ? 0 : 1
for (const stop of stops) console.log(stop)
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`)
