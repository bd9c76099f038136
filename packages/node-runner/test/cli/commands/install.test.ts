import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Step, TestRunner, Workflow } from "@stepwright/core"
import { Effect, Schema } from "effect"
import { needs } from "../../../../../test/support/tool.ts"
import { Consent } from "../../../src/internal/sandbox/consent.ts"
import { person, program } from "../../support/asking.ts"
import { call, inFolder, withPrograms } from "../../support/commandLine.ts"

const { TestRunnerError } = TestRunner

/** A program with one step that runs tests, or says that they were run, with packages. */
const running = <E>(run: Effect.Effect<ReadonlyArray<string>, E>) =>
  program(
    Workflow.make("running", { input: Schema.Struct({ text: Schema.String }) }).pipe(
      Workflow.bind(
        "verification",
        Step.effect("verification", {
          input: Schema.Struct({ text: Schema.String }),
          output: Schema.Struct({ packages: Schema.Array(Schema.String) }),
          error: TestRunnerError,
          run: () => Effect.map(Effect.catch(run, unavailable), (packages) => ({ packages }))
        }),
        "input"
      )
    )
  )

const unavailable = (detail: unknown) =>
  Effect.fail(new TestRunnerError({ reason: "Unavailable", detail: `${detail}` }))

/** One that installs what somebody agrees to. */
const installing = running(
  Effect.gen(function* () {
    const consent = yield* Consent
    return (yield* consent(["pandas", "six"])) ? ["pandas", "six"] : yield* Effect.fail("nobody agreed to install six")
  })
)

const run = ["run", "--input", '{"text":"x"}', "--json"]
const onTerminal = ["run", "--input", '{"text":"x"}']

describe("--install", () => {
  it.effect("is refused at the start where nobody could agree, and nothing begins", () =>
    Effect.gen(function* () {
      for (const args of [run, [...onTerminal], [...onTerminal, "--no-input"]]) {
        const { err, status } = yield* call([...args, "--install"], installing)
        assert.deepStrictEqual([status, existsSync(".stepwright")], [2, false])
        assert.match(err, /--install asks which packages may be installed, and there is nobody to ask: add --yes/)
      }
      assert.strictEqual((yield* call([...run, "--install", "--yes"], installing)).status, 0)
      assert.strictEqual((yield* call(["resume", "latest", "--install"], installing)).status, 2)
    }).pipe(inFolder)
  )

  it.effect("asks the person who is there, once the names are known, and goes on with their answer", () =>
    Effect.gen(function* () {
      const no = person("no")
      const refused = yield* no.there(call([...onTerminal, "--install"], installing))
      assert.deepStrictEqual(no.asked, [
        "the tests need packages that are not here. Install pandas, six, with pip? (yes/no): "
      ])
      assert.strictEqual(refused.status, 1)
      assert.match(refused.err, /nobody agreed to install six[^]*go on with `.* resume \S+ --yes`/)
      const yes = person("yes")
      assert.strictEqual((yield* yes.there(call(["resume"], installing))).status, 0)
      assert.lengthOf(yes.asked, 1)
      const settled = person()
      assert.strictEqual((yield* settled.there(call([...onTerminal, "--install", "--yes"], installing))).status, 0)
      assert.lengthOf(settled.asked, 0)
    }).pipe(inFolder)
  )

  it.effect("is what a run that lacks packages is told to go on with", () =>
    Effect.gen(function* () {
      const lacking = running(Effect.fail("python lacks six: install with --install, or name another"))
      assert.match((yield* call(run, lacking)).err, /go on with `.* resume \S+ --install`/)
    }).pipe(inFolder)
  )
})

describe("--python", () => {
  it.effect("is refused at the start where it names no Python", () =>
    Effect.gen(function* () {
      writeFileSync("text", "no program")
      for (const name of ["./none", "./text", "."]) {
        const { err, status } = yield* call([...run, "--python", name], installing)
        assert.deepStrictEqual([status, existsSync(".stepwright")], [2, false], err)
        assert.match(err, /--python names no Python that runs tests: /)
        assert.strictEqual((yield* call(["verify", ".", "--python", name])).status, 2)
      }
      for (const before of [running(Effect.fail("no luck")), running(Effect.succeed([]))]) {
        yield* call(run, before)
        const again = yield* call(["resume", "latest", "--python", "./none"], before)
        assert.deepStrictEqual([again.status, again.out], [2, ""])
      }
    }).pipe(inFolder)
  )
})

describe("verify", () => {
  it.effect(
    "runs the tests of a run with the packages that it needs",
    () =>
      Effect.gen(function* () {
        yield* call([...run, "--sandbox", "none"], running(Effect.succeed(["no-such-package"])))
        mkdirSync("out/running", { recursive: true })
        const { err, status } = yield* call(["verify"])
        assert.match(err, /lacks no-such-package: install with --install/)
        assert.strictEqual(status, 3)
      }).pipe(withPrograms, inFolder),
    needs("python3")
  )

  it.live(
    "doubts tests that stand in the files and did not run",
    () =>
      Effect.gen(function* () {
        writeFileSync(
          "test_it.py",
          "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): pass\n    def test_b(self): pass\ndel T.test_b\n"
        )
        const { out, status } = yield* call(["verify", ".", "--sandbox", "none"])
        assert.match(out, /^doubt:\n {2}test_it\.T\.test_b did not run, and nothing says why\n1 test run/)
        assert.strictEqual(status, 1)
      }).pipe(withPrograms, inFolder),
    needs("python3")
  )
})
