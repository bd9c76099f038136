import { type ChildProcess, spawn } from "node:child_process"
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { afterAll } from "@effect/vitest"

const root = join(import.meta.dirname, "../..")
export const launcher = join(root, "packages/node-runner/bin/stepwright.mjs")

export interface Finished {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A folder outside the repository in which a person uses the command line. */
export interface Place {
  readonly path: (name: string) => string
  readonly write: (name: string, text: string) => void
  readonly read: (name: string) => string
  readonly exists: (name: string) => boolean
  readonly stepwright: (...args: ReadonlyArray<string>) => Promise<Finished>
  readonly start: (...args: ReadonlyArray<string>) => Started
  /** The same with something on its standard input, or with streams that go to files. */
  readonly startWith: (streams: Streams, ...args: ReadonlyArray<string>) => Started
  readonly node: (...args: ReadonlyArray<string>) => Promise<Finished>
  /** The same folder, for commands that find something else in the environment. */
  readonly withEnv: (env: Readonly<Record<string, string>>) => Place
}

export interface Streams {
  readonly input?: string | Uint8Array
  /** Files that are written in place of a pipe. */
  readonly stdout?: string
  readonly stderr?: string
}

export interface Started {
  readonly process: ChildProcess
  readonly ended: Promise<Finished>
}

const folders: Array<string> = []
const children: Array<ChildProcess> = []
afterAll(() => {
  for (const child of children) child.kill("SIGKILL")
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A new folder with copies of fixtures in it; `env` is what its commands find in the environment besides the path. */
export const place = (fixtures: ReadonlyArray<string> = [], env: Readonly<Record<string, string>> = {}): Place => {
  const folder = mkdtempSync(join(tmpdir(), "stepwright cli "))
  folders.push(folder)
  for (const name of fixtures) copyFileSync(join(root, "test/fixtures", name), join(folder, name))
  return placeIn(folder, env)
}

const placeIn = (folder: string, env: Readonly<Record<string, string>>): Place => {
  const path = (name: string) => join(folder, name)
  const launch = (args: ReadonlyArray<string>, streams: Streams = {}): Started => {
    const { HOME, PATH } = process.env
    const files = [streams.stdout, streams.stderr].map((name) => name && openSync(name, "w"))
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { HOME, PATH, ...env },
      stdio: ["pipe", ...files.map((file) => file || "pipe")]
    })
    for (const file of files) if (file) closeSync(file)
    children.push(child)
    let stdout = ""
    let stderr = ""
    child.stdout?.on("data", (chunk) => (stdout += String(chunk)))
    child.stderr?.on("data", (chunk) => (stderr += String(chunk)))
    child.stdin?.end(streams.input)
    const ended = new Promise<Finished>((resolve) => {
      child.on("close", (status) => resolve({ status, stdout, stderr }))
    })
    return { process: child, ended }
  }
  return {
    path,
    write: (name, text) => writeFileSync(path(name), text),
    read: (name) => readFileSync(path(name), "utf8"),
    exists: (name) => existsSync(path(name)),
    stepwright: (...args) => launch([launcher, ...args]).ended,
    start: (...args) => launch([launcher, ...args]),
    startWith: (streams, ...args) => launch([launcher, ...args], streams),
    node: (...args) => launch(args).ended,
    withEnv: (other) => placeIn(folder, other)
  }
}

/** Waits until something that a process does is done. */
export const until = async (isDone: () => boolean, by: Started): Promise<void> => {
  while (!isDone()) {
    const { exitCode, signalCode } = by.process
    if (exitCode !== null || signalCode !== null) return endedEarly(by)
    // oxlint-disable-next-line no-await-in-loop -- looks again and again
    await setTimeout(20)
  }
}

const endedEarly = async ({ ended }: Started): Promise<never> => {
  throw new Error(`the process ended before that, and said: ${(await ended).stderr}`)
}
