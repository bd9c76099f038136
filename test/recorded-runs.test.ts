import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Engine, Journal, WorkflowEvent, WorkflowState } from "@stepwright/core"
import { NodeRunner } from "@stepwright/node-runner"
import { AutomatedCodingWorkflow, Project, VerificationStep } from "@stepwright/steps"
import { needs } from "./support/tool.ts"

const { workflow } = AutomatedCodingWorkflow

/** Runs a document of the examples on its recording, below a folder of its own. */
const inFolder = <A, E>(name: string, use: (folder: string) => Effect.Effect<A, E, NodeRunner.Services>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "recorded "))),
    (folder) => {
      const runner = NodeRunner.layer({
        directory: join(folder, "runs"),
        out: join(folder, "out"),
        replay: `examples/cassettes/${name}`
      })
      return Effect.provide(use(folder), runner)
    },
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
  )

const run = (name: string) =>
  Effect.gen(function* () {
    const project = Project.ofText(readFileSync(`examples/inputs/${name}.md`, "utf8"), `${name}.md`)
    const state = yield* Engine.initialize(workflow, project, { run: name })
    return (yield* Engine.run(workflow, state)).state
  })

describe.each([
  ["interval-set", 1],
  ["expense-ledger", 6],
  ["automated-coding-workflow", 1]
])("the recorded run of %s", (name, atLeast) => {
  it.effect("becomes a tested package, every reply used as it came", () =>
    inFolder(name, () =>
      Effect.gen(function* () {
        const state = yield* run(name)
        assert.strictEqual(state.status, "COMPLETED", state.error?.message)
        const { delivery, implementation, verification } = yield* Engine.output(workflow, state)
        assert.isAtLeast(Object.keys(implementation).length, atLeast)
        assert.isAbove(verification.passed, 20)
        assert.strictEqual(verification.passed, verification.run)
        assert.isAbove(delivery.files.length, atLeast)
        const events = yield* Effect.flatMap(Journal.Journal, (journal) => journal.load(name))
        assert.deepStrictEqual(WorkflowEvent.fold(events), state)
        for (const event of events) if (event._tag === "StepReplied") assert.strictEqual(event.turn, 1)
      })
    )
  )

  it.effect(
    "passes its tests under a plain python3 too",
    () =>
      inFolder(name, (folder) =>
        Effect.gen(function* () {
          yield* run(name)
          const { status, stderr } = spawnSync("python3", ["-m", "unittest"], {
            cwd: join(folder, "out"),
            encoding: "utf8"
          })
          assert.strictEqual(status, 0, stderr)
          assert.match(stderr, /Ran \d\d+ tests/)
        })
      ),
    needs("python3")
  )
})

const failed = ({ tests }: VerificationStep.Verification) =>
  tests.flatMap(({ outcome, test }) => (outcome === "failed" ? [test] : [])).toSorted()

describe("the recorded run of rate-limiter", () => {
  it.effect(
    "finds what is wrong with a hurried first implementation, and mends it",
    () =>
      inFolder("rate-limiter", (folder) =>
        Effect.gen(function* () {
          const decode = Schema.decodeUnknownEffect(Schema.toCodecJson(VerificationStep.Verification))
          const json = JSON.parse(readFileSync("test/fixtures/rate-limiter-check.json", "utf8"))
          const recorded = yield* decode(json)
          const first = yield* run("rate-limiter")
          const found = yield* decode(WorkflowState.resultAt(first, "check")?.output)
          assert.deepStrictEqual([found.outcome, failed(found)], ["red", failed(recorded)])
          // what a test says of its failure depends on the version of Python, and so does what was asked about it
          const known = yield* Engine.set(workflow, first, "check", json)
          const { state } = yield* Engine.run(workflow, known)
          assert.strictEqual(state.status, "COMPLETED", state.error?.message)
          const { code, result, verification } = yield* Engine.output(workflow, state)
          assert.strictEqual(verification.passed, verification.run)
          assert.notStrictEqual(result.code["token_bucket.py"], code["token_bucket.py"])
          assert.strictEqual(readFileSync(join(folder, "out/token_bucket.py"), "utf8"), result.code["token_bucket.py"])
        })
      ),
    needs("bwrap")
  )
})
