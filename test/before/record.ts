// Wrote the stored files of this folder, with the version that they are of: `node test/before/record.ts`.
// It writes what is not there and never over what is: with a later version the files would prove nothing.
import { type ChildProcess, spawn } from "node:child_process"
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { Effect, Layer } from "effect"
import * as api from "./api.ts"
import { fingerprints, model } from "./fingerprints.ts"
import { everyStep } from "./steps.ts"
import { answer, config, Limit, report, shorter } from "./workflows.ts"

const folder = import.meta.dirname
const root = join(folder, "../..")
const launcher = join(root, "packages/node-runner/bin/stepwright.mjs")
const tea = { topic: "tea" }
const here = (...names: ReadonlyArray<string>) => join(folder, ...names)

const write = (name: string, text: string) => {
  mkdirSync(dirname(here(name)), { recursive: true })
  writeFileSync(here(name), text, { flag: "wx" })
}
const unlessThere = async (name: string, make: () => Promise<void>) => {
  if (existsSync(here(name))) console.log(`${name} is there`)
  else await make()
}
const until = async (isDone: () => boolean) => {
  while (!isDone()) {
    // oxlint-disable-next-line no-await-in-loop -- looks again and again
    await setTimeout(20)
  }
}

/** What a server answers: a text, the code of an error, or nothing ever. */
type Reply = (prompt: string) => string | { readonly status: number; readonly code: string } | undefined

/** A server that speaks Chat Completions. */
const serve = async (reply: Reply) => {
  const server = createServer(async (request, response) => {
    let body = ""
    for await (const chunk of request) body += String(chunk)
    const { messages, model } = JSON.parse(body)
    const content = reply(messages.at(-1).content)
    if (content === undefined) return
    if (typeof content !== "string") {
      const { code, status } = content
      const error = { message: `It is ${code}.`, type: code, code }
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ error }))
      return
    }
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_tokens_details: { cached_tokens: 40 },
      completion_tokens_details: { reasoning_tokens: 5 }
    }
    const choices = [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }]
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ id: "reply", object: "chat.completion", created: 0, model, choices, usage }))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address() as { readonly port: number }
  return {
    env: { OPENAI_API_KEY: "key", OPENAI_BASE_URL: `http://127.0.0.1:${address.port}/v1` },
    close: () => {
      server.close()
      server.closeAllConnections()
    }
  }
}

/** A folder in which the command line is used, with a model that answers so. */
const inPlace = async (
  reply: Reply,
  use: (place: {
    readonly at: (...names: ReadonlyArray<string>) => string
    readonly start: (...args: ReadonlyArray<string>) => {
      readonly process: ChildProcess
      readonly ended: Promise<string>
    }
    readonly stepwright: (...args: ReadonlyArray<string>) => Promise<string>
    /** Keeps a run with its state. */
    readonly keep: (name: string, run?: string) => Promise<void>
  }) => Promise<void>
) => {
  const place = mkdtempSync(join(tmpdir(), "before-"))
  const server = await serve(reply)
  for (const name of ["api.ts", "workflows.ts"]) copyFileSync(here(name), join(place, name))
  const at = (...names: ReadonlyArray<string>) => join(place, ...names)
  const start = (...args: ReadonlyArray<string>) => {
    const command = args[0]!.endsWith(".ts") ? args : [launcher, ...args]
    const { HOME, PATH } = process.env
    const child = spawn(process.execPath, command, { cwd: place, env: { HOME, PATH, ...server.env } })
    let output = ""
    child.stdout.on("data", (chunk) => (output += String(chunk)))
    child.stderr.on("data", (chunk) => process.stderr.write(chunk))
    return { process: child, ended: new Promise<string>((resolve) => child.on("close", () => resolve(output))) }
  }
  const stepwright = (...args: ReadonlyArray<string>) => start(...args).ended
  const keep = async (name: string, run = "latest") => {
    const state = await stepwright("export", run)
    write(`states/${name}.json`, state)
    const id = JSON.parse(state).run
    cpSync(at(".stepwright/runs", id), here("runs", name, id), { recursive: true, errorOnExist: true, force: false })
  }
  try {
    await use({ at, start, stepwright, keep })
  } finally {
    server.close()
    rmSync(place, { recursive: true })
  }
}

const start = ["run", "--workflow", "workflows.ts#report", "--input", JSON.stringify(tea)]

/** The events of the only run in a place. */
const eventsIn = (runs: string) => {
  const [run] = existsSync(runs) ? readdirSync(runs) : []
  const file = join(runs, run ?? "", "events.jsonl")
  return existsSync(file) ? readFileSync(file, "utf8") : ""
}

await unlessThere("runs/ready", () =>
  inPlace(answer, async ({ at, keep, stepwright }) => {
    copyFileSync(join(root, "examples/inputs/interval-set.md"), at("interval-set.md"))
    copyFileSync(join(root, "examples/cassettes/interval-set.json"), at("interval-set.json"))
    await stepwright("run", "interval-set.md", "--replay", "interval-set.json")
    await keep("ready")
    write("delivered.json", readFileSync(at("out/interval-set/.stepwright/files.json"), "utf8"))
  })
)

await unlessThere("runs/killed", () => {
  let isHung = false
  const reply = (prompt: string) => {
    if (!prompt.startsWith("Section c d")) return answer(prompt)
    isHung = true
    return undefined
  }
  return inPlace(reply, async ({ at, keep, start: begin }) => {
    const { ended, process } = begin(...start)
    await until(() => isHung && /"StepSucceeded","path":"sections\/%C3%A9%2A"/.test(eventsIn(at(".stepwright/runs"))))
    process.kill("SIGKILL")
    await ended
    await keep("killed")
    // the process that it names must not be there on any machine
    const [run] = readdirSync(here("runs/killed"))
    writeFileSync(here("runs/killed", run!, "lock"), "999999999\n")
  })
})

await unlessThere("runs/suspended", () =>
  inPlace(answer, async ({ keep, stepwright }) => {
    await stepwright(...start, "--max-calls", "3")
    await keep("suspended")
  })
)

await unlessThere("runs/without-quota", () =>
  inPlace(
    (prompt) => (prompt.startsWith("Section c d") ? { status: 429, code: "insufficient_quota" } : answer(prompt)),
    async ({ keep, stepwright }) => {
      await stepwright(...start)
      await keep("without-quota")
    }
  )
)

await unlessThere("runs/interrupted", () => {
  let isBusy = true
  const reply: Reply = (prompt) => {
    if (prompt.startsWith("Shorten")) return undefined
    if (!isBusy) return answer(prompt)
    isBusy = false
    return { status: 503, code: "overloaded" }
  }
  return inPlace(reply, async ({ at, keep, start: begin }) => {
    const { ended, process } = begin(...start)
    const all = [
      "RequestStarted.*closing",
      "Succeeded.*labels.a",
      "Succeeded.*labels.c",
      "Succeeded.*labels.%",
      "Succeeded.*labels.e"
    ]
    await until(() => all.every((pattern) => new RegExp(pattern).test(eventsIn(at(".stepwright/runs")))))
    process.kill("SIGINT")
    await ended
    await keep("interrupted")
  })
})

await unlessThere("runs/failed", () =>
  inPlace(
    (prompt) => (/^(Label The text of c d|Your reply)/.test(prompt) ? "I cannot say." : answer(prompt)),
    async ({ keep, stepwright }) => {
      await stepwright(...start)
      await keep("failed")
    }
  )
)

await unlessThere("runs/by-hand", () =>
  inPlace(answer, async ({ at, keep, stepwright }) => {
    const prices = { date: "2026-11-01", models: { big: { input: 1, output: 2 } } }
    writeFileSync(at("prices.json"), JSON.stringify(prices))
    const caps = ["--max-usd", "5", "--prices", "prices.json", "--max-tokens", "100000"]
    await stepwright(...start, "--model", "big", "--record", "tape.json", ...caps)
    writeFileSync(at("mine.txt"), "Mine.")
    await stepwright("set", "latest", "sections/c d", "mine.txt")
    await stepwright("resume", "latest")
    writeFileSync(at("input.json"), JSON.stringify({ topic: "green tea" }))
    await stepwright("set", "latest", "input", "input.json")
    await keep("by-hand")
    write("cassettes/by-hand.json", readFileSync(at("tape.json"), "utf8"))
  })
)

await unlessThere("runs/imported", () =>
  inPlace(answer, async ({ keep, stepwright }) => {
    const options = ["--workflow", "workflows.ts#report", "--out", "elsewhere"]
    const run = (await stepwright("import", here("states/killed.json"), ...options)).trim()
    await stepwright("step", run, "sections/c d")
    await keep("imported", run)
  })
)

await unlessThere("runs/cancelled", () =>
  inPlace(answer, async ({ at, keep, start: begin }) => {
    const { ended, process } = begin(...start, "--relay", "mailbox")
    const waits = (number: number) =>
      existsSync(at("mailbox")) &&
      readdirSync(at("mailbox")).find((name) => Number.parseInt(name, 10) === number && name.endsWith(".request.md"))
    await until(() => Boolean(waits(1)))
    writeFileSync(at("mailbox", String(waits(1)).replace(".request.", ".reply.")), answer("Outline tea."))
    await until(() => Boolean(waits(2)))
    process.kill("SIGINT")
    await ended
    await keep("cancelled")
    cpSync(at("mailbox"), here("mailbox"), { recursive: true, errorOnExist: true, force: false })
  })
)

await unlessThere("runs/program", () =>
  inPlace(answer, async ({ at, keep, start: begin }) => {
    copyFileSync(here("program.ts"), at("program.ts"))
    symlinkSync(join(root, "node_modules"), at("node_modules"))
    await begin("program.ts", "run", "--input", JSON.stringify(tea)).ended
    await keep("program")
  })
)

/** A run by the library, kept with its state. */
const keep = (name: string, work: Effect.Effect<api.State, unknown, api.Services>) =>
  unlessThere(`runs/${name}`, async () => {
    const layer = Layer.mergeAll(
      api.journal(here("runs", name)),
      api.mock((asked) => model(asked) ?? answer(asked.messages.at(-1)!.content)),
      api.world()
    )
    const state = await Effect.runPromise(Effect.provide(work, layer))
    write(`states/${name}.json`, `${api.toText(state)}\n`)
  })

const [any, anyShorter] = [api.anyWorkflow(report), api.anyWorkflow(shorter)]

const ended = (run: string, limit: number) =>
  Effect.gen(function* () {
    const state = yield* api.initialize(any, tea, { run })
    yield* Effect.exit(Effect.provideService(api.run(any, state), Limit, limit))
    return yield* api.load(any, run)
  })
await keep("refused", ended("refused", 20))
await keep("broken", ended("broken_by.its-limit", -1))

await keep(
  "configured",
  Effect.gen(function* () {
    const first = yield* api.initialize(any, tea, { run: "configured", config })
    const whole = yield* api.run(any, first)
    return yield* api.run(anyShorter, whole)
  })
)

await keep(
  "every-step",
  Effect.gen(function* () {
    return yield* api.run(everyStep, yield* api.initialize(everyStep, null, { run: "every-step" }))
  })
)

await unlessThere("fingerprints.json", async () =>
  write("fingerprints.json", `${JSON.stringify(await Effect.runPromise(fingerprints), null, 2)}\n`)
)

const taped = (name: string, work: Effect.Effect<unknown, unknown, api.Services>, model: api.Answer) =>
  unlessThere(`cassettes/${name}.json`, async () => {
    const layer = Layer.merge(
      Layer.provide(api.record(here("cassettes", `${name}.json`)), api.mock(model)),
      api.world()
    )
    await Effect.runPromise(Effect.provide(work, layer))
  })

await taped(
  "every-step",
  Effect.flatMap(api.initialize(everyStep, null), (state) => api.run(everyStep, state)),
  model
)

await taped(
  "streamed",
  Effect.flatMap(api.initialize(any, tea), (state) => api.runStreamed(any, state)),
  ({ messages, step, turn }) => {
    const prompt = messages.at(turn === 1 ? -1 : -3)!.content
    return (step === "label" && turn === 1 ? "Neither\nof them." : answer(prompt)).split(/(?<= )/)
  }
)
