import { Effect, Schema } from "effect"
import { Engine, Step, Workflow, type WorkflowState } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"

class No extends Schema.TaggedError<No>()("No", {}) {}
const no = Step.effect("no", {
  input: Schema.Unknown,
  output: Schema.Null,
  error: No,
  run: () => Effect.fail(new No())
})
const one = Step.effect("one", { input: Schema.Unknown, output: Schema.Finite, run: () => Effect.succeed(1) })

type Any = Workflow.Workflow<number, Readonly<Record<string, unknown>>, No>

/** As many nodes of items as it says, behind a step that fails. */
const lists = (count: number): Any => {
  let made: Any = Workflow.make("w", { input: Schema.Finite }).pipe(Workflow.bind("no", no, "input"))
  for (let i = 0; i < count; i++) {
    made = made.pipe(Workflow.forEach(`s${i}`, one, { items: ({ no }) => [no], key: () => "k", input: "item" }))
  }
  return made
}

const recorded = (state: WorkflowState.WorkflowState, paths: ReadonlyArray<string>): WorkflowState.WorkflowState => {
  const { usage, ...record } = {
    step: "one",
    attempts: 1,
    replies: 0,
    usage: { input: 0, cachedInput: 0, output: 0, reasoning: 0 }
  }
  const requests = { started: 0, ended: 0, usage }
  const result = { fingerprint: { value: "x", parts: {} }, output: 1, by: "code", at: 0 } as const
  return { ...state, records: Object.fromEntries(paths.map((path) => [path, { ...record, usage, requests, result }])) }
}

describe("as many recorded paths as places in a definition", () => {
  const count = 20_000
  const paths = Array.from({ length: count }, (_, i) => `s${i}/k`)

  it.effect("are drawn, which would take minutes if each place looked at each path", () =>
    Effect.gen(function* () {
      const workflow = lists(count)
      const state = recorded(yield* Engine.initialize(workflow, 1), paths)
      assert.lengthOf(Workflow.toMermaid(workflow, state).match(/class n\d+ done/g) ?? [], count)
    })
  )

  it.effect("are told from those that are orphaned, which would take minutes if each looked at each place", () =>
    Effect.gen(function* () {
      const workflow = lists(count)
      const state = recorded(yield* Engine.initialize(workflow, 1), [...paths, "gone", "s0/k/gone", "s0"])
      const run = yield* Engine.run(workflow, state)
      assert.strictEqual(run.ending._tag, "Failed")
      assert.deepStrictEqual(run.state.orphaned, ["gone", "s0", "s0/k/gone"])
    })
  )
})
