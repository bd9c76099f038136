// What reading a reply costs beside an earlier revision, whose sources are checked out into a folder of their own. The two
// are measured in turn, each in a process of its own.
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Result, Schema } from "effect"

const root = join(import.meta.dirname, "..")
const rounds = 9
const size = 400_000
const atMost = { ratio: 1.15, growth: 2.3 }

const Plan = Schema.Struct({ tasks: Schema.Array(Schema.Struct({ path: Schema.String, objective: Schema.String })) })

const filled = (length: number, unit: (i: number) => string): string => {
  const units = []
  for (let i = 0, written = 0; written < length; i++) {
    units.push(unit(i))
    written += units.at(-1)!.length
  }
  return units.join("")
}

const task = (i: number) =>
  JSON.stringify({
    path: `src/module${i}.py`,
    objective: `Say "task ${i}" & <so> on.\nThen [see] {it}: ${"so, ".repeat(i % 7)}`
  })

const plan = (length: number) => `{"tasks": [${filled(length, (i) => `${i > 0 ? "," : ""}${task(i)}`)}]}`
const code = (i: number) => `def f${i}(x):\n    """Say <what> it does."""\n    return x + ${i}  # [1] {2}\n\n\n`

type Core = typeof import("@stepwright/core")

interface Subject {
  readonly reply: (length: number) => string
  readonly read: (core: Core) => (reply: string) => unknown
}

const chunk = 20

const subjects: Readonly<Record<string, Subject>> = {
  JSON: { reply: plan, read: ({ OutputParser }) => OutputParser.json(Plan).parse },
  "JSON in a fence, with faults": {
    reply: (length) => `Here:\n\`\`\`json\n${plan(length).slice(0, -2)},],}\n\`\`\`\nDone.`,
    read: ({ OutputParser }) => OutputParser.json(Plan).parse
  },
  "a code block": {
    reply: (length) => `\`\`\`python\n${filled(length, code)}\`\`\``,
    read: ({ OutputParser }) => OutputParser.codeBlock("python").parse
  },
  files: {
    reply: (length) =>
      filled(length, (i) => `### File: \`src/f${i}.py\`\n\`\`\`python\n${code(i).repeat(20)}\`\`\`\n\n`),
    read: ({ OutputParser }) => OutputParser.files.parse
  },
  "tagged blocks": {
    reply: (length) =>
      filled(length, (i) => `#### Task ${i}: A\n<t>\n${"Words of a task, and more.\n".repeat(9)}</t>\n\n`),
    read: ({ OutputParser }) => OutputParser.taggedBlocks({ start: "<t>", end: "</t>", heading: /^Task \d/ }).parse
  },
  "partial objects": {
    reply: plan,
    read:
      ({ PartialJson }) =>
      (reply) => {
        const reader = PartialJson.make(Plan)
        for (let i = 0; i < reply.length; i += chunk) reader.feed(reply.slice(i, i + chunk))
        return Result.succeed(reader.end())
      }
  }
}

/** Milliseconds of processor time for one reading, the least of several. */
const measure = async (core: string, name: string, length: number) => {
  const { read, reply } = subjects[name]!
  const parse = read((await import(join(core, "index.ts"))) as Core)
  const text = reply(length)
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < 12; i++) {
    const began = process.cpuUsage()
    const result = parse(text)
    const { system, user } = process.cpuUsage(began)
    least = Math.min(least, (system + user) / 1000)
    if (Result.isResult(result) && Result.isFailure(result)) throw new Error(`${name}: ${String(result.failure)}`)
  }
  console.log(least)
}

const git = (...args: ReadonlyArray<string>): string => {
  const { status, stderr, stdout } = spawnSync("git", args, { cwd: root, encoding: "utf8" })
  if (status !== 0) throw new Error(stderr)
  return stdout.trim()
}

/** The revision before the rules of replies were written down. */
const before = () => `${git("log", "--diff-filter=A", "--format=%H", "-1", "--", "docs/40-replies.md")}^`

const compare = (revision: string) => {
  const directory = mkdtempSync(join(tmpdir(), "stepwright-bench-"))
  const other = join(directory, "packages/core")
  mkdirSync(other, { recursive: true })
  const archive = join(directory, "core.tar")
  git("archive", `--output=${archive}`, revision, "packages/core")
  spawnSync("tar", ["-xf", archive, "-C", directory])
  symlinkSync(join(root, "packages/core/node_modules"), join(other, "node_modules"))

  const sources = { before: join(other, "src"), now: join(root, "packages/core/src") }
  const run = (source: string, name: string, length: number): number => {
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      [import.meta.filename, source, name, String(length)],
      { encoding: "utf8" }
    )
    if (status !== 0) throw new Error(stderr)
    return Number(stdout)
  }
  const least = (values: ReadonlyArray<number>) => Math.min(...values)

  console.log(`replies of ${size / 1000} KB beside ${git("rev-parse", "--short", revision)}; Node ${process.version}\n`)
  console.log("ms of processor time             before      now    ratio   twice the length ×")
  for (const name of Object.keys(subjects)) {
    const times = { before: [] as Array<number>, now: [] as Array<number>, twice: [] as Array<number> }
    for (let round = 0; round < rounds; round++) {
      times.before.push(run(sources.before, name, size))
      times.now.push(run(sources.now, name, size))
      times.twice.push(run(sources.now, name, 2 * size))
    }
    const [old, now, twice] = [least(times.before), least(times.now), least(times.twice)] as const
    const ratio = now / old
    const growth = twice / now
    // what takes less than this is as fast as anybody notices
    const failed = (ratio > atMost.ratio && now - old > 1) || growth > atMost.growth
    if (failed) process.exitCode = 1
    console.log(
      `${name.padEnd(30)}${old.toFixed(2).padStart(9)}${now.toFixed(2).padStart(9)}${ratio.toFixed(2).padStart(9)}${growth.toFixed(2).padStart(9)}${failed ? "  FAILED" : ""}`
    )
  }
  rmSync(directory, { recursive: true })
}

const [source, name, length] = process.argv.slice(2)
if (source !== undefined && name !== undefined) await measure(source, name, Number(length))
else compare(source ?? before())
