import { randomBytes, randomInt } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import type * as Scope from "effect/Scope"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as ChildProcess from "effect/process/ChildProcess"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import { type ProgramOptions, type RunOptions, TestRunner } from "@stepwright/core/TestRunner"
import { refuse, type SourceFile } from "@stepwright/core/Workspace"
import { head, outOfTime } from "./bounds.ts"
import { boot, cpythonHarness } from "../harness/cpythonHarness.ts"
import * as cpythonReport from "./cpythonReport.ts"
import * as environment from "./environment.ts"
import * as needed from "./packages.ts"
import type { Python } from "./python.ts"
import * as testReport from "./testReport.ts"

/** What the tests of one call may take, and whether what they need is installed. */
export interface Options {
  /** Whether packages that they need and the interpreter lacks are installed for them, as wheels; not by default. */
  readonly install?: boolean
  /** How long, once the sandbox has started. By default a minute. */
  readonly timeout?: Duration.Input
  /** How much memory, of each process to address and of all together to hold. **Units** bytes; a GiB by default. */
  readonly maxMemory?: number
  /** How many processes and threads at once; 64 by default. */
  readonly maxProcesses?: number
  /** How large a file. **Units** bytes; 64 MiB by default. */
  readonly maxFile?: number
  /** How much of what they print is kept. **Units** bytes; 65,536 by default. */
  readonly maxOutput?: number
}

/** A file that is given by a descriptor, and cannot be written. */
export interface Given {
  readonly path: string
  readonly descriptor: number
}

/** What finds an interpreter and starts it. */
export type Needs = FileSystem.FileSystem | ChildProcessSpawner.ChildProcessSpawner

/** Where an interpreter runs. */
export interface Place {
  readonly identity: string
  readonly python: Python
  /** Whether there are no other processes than those of the tests. */
  readonly isAlone: boolean
  /** Whether the process begins as root, and is to become another user. */
  readonly isRoot: boolean
  /** Whether files can be given so that they cannot be written. */
  readonly canGive: boolean
  /** The folder for the files, as the process sees it. */
  readonly root: Effect.Effect<string, PlatformError, Scope.Scope>
  /** What starts the interpreter, before its own arguments. */
  readonly command: (root: string, given: ReadonlyArray<Given>) => readonly [file: string, ...args: Array<string>]
  /** The same to install packages in a folder, with the network and some places to read. */
  readonly installing: environment.Options["command"]
}

const startTimeout = Duration.minutes(2)
const reportBytes = 2 ** 25
/** More descriptors than this few systems give. */
const mostGiven = 200

const isTest = (path: string) => /(?:^|\/)(?:tests?\/.*|test[^/]*|conftest|[^/]*_test)\.py$/u.test(path)

const encoder = new TextEncoder()
const word = () => randomBytes(16).toString("hex")

/** A runner of tests in processes of CPython, a fresh one for each call, in the place for an interpreter. */
export const make = Effect.fnUntraced(function* (
  placeOf: (python: Python) => Place,
  python: Python,
  {
    install = false,
    maxFile = 2 ** 26,
    maxMemory = 2 ** 30,
    maxOutput = 65_536,
    maxProcesses = 64,
    timeout = Duration.minutes(1)
  }: Options
) {
  const { spawn } = yield* ChildProcessSpawner.ChildProcessSpawner
  const limit = Duration.fromInputUnsafe(timeout)
  const seconds = Duration.isFinite(limit) ? Duration.toSeconds(limit) : null

  const remainsOf = Effect.fnUntraced(
    function* (
      place: Place,
      files: ReadonlyArray<SourceFile>,
      words: cpythonReport.Words,
      asked: { readonly program?: readonly [text: string, input: string]; readonly coverage?: boolean }
    ) {
      const refusal = refuse(files)
      if (refusal !== undefined) return yield* testReport.notStarted(`the files cannot be laid out: ${refusal.message}`)
      const root = yield* place.root
      const tests = place.canGive ? files.filter(({ path }) => isTest(path)).slice(0, mostGiven) : []
      const given = tests.map(({ content, path }, i) => ({ path, content, descriptor: i + 4 }))
      const job = JSON.stringify({
        harness: cpythonHarness,
        word: words.tests,
        root,
        files: Object.fromEntries(files.map(({ content, path }) => [path, content])),
        given: given.map(({ path }) => path),
        user: place.isRoot ? randomInt(61_184, 65_520) : null,
        isAlone: place.isAlone,
        seconds,
        cpu: seconds === null ? null : Math.ceil(seconds) + 1,
        memory: maxMemory,
        processes: place.isAlone ? maxProcesses : null,
        fileBytes: maxFile,
        program: asked.program ?? null,
        pytest: place.python.pytest !== null,
        coverage: asked.coverage ?? false
      })
      const bytes = encoder.encode(job)
      const input = [encoder.encode(`${bytes.length}`.padStart(10)), bytes, encoder.encode(words.watch)]
      const [file, ...args] = place.command(root, given)
      const began = yield* Clock.currentTimeMillis
      const process = yield* spawn(
        ChildProcess.make(file, [...args, "-I", "-B", "-X", "utf8", "-c", boot], {
          env: {},
          killSignal: "SIGKILL",
          stdin: { stream: Stream.fromIterable(input) },
          additionalFds: {
            fd3: { type: "output" },
            ...Object.fromEntries(
              given.map(({ content, descriptor }) => [
                `fd${descriptor}`,
                { type: "input", stream: Stream.make(encoder.encode(content)) } as const
              ])
            )
          }
        })
      )
      const started = yield* Deferred.make<void>()
      const reports = Stream.tap(process.getOutputFd(3), () => Deferred.succeed(started, undefined))
      const [output, complaints, report] = yield* Effect.all(
        [head(process.stdout, maxOutput), head(process.stderr, 4_000), head(reports, reportBytes)],
        { concurrency: "unbounded" }
      ).pipe(Effect.raceFirst(outOfTime("the sandbox", started, startTimeout, timeout)))
      const durationMillis = (yield* Clock.currentTimeMillis) - began
      return { files, report, output, complaints, durationMillis, timeout }
    },
    Effect.scoped,
    Effect.catchTag("PlatformError", (error) => Effect.fail(testReport.notStarted(error.message)))
  )

  const evaluateIn = Effect.fnUntraced(function* (place: Place, program: string, input: Schema.Json) {
    const words = { tests: word(), watch: word() }
    const remains = yield* remainsOf(place, [], words, { program: [program, JSON.stringify(input)] })
    return yield* cpythonReport.readProgram(remains, words)
  })

  const own = placeOf(python)
  const environmentOf = yield* environment.make({
    python,
    install,
    missing: (names) => needed.missing((program, input) => evaluateIn(own, program, input), names),
    command: own.installing
  })
  const placeWith = ({ packages = [] }: ProgramOptions) =>
    packages.length === 0 ? Effect.succeed(own) : Effect.map(environmentOf(packages), placeOf)

  return TestRunner.of({
    identity: own.identity,
    hasPytest: python.pytest !== null,
    run: Effect.fnUntraced(function* (files: ReadonlyArray<SourceFile>, options: RunOptions = {}) {
      const place = yield* placeWith(options)
      const words = { tests: word(), watch: word() }
      const remains = yield* remainsOf(place, files, words, { coverage: options.coverage ?? false })
      const read = yield* cpythonReport.read(remains, words)
      // pytest finds files that unittest does not
      return yield* testReport.make(place.python.pytest === null ? read : { ...read, files: [] })
    }),
    evaluate: (program, input, options = {}) =>
      Effect.flatMap(placeWith(options), (place) => evaluateIn(place, program, input))
  })
})
