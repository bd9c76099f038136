import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Engine, Journal, WorkflowEvent } from "@stepwright/core"
import { AutomatedCodingWorkflow } from "@stepwright/steps"
import * as recorded from "./support/recorded.ts"
import { needs } from "./support/tool.ts"

const { workflow } = AutomatedCodingWorkflow

describe.each([
  ["interval-set", 1],
  ["expense-ledger", 6],
  ["automated-coding-workflow", 1]
])("the recorded run of %s", (name, atLeast) => {
  it.effect("becomes a tested package, every reply used as it came", () =>
    recorded.onOwnRecording(name, () =>
      Effect.gen(function* () {
        const state = yield* recorded.run(name)
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
    "passes its tests under a plain python3 too, and those that others wrote",
    () =>
      recorded.onOwnRecording(name, (folder) =>
        Effect.gen(function* () {
          yield* recorded.run(name)
          recorded.passes(["-m", "unittest"], join(folder, "out"))
          // that of the ledger calls a command line many times: it is for the soak
          if (name !== "expense-ledger") recorded.accepted(name, folder)
        })
      ),
    needs("python3")
  )
})

describe("the recorded run of rate-limiter", () => {
  it.effect(
    "finds what is wrong with a hurried first implementation, and mends it",
    () =>
      recorded.onOwnRecording("rate-limiter", (folder) =>
        Effect.gen(function* () {
          const { code, result, verification } = yield* Engine.output(workflow, yield* recorded.runMended)
          assert.strictEqual(verification.passed, verification.run)
          assert.notStrictEqual(result.code["token_bucket.py"], code["token_bucket.py"])
          assert.strictEqual(readFileSync(join(folder, "out/token_bucket.py"), "utf8"), result.code["token_bucket.py"])
          recorded.accepted("rate-limiter", folder)
        })
      ),
    needs("bwrap")
  )
})
