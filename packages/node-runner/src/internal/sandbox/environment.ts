import { createHash } from "node:crypto"
import { dirname, join } from "node:path"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import { isPackage, type TestRunnerError } from "@stepwright/core/TestRunner"
import * as cache from "../disk/cache.ts"
import { privateFolder } from "../disk/folders.ts"
import { partOf } from "../disk/parts.ts"
import { Consent } from "./consent.ts"
import { lacks } from "./packages.ts"
import * as python from "./python.ts"
import { notStarted } from "./testReport.ts"

export interface Options {
  readonly python: python.Python
  /** Whether what is missing may be installed. */
  readonly install: boolean
  readonly missing: (packages: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<string>, TestRunnerError>
  /** What starts the interpreter where there is a network, a folder to write, and some places to read. */
  readonly command: (folder: string, places: ReadonlyArray<string>) => readonly [file: string, ...args: Array<string>]
}

/** What pip is told of where packages are, by the environment and its own files, and the places that this names. */
const settings = `
import ast, json, os, subprocess, sys
from urllib.parse import urlsplit
from urllib.request import url2pathname
WORDS = ["no-index", "trusted-host", "proxy", "timeout", "default-timeout", "retries"]
PLACES = ["index-url", "extra-index-url", "find-links", "cert", "client-cert", "constraint"]
FILES = ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]
PROXIES = [name for name in os.environ if name.lower() in ("http_proxy", "https_proxy", "all_proxy", "no_proxy")]
listed = subprocess.run([sys.executable, "-I", "-m", "pip", "config", "list"], capture_output=True, text=True)
if listed.returncode:
    sys.exit(f"{sys.executable} has no pip that works: {listed.stderr.strip()}")
told, places = {}, []
for section in ("global", "install", ":env:"):
    for line in listed.stdout.splitlines():
        name, _, value = line.partition("=")
        at, _, key = name.rpartition(".")
        if at == section and key in WORDS + PLACES and value != "''":
            told[key] = ast.literal_eval(value)


def local(word):
    if not word.startswith("file:"):
        if "://" not in word:
            word = os.path.abspath(os.path.expanduser(word))
            places.append(word)
        return word
    path = os.path.normpath(url2pathname(urlsplit(word).path))
    # what an index of this name leads to is beside it
    places.append(os.path.dirname(path) if os.path.basename(path) == "simple" else path)
    return word


env = {name: os.environ[name] for name in FILES + PROXIES if name in os.environ}
places += [env[name] for name in FILES if name in env]
for key, value in told.items():
    name = "PIP_" + key.upper().replace("-", "_")
    env[name] = " ".join(map(local, value.split())) if key in PLACES else value
print(json.dumps({"env": {**env, "PIP_CONFIG_FILE": os.devnull}, "places": places}))
`

const decodeSettings = Schema.decodeUnknownEffect(
  Schema.fromJsonString(
    Schema.Struct({ env: Schema.Record(Schema.String, Schema.String), places: Schema.Array(Schema.String) })
  )
)

/** Makes a virtual environment that has all that the interpreter has, and wheels, of which none is run. */
const fill = `
import os, runpy, sys
folder, *names = sys.argv[1:]
python = os.path.realpath(sys.executable)
site = f"{folder}/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
# for another user, whose the tests are under root
os.umask(0o022)
os.chmod(folder, 0o755)
for part in (f"{folder}/bin", f"{folder}/tmp", site):
    os.makedirs(part)
os.symlink(python, f"{folder}/bin/python3")
with open(f"{folder}/pyvenv.cfg", "w") as file:
    file.write(f"home = {os.path.dirname(python)}\\ninclude-system-site-packages = false\\n")
with open(f"{site}/interpreter.pth", "w") as file:
    file.write("\\n".join(sys.path))
os.environ["TMPDIR"] = f"{folder}/tmp"
options = ["--only-binary", ":all:", "--no-cache-dir", "--no-input", "--disable-pip-version-check"]
sys.argv = ["pip", "install", "-qq", *options, "--target", site, "--", *names]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
`

const timeout = Duration.minutes(10)

/** Packages as the index knows them, each once. */
const normal = (packages: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...new Set(packages.map((name) => name.toLowerCase().replaceAll(/[-_.]+/g, "-")))].toSorted()

/**
 * Gives the interpreter that has some packages: its own, or that of a virtual environment in the user's cache folder,
 * filled where it is not there. An interpreter with packages of others is never started outside of the sandbox.
 */
export const make = Effect.fnUntraced(function* (options: Options) {
  const fs = yield* FileSystem.FileSystem
  const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
  const cached = yield* Effect.option(cache.folder)
  const { executable, version } = options.python
  const known = new Map<string, python.Python>()
  const oneByOne = yield* Semaphore.make(1)

  const fillIn = Effect.fnUntraced(function* (folder: string, names: ReadonlyArray<string>) {
    const { env, places } = yield* Effect.flatMap(python.printed(executable, ["-I", "-c", settings]), decodeSettings)
    const part = yield* partOf(folder)
    yield* Effect.onExit(
      Effect.gen(function* () {
        yield* fs.makeDirectory(dirname(part), { recursive: true, mode: privateFolder })
        yield* fs.makeDirectory(part)
        const [file, ...args] = options.command(part, places)
        yield* python.printed(file, [...args, "-I", "-c", fill, part, ...names], env)
        yield* fs.remove(join(part, "tmp"), { recursive: true })
        // who made the same meanwhile has made it well
        yield* Effect.catch(fs.rename(part, folder), (error) =>
          Effect.flatMap(fs.exists(folder), (isThere) => (isThere ? Effect.void : Effect.fail(error)))
        )
      }),
      () => Effect.ignore(fs.remove(part, { recursive: true }))
    )
  })

  const install = (folder: string, names: ReadonlyArray<string>) =>
    fillIn(folder, names).pipe(
      Effect.timeoutOrElse({
        duration: timeout,
        orElse: () => Effect.fail({ message: `it took more than ${Duration.format(timeout)}` })
      }),
      Effect.mapError((error) => {
        const why = "why" in error ? error.why : error.message
        return notStarted(`${names.join(", ")} could not be installed: ${why.replaceAll(/^.*?ERROR: /gm, "")}`)
      })
    )

  const environmentOf = Effect.fnUntraced(function* (names: ReadonlyArray<string>) {
    if (Option.isNone(cached)) return yield* notStarted(`there is no folder to install ${names.join(", ")} in`)
    const key = createHash("sha256")
      .update(JSON.stringify([executable, names]))
      .digest("hex")
      .slice(0, 16)
    const folder = join(cached.value, `python-${version.join(".")}-${key}`)
    if (!(yield* Effect.orElseSucceed(fs.exists(folder), () => false))) {
      const consent = yield* Consent
      if (!(yield* consent(names))) {
        return yield* notStarted(
          `nobody agreed to install ${names.join(", ")}: say --yes, or name a Python that has it all with --python`
        )
      }
      yield* Effect.logInfo({ note: `installs ${names.join(", ")} for the tests, in ${folder}` })
      yield* install(folder, names)
      yield* Effect.ignore(cache.removeOld(cached.value, /^\.?python-/u))
    }
    const now = DateTime.toDate(yield* DateTime.now)
    yield* Effect.ignore(fs.utimes(folder, now, now))
    return within(options.python, folder, yield* installedIn(folder))
  })

  const installedIn = Effect.fnUntraced(function* (folder: string) {
    const [major, minor] = version
    const site = join(folder, "lib", `python${major}.${minor}`, "site-packages")
    return yield* Effect.orElseSucceed(fs.readDirectory(site), (): ReadonlyArray<string> => [])
  })

  const withPackages = Effect.fnUntraced(function* (packages: ReadonlyArray<string>) {
    const odd = packages.find((name) => !isPackage(name))
    if (odd !== undefined) return yield* notStarted(`"${odd}" is no name of a package`)
    const missing = normal(yield* options.missing(packages))
    if (missing.length === 0) return options.python
    if (!options.install) {
      const fix = "install with --install, or name a Python that has it all with --python"
      return yield* lacks(python.nameOf(options.python), missing, fix)
    }
    return yield* environmentOf(missing)
  })

  return Effect.fnUntraced(
    function* (packages: ReadonlyArray<string>) {
      const key = packages.join()
      const found = known.get(key) ?? (yield* withPackages(packages))
      known.set(key, found)
      return found
    },
    oneByOne.withPermit,
    Effect.provideService(FileSystem.FileSystem, fs),
    Effect.provideService(ChildProcessSpawner.ChildProcessSpawner, spawner)
  )
})

/** The interpreter of a virtual environment, by what stands in it. */
const within = (of: python.Python, folder: string, names: ReadonlyArray<string>): python.Python => {
  const [, pytest = of.pytest] =
    /^pytest-(.+)\.dist-info$/.exec(names.find((name) => name.startsWith("pytest-")) ?? "") ?? []
  return { ...of, executable: join(folder, "bin", "python3"), parts: [...of.parts, folder], pytest }
}
