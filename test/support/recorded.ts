import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { env } from "node:process"
import { assert } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Engine, type Workflow, WorkflowState } from "@stepwright/core"
import { NodeRunner } from "@stepwright/node-runner"
import { AutomatedCodingWorkflow, Project, VerificationStep } from "@stepwright/steps"

const { workflow } = AutomatedCodingWorkflow

/** What a run below a folder works with, on a recording of the examples. */
const onRecording = (folder: string, cassette: string) =>
  NodeRunner.layer({
    directory: join(folder, "runs"),
    out: join(folder, "out"),
    replay: `examples/cassettes/${cassette}`
  })

/** Where a document was run, and by what. */
export interface Place {
  readonly folder: string
  readonly state: WorkflowState.WorkflowState
  /** Goes on there, on another recording. */
  readonly on: (cassette: string) => ReturnType<typeof onRecording>
}

/** Runs a document of the examples on its recording, below a folder of its own, which is gone afterwards. */
export const onOwnRecording = <A, E, R>(
  name: string,
  use: (place: Place) => Effect.Effect<A, E, R>,
  work: Effect.Effect<WorkflowState.WorkflowState, unknown, NodeRunner.Services> = run(name)
) =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "recorded "))),
    (folder) =>
      Effect.flatMap(Effect.provide(work, onRecording(folder, name)), (state) =>
        use({ folder, state, on: (cassette) => onRecording(folder, cassette) })
      ),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
  )

/** The project of a document of the examples. */
export const projectOf = (name: string): Project.Project =>
  Project.ofText(readFileSync(`examples/inputs/${name}.md`, "utf8"), `${name}.md`)

export const run = (name: string) =>
  Effect.gen(function* () {
    const state = yield* Engine.initialize(workflow, projectOf(name), { run: name })
    return (yield* Engine.run(workflow, state)).state
  })

const decode = Schema.decodeUnknownEffect(Schema.toCodecJson(VerificationStep.Verification))

const failed = ({ tests }: VerificationStep.Verification) =>
  tests.flatMap(({ outcome, test }) => (outcome === "failed" ? [test] : [])).toSorted()

/**
 * Goes on where a first implementation is red, by what its tests said when it was recorded. What a test says of its
 * failure depends on the version of Python, and so does what was asked about it.
 */
export const mended = <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  first: WorkflowState.WorkflowState,
  fixture: string
) =>
  Effect.gen(function* () {
    const json: Schema.Json = JSON.parse(readFileSync(`test/fixtures/${fixture}.json`, "utf8"))
    const found = yield* decode(WorkflowState.resultAt(first, "check")?.output)
    assert.deepStrictEqual([found.outcome, failed(found)], ["red", failed(yield* decode(json))])
    const { state } = yield* Engine.run(workflow, yield* Engine.set(workflow, first, "check", json))
    assert.strictEqual(state.status, "COMPLETED", state.error?.message)
    return state
  })

/** Runs the document whose first implementation was written in a hurry. */
export const runMended = Effect.flatMap(run("rate-limiter"), (first) => mended(workflow, first, "rate-limiter-check"))

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
