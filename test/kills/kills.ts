import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert } from "@effect/vitest"
import type { WorkflowEvent, WorkflowState } from "@stepwright/core"
import { rolldown } from "rolldown"
import { answer, id } from "../support/mortal.ts"

/** What the program wrote of itself until it ended or was killed. */
interface Life {
  readonly isKilled: boolean
  readonly places: ReadonlyArray<string>
  readonly told: ReadonlyArray<WorkflowEvent.WorkflowEvent>
  readonly state: WorkflowState.WorkflowState | undefined
  readonly errors: string
}

/** Where a process is killed: `StepReplied/torn`, at the n-th time. */
export interface Place {
  readonly name: string
  readonly time: number
}

/** A model that counts its requests, apart from the processes that ask it. */
const serve = async () => {
  const asked: Array<string> = []
  /** What was answered and is on the disk by now, which nobody may ask for again. */
  const answered = new Set<string>()
  const twice: Array<string> = []
  const server = createServer(async (request, response) => {
    let body = ""
    for await (const chunk of request) body += String(chunk)
    const { path, prompt, turn } = JSON.parse(body)
    const key = `${path} ${turn}`
    asked.push(key)
    if (answered.has(key)) twice.push(key)
    response.end(answer(prompt, turn))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  return { asked, answered, close: () => server.close(), port, twice }
}

/** What Node made of the program, which a process would take as long for as for all else. */
const cache = mkdtempSync(join(tmpdir(), "kills-cache-"))
afterAll(() => rmSync(cache, { recursive: true }))

const preload = join(import.meta.dirname, "preload.mjs")

/** The program as one script, which starts in half the time of its modules. */
const bundled = async (): Promise<string> => {
  const file = join(cache, "program.mjs")
  const program = await rolldown({ input: join(import.meta.dirname, "program.ts"), platform: "node" })
  await program.write({ file, codeSplitting: false })
  return file
}

let script: Promise<string> | undefined

const live = async (directory: string, port: number, at: Place | undefined): Promise<Life> => {
  const program = await (script ??= bundled())
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--import", preload, program, directory, `${port}`], {
      env: { NODE_COMPILE_CACHE: cache, ...(at !== undefined && { KILL_AT: `${at.name} ${at.time}` }) },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let out = ""
    let errors = ""
    child.stdout.on("data", (chunk) => (out += String(chunk)))
    child.stderr.on("data", (chunk) => (errors += String(chunk)))
    child.on("close", (_, signal) => {
      const said = out.split("\n").flatMap((line) => {
        const [, kind, json] = /^(\w+) (.*)$/u.exec(line) ?? []
        return kind === undefined ? [] : [{ kind, value: JSON.parse(json!) }]
      })
      const of = (kind: string) => said.filter((one) => one.kind === kind).map(({ value }) => value)
      resolve({ isKilled: signal === "SIGKILL", places: of("place"), told: of("told"), state: of("state")[0], errors })
    })
  })
}

const eventsIn = (directory: string): ReadonlyArray<WorkflowEvent.WorkflowEvent> => {
  const file = join(directory, id, "events.jsonl")
  if (!existsSync(file)) return []
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1)
  return lines.flatMap((line) => {
    const { crc: _, n: __, ...event } = JSON.parse(line)
    return "_tag" in event && event._tag !== "Journal" ? [event] : []
  })
}

/** A state without its times, and without the counts that tell of attempts which were cut off. */
const essence = (state: WorkflowState.WorkflowState) => {
  const counts = new Set([
    "at",
    "createdAt",
    "updatedAt",
    "durationMillis",
    "events",
    "attempts",
    "replies",
    "usage",
    "requests"
  ])
  return JSON.parse(JSON.stringify(state, (key, value) => (counts.has(key) ? undefined : value)))
}

const inFolder = async <A>(use: (directory: string) => Promise<A>): Promise<A> => {
  const directory = mkdtempSync(join(tmpdir(), "kills-"))
  try {
    return await use(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** What a run comes to that nobody kills, and the places that it comes by, each as often. */
export const unbroken = () =>
  inFolder(async (directory) => {
    const server = await serve()
    const { errors, places, state } = await live(directory, server.port, undefined)
    server.close()
    assert.isDefined(state, errors)
    const times = new Map<string, number>()
    for (const place of places) times.set(place, (times.get(place) ?? 0) + 1)
    return { essence: essence(state), asked: server.asked.toSorted(), times }
  })

export type Unbroken = Awaited<ReturnType<typeof unbroken>>

/** Kills a run at one place after the other, and lets it end. The places at which it was killed. */
export const killed = (expected: Unbroken, places: ReadonlyArray<Place>): Promise<ReadonlyArray<string>> =>
  inFolder(async (directory) => {
    const server = await serve()
    const kills: Array<string> = []
    for (const place of [...places, undefined]) {
      const before = eventsIn(directory)
      for (const event of before) {
        if (event._tag === "StepReplied") server.answered.add(`${event.path} ${event.turn}`)
      }
      // oxlint-disable-next-line no-await-in-loop -- one life after the other
      const life = await live(directory, server.port, place)
      const where = `killed at ${[...kills, place?.name].join(", ")}: ${life.errors}`
      const now = eventsIn(directory)
      // what was there is there, and what was told as well
      assert.deepStrictEqual(now.slice(0, before.length), before, where)
      const since = now.slice(before.length).map((event) => JSON.stringify(event))
      const told = life.told.map((event) => JSON.stringify(event))
      // what begins a run, and what a person decides, is told to nobody
      assert.deepStrictEqual(
        since.filter((event) => told.includes(event)),
        told,
        where
      )
      assert.deepStrictEqual(server.twice, [], where)
      if (life.isKilled) kills.push(place!.name)
      else {
        assert.isDefined(life.state, where)
        assert.deepStrictEqual(essence(life.state), expected.essence, where)
        break
      }
    }
    server.close()
    assert.deepStrictEqual([...new Set(server.asked)].toSorted(), expected.asked)
    return kills
  })
