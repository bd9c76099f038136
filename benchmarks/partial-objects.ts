// What typed partial objects of a streamed reply cost: each measurement in a process of its own, in which nothing ran
// before; all subjects in turn in one run.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Schema, Stream } from "effect"
import { LlmClient, type LlmReply, type LlmRequest, OutputParser, PartialJson } from "@stepwright/core"
import { answer } from "./support/measure.ts"
import { positionals } from "./support/options.ts"
import { rival } from "./support/rivals.ts"
import { lines, table } from "./support/table.ts"
import { type Command, type Figures, inTurn, least, median, quotient } from "./support/turns.ts"

const chunk = 20
const launches = 11
const kilobyte = 1000

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

interface Count {
  readonly partials: number
  readonly tasks: number
}

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
const measure = (what: string, file: string) => {
  const client = clientOf(readFileSync(file, "utf8"))
  return answer(async () => {
    const began = performance.now()
    const count = await Effect.runPromise(subjects[what]!(client))
    const seconds = (performance.now() - began) / 1000
    return { ...count, seconds, megabytes: process.resourceUsage().maxRSS / 1024 }
  })
}

const compare = async () => {
  const directory = mkdtempSync(join(tmpdir(), "stepwright-bench-"))
  const fileOf = (size: number) => join(directory, `${size}.json`)
  for (const size of [100, 200, 400]) writeFileSync(fileOf(size), replyOf(size * kilobyte))

  const own = (what: string, size: number): Command => [import.meta.filename, what, fileOf(size)]
  const peer = (what: string, size: number) => rival("partial-objects.js", what, fileOf(size), String(chunk))
  const subjects = await inTurn(
    {
      nothing: own("nothing", 200),
      "200 KB of text, parsed at the end": own("text", 200),
      "100 KB": own("partials", 100),
      "200 KB": own("partials", 200),
      "400 KB": own("partials", 400)
    },
    { launches, rounds: 1 }
  )
  const rivals = await inTurn(
    {
      "AI SDK: nothing": peer("nothing", 200),
      "AI SDK: 200 KB of text, parsed at the end": peer("text", 200),
      "AI SDK: 100 KB": peer("partials", 100),
      "AI SDK: 200 KB": peer("partials", 200)
    },
    { launches: 1, rounds: 1 }
  )
  rmSync(directory, { recursive: true })

  const tasks = subjects["200 KB of text, parsed at the end"][0]?.["tasks"]
  for (const all of [subjects["200 KB"], rivals["AI SDK: 200 KB"]]) {
    const other = all.find((figures) => figures["tasks"] !== tasks)
    if (other !== undefined) throw new Error(`${other["tasks"]} of ${tasks} tasks were seen`)
  }

  /** The fastest run is the one that other work on the machine disturbed least. */
  const seconds = (all: ReadonlyArray<Figures>) =>
    all.length === 0 ? undefined : least(all.map((figures) => figures["seconds"]!))
  const megabytes = (all: ReadonlyArray<Figures>) =>
    all.length === 0 ? undefined : median(all.map((figures) => figures["megabytes"]!))
  const ours = subjects["200 KB"]

  table(
    [`pieces of ${chunk} characters`, "partials", "s, least", "MB, whole, median"],
    Object.entries({ ...subjects, ...rivals }).map(([name, all]) => [
      name,
      String(all[0]?.["partials"] ?? "—"),
      seconds(all)?.toFixed(3) ?? "—",
      megabytes(all)?.toFixed(0) ?? "—"
    ])
  )
  lines([
    { says: "200 KB with partial objects, s", measured: seconds(ours), atMost: 0.2, digits: 3 },
    { says: "… MB of the whole process", measured: megabytes(ours), atMost: 150, digits: 0 },
    { says: "… 400 KB ÷ 200 KB, s", measured: quotient(seconds(subjects["400 KB"]), seconds(ours)), atMost: 2.2 },
    {
      says: "… ÷ AI SDK, s",
      measured: quotient(seconds(ours), seconds(rivals["AI SDK: 200 KB"])),
      isRival: true,
      digits: 4
    },
    {
      says: "AI SDK: 200 KB ÷ 100 KB, s",
      measured: quotient(seconds(rivals["AI SDK: 200 KB"]), seconds(rivals["AI SDK: 100 KB"])),
      isRival: true
    }
  ])
}

const [what, file] = positionals
if (what !== undefined && file !== undefined) await measure(what, file)
else await compare()
