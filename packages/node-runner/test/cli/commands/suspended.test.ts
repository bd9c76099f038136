import { assert, describe, it } from "@effect/vitest"
import { LlmError, Step, Workflow } from "@stepwright/core"
import { Effect, Schema } from "effect"
import { program } from "../../support/asking.ts"
import { call, inFolder, startedWith } from "../../support/commandLine.ts"
import * as progress from "../../../src/cli/live/progress.ts"
import { screen } from "../../../src/cli/base/terminal.ts"
import { stateAfter } from "../../support/events.ts"
import { Fixtures } from "@stepwright/core/testing"

const capped = Step.effect("capped", {
  input: Schema.String,
  output: Schema.String,
  error: LlmError.LlmError,
  run: () => new LlmError.LlmError({ reason: new LlmError.BudgetExceeded({ detail: "maxCalls is 1, 1 was made" }) })
})

const bound = program(
  Workflow.make("capping", { input: Schema.Struct({ text: Schema.String }) }).pipe(
    Workflow.bind("draft", capped, "input.text")
  )
)

describe("a step that waits for a larger budget", () => {
  it.effect("is told as waiting wherever a run is looked at, and nowhere as failed", () =>
    inFolder(
      Effect.gen(function* () {
        const run = yield* startedWith(bound)
        const said = (...args: ReadonlyArray<string>) => Effect.map(call(args, bound), ({ err, out }) => out + err)
        const status = yield* said("status")
        assert.match(
          status,
          /\n‖ draft {2}waits: budget exceeded, .*\n {4}budget exceeded: maxCalls is 1, 1 was made\n/
        )
        assert.match(yield* said("list"), /SUSPENDED .* waits at draft: budget exceeded: maxCalls is 1, 1 was made\n/)
        assert.match(yield* said("show", "draft"), /draft has no result: it waits: budget exceeded: maxCalls is 1/)
        assert.match(yield* said("show", "--events"), /StepFailed +draft {2}waits: budget exceeded/)
        assert.include(yield* said("graph"), "class n0 suspended")
        const document = JSON.parse(yield* said("status", "--json"))
        assert.strictEqual(document.steps[0].status, "suspended")
        const [listed] = JSON.parse(yield* said("list", "--json"))
        assert.deepInclude(listed, { run, status: "SUSPENDED" })
        assert.deepInclude(listed.waits, { path: "draft", message: "budget exceeded: maxCalls is 1, 1 was made" })
        for (const command of ["status", "list", "graph"]) {
          assert.notMatch((yield* said(command)).replaceAll(/classDef.*/g, ""), /fail/i, command)
        }
      })
    )
  )

  it.effect("waits in the lines of a run under way", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const written: Array<string> = []
        const write = (text: string) => written.push(text) > 0
        const { onEvent } = yield* progress.make(
          bound.workflow,
          stateAfter(),
          screen({ columns: 0, rows: 0, write }, {})
        )
        const event = Fixtures.event("StepFailed", { path: "draft", message: "budget exceeded: x", suspends: true })
        onEvent(event, stateAfter(event))
        assert.deepStrictEqual(written.slice(1), ["draft: waits\n"])
      })
    )
  )
})
