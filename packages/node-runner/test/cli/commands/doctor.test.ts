import { chmodSync, existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import { call, startedWith, withPrograms } from "../../support/commandLine.ts"
import { inProject } from "../../support/configured.ts"
import { saying } from "../../support/saying.ts"

const key = "sk-sentinel-0123456789abcdef"
const withKey = { env: { OPENAI_API_KEY: key } }

const Finding = Schema.Struct({
  section: Schema.String,
  name: Schema.String,
  standing: Schema.Literals(["ok", "note", "problem"]),
  found: Schema.NonEmptyString,
  means: Schema.optionalKey(Schema.String),
  fix: Schema.optionalKey(Schema.String),
  value: Schema.Json
})
const Document = Schema.fromJsonString(Schema.Struct({ ready: Schema.Boolean, findings: Schema.Array(Finding) }))

/** What `--json` prints, by what was looked at. */
const read = Effect.fnUntraced(function* (out: string) {
  const { findings, ready } = yield* Schema.decodeEffect(Document)(out, { onExcessProperty: "error" })
  const of = (name: string) => {
    const found = findings.find((finding) => `${finding.section}.${finding.name}` === name)
    return found ?? assert.fail(`nothing is said of ${name}`)
  }
  return { ready, findings, of }
})

const examined = Effect.fnUntraced(function* (...[bound]: [Parameters<typeof call>[1]?]) {
  const called = yield* call(["doctor", "--json"], bound)
  return { ...called, ...(yield* read(called.out)) }
})

/** The same with the programs of the folder `bin` here, and no others. */
const examinedWithPrograms = Effect.suspend(() => {
  for (const name of readdirSync("bin")) chmodSync(join("bin", name), 0o700)
  const path = ConfigProvider.fromUnknown({ OPENAI_API_KEY: key, PATH: join(process.cwd(), "bin") })
  return examined().pipe(withPrograms, Effect.provideService(ConfigProvider.ConfigProvider, path))
})

const hanging = '#!/bin/sh\n: > "${0##*/}.started"\nexec /bin/sleep 600\n'

const turn = Effect.promise(() => new Promise(setImmediate))
const isGoingOn = <A, E>(fiber: Fiber.Fiber<A, E>) => fiber.pollUnsafe() === undefined

/** What is looked at wherever it is called. */
const always = [
  "installation.node",
  ...["node-runner", "core", "llm", "steps"].map((name) => `installation.@stepwright/${name}`),
  "installation.effect",
  "installation.copies",
  "keys.OPENAI_API_KEY",
  "keys.ANTHROPIC_API_KEY",
  "configuration.project",
  "configuration.user",
  "models.default",
  ...["python", "pytest", "bubblewrap", "pyodide", "sandbox"].map((name) => `sandboxes.${name}`),
  "store.store",
  "store.journals",
  "store.cache",
  "terminal.terminal",
  "run.run"
]

describe("doctor", () => {
  it.effect("says what is here, that a run could begin, and nothing of a key; it leaves nothing behind", () =>
    inProject(
      {},
      Effect.gen(function* () {
        const { err, findings, of, out, ready, status } = yield* examined()
        assert.deepStrictEqual(
          findings.map(({ name, section }) => `${section}.${name}`),
          always
        )
        assert.deepStrictEqual([status, ready, err], [0, true, ""])
        assert.deepStrictEqual(of("keys.OPENAI_API_KEY").value, { provider: "openai", isSet: true })
        assert.strictEqual(of("keys.ANTHROPIC_API_KEY").found, "not set")
        assert.strictEqual(of("installation.effect").found, "4.1.0")
        assert.include(of("sandboxes.sandbox").found, "auto: tests run in pyodide@")
        const page = yield* call(["doctor"])
        assert.notInclude(out + page.out, key)
        assert.match(page.out, /^ {2}. OPENAI_API_KEY +set\n/mu)
        assert.match(page.out, /^ {2}! ANTHROPIC_API_KEY +not set\n +the models of anthropic cannot be asked: set it/mu)
        assert.match(page.out, /^ {2}. run +a run of the workflow automated-coding can begin$/mu)
        assert.deepStrictEqual(readdirSync("."), [])
      }),
      withKey
    )
  )

  it.effect("says without a key that no run can begin, and what to do", () =>
    inProject(
      {},
      Effect.gen(function* () {
        const { of, ready, status } = yield* examined()
        assert.deepStrictEqual([status, ready], [3, false])
        assert.include(of("models.default").means, "it cannot be asked: no API key: set OPENAI_API_KEY")
        assert.include(of("run.run").found, "no API key: set OPENAI_API_KEY")
        // a workflow that brings its model along needs none
        assert.strictEqual((yield* examined(saying())).of("run.run").standing, "ok")
      }),
      { env: { OPENAI_API_KEY: "" } }
    )
  )

  it.effect("says of each model of the configuration whether it could be asked", () =>
    inProject(
      {
        "stepwright.yaml": [
          "models:",
          "  default: anthropic/claude-sonnet-5",
          "  local: { baseUrl: http://127.0.0.1:1/v1, keyVariable: LOCAL_API_KEY, model: m }",
          "  odd: { provider: openai, model: n, keyVariable: ODD_API_KEY }",
          ""
        ].join("\n")
      },
      Effect.gen(function* () {
        yield* call(["trust", "--yes"])
        const { of, out, status } = yield* examined()
        assert.strictEqual(status, 3)
        assert.include(of("configuration.project").found, "stepwright.yaml: right, trusted")
        assert.include(of("models.default").means, "set ANTHROPIC_API_KEY")
        assert.deepInclude(of("models.local").value, { canBeAsked: true, keyVariable: "LOCAL_API_KEY" })
        assert.include(of("models.odd").means, "a line break in it")
        assert.notInclude(out, "sentinel")
      }),
      { env: { LOCAL_API_KEY: key, ODD_API_KEY: "sk-sentinel\nodd" } }
    )
  )

  it.effect("goes on where a file of configuration is broken, and where the store is a file", () =>
    inProject(
      { "stepwright.yaml": "bugdet: {}\n", ".stepwright": "" },
      Effect.gen(function* () {
        const { findings, of, status } = yield* examined()
        assert.strictEqual(status, 3)
        assert.includeMembers(
          findings.map(({ name, section }) => `${section}.${name}`),
          always
        )
        for (const name of ["configuration.project", "run.run"]) {
          assert.include(of(name).found, 'stepwright.yaml:1:1: bugdet: no such key: "bugdet"')
        }
        assert.include(of("store.store").found, ".stepwright is a file")
        assert.strictEqual(of("store.store").means, "no run can begin")
        assert.include(of("configuration.user").found, "config.yaml: right")
      }),
      { ...withKey, user: "concurrency: 2\n" }
    )
  )

  it.effect("runs nothing that a project names which nobody trusts", () =>
    inProject(
      {
        "stepwright.yaml": "python: ./evil\nworkflow: evil.ts#evil\n",
        evil: "#!/bin/sh\n: > ran\n",
        "evil.ts": 'import { writeFileSync } from "node:fs"\nwriteFileSync("ran", "")\n'
      },
      Effect.gen(function* () {
        chmodSync("evil", 0o700)
        const { of, status } = yield* examined()
        assert.strictEqual(status, 3)
        assert.include(of("configuration.project").found, "is not trusted, and does this:")
        assert.include(of("run.run").fix, "stepwright trust")
        yield* call(["trust", "--yes"])
        // what is trusted is a Python of one's own, not the code of a workflow
        writeFileSync("stepwright.yaml", "workflow: evil.ts#evil\n")
        yield* call(["trust", "--yes"])
        assert.strictEqual((yield* examined()).status, 0)
        assert.isFalse(existsSync("ran"))
      }),
      withKey
    )
  )

  it.effect("names runs that are damaged or of a newer version", () =>
    inProject(
      {},
      Effect.gen(function* () {
        const run = yield* startedWith(saying())
        for (const [name, text] of [
          ["newer", '{"_tag":"Journal","format":99,"run":"newer"}\n'],
          ["wrong", "nothing\n"]
        ] as const) {
          mkdirSync(`.stepwright/runs/${name}`)
          writeFileSync(`.stepwright/runs/${name}/events.jsonl`, text)
        }
        const { of, status } = yield* examined()
        assert.strictEqual(status, 0)
        const { fix, found, value } = of("store.journals")
        assert.include(found, "3 runs, 2 that cannot be read")
        assert.include(found, "it has format 99")
        assert.include(fix, "`repair RUN`")
        assert.notInclude(JSON.stringify(value), run)
        assert.deepInclude(of("store.store").value, { runs: 3, writable: true })
      }),
      withKey
    )
  )

  it.effect("says where a module of the project would find another copy than the command", () =>
    inProject(
      {
        "node_modules/effect/package.json": '{ "name": "effect", "version": "4.0.9" }',
        "node_modules/@stepwright/core/package.json": '{ "name": "@stepwright/core", "version": "0.0.0" }'
      },
      Effect.gen(function* () {
        const { of, status } = yield* examined()
        assert.strictEqual(status, 0)
        const { found, standing } = of("installation.copies")
        assert.strictEqual(standing, "note")
        assert.include(found, `effect 4.0.9 (${join(process.cwd(), "node_modules/effect")}) beside 4.1.0`)
        // of the same version the command takes the project's
        assert.notInclude(found, "@stepwright/core")
      }),
      withKey
    )
  )

  it.effect("waits for no program that hangs, and says what a run does without it", () =>
    inProject(
      { "bin/bwrap": hanging, "bin/python3": hanging },
      Effect.gen(function* () {
        const called = yield* Effect.forkChild(examinedWithPrograms)
        while (!["bwrap", "python3"].every((name) => existsSync(`${name}.started`)) && isGoingOn(called)) yield* turn
        yield* TestClock.adjust("10 seconds")
        const { of, ready, status } = yield* Fiber.join(called)
        assert.deepStrictEqual([status, ready], [0, true])
        for (const [name, program] of [
          ["python", "python3"],
          ["bubblewrap", "bwrap"]
        ] as const) {
          const { found, standing } = of(`sandboxes.${name}`)
          assert.deepStrictEqual(
            [standing, found],
            ["note", `${join(process.cwd(), "bin", program)} gives no answer within 10s`]
          )
        }
        assert.include(of("sandboxes.python").means, "tests run in Pyodide")
        assert.include(of("sandboxes.sandbox").found, "auto: tests run in pyodide@")
        assert.strictEqual(of("run.run").standing, "ok")
      }),
      withKey
    )
  )

  it.effect("ends programs that print without end", () =>
    inProject(
      { "bin/bwrap": "#!/bin/sh\nexec /bin/cat /dev/zero\n", "bin/python3": "#!/bin/sh\nexec /usr/bin/yes >&2\n" },
      Effect.gen(function* () {
        const { of, status } = yield* examinedWithPrograms
        assert.strictEqual(status, 0)
        assert.match(of("sandboxes.python").found, /bin\/python3 prints without end$/)
        assert.match(of("sandboxes.bubblewrap").found, /bin\/bwrap prints without end$/)
        assert.include(of("sandboxes.sandbox").found, "auto: tests run in pyodide@")
      }),
      withKey
    )
  )

  it.effect("goes on where the folder that it is called in is gone", () =>
    inProject(
      {},
      Effect.gen(function* () {
        const folder = process.cwd()
        mkdirSync("gone")
        process.chdir("gone")
        rmdirSync(join(folder, "gone"))
        const { findings, status } = yield* Effect.ensuring(
          examined(),
          Effect.sync(() => process.chdir(folder))
        )
        assert.strictEqual(status, 3)
        assert.isAtLeast(findings.length, always.length)
      }),
      withKey
    )
  )

  it.effect("goes on without a home", () =>
    inProject(
      {},
      Effect.gen(function* () {
        const { findings, status } = yield* examined()
        assert.strictEqual(status, 0)
        assert.lengthOf(findings, always.length)
      }),
      { env: { OPENAI_API_KEY: key, XDG_CONFIG_HOME: "/no/such/home", XDG_CACHE_HOME: "/no/such/home" } }
    )
  )
})
