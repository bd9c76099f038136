// What typed partial objects of a streamed reply cost: each measurement in a process of its own, in which nothing ran
// before; all subjects in turn in one run.
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Result, Schema, Stream } from "effect"
import { LlmClient, type LlmReply, type LlmRequest, OutputParser, PartialJson } from "@stepwright/core"

const chunk = 20
const rounds = 11
const kilobyte = 1000
const goals = { seconds: 0.2, megabytes: 150, growth: 2.2 }

interface Measured {
  readonly seconds: number
  readonly megabytes: number
  readonly partials: number
  readonly tasks: number
}

const Plan = Schema.Struct({
  title: Schema.String,
  tasks: Schema.Array(
    Schema.Struct({
      path: Schema.String,
      objective: Schema.String,
      size: Schema.Number,
      dependsOn: Schema.Array(Schema.String)
    })
  )
})

const replyOf = (length: number): string => {
  const tasks = []
  for (let written = 0; written < length; written += JSON.stringify(tasks.at(-1)).length + 1) {
    const i: number = tasks.length
    tasks.push({
      path: `src/module${i}/index.ts`,
      objective: `Say "task ${i}" in a few words.\nThen say what it is for, and how one sees that it works: ${"so and so, ".repeat(i % 7)}\u{1F600}`,
      size: i / 8,
      dependsOn: Array.from({ length: i % 4 }, (_, j) => `src/module${i - j - 1}/index.ts`)
    })
  }
  return JSON.stringify({ title: "A plan", tasks })
}

const request: LlmRequest.LlmRequest = {
  model: "default",
  messages: [{ role: "user", content: "Plan." }],
  format: { type: "text" },
  parameters: {},
  metadata: { run: "r", path: "p", step: "s", turn: 1 }
}

const clientOf = (text: string) => {
  const parts: Array<LlmClient.StreamPart> = []
  for (let i = 0; i < text.length; i += chunk) parts.push({ _tag: "Delta", text: text.slice(i, i + chunk) })
  const reply: LlmReply.LlmReply = { text, finishReason: "stop", usage: {} }
  return LlmClient.make(
    () => Effect.succeed(reply),
    () => Stream.fromIterable([...parts, { _tag: "Finished", reply }])
  )
}

type Count = Pick<Measured, "partials" | "tasks">

const subjects: Readonly<Record<string, (client: LlmClient.Service) => Effect.Effect<Count, unknown>>> = {
  nothing: () => Effect.succeed({ partials: 0, tasks: 0 }),
  text: (client) =>
    Effect.gen(function* () {
      let whole = ""
      let partials = 0
      yield* Stream.runForEach(client.stream(request), (part) =>
        Effect.sync(() => {
          if (part._tag !== "Delta") return
          whole += part.text
          partials++
        })
      )
      const plan = yield* Effect.fromResult(OutputParser.json(Plan).parse(whole))
      return { partials, tasks: plan.tasks.length }
    }),
  partials: (client) =>
    Effect.gen(function* () {
      let partials = 0
      let tasks = 0
      yield* Stream.runForEach(PartialJson.fromStream(client.stream(request), Plan), (plan) =>
        Effect.sync(() => {
          partials++
          tasks = plan?.tasks?.length ?? 0
        })
      )
      return { partials, tasks }
    })
}

/** One measurement, in a process of its own. */
const measure = async (what: string, file: string) => {
  const client = clientOf(readFileSync(file, "utf8"))
  const began = performance.now()
  const count = await Effect.runPromise(subjects[what]!(client))
  const seconds = (performance.now() - began) / 1000
  const measured: Measured = { ...count, seconds, megabytes: process.resourceUsage().maxRSS / 1024 }
  console.log(JSON.stringify(measured))
}

const peers = join(import.meta.dirname, "peers")

/** The lock file's versions, installed once; false where there is no network. */
const installPeers = (): boolean => {
  const lock = join(peers, "package-lock.json")
  const stamp = join(peers, "node_modules", ".installed")
  const wanted = readFileSync(lock, "utf8")
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return true
  const { status } = spawnSync(
    "npm",
    ["ci", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"],
    {
      cwd: peers,
      shell: process.platform === "win32",
      stdio: "ignore",
      timeout: 120_000
    }
  )
  if (status === 0) writeFileSync(stamp, wanted)
  return status === 0
}

/** The fastest run is the one that other work on the machine disturbed least. */
const least = (values: ReadonlyArray<number>) => Math.min(...values)
const median = (values: ReadonlyArray<number>) => values.toSorted((a, b) => a - b)[values.length >> 1]!

interface Row {
  readonly name: string
  readonly script: string
  readonly what: string
  readonly size: number
  readonly rounds: number
}

const compare = () => {
  const directory = mkdtempSync(join(tmpdir(), "stepwright-bench-"))
  const fileOf = (size: number) => join(directory, `${size}.json`)
  const sizes = [100, 200, 400]
  for (const size of sizes) writeFileSync(fileOf(size), replyOf(size * kilobyte))

  const own = { script: import.meta.filename, rounds }
  const peer = { script: join(peers, "partial-objects.js"), rounds: 1 }
  const hasPeers = installPeers()
  if (!hasPeers) console.log("The AI SDK cannot be installed (is there a network?): it is left out.\n")
  const rows: ReadonlyArray<Row> = [
    { ...own, name: "text, parsed at the end", what: "text", size: 200 },
    { ...own, name: "partial objects", what: "partials", size: 100 },
    { ...own, name: "partial objects", what: "partials", size: 200 },
    { ...own, name: "partial objects", what: "partials", size: 400 },
    ...(hasPeers
      ? [
          { ...peer, name: "AI SDK: text, parsed at the end", what: "text", size: 200 },
          { ...peer, name: "AI SDK: partial objects", what: "partials", size: 100 },
          { ...peer, name: "AI SDK: partial objects", what: "partials", size: 200 }
        ]
      : [])
  ]

  const run = ({ script, size }: Row, what: string): Measured => {
    const { status, stdout } = spawnSync(process.execPath, [script, what, fileOf(size), String(chunk)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"]
    })
    if (status !== 0) throw new Error(`${script} ${what} ended with status ${status}`)
    return JSON.parse(stdout)
  }
  const idle = rows.map((row) => run(row, "nothing").megabytes)
  const results = rows.map((): Array<Measured> => [])
  for (let round = 0; round < rounds; round++) {
    for (const [i, row] of rows.entries()) {
      if (round >= row.rounds) continue
      const measured = run(row, row.what)
      const { tasks } = Result.getOrThrow(OutputParser.json(Plan).parse(readFileSync(fileOf(row.size), "utf8")))
      if (measured.tasks !== tasks.length) throw new Error(`${row.name} saw ${measured.tasks} of ${tasks.length} tasks`)
      results[i]!.push(measured)
    }
  }
  rmSync(directory, { recursive: true })

  const figures = rows.map((row, i) => ({
    ...row,
    partials: results[i]![0]!.partials,
    seconds: least(results[i]!.map(({ seconds }) => seconds)),
    megabytes: median(results[i]!.map(({ megabytes }) => megabytes)),
    idle: idle[i]!
  }))
  const of = (name: string, size: number) => figures.find((row) => row.name === name && row.size === size)
  const ours = of("partial objects", 200)!

  console.log(
    `chunks of ${chunk} characters; the least time and the median memory of ${rounds} processes, of one for the AI SDK; Node ${process.version}\n`
  )
  const widths = [34, 10, 10, 10, 14, 14, 14]
  const line = (...cells: ReadonlyArray<string>) =>
    console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(""))
  line("", "KB", "partials", "s", "÷ ours", "MB, whole", "MB above idle")
  for (const { idle, megabytes, name, partials, seconds, size, what } of figures) {
    const ratio = (seconds / (of("partial objects", size) ?? ours).seconds).toFixed(2)
    const count = what === "partials" ? String(partials) : "1"
    line(name, String(size), count, seconds.toFixed(3), ratio, megabytes.toFixed(0), (megabytes - idle).toFixed(0))
  }

  console.log()
  const check = (says: string, figure: number, goal: number, digits: number) => {
    const passed = figure <= goal
    if (!passed) process.exitCode = 1
    console.log(`${passed ? "passed" : "FAILED"}  ${says}: ${figure.toFixed(digits)}, goal at most ${goal}`)
  }
  check("200 KB with partial objects, s", ours.seconds, goals.seconds, 3)
  check("200 KB with partial objects, MB of the whole process", ours.megabytes, goals.megabytes, 0)
  check("twice the length, × the time", of("partial objects", 400)!.seconds / ours.seconds, goals.growth, 2)
  const [half, whole] = [100, 200].map((size) => of("AI SDK: partial objects", size))
  if (half !== undefined && whole !== undefined) {
    console.log(`        AI SDK, twice the length, × the time: ${(whole.seconds / half.seconds).toFixed(2)}`)
  }
}

const [what, file] = process.argv.slice(2)
if (what !== undefined && file !== undefined) await measure(what, file)
else compare()
