import { createHash } from "node:crypto"
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { isGreen, TestRunner } from "@stepwright/core/TestRunner"
import { ConfigProvider, Effect, Layer } from "effect"
import { afterAll, beforeAll } from "vitest"
import * as PyodideTestRunner from "../src/PyodideTestRunner.ts"

/** Runs a test in a sandbox that keeps its snapshot below a folder, and gives what it printed if it passed. */
const run = (cache: string, body: string) =>
  Effect.flatMap(TestRunner, (runner) =>
    runner.run([{ path: "test_it.py", content: `def test_it():\n    ${body.replaceAll("\n", "\n    ")}\n` }])
  ).pipe(
    Effect.map((report) => {
      assert.isTrue(isGreen(report), JSON.stringify(report))
      return report.output
    }),
    Effect.provide(
      Layer.provide(
        PyodideTestRunner.layer({ timeout: "10 minutes", startTimeout: "10 minutes" }),
        ConfigProvider.layer(ConfigProvider.fromEnv({ env: { XDG_CACHE_HOME: cache } }))
      )
    )
  )

const nothing = "assert True"

const folders: Array<string> = []
const newFolder = () => {
  folders.push(mkdtempSync(join(tmpdir(), "stepwright cache ")))
  return folders.at(-1)!
}

/** The files below a cache folder, and the one snapshot among them. */
const kept = (cache: string) => readdirSync(join(cache, "stepwright"))
const snapshotIn = (cache: string) => {
  const names = kept(cache)
  assert.lengthOf(names, 1)
  return join(cache, "stepwright", names[0]!)
}

describe("PyodideTestRunner, started from a snapshot", () => {
  const cache = newFolder()
  beforeAll(() => Effect.runPromise(Effect.asVoid(run(cache, nothing))))
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })))

  /** A folder with the snapshot that `cache` has, changed. */
  const changed = (change: (file: string) => void) => {
    const folder = newFolder()
    const file = join(folder, "stepwright", kept(cache)[0]!)
    mkdirSync(join(folder, "stepwright"))
    writeFileSync(file, readFileSync(snapshotIn(cache)))
    change(file)
    return { folder, file }
  }
  it.live("makes it once, before any file of a package is there", () =>
    Effect.gen(function* () {
      const before = statSync(snapshotIn(cache))
      assert.match(kept(cache)[0]!, /^pyodide-314\.\d+\.\d+-[0-9a-f]{16}\.snapshot$/)
      yield* run(cache, "print('of one package')")
      const { ino, mtimeMs, size } = statSync(snapshotIn(cache))
      assert.deepStrictEqual({ ino, mtimeMs, size }, { ino: before.ino, mtimeMs: before.mtimeMs, size: before.size })
      assert.isFalse(readFileSync(snapshotIn(cache)).includes("of one package"))
    })
  )

  it.live("has nothing of what another one ran", () =>
    Effect.gen(function* () {
      yield* run(cache, "import builtins, os; builtins.left = 1; os.environ['LEFT'] = '1'; open('/tmp/left', 'w')")
      yield* run(
        cache,
        "import builtins, os; assert not hasattr(builtins, 'left') and 'LEFT' not in os.environ and not os.path.exists('/tmp/left')"
      )
    })
  )

  it.live("draws numbers and names of its own, and tells the time since it started", () =>
    Effect.gen(function* () {
      const draws = `import logging, os, random, secrets, tempfile, uuid
print(random.random(), tempfile.mktemp(), secrets.token_hex(), uuid.uuid4(), uuid.uuid1())
record = logging.makeLogRecord({})
logged = logging.LogRecord("n", 10, "p", 1, "m", (), None)
assert 0 <= logged.relativeCreated < 600_000, logged.relativeCreated`
      const [one, other] = [yield* run(cache, draws), yield* run(cache, draws)]
      const values = [one, other].map((line) => line.trim().split(" "))
      assert.lengthOf(values[0]!, 5)
      for (const [at, value] of values[0]!.entries()) assert.notStrictEqual(value, values[1]![at])
    })
  )

  it.live("finds modules as if it had started from nothing", () =>
    run(
      cache,
      `import sys
assert sys.path.count("") <= 1 and len(sys.path) == len(set(sys.path)), sys.path
assert not [name for name in vars(sys.modules["__main__"]) if not name.startswith("__")], vars(sys.modules["__main__"])
for name in ("js", "pyodide", "pyodide_js", "_pyodide", "_pyodide_core"):
    try: __import__(name)
    except ImportError: continue
    raise AssertionError(name)`
    )
  )

  it.live("makes it anew where it is damaged", () =>
    Effect.gen(function* () {
      const { file, folder } = changed((file) => truncateSync(file, 1_000_000))
      yield* run(folder, nothing)
      assert.isAbove(statSync(file).size, 10_000_000)
    })
  )

  it.live("starts without where it is whole, and Pyodide cannot take it", () =>
    Effect.gen(function* () {
      const { folder } = changed((file) => {
        const bytes = Buffer.alloc(4_096, 7)
        writeFileSync(file, Buffer.concat([createHash("sha256").update(bytes).digest(), bytes]))
      })
      yield* run(folder, nothing)
    })
  )

  it.live("starts without where nothing can be kept", () =>
    Effect.gen(function* () {
      const { folder } = changed((file) => rmSync(file))
      writeFileSync(join(folder, "file"), "")
      yield* run(join(folder, "file"), nothing)
    })
  )
})
