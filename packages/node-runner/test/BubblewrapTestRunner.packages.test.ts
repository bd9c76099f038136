import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { assert, describe, it } from "@effect/vitest"
import { isGreen, TestRunner } from "@stepwright/core/TestRunner"
import { ConfigProvider, Effect, Layer } from "effect"
import { vi } from "vitest"
import { isThere, needs } from "../../../test/support/tool.ts"
import * as BubblewrapTestRunner from "../src/BubblewrapTestRunner.ts"
import { Consent } from "../src/internal/sandbox/consent.ts"
import * as testRunners from "../src/internal/services/testRunners.ts"

const wheel = "stepwright_sample-1.0-py3-none-any.whl"

/** Writes a wheel whose package, wherever its environment is started, leaves a file where it can. */
const makeWheel = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr("stepwright_sample.py", "word = 'here'")
    wheel.writestr("stepwright_sample.pth", f"import os; os.path.isdir({sys.argv[2]!r}) and open({sys.argv[2]!r} + '/touched', 'w')")
    info = "stepwright_sample-1.0.dist-info/"
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: stepwright-sample\\nVersion: 1.0\\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(info + "RECORD", "")
`

/** A folder with a cache, in which pip is told of an index that has a wheel of one package, and of another its source only. */
const place = Effect.acquireRelease(
  Effect.callback<Place>((resume) => {
    const folder = mkdtempSync(join(tmpdir(), "stepwright-"))
    const asked: Array<string> = []
    const cache = join(folder, "cache")
    mkdirSync(cache)
    spawnSync("python3", ["-c", makeWheel, join(folder, wheel), folder])
    const files: Readonly<Record<string, string | Uint8Array>> = {
      "/simple/stepwright-sample/": `<a href="/${wheel}">${wheel}</a>`,
      "/simple/stepwright-source/": '<a href="/stepwright-source-1.0.tar.gz">stepwright-source-1.0.tar.gz</a>',
      [`/${wheel}`]: readFileSync(join(folder, wheel))
    }
    const server = createServer(({ url = "" }, response) => {
      asked.push(url)
      response.setHeader("content-type", url.endsWith("/") ? "text/html" : "application/octet-stream")
      response.writeHead(url in files ? 200 : 404).end(files[url])
    }).listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" ? address!.port : 0
      writeFileSync(join(folder, "pip.conf"), `[global]\nindex-url = http://127.0.0.1:${port}/simple/\n`)
      vi.stubEnv("PIP_CONFIG_FILE", join(folder, "pip.conf"))
      for (const name of ["PIP_INDEX_URL", "PIP_NO_INDEX", "http_proxy", "HTTP_PROXY"]) vi.stubEnv(name, undefined)
      resume(Effect.succeed({ folder, cache, asked, close: () => server.close() }))
    })
  }),
  ({ close, folder }) =>
    Effect.sync(() => {
      vi.unstubAllEnvs()
      close()
      rmSync(folder, { recursive: true })
    })
)

interface Place {
  readonly folder: string
  readonly cache: string
  /** What the index was asked for. */
  readonly asked: ReadonlyArray<string>
  readonly close: () => void
}

const uses = [
  {
    path: "test_it.py",
    content: `import subprocess, sys
def test_it():
    import stepwright_sample
    assert stepwright_sample.word == "here"
    subprocess.run([sys.executable, "-c", "import stepwright_sample"], check=True)
`
  }
]

/** Runs a test that needs a package, where a person agrees or not; gives what they were asked too. */
const run = (
  cache: string,
  packages: ReadonlyArray<string>,
  options: BubblewrapTestRunner.Options = {},
  agrees = true
) =>
  Effect.gen(function* () {
    const questions: Array<ReadonlyArray<string>> = []
    const report = yield* Effect.flatMap(TestRunner, (runner) => runner.run(uses, { packages })).pipe(
      Effect.provide(Layer.provide(BubblewrapTestRunner.layer(options), cacheIn(cache))),
      Effect.provideService(Consent, (names) => {
        questions.push(names)
        return Effect.succeed(agrees)
      }),
      Effect.result
    )
    return { report, questions }
  })

const cacheIn = (cache: string) =>
  ConfigProvider.layer(ConfigProvider.fromEnv({ env: { PATH: process.env["PATH"]!, XDG_CACHE_HOME: cache } }))

const needed = isThere("bwrap") ? needs("pip3") : needs("bwrap")

const environmentsIn = (cache: string) => {
  const folder = join(cache, "stepwright")
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.includes("python-")) : []
}

describe("packages that tests need", () => {
  it.live(
    "are installed from the user's own index, once, and nothing of them runs outside of the sandbox",
    () =>
      Effect.gen(function* () {
        const { asked, cache, folder } = yield* place
        const first = yield* run(cache, ["Stepwright_Sample", "json"], { install: true })
        assert.isTrue(first.report._tag === "Success" && isGreen(first.report.success), JSON.stringify(first))
        assert.deepStrictEqual(first.questions, [["stepwright-sample"]])
        assert.deepStrictEqual(asked, ["/simple/stepwright-sample/", `/${wheel}`])
        assert.lengthOf(environmentsIn(cache), 1)
        const second = yield* run(cache, ["stepwright.sample"], { install: true })
        assert.isTrue(second.report._tag === "Success" && isGreen(second.report.success), JSON.stringify(second))
        assert.deepStrictEqual([second.questions, asked.length], [[], 2])
        assert.isFalse(existsSync(join(folder, "touched")))
      }).pipe(Effect.scoped),
    needed
  )

  it.live(
    "are installed without a sandbox where none is named",
    () =>
      Effect.gen(function* () {
        const { cache } = yield* place
        const versions = yield* Effect.flatMap(TestRunner, ({ evaluate }) =>
          evaluate(
            "from importlib.metadata import version\ndef main(name): return version(name)",
            "stepwright-sample",
            {
              packages: ["stepwright-sample"]
            }
          )
        ).pipe(Effect.provide(Layer.provide(testRunners.layer("none", { install: true }), cacheIn(cache))))
        assert.strictEqual(versions, "1.0")
      }).pipe(Effect.scoped),
    needs("pip3")
  )

  it.live(
    "are no reason to install anything unasked, or what is no name",
    () =>
      Effect.gen(function* () {
        const { asked, cache } = yield* place
        const why = (...parts: Parameters<typeof run> extends readonly [string, ...infer Rest] ? Rest : never) =>
          Effect.map(run(cache, ...parts), ({ report }) =>
            report._tag === "Failure" ? report.failure.message : JSON.stringify(report.success)
          )
        const install = { install: true }
        assert.match(
          yield* why(["stepwright-sample"]),
          /python@3\S+ .* lacks stepwright-sample: .* --install, .* --python/
        )
        assert.include(yield* why(["stepwright-sample"], install, false), "nobody agreed to install stepwright-sample")
        assert.include(yield* why(["--pre"], install), '"--pre" is no name of a package')
        assert.deepStrictEqual([asked, environmentsIn(cache)], [[], []])
        assert.include(yield* why(["stepwright-source"], install), "stepwright-source could not be installed: ")
        assert.deepStrictEqual([asked, environmentsIn(cache)], [["/simple/stepwright-source/"], []])
      }).pipe(Effect.scoped),
    needed
  )
})
