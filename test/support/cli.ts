import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, openSync } from "node:fs"
import { join } from "node:path"
import { afterAll } from "@effect/vitest"
import { type Environment, type Finished, type Folder, folder } from "../../packages/node-runner/test/support/folder.ts"

export { type Finished, until } from "../../packages/node-runner/test/support/folder.ts"

const root = join(import.meta.dirname, "../..")
export const launcher = join(root, "packages/node-runner/bin/stepwright.mjs")

/** A folder whose commands are processes. */
export interface Place extends Folder {
  readonly stepwright: (...args: ReadonlyArray<string>) => Promise<Finished>
  readonly start: (...args: ReadonlyArray<string>) => Started
  /** The same with something on its standard input, or with streams that go to files. */
  readonly startWith: (streams: Streams, ...args: ReadonlyArray<string>) => Started
  readonly node: (...args: ReadonlyArray<string>) => Promise<Finished>
  /** The same folder, for commands that find something else in the environment. */
  readonly withEnv: (env: Environment) => Place
}

export interface Streams {
  /** What is on standard input; `open`: whoever started it writes there. */
  readonly input?: string | Uint8Array
  readonly open?: boolean
  /** Files that are written in place of a pipe. */
  readonly stdout?: string
  readonly stderr?: string
}

export interface Started {
  readonly process: ChildProcess
  readonly ended: Promise<Finished>
}

const children: Array<ChildProcess> = []
afterAll(() => {
  for (const child of children) child.kill("SIGKILL")
})

/** A new folder with copies of fixtures in it; `env` is what its commands find in the environment besides the path. */
export const place = (fixtures: ReadonlyArray<string> = [], env: Environment = {}): Place =>
  placeIn(folder(fixtures), env)

const placeIn = (folder: Folder, env: Environment): Place => {
  const launch = (args: ReadonlyArray<string>, streams: Streams = {}): Started => {
    const { HOME, PATH, XDG_CONFIG_HOME } = process.env
    const files = [streams.stdout, streams.stderr].map((name) => name && openSync(name, "w"))
    const child = spawn(process.execPath, args, {
      cwd: folder.path("."),
      env: { HOME, PATH, ...(env["HOME"] === undefined && { XDG_CONFIG_HOME }), ...env },
      stdio: ["pipe", ...files.map((file) => file || "pipe")]
    })
    for (const file of files) if (file) closeSync(file)
    children.push(child)
    let stdout = ""
    let stderr = ""
    child.stdout?.on("data", (chunk) => (stdout += String(chunk)))
    child.stderr?.on("data", (chunk) => (stderr += String(chunk)))
    if (streams.open !== true) child.stdin?.end(streams.input)
    const ended = new Promise<Finished>((resolve) => {
      child.on("close", (status) => resolve({ status, stdout, stderr }))
    })
    return { process: child, ended }
  }
  return {
    ...folder,
    stepwright: (...args) => launch([launcher, ...args]).ended,
    start: (...args) => launch([launcher, ...args]),
    startWith: (streams, ...args) => launch([launcher, ...args], streams),
    node: (...args) => launch(args).ended,
    withEnv: (other) => placeIn(folder, other)
  }
}

/** The first line that a server prints. */
export const firstLine = ({ ended, process }: Started): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ""
    process.stdout?.on("data", (data) => {
      text += String(data)
      if (text.includes("\n")) resolve(text.split("\n", 1)[0]!)
    })
    void ended.then(({ stderr }) => reject(new Error(stderr)))
  })
