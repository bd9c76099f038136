/**
 * The program of the sandbox's process. It reads a `Job` from standard input, boots Pyodide with nothing of Node in
 * reach, and writes to descriptor 3 a line when it has started, then what the harness returns: a line for the tests found, a line for their
 * outcomes. What tests print goes to standard output. Without tests it writes the memory that it has once it has started,
 * from which the next ones start.
 */
import { randomBytes } from "node:crypto"
import { readFileSync, writeSync } from "node:fs"
import { registerHooks } from "node:module"
import { basename, join } from "node:path"
import { performance } from "node:perf_hooks"
import process from "node:process"
import { text } from "node:stream/consumers"
import { clearTimeout, setTimeout } from "node:timers"
import { pathToFileURL } from "node:url"
import { TextEncoder } from "node:util"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { Worker } from "node:worker_threads"
import type { loadPyodide, PyodideAPI } from "pyodide"

/** What the process is to do. */
export interface Job {
  /** The folder in which Pyodide is installed. */
  readonly pyodide: string
  /** The Python source that defines `discover` and `run`. */
  readonly harness: string
  /** The folder for the files, in the file system of the sandbox. */
  readonly root: string
  /** The process without which this one is to end. */
  readonly parent: number
  /** Where the memory of a process without tests is, and begins in its file. */
  readonly snapshot?: { readonly path: string; readonly start: number }
  readonly tests?: Tests
}

export interface Tests {
  readonly files: ReadonlyArray<{ readonly path: string; readonly content: string }>
  /** Whether the lines that run are counted. */
  readonly coverage?: boolean
  /** A program in the place of tests, with its input as JSON; its output, as JSON, is the only other line. */
  readonly program?: { readonly text: string; readonly input: string }
  /** `null` for none: JSON has no infinity. */
  readonly timeoutMillis: number | null
  readonly memoryBytes: number
}

interface Memory {
  readonly buffer: ArrayBuffer
  grow: (this: Memory, pages: number) => number
}
declare const WebAssembly: { readonly Memory: { readonly prototype: Memory } }

// it comes in pieces, for which a synchronous read does not wait
const job: Job = JSON.parse(await text(process.stdin))
const { exit, memoryUsage } = process
const now = performance.now.bind(performance)
const encoder = new TextEncoder()

const pause = new Int32Array(new SharedArrayBuffer(4))

/** Writes all bytes, and waits where the reader is slower: Pyodide would otherwise write them again from the start. */
const send = (descriptor: number, bytes: Uint8Array) => {
  for (let sent = 0; sent < bytes.length;) {
    try {
      sent += writeSync(descriptor, bytes, sent)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error
      Atomics.wait(pause, 0, 0, 1)
    }
  }
  return bytes.length
}

const report = (line: string) => void send(3, encoder.encode(`${line}\n`))

/**
 * Ends this process with its parent, whatever Python is at: from a thread of its own, as a loop in C comes back to nobody.
 * Python's side of the process has no way to it.
 */
const endWithParent = () => {
  const look = `if (process.ppid !== ${job.parent}) process.kill(process.pid, "SIGKILL")`
  new Worker(`${look}; setInterval(() => { ${look} }, 250)`, { eval: true, env: {} }).unref()
}

/** When the tests began; until then it is the sandbox that fails, not they. */
let began: number | undefined

/** The test that is running, as the harness last wrote it. */
let running = (): string | undefined => undefined

const fail = (error: unknown, over?: "OutOfMemory"): never => {
  report(JSON.stringify({ fatal: String(error), started: began !== undefined, running: running(), over }))
  return exit(1)
}

/**
 * Leaves of Node what a bare shell of V8 has. Pyodide then takes no module of Node into its closures, and Python that
 * gets hold of a JavaScript object finds no way from there to the host.
 */
const reduceToShell = () => {
  const kept = new Set<string>([...runInNewContext("Object.getOwnPropertyNames(globalThis)"), "TextDecoder"])
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!kept.has(name)) Reflect.deleteProperty(globalThis, name)
  }
  const print = (...parts: ReadonlyArray<unknown>) => void send(2, encoder.encode(`${parts.join(" ")}\n`))
  const read = (file: string) => readFileSync(join(job.pyodide, basename(file)))
  const timers = new Map<number, NodeJS.Timeout>()
  let lastTimer = 0
  Object.assign(globalThis, {
    TextEncoder,
    console: { log: print, warn: print, error: print },
    performance: { now },
    setTimeout: (action: () => void, millis: number) => {
      timers.set(++lastTimer, setTimeout(action, millis))
      return lastTimer
    },
    clearTimeout: (timer: number) => clearTimeout(timers.get(timer)),
    // how a shell of V8 reads files, and gets random bytes: from `head -c<count> /dev/urandom | base64`
    load: () => {},
    read: (file: string) => read(file).toString(),
    readbuffer: (file: string) => new Uint8Array(read(file)).buffer,
    os: {
      system: (_shell: string, [, script]: ReadonlyArray<string>) =>
        randomBytes(Number(/-c(\d+)/.exec(script!)![1])).toString("base64")
    }
  })
}

let interrupted = false

/** Python asks for memory by `grow`, and looks for signals now and then: both are where to end it. */
const limit = (pyodide: PyodideAPI, { memoryBytes, timeoutMillis }: Tests) => {
  const { prototype } = WebAssembly.Memory
  const grow = prototype.grow
  prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * 65_536 > memoryBytes) throw new RangeError("memory limit")
    return grow.call(this, pages)
  }
  let next = 0
  const signals = {
    get 0() {
      const time = now()
      if (time < next || began === undefined) return 0
      next = time + 100
      // memory outside of Python's own: files, JavaScript objects
      if (memoryUsage.rss() > 2 * memoryBytes) fail("the tests used more memory than the sandbox allows", "OutOfMemory")
      const over = time - began - (timeoutMillis ?? Infinity)
      // the parent has killed this process by now
      if (over > 20_000) exit(1)
      if (over < 0 || interrupted) return 0
      interrupted = true
      return 2 // SIGINT: its traceback shows where the time went
    },
    set 0(_: number) {}
  }
  // Pyodide touches element 0 only
  pyodide.setInterruptBuffer(signals as unknown as Uint8Array)
}

const textOf = (FS: PyodideAPI["FS"], file: string): string | undefined => {
  try {
    return FS.readFile(file, { encoding: "utf8" })
  } catch {
    return undefined
  }
}

/** Writes the files, and gives a function that names the Python files that are no longer as they were written. */
const writeFiles = ({ FS }: PyodideAPI, { files }: Tests) => {
  const read = (file: string) => textOf(FS, file)
  FS.mkdirTree(job.root)
  const written = files.map(({ content, path }) => {
    const file = `${job.root}/${path}`
    FS.mkdirTree(file.slice(0, file.lastIndexOf("/")))
    FS.writeFile(file, content)
    return { path, file, text: read(file) }
  })
  const code = written.filter(({ path }) => path.endsWith(".py"))
  return () => code.filter(({ file, text }) => read(file) !== text).map(({ path }) => path)
}

/** From here on no module can be loaded, neither of Node nor from text. */
const seal = () => {
  for (const name of ["load", "read", "readbuffer"]) Reflect.deleteProperty(globalThis, name)
  registerHooks({
    resolve: (specifier) => {
      throw new Error(`no modules in the sandbox: ${specifier}`)
    }
  })
}

/** The name in `__main__` under which a snapshot has the harness. */
const kept = "stepwright_harness"

const runHarness = (pyodide: PyodideAPI) => {
  const globals = pyodide.runPython("dict()")
  pyodide.runPython(job.harness, { globals })
  return globals
}

const makeSnapshot = (pyodide: PyodideAPI) => {
  const harness = runHarness(pyodide)
  pyodide.globals.set(kept, harness)
  // each start puts it there
  pyodide.runPython("sys.path.remove('')", { globals: harness })
  const memory = pyodide.makeMemorySnapshot()
  // what has not been used is zero, as it is where it is taken back
  send(3, memory.subarray(0, memory.findLastIndex((byte) => byte !== 0) + 1))
  exit(0)
}

/** Takes anew what modules took from the process that imported them, and hides what tests are not to see. */
const begin = `
import logging, random
random.seed()
logging._startTime = time.time_ns()
for name in [name for name in vars(sys.modules["__main__"]) if not name.startswith("__")]:
    del vars(sys.modules["__main__"])[name]
hide_host()
`

const runTests = (tests: Tests) => (pyodide: PyodideAPI) => {
  limit(pyodide, tests)
  const output = { write: (bytes: Uint8Array) => send(1, bytes) }
  pyodide.setStdout(output)
  pyodide.setStderr(output)
  const harness = pyodide.globals.get(kept) ?? runHarness(pyodide)
  pyodide.runPython(begin, { globals: harness })
  const discover = harness.get("discover")
  const run = harness.get("run")
  // only now, so that none of them is imported in the place of what the harness needs
  const changedFiles = writeFiles(pyodide, tests)
  const { FS } = pyodide // which it no longer gives once it has ended
  running = () => textOf(FS, "/lib/running")
  seal()
  began = now()
  report(JSON.stringify({ started: true }))
  if (tests.program !== undefined) {
    report(harness.get("evaluate")(tests.program.text, tests.program.input))
    exit(0)
  }
  report(discover(job.root, tests.coverage ?? false))
  const changed = changedFiles()
  report(run())
  report(JSON.stringify({ interrupted, changed: [...new Set([...changed, ...changedFiles()])] }))
  exit(0)
}

const readSnapshot = ({ path, start }: NonNullable<Job["snapshot"]>) => {
  const { buffer, byteOffset, length } = readFileSync(path)
  // no Buffer, which knows its way into Node
  return new Uint8Array(buffer, byteOffset + start, length - start)
}

endWithParent()
// a function of Python's interpreter is optimized only once that pays: most tests end before
setFlagsFromString("--wasm-tiering-budget=500000000")
reduceToShell()
const indexURL = pathToFileURL(job.pyodide).href
const start = (how?: { readonly _makeSnapshot?: boolean; readonly _loadSnapshot?: Uint8Array }) =>
  import(`${indexURL}/pyodide.mjs`).then((module: { readonly loadPyodide: typeof loadPyodide }) =>
    module.loadPyodide({
      indexURL,
      jsglobals: { Object, setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout },
      stdin: () => null as unknown as string, // end of input
      env: { HOME: job.root, PYTHONHASHSEED: "0" },
      ...how
    })
  )
/** From the snapshot; from nothing where there is none, or none any more, or Pyodide does not take it. */
const startToRun = () =>
  Promise.resolve(job.snapshot)
    .then((snapshot) => start(snapshot && { _loadSnapshot: readSnapshot(snapshot) }))
    .catch(() => start())

const work =
  job.tests === undefined ? start({ _makeSnapshot: true }).then(makeSnapshot) : startToRun().then(runTests(job.tests))
work.catch((error: unknown) => fail(error))
