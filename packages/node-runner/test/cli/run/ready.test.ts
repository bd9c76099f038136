import { cpSync, mkdirSync, rmSync } from "node:fs"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Engine, type TestRunner, Workspace } from "@stepwright/core"
import { Cassette, MockLlm } from "@stepwright/llm"
import { AcceptanceTestStep, AutomatedCodingWorkflow, ImplementationStep, TestGenerationStep } from "@stepwright/steps"
import { Effect, Layer } from "effect"
import * as pantry from "../../../../../test/steps/pantry.ts"
import * as PyodideTestRunner from "../../../src/PyodideTestRunner.ts"
import { place } from "../../support/place.ts"

const { item, planner } = pantry.paths

const test = (name: string, ...lines: ReadonlyArray<string>) =>
  [
    "import unittest",
    "import pantry.item",
    "",
    "",
    "class TestPantry(unittest.TestCase):",
    `    def ${name}(self):`,
    ...lines.map((line) => `        ${line}`),
    ""
  ].join("\n")

const tests = {
  path: "tests/test_pantry.py",
  content: test("test_r1_1_item", 'self.assertIn("item.py", pantry.item.__doc__)')
}
const acceptance = {
  path: "tests/test_acceptance_pantry.py",
  content: test("test_sum", "self.assertEqual(pantry.of_2(), 2)")
}

const code = (file: string) =>
  file === planner ? `${pantry.code(file)}\n\ndef of_2() -> int:\n    return 2\n` : pantry.code(file)

const replies: Readonly<Record<string, string>> = {
  ...pantry.replies,
  "test-generation": TestGenerationStep.parser.print([tests]),
  "acceptance-test": AcceptanceTestStep.parser.print([acceptance])
}

const model = MockLlm.layer(
  (request) => replies[request.metadata.step] ?? ImplementationStep.parser.print(code(pantry.fileOf(request)))
)

/** A recording of a run of the ready workflow. */
const tape = (async () => {
  const here = place()
  const run = Engine.execute(AutomatedCodingWorkflow.workflow, pantry.project)
  const recording = Cassette.layerRecord({ file: here.path("tape") }).pipe(Layer.provide(model))
  // what a file's writer is told of others comes from the Python of the sandbox
  const world = Layer.mergeAll(recording, Workspace.layerMemory(), PyodideTestRunner.layer())
  await Effect.runPromise(Effect.provide(run, Layer.provide(world, NodeServices.layer)))
  return here.path("tape")
})()

/** A folder with a requirement, and the recording beside it. */
const recorded = async () => {
  const here = place([], { PATH: process.env["PATH"]! })
  here.write("pantry.md", pantry.document)
  cpSync(await tape, here.path("tape"), { recursive: true })
  return here
}

describe("the ready workflow, from the command line", () => {
  it("delivers a package that passes its tests, and takes care of its files", async () => {
    const here = await recorded()
    const run = await here.stepwright("run", "pantry.md", "--replay", "tape")
    assert.strictEqual(run.status, 0, run.stderr)
    assert.match(
      run.stdout,
      /^COMPLETED .*\nfiles: out\/pantry \(10 files\)\ntests: 2 passed, 0 failed\nassumption: R1.2: A shelf cannot be lost\.\n$/
    )
    assert.strictEqual(here.read(`out/pantry/${item}`), pantry.code(item))
    assert.match(here.read("out/pantry/report.md"), /10 replies of models: (.|\n)*no request went to a provider/)

    const verified = await here.stepwright("verify", "out/pantry", "--sandbox", "pyodide", "--json")
    assert.strictEqual(verified.status, 0, verified.stderr)
    const { doubts, tests }: TestRunner.TestReport = JSON.parse(verified.stdout)
    assert.deepStrictEqual(doubts, [])
    assert.deepStrictEqual(
      tests.map(({ outcome }) => outcome),
      ["passed", "passed"]
    )

    // what was deleted comes back, what was changed stays
    rmSync(here.path(`out/pantry/${pantry.paths.shelf}`))
    here.write(`out/pantry/${item}`, '"""Mine."""\n')
    const resumed = await here.stepwright("resume", "latest")
    assert.strictEqual(resumed.status, 0, resumed.stderr)
    assert.match(resumed.stdout, /1 step run, \d+ reused/)
    assert.include(resumed.stdout, `${item} was changed by hand and left alone`)
    const differs = `changed by hand: ${item}; the tests ran on the run's own version, try \`stepwright verify out/pantry\``
    assert.include(resumed.stdout, differs)
    // also where nothing was delivered anew
    assert.include((await here.stepwright("resume", "latest")).stdout, differs)
    assert.include((await here.stepwright("status")).stdout, differs)
    const { changed } = JSON.parse((await here.stepwright("resume", "latest", "--json")).stdout)
    assert.deepStrictEqual(changed, [item])
    assert.strictEqual(here.read(`out/pantry/${pantry.paths.shelf}`), pantry.code(pantry.paths.shelf))
    assert.strictEqual(here.read(`out/pantry/${item}`), '"""Mine."""\n')

    const red = await here.stepwright("verify", "out/pantry")
    assert.strictEqual(red.status, 1)
    assert.match(red.stdout, /test_r1_1_item(.|\n)*2 tests run in .*: 1 passed/)

    const forced = await here.stepwright("step", "latest", "delivery", "--force")
    assert.strictEqual(forced.status, 0, forced.stderr)
    assert.strictEqual(here.read(`out/pantry/${item}`), pantry.code(item))
    assert.notInclude((await here.stepwright("status")).stdout, "changed by hand")

    const tried = await here.stepwright("resume", "latest", "--mutants", "5")
    assert.strictEqual(tried.status, 0, tried.stderr)
    assert.include(tried.stdout, "\nmutants: 2 of 2 changes of the code were noticed\n")
    assert.strictEqual(JSON.parse(here.read("out/pantry/report.json")).hardened.before.noticed, 2)
  })

  it("names no tests and no files that do not stand for the state any more", async () => {
    const here = await recorded()
    assert.strictEqual(
      (await here.stepwright("run", "pantry.md", "--replay", "tape", "--sandbox", "pyodide")).status,
      0
    )
    here.write("state.json", (await here.stepwright("export", "latest")).stdout)
    here.write("other.md", `${pantry.document}And more.\n`)
    await here.stepwright("set", "latest", "input", "other.md")

    const stale = await here.stepwright("status")
    assert.match(stale.stdout, /^ +~ draft +stale: reads wanted/m)
    assert.match(stale.stdout, /^~ verification +stale: reads /m)
    assert.notInclude(stale.stdout, "tests:")
    const failed = await here.stepwright("resume", "latest")
    assert.strictEqual(failed.status, 1)
    assert.match(failed.stdout, /^FAILED (.|\n)*files: out\/pantry/)
    assert.notInclude(failed.stdout, "tests:")
    const { steps, tests } = JSON.parse((await here.stepwright("status", "--json")).stdout)
    assert.isNull(tests)
    assert.include(
      steps.find(({ path }: { path: string }) => path === "verification"),
      { status: "stale" }
    )

    const imported = (await here.stepwright("import", "state.json", "--sandbox", "pyodide")).stdout.trim()
    assert.strictEqual(JSON.parse(here.read(`.stepwright/runs/${imported}/run.json`)).sandbox, "pyodide")
    const shown = await here.stepwright("status", imported)
    assert.notInclude(shown.stdout, "files:")
    assert.include(shown.stdout, "tests: 2 passed")
    assert.match(shown.stdout, /^~ delivery +stale: what it made is not there any more/m)
  })

  it("fails with status 1 where the cassette has no reply, and shows the nearest", async () => {
    const here = await recorded()
    here.write("pantry.md", `${pantry.document}And more.\n`)
    mkdirSync(here.path("out/pantry"), { recursive: true })
    const { status, stderr, stdout } = await here.stepwright("run", "pantry.md", "--replay", "tape", "--json")
    assert.strictEqual(status, 1)
    // a folder that is there is somebody's
    assert.strictEqual(JSON.parse(stdout).out, "out/pantry-2")
    assert.match(stderr, /failed at requirement\/draft: no recorded reply: (.|\n)*And more\./)
  })
})
