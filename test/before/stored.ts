import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, existsSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { afterAll } from "@effect/vitest"
import { sealed } from "../../packages/node-runner/src/cli/start/seal.ts"
import { placeIn } from "../../packages/node-runner/test/support/place.ts"
import { place } from "../support/cli.ts"
import * as api from "./api.ts"
import { model } from "./fingerprints.ts"
import { everyStep } from "./steps.ts"
import { answer, report, shorter } from "./workflows.ts"

export const stored = (...names: ReadonlyArray<string>) => join(import.meta.dirname, ...names)
export const textOf = (...names: ReadonlyArray<string>) => readFileSync(stored(...names), "utf8")
export const jsonOf = (...names: ReadonlyArray<string>): api.Written => JSON.parse(textOf(...names))
export const linesOf = (file: string): ReadonlyArray<api.Written> =>
  readFileSync(file, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line))
/** The files at and below a place, by their paths from here. */
export const filesIn = (place: string): ReadonlyArray<string> =>
  statSync(stored(place)).isFile() ? [place] : readdirSync(stored(place)).flatMap((name) => filesIn(`${place}/${name}`))
export const namesIn = (folder: string) => readdirSync(stored(folder)).map((name) => basename(name, ".json"))

const folders: Array<string> = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})
export const temporary = () => {
  const folder = mkdtempSync(join(tmpdir(), "before "))
  folders.push(folder)
  return folder
}

/** A copy of a run, in a folder of its own. */
export const copyOf = (name: string) => {
  const directory = temporary()
  cpSync(stored("runs", name), directory, { recursive: true })
  const run = readdirSync(directory)[0]!
  return { directory, run, events: join(directory, run, "events.jsonl"), texts: join(directory, run, "texts.jsonl") }
}

export type Copy = ReturnType<typeof copyOf>

/**
 * A folder in which the command line is used, in this process or in others, with a copy of a run and its workflow, and
 * what it knows of the run.
 */
export const placeWith = (name: string, env: Readonly<Record<string, string>> = {}) => {
  const there = place([], env)
  const here = placeIn(there, { env })
  for (const name of ["api.ts", "coding", "workflows.ts"]) cpSync(stored(name), here.path(name), { recursive: true })
  cpSync(stored("runs", name), here.path(".stepwright/runs"), { recursive: true })
  const run = readdirSync(here.path(".stepwright/runs"))[0]!
  const file = here.path(`.stepwright/runs/${run}/run.json`)
  // as `stepwright trust` would
  const text = existsSync(file) ? readFileSync(file, "utf8") : undefined
  if (text !== undefined) writeFileSync(file, JSON.stringify(sealed(file, here.path("."), JSON.parse(text))))
  const now = (): api.Written => {
    const { seal: _, ...written }: api.Written = JSON.parse(here.read(`.stepwright/runs/${run}/run.json`))
    return written
  }
  return { here, there, run, settings: { before: now(), now } }
}

export const whole = api.anyWorkflow(report)
export const short = api.anyWorkflow(shorter)
export const delivered = Object.keys(jsonOf("delivered.json")["files"])
export const workflows: Readonly<Record<string, api.AnyWorkflow>> = {
  "automated-coding": api.anyWorkflow(api.readyWorkflow),
  "every-step": everyStep,
  report: whole
}

/** The files that a run delivered, and the sandbox that its verdict is of. */
export const worldOf = (name: string) => {
  const files = jsonOf("states", `${name}.json`)["records"].delivery?.result.output.files ?? []
  return api.world({
    files: files.map(({ path }: api.Written) => path),
    ...(name === "ready" && { sandbox: "pyodide@314.0.7 python@3.14 unittest" })
  })
}

export const answers: api.Answer = (asked) => model(asked) ?? answer(asked.messages.at(-1)!.content)
