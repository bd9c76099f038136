import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { env } from "node:process"
import { assert } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Engine, WorkflowState } from "@stepwright/core"
import { NodeRunner } from "@stepwright/node-runner"
import { AutomatedCodingWorkflow, Project, VerificationStep } from "@stepwright/steps"

const { workflow } = AutomatedCodingWorkflow

/** A folder of its own, which is gone afterwards. */
export const inFolder = <A, E, R>(use: (folder: string) => Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "recorded "))),
    use,
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
  )

/** What a run below a folder works with, on a recording of the examples. */
export const onRecording = (folder: string, cassette: string) =>
  NodeRunner.layer({
    directory: join(folder, "runs"),
    out: join(folder, "out"),
    replay: `examples/cassettes/${cassette}`
  })

/** Runs a document of the examples on its recording, below a folder of its own. */
export const onOwnRecording = <A, E>(name: string, use: (folder: string) => Effect.Effect<A, E, NodeRunner.Services>) =>
  inFolder((folder) => Effect.provide(use(folder), onRecording(folder, name)))

/** A document of the examples. */
export const documentOf = (name: string): string => readFileSync(`examples/inputs/${name}.md`, "utf8")

export const run = (name: string) =>
  Effect.gen(function* () {
    const project = Project.ofText(documentOf(name), `${name}.md`)
    const state = yield* Engine.initialize(workflow, project, { run: name })
    return (yield* Engine.run(workflow, state)).state
  })

const decode = Schema.decodeUnknownEffect(Schema.toCodecJson(VerificationStep.Verification))

const failed = ({ tests }: VerificationStep.Verification) =>
  tests.flatMap(({ outcome, test }) => (outcome === "failed" ? [test] : [])).toSorted()

/**
 * Runs the document whose first implementation was written in a hurry. What a test says of its failure depends on the
 * version of Python, and so does what was asked about it: from there on it goes by what was recorded.
 */
export const runMended = Effect.gen(function* () {
  const json: Schema.Json = JSON.parse(readFileSync("test/fixtures/rate-limiter-check.json", "utf8"))
  const first = yield* run("rate-limiter")
  const found = yield* decode(WorkflowState.resultAt(first, "check")?.output)
  assert.deepStrictEqual([found.outcome, failed(found)], ["red", failed(yield* decode(json))])
  const { state } = yield* Engine.run(workflow, yield* Engine.set(workflow, first, "check", json))
  assert.strictEqual(state.status, "COMPLETED", state.error?.message)
  return state
})

/** Runs tests by Python, of which none may fail. */
export const passes = (args: ReadonlyArray<string>, cwd: string, project = cwd) => {
  const { status, stderr } = spawnSync("python3", args, {
    cwd,
    encoding: "utf8",
    env: { ...env, PROJECT: project, PYTHONDONTWRITEBYTECODE: "1" }
  })
  assert.strictEqual(status, 0, stderr)
  assert.match(stderr, /Ran \d\d+ tests/)
}

/** Runs the tests that others wrote of a document, before anyone answered for it. */
export const accepted = (name: string, folder: string) =>
  passes(["-m", "unittest", `test_${name.replaceAll("-", "_")}`], "test/acceptance", join(folder, "out"))
