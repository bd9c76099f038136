import { delimiter, isAbsolute, join } from "node:path"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as ChildProcess from "effect/process/ChildProcess"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"

/** What an interpreter says of itself, without the environment and packages of the user. */
const Python = Schema.Struct({
  version: Schema.Tuple([Schema.Int, Schema.Int, Schema.Int]),
  executable: Schema.String,
  /** All that it may be called by or loads from: files and folders. */
  parts: Schema.Array(Schema.String),
  pytest: Schema.NullOr(Schema.String)
})
export type Python = typeof Python.Type

const ask = `
import json, os, sys
from importlib.machinery import PathFinder
places, file = set(sys.path), sys.executable
while os.path.islink(file):
    places.add(file)
    file = os.path.normpath(os.path.join(os.path.dirname(file), os.readlink(file)))
places |= {file, os.path.realpath(file)}
for prefix in {sys.prefix, sys.base_prefix}:
    places.add(os.path.join(prefix, "lib") if prefix in ("/usr", "/usr/local") else prefix)
pytest = None
if PathFinder.find_spec("pytest"):
    from importlib.metadata import version
    pytest = version("pytest")
print(json.dumps({
    "version": sys.version_info[:3], "executable": sys.executable, "pytest": pytest,
    "parts": sorted(place for place in places if os.path.isabs(place) and os.path.exists(place)),
}))
`

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Python))

/** Why a sandbox cannot be had here. */
export class Missing extends Schema.TaggedError<Missing>()("Missing", { why: Schema.String }) {}

/** A program by its path, or by the folders of `PATH`. */
export const find = Effect.fnUntraced(function* (name: string) {
  const fs = yield* FileSystem.FileSystem
  const folders = (yield* Effect.orElseSucceed(Config.String("PATH"), () => "")).split(delimiter).filter(isAbsolute)
  const files = name.includes("/") ? [name] : folders.map((folder) => join(folder, name))
  for (const file of files) {
    const { type } = yield* Effect.orElseSucceed(fs.stat(file), () => ({ type: "Unknown" }))
    if (type === "File") return file
  }
  return yield* new Missing({ why: name.includes("/") ? `${name} is no file` : `there is no ${name} in PATH` })
})

/** How long a program may take to say what it is. */
export const patience = Duration.seconds(10)

/** More than this no program prints that is asked something, or that tells why it cannot do it. */
const mostBytes = 2 ** 16

/** What a program prints, given that it ends well; it has the environment of this process unless one is given. */
export const printed = Effect.fnUntraced(
  function* (file: string, args: ReadonlyArray<string>, env?: Readonly<Record<string, string>>) {
    const { spawn } = yield* ChildProcessSpawner.ChildProcessSpawner
    const own = env === undefined ? {} : { env }
    const child = yield* spawn(ChildProcess.make(file, args, { stdin: "ignore", killSignal: "SIGKILL", ...own }))
    const endless = () => Stream.fail(new Missing({ why: `${file} prints without end` }))
    const text = <E>(stream: Stream.Stream<Uint8Array, E>) =>
      Stream.mkString(Stream.decodeText(Stream.limitBytes<E | Missing, never>(stream, mostBytes, endless)))
    const [out, complaints] = yield* Effect.all([text(child.stdout), text(child.stderr)], { concurrency: "unbounded" })
    const status = yield* child.exitCode
    if (status !== 0) return yield* new Missing({ why: `${file}: ${complaints.trim() || `exit status ${status}`}` })
    return out
  },
  Effect.scoped,
  Effect.catchTag("PlatformError", (error) => new Missing({ why: error.message }))
)

/** The same of one that is asked what it is, or whether it starts. */
export const answered = (file: string, args: ReadonlyArray<string>) =>
  Effect.timeoutOrElse(printed(file, args), {
    duration: patience,
    orElse: () => Effect.fail(new Missing({ why: `${file} gives no answer within ${Duration.format(patience)}` }))
  })

/** An interpreter: a file, or the `python3` of `PATH`. */
export const locate = Effect.fnUntraced(function* (name = "python3") {
  const file = yield* find(name)
  const python = yield* Effect.mapError(
    Effect.flatMap(answered(file, ["-I", "-B", "-c", ask]), decode),
    (error) => new Missing({ why: error._tag === "Missing" ? error.why : `${file} is no Python of version 3` })
  )
  const [major, minor] = python.version
  if (major === 3 && minor >= 9) return python
  return yield* new Missing({ why: `${file} is Python ${python.version.join(".")}, and 3.9 is needed` })
})

/** An interpreter with its version, and what runs tests in it. */
export const nameOf = ({ executable, pytest, version }: Python): string =>
  `python@${version.join(".")} (${executable}) ${pytest === null ? "unittest" : `pytest@${pytest}`}`
