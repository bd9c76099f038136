import { execPath, pid, version as nodeVersion } from "node:process"
import { fileURLToPath } from "node:url"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as ChildProcess from "effect/process/ChildProcess"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Stream from "effect/Stream"
import { type ProgramOptions, TestRunner } from "@stepwright/core/TestRunner"
import { refuse, type SourceFile } from "@stepwright/core/Workspace"
import { head, outOfTime } from "./internal/sandbox/bounds.ts"
import * as located from "./internal/sandbox/pyodide.ts"
import type { Job, Tests } from "./internal/sandbox/pyodideProcess.ts"
import { pyodideHarness } from "./internal/harness/pyodideHarness.ts"
import * as needed from "./internal/sandbox/packages.ts"
import * as pyodideSnapshot from "./internal/sandbox/pyodideSnapshot.ts"
import * as testReport from "./internal/sandbox/testReport.ts"

export interface Options {
  /** How long the tests of one call may take, once the sandbox has started. By default a minute. */
  readonly timeout?: Duration.Input
  /** How long the sandbox may take to start, on an idle machine two seconds at most. By default two minutes. */
  readonly startTimeout?: Duration.Input
  /** How much of what the tests print is kept. **Units** bytes; 65,536 by default. */
  readonly maxOutput?: number
}

/**
 * Runs Python's `unittest` on Pyodide, in WebAssembly, in a process of its own for each call, with the same discovery
 * as `python3 -m unittest` in the folder, and functions `test…` without parameters. No threads, processes, sockets, time
 * zones or packages beyond the standard library: a test that needs these counts as `unsupported`, with what is missing.
 *
 * The code has no file, network, environment or process of the host: it sees files in memory; what it can reach of
 * JavaScript has neither Node's modules nor `eval`; and the process has no permission to do more. It ends at the time
 * limit, and at 512 MiB of memory (a GiB with files). What counts is what `unittest` noted: no exit, no print, no
 * changed `unittest` and no changed file makes a red run green. But tests, code and `unittest` share one interpreter:
 * code that is written against this very runner can still lie about its own tests.
 *
 * A process starts from a snapshot of the memory of one that had no files, kept in the user's cache folder, where it can.
 */
export const layer = (options: Options = {}): Layer.Layer<TestRunner> =>
  Layer.effect(TestRunner, make(options)).pipe(Layer.provide(NodeServices.layer))

const memoryBytes = 2 ** 29
const reportBytes = 2 ** 25
const root = "/package"

/** The program of the process: TypeScript in the repository, JavaScript where it is installed. */
const program = fileURLToPath(
  new URL(`internal/sandbox/pyodideProcess.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url)
)

const make = Effect.fnUntraced(function* ({
  maxOutput = 65_536,
  startTimeout = Duration.minutes(2),
  timeout = Duration.minutes(1)
}: Options) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const { spawn } = yield* ChildProcessSpawner.ChildProcessSpawner
  const pyodide = yield* Effect.option(located.locate)
  const snapshotOf = yield* pyodideSnapshot.make

  /** The process of a job, which can read what it starts from, and nothing else. */
  const processOf = Effect.fnUntraced(function* (job: Job) {
    const cwd = yield* fs.makeTempDirectoryScoped({ prefix: "stepwright-" })
    return yield* spawn(
      ChildProcess.make(
        execPath,
        [
          "--permission",
          // for the one that ends it with its parent
          "--allow-worker",
          ...[program, path.join(job.pyodide, "*"), job.snapshot?.path].flatMap((readable) =>
            readable === undefined ? [] : [`--allow-fs-read=${readable}`]
          ),
          "--disallow-code-generation-from-strings",
          "--max-old-space-size=512",
          "--no-warnings",
          program
        ],
        {
          cwd,
          env: {},
          killSignal: "SIGKILL",
          stdin: { stream: Stream.make(new TextEncoder().encode(JSON.stringify(job))) },
          additionalFds: { fd3: { type: "output" } }
        }
      )
    )
  })

  /** The memory of a process that has no tests, once it has started. */
  const memoryOf = (job: Job) =>
    Effect.gen(function* () {
      const process = yield* processOf(job)
      const [memory] = yield* Effect.all(
        [Stream.mkUint8Array(process.getOutputFd(3)), Stream.runDrain(process.stdout), Stream.runDrain(process.stderr)],
        { concurrency: "unbounded" }
      )
      return yield* (yield* process.exitCode) === 0 ? Effect.succeed(memory) : Effect.fail("no snapshot")
    }).pipe(Effect.scoped, Effect.timeout(startTimeout))

  const remainsOf = Effect.fnUntraced(
    function* (files: ReadonlyArray<SourceFile>, work: Pick<Tests, "program" | "coverage"> = {}) {
      if (Option.isNone(pyodide)) {
        return yield* testReport.notStarted('the package "pyodide" is not installed; run npm install, and try again')
      }
      const { folder, version } = pyodide.value
      const refusal = refuse(files)
      if (refusal !== undefined) return yield* testReport.notStarted(`the files cannot be laid out: ${refusal.message}`)
      const job: Job = { pyodide: folder, harness: pyodideHarness, root, parent: pid }
      const madeBy = [nodeVersion, pyodideHarness, yield* fs.readFileString(program)]
      const snapshot = yield* snapshotOf(version, madeBy, memoryOf(job))
      const timeoutMillis = Duration.isFinite(Duration.fromInputUnsafe(timeout)) ? Duration.toMillis(timeout) : null
      const tests = { files, ...work, timeoutMillis, memoryBytes }
      const began = yield* Clock.currentTimeMillis
      const process = yield* processOf({
        ...job,
        ...(Option.isSome(snapshot) && { snapshot: { path: snapshot.value, start: pyodideSnapshot.start } }),
        tests
      })
      const started = yield* Deferred.make<void>()
      const reports = Stream.tap(process.getOutputFd(3), () => Deferred.succeed(started, undefined))
      const [output, complaints, report] = yield* Effect.all(
        [head(process.stdout, maxOutput), head(process.stderr, 4_000), head(reports, reportBytes)],
        { concurrency: "unbounded" }
      ).pipe(Effect.raceFirst(outOfTime("Pyodide", started, startTimeout, timeout)))
      const durationMillis = (yield* Clock.currentTimeMillis) - began
      return { files, report, output, complaints, durationMillis, timeout }
    },
    Effect.scoped,
    Effect.catchTag("PlatformError", (error) => Effect.fail(testReport.notStarted(error.message)))
  )

  const identity = Option.match(pyodide, {
    onNone: () => "pyodide (not installed)",
    onSome: ({ version }) => located.nameOf(version)
  })

  const evaluate: TestRunner["Service"]["evaluate"] = (text, input) =>
    Effect.flatMap(remainsOf([], { program: { text, input: JSON.stringify(input) } }), testReport.output)

  /** Fails where packages are needed that are not Python's own. */
  const having = Effect.fnUntraced(function* ({ packages = [] }: ProgramOptions) {
    if (packages.length === 0) return
    const missing = yield* needed.missing(evaluate, packages)
    if (missing.length === 0) return
    const fix = "no package can be installed in it; take bubblewrap or none for --sandbox, with --install or --python"
    return yield* needed.lacks(identity, missing, fix)
  })

  return TestRunner.of({
    identity,
    hasPytest: false,
    run: (files, { coverage = false, ...options } = {}) =>
      having(options).pipe(Effect.andThen(remainsOf(files, { coverage })), Effect.flatMap(testReport.make)),
    evaluate: (text, input, options = {}) => Effect.andThen(having(options), evaluate(text, input))
  })
})
