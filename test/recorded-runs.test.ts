import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Engine, Journal, WorkflowEvent } from "@stepwright/core"
import { AutomatedCodingWorkflow, ChangeWorkflow } from "@stepwright/steps"
import * as recorded from "./support/recorded.ts"
import { needs } from "./support/tool.ts"

const { workflow } = AutomatedCodingWorkflow

/** The replies of a run, each with the turn in which it came. */
const replies = (run: string) =>
  Effect.map(
    Effect.flatMap(Journal.Journal, (journal) => journal.load(run)),
    (events) => events.flatMap((event) => (event._tag === "StepReplied" ? [event] : []))
  )

describe.each([
  ["interval-set", 1],
  ["expense-ledger", 6]
])("the recorded run of %s", (name, atLeast) => {
  it.effect(
    "becomes a tested package, every reply used as it came, which is what a plain python3 and others say too",
    () =>
      recorded.onOwnRecording(name, ({ folder, on, state }) =>
        Effect.gen(function* () {
          assert.strictEqual(state.status, "COMPLETED", state.error?.message)
          const { delivery, implementation, verification } = yield* Engine.output(workflow, state)
          assert.isAtLeast(Object.keys(implementation).length, atLeast)
          assert.isAbove(verification.passed, 20)
          assert.strictEqual(verification.passed, verification.run)
          assert.isAbove(delivery.files.length, atLeast)
          const events = yield* Effect.flatMap(Journal.Journal, (journal) => journal.load(name))
          assert.deepStrictEqual(WorkflowEvent.fold(events), state)
          for (const { turn } of yield* replies(name)) assert.strictEqual(turn, 1)
          recorded.passes(["-m", "unittest"], join(folder, "out"))
          // those of the ledger call a command line many times: they are for the soak
          if (name !== "expense-ledger") recorded.accepted(name, folder)
        }).pipe(Effect.provide(on(name)))
      ),
    needs("python3")
  )
})

/** All files of a folder. */
const filesIn = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes(".stepwright"))
      .map(({ name, parentPath }) => join(parentPath, name))
      .map((file) => [file.slice(folder.length + 1), readFileSync(file, "utf8")] as const)
  )

/** Makes one edit of a document in a project that was made of it, and says who was asked, and which files are not as before. */
const changing = Effect.fnUntraced(function* (
  { folder, state }: recorded.Place,
  name: string,
  [before, after]: readonly [before: string, after: string],
  fixture?: string
) {
  const files = filesIn(join(folder, "out"))
  const previous = yield* AutomatedCodingWorkflow.projectOf(state)
  const project = recorded.projectOf(name)
  const documents = project.documents.map(({ path, text }) => ({ path, text: text.replace(before, after) }))
  const input = { ...project, documents, previous }
  const run = `${name}-change`
  const begun = yield* Engine.initialize(ChangeWorkflow.workflow, input, { run })
  const { state: first } = yield* Engine.run(ChangeWorkflow.workflow, begun)
  const changed = fixture === undefined ? first : yield* recorded.mended(ChangeWorkflow.workflow, first, fixture)
  assert.strictEqual(changed.status, "COMPLETED", changed.error?.message)
  const now = filesIn(join(folder, "out"))
  return {
    asked: (yield* replies(run)).map(({ path }) => path),
    changed: [...now].flatMap(([path, text]) => (files.get(path) === text ? [] : [path])).toSorted(),
    left: [...files.keys()].filter((path) => !now.has(path))
  }
})

const specification = ["requirement/change/change"]
const reached = ["design/architecture/true/change", "codeEdits/true", "testEdits/true", "acceptanceEdits/true"]
const report = ["report.json", "report.md"]

describe("the recorded run of automated-coding-workflow", () => {
  const name = "automated-coding-workflow"

  it.effect(
    "becomes a tested package, in which an edit of one sentence changes what it reaches and nothing else",
    () =>
      recorded.onOwnRecording(name, (place) =>
        Effect.gen(function* () {
          assert.strictEqual(place.state.status, "COMPLETED", place.state.error?.message)
          recorded.passes(["-m", "unittest"], join(place.folder, "out"))
          recorded.accepted(name, place.folder)
          const { asked, changed, left } = yield* changing(place, name, [
            "Serialize the entire workflow to JSON format.",
            "Serialize the entire workflow to XML format."
          ])
          // tests of the documents were refused once, for a test that was gone
          assert.deepStrictEqual(asked.toSorted(), [...specification, ...reached, reached[3]].toSorted())
          assert.deepStrictEqual(changed, [
            "automated_coding_workflow.py",
            ...report,
            "tests/test_acceptance_workflow.py",
            "tests/test_assumed_execution.py",
            "tests/test_assumed_prompts.py",
            "tests/test_assumed_serialization.py",
            "tests/test_workflow.py"
          ])
          assert.deepStrictEqual(left, [])
          recorded.accepted(`${name}-edited`, place.folder)
        }).pipe(Effect.provide(place.on(`${name}-change`)))
      ),
    needs("python3")
  )
})

describe("the recorded run of rate-limiter", () => {
  const name = "rate-limiter"

  it.effect(
    "finds what is wrong with a hurried first implementation, and mends it; an edit of one sentence changes what it reaches",
    () =>
      recorded.onOwnRecording(
        name,
        (place) =>
          Effect.gen(function* () {
            const { code, result, verification } = yield* Engine.output(workflow, place.state)
            assert.strictEqual(verification.passed, verification.run)
            assert.notStrictEqual(result.code["token_bucket.py"], code["token_bucket.py"])
            const written = readFileSync(join(place.folder, "out/token_bucket.py"), "utf8")
            assert.strictEqual(written, result.code["token_bucket.py"])
            recorded.accepted(name, place.folder)
            const sentence = "asking for more than `capacity`"
            const edit = [
              `${sentence} raises \`ValueError\` at once`,
              `${sentence} returns \`False\` at once, without waiting`
            ] as const
            const { asked, changed, left } = yield* changing(place, name, edit, "rate-limiter-change-check")
            // a criterion that leans on the one that changed, without its number, is found by its test
            const repair = ["judgements", "tests/true"].map((path) => `result/red/rounds/1/round/try/${path}`)
            assert.deepStrictEqual(asked.toSorted(), [...specification, ...reached, ...repair].toSorted())
            assert.deepStrictEqual(changed, [
              ...report,
              "tests/test_acceptance_token_bucket.py",
              "tests/test_assumed_multi_bucket.py",
              "tests/test_assumed_token_bucket.py",
              "tests/test_token_bucket.py",
              "token_bucket.py"
            ])
            assert.deepStrictEqual(left, [])
            recorded.accepted(`${name}-edited`, place.folder)
          }).pipe(Effect.provide(place.on(`${name}-change`))),
        recorded.runMended
      ),
    needs("bwrap")
  )
})
