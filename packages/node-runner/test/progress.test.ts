import { assert, describe, it } from "@effect/vitest"
import { Engine, Step, Workflow, WorkflowEvent } from "@stepwright/core"
import { Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import * as progress from "../src/internal/progress.ts"

const step = Step.effect("greet", { input: Schema.String, output: Schema.String, run: Effect.succeed })
const workflow = Workflow.make("hello", { input: Schema.String }).pipe(Workflow.bind("greet", step, "input"))
const state = Engine.initialize(workflow, "you", { run: "r1" })

const screen = (isTerminal: boolean) => {
  const written: Array<string> = []
  return {
    written,
    isTerminal,
    hasColour: false,
    columns: () => 40,
    rows: () => 10,
    write: (text: string) => void written.push(text)
  }
}

const started = (at: number): WorkflowEvent.WorkflowEvent => ({ _tag: "StepStarted", path: "greet", step: "greet", at })
const failed: WorkflowEvent.WorkflowEvent = {
  _tag: "StepFailed",
  path: "greet",
  step: "greet",
  tag: "Error",
  message: "no\nluck",
  at: 2000
}

describe("progress", () => {
  describe("make", () => {
    it.effect("writes a line for what happens where there is no terminal", () =>
      Effect.gen(function* () {
        const pipe = screen(false)
        const { event, print } = yield* progress.make(workflow, yield* state, pipe)
        event(started(0))
        print("between")
        event(failed)
        assert.strictEqual(pipe.written.join(""), "run r1: hello\ngreet: started\nbetween\ngreet: failed: no\n")
      }).pipe(Effect.scoped)
    )

    it.effect("redraws a tree in place on a terminal", () =>
      Effect.gen(function* () {
        const terminal = screen(true)
        const { event, print } = yield* progress.make(workflow, yield* state, terminal)
        event(started(0))
        yield* TestClock.adjust("1500 millis")
        const tree = terminal.written.at(-1)!
        assert.isTrue(tree.startsWith("\u001b[2A\r"))
        assert.match(tree, /hello r1 {2}0 steps done.*\n. greet {2}1\.5 s/)
        print("between")
        assert.strictEqual(terminal.written.at(-2), "\u001b[2A\r\u001b[Jbetween\n")
        assert.isTrue(terminal.written.at(-1)!.startsWith("\rhello"))
      }).pipe(Effect.scoped)
    )

    it.effect("gives the cursor back and leaves the last tree, also when it is interrupted", () =>
      Effect.gen(function* () {
        const terminal = screen(true)
        const watching = Effect.gen(function* () {
          const { event } = yield* progress.make(workflow, yield* state, terminal)
          event(started(0))
          return yield* Effect.never
        })
        const fiber = yield* Effect.forkChild(Effect.scoped(watching))
        yield* TestClock.adjust("200 millis")
        assert.strictEqual(terminal.written[0], "\u001b[?25l")
        yield* Fiber.interrupt(fiber)
        assert.strictEqual(terminal.written.at(-1), "\u001b[?25h")
        assert.include(terminal.written.at(-2), "■ greet")
        const count = terminal.written.length
        yield* TestClock.adjust("1 second")
        assert.strictEqual(terminal.written.length, count)
      })
    )
  })
})
