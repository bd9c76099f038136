import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Engine, Step, type WorkflowState } from "@stepwright/core"
import { AutomatedCodingWorkflow, MutationStep } from "@stepwright/steps"
import * as recorded from "./support/recorded.ts"
import { needs } from "./support/tool.ts"

/** How many mutants are tried of each, by which seed. */
const drawn = { count: 100, seed: 1 }

/** Mutants that no test can notice: which line of which file, what it becomes, and why it means the same. */
const equivalents: Readonly<Record<string, ReadonlyArray<readonly [line: string, after: string, why: string]>>> = {
  "interval-set": [],
  "expense-ledger": [],
  "rate-limiter": [],
  "automated-coding-workflow": []
}

const mutated = (name: string, state: WorkflowState.WorkflowState) =>
  Effect.gen(function* () {
    const { hardened } = yield* Engine.output(AutomatedCodingWorkflow.workflow, state)
    const { mutants, noticed } = yield* Step.run(MutationStep.step, { attempt: hardened, ...drawn })
    const isEqual = ({ after, before, path }: MutationStep.Mutant) =>
      equivalents[name]!.some(([line, other]) => `${path}: ${before}` === line && after === other)
    const left = mutants.filter((mutant) => !mutant.isNoticed && !isEqual(mutant))
    const told = left.map(({ after, before, line, path }) => `${path}:${line}: ${before} → ${after}`).join("\n")
    yield* Effect.logInfo(`${name}: ${noticed} of ${mutants.length} mutants noticed\n${told}`)
    assert.isAtLeast(noticed, 0.9 * (noticed + left.length), told)
  })

describe("the tests of recorded runs", () => {
  it.live.each(["interval-set", "expense-ledger", "rate-limiter", "automated-coding-workflow"])(
    "notice nine of ten changes of the code of %s, and it passes the tests of others",
    (name) =>
      recorded.onOwnRecording(
        name,
        ({ folder, on, state }) => {
          recorded.accepted(name, folder)
          return Effect.provide(mutated(name, state), on(name))
        },
        name === "rate-limiter" ? recorded.runMended : recorded.run(name)
      ),
    { ...needs("bwrap"), timeout: 3_600_000 }
  )
})
