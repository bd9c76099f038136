import { assert, describe, it } from "@effect/vitest"
import { Engine, OutputParser, Step, Workflow, WorkflowEvent } from "@stepwright/core"
import { Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import * as terminal from "../../../src/cli/base/terminal.ts"
import * as progress from "../../../src/cli/live/progress.ts"
import { failed, started, succeeded } from "../../support/events.ts"

const step = Step.effect("greet", { input: Schema.String, output: Schema.String, run: Effect.succeed })
const workflow = Workflow.make("hello", { input: Schema.String }).pipe(Workflow.bind("greet", step, "input"))
const state = Engine.initialize(workflow, "you", { run: "r1" })

const screen = (isTTY: boolean) => {
  const written: Array<string> = []
  const stream = { isTTY, columns: 40, rows: 10, write: (text: string) => written.push(text) > 0 }
  return { written, ...terminal.screen(stream, { NO_COLOR: "1" }) }
}

/** A progress that is told events as a run tells them: each with the state that it leads to. */
const watch = (shown: ReturnType<typeof screen>) =>
  Effect.gen(function* () {
    const begun = yield* state
    const { onEvent, ...others } = yield* progress.make(workflow, begun, shown)
    const draft = WorkflowEvent.draft(begun)
    const event = (event: WorkflowEvent.WorkflowEvent) => {
      WorkflowEvent.apply(draft, event)
      onEvent(event, draft)
    }
    return { ...others, event }
  })

const failure = failed("greet", "no\nluck", 2000)

describe("progress", () => {
  describe("make", () => {
    it.effect("writes a line for what happens where there is no terminal", () =>
      Effect.gen(function* () {
        const pipe = screen(false)
        const { event, print } = yield* watch(pipe)
        event(started("greet"))
        print("between")
        event(failure)
        assert.strictEqual(pipe.written.join(""), "run r1: hello\ngreet: started\nbetween\ngreet: failed\n")
      }).pipe(Effect.scoped)
    )

    it.effect("says at the end why steps failed, but for the one whose failure ends the run", () =>
      Effect.gen(function* () {
        const pipe = screen(false)
        const { event } = yield* watch(pipe)
        event(failed("other", "taken over\nby another", 1000))
        event(failure)
        event({
          _tag: "RunEnded",
          status: "FAILED",
          error: { path: "greet", tag: "Error", message: "no\nluck" },
          orphaned: [],
          at: 3000
        })
        assert.strictEqual(pipe.written.join(""), "run r1: hello\nother: failed\ngreet: failed\nother: taken over\n")
      }).pipe(Effect.scoped)
    )

    it.effect("says what a gate, a failure that was taken over, and a result found elsewhere are", () =>
      Effect.gen(function* () {
        const pipe = screen(false)
        const { event } = yield* watch(pipe)
        const at = 0
        event({ _tag: "GateAsked", path: "ok", step: "gate", fingerprint: "f", question: "q", at })
        event({ ...failure, path: "draft/try", fingerprint: "f" } as WorkflowEvent.WorkflowEvent)
        event(succeeded("old"))
        event({ _tag: "ResultMoved", from: "old", to: "new", answer: "", at })
        event({ _tag: "ResultShared", path: "refine/2/x", step: "x", from: "refine/1/x", at })
        assert.deepStrictEqual(pipe.written.slice(1), [
          "ok: waits for a decision\n",
          "draft/try: failed, which is taken over: no\n",
          "old: done\n",
          "new: moved from old\n",
          "refine/2/x: as in refine/1/x\n"
        ])
      }).pipe(Effect.scoped)
    )

    it.effect("redraws a tree in place on a terminal", () =>
      Effect.gen(function* () {
        const terminal = screen(true)
        const { event, print } = yield* watch(terminal)
        event(started("greet"))
        yield* TestClock.adjust("1500 millis")
        const tree = terminal.written.at(-1)!
        assert.isTrue(tree.startsWith("\u001b[2A\u001b[G"))
        assert.match(tree, /hello r1 {2}0 steps done.*\n. greet {2}1\.5 s/)
        print("between")
        assert.strictEqual(terminal.written.at(-2), "\u001b[2A\u001b[G\u001b[Jbetween\n")
        assert.isTrue(terminal.written.at(-1)!.startsWith("\u001b[Ghello"))
      }).pipe(Effect.scoped)
    )

    it.effect("draws nothing while somebody is asked, and below that again", () =>
      Effect.gen(function* () {
        const terminal = screen(true)
        const { aside, event } = yield* watch(terminal)
        event(started("greet"))
        yield* TestClock.adjust("200 millis")
        const before = terminal.written.length
        yield* aside(TestClock.adjust("1 minute"))
        assert.deepStrictEqual(terminal.written.slice(before), ["\u001b[2A\u001b[G\u001b[J\u001b[?25h", "\u001b[?25l"])
        yield* TestClock.adjust("100 millis")
        assert.isTrue(terminal.written.at(-1)!.startsWith("\u001b[Ghello"))
      }).pipe(Effect.scoped)
    )

    it.effect("shows what is there of a reply that is still coming, until it is there", () =>
      Effect.gen(function* () {
        const terminal = screen(true)
        const { deltas, event } = yield* watch(terminal)
        const line = Effect.map(TestClock.adjust("100 millis"), () => terminal.written.at(-1)!.split("\n")[1]!)
        event(started("greet"))
        const tasks = OutputParser.taggedBlocks({ start: "#task start#", end: "#task end#" })
        const told = deltas!({ path: "greet", step: "greet", turn: 1, parser: tasks })
        told("#### Task 1\n#task start#\n")
        assert.include(yield* line, "25 characters so far")
        told("do it\n#task end#\n")
        assert.include(yield* line, "1 task so far")
        told(undefined)
        assert.notInclude(yield* line, "so far")
        told("####")
        assert.include(yield* line, "4 characters so far")
        event(failure)
        assert.notInclude(yield* line, "so far")
      }).pipe(Effect.scoped)
    )

    it.effect("listens to no replies where nobody would see them come", () =>
      Effect.gen(function* () {
        const { deltas } = yield* watch(screen(false))
        assert.isUndefined(deltas)
      }).pipe(Effect.scoped)
    )

    it.effect("gives the cursor back and leaves the last tree, also when it is interrupted", () =>
      Effect.gen(function* () {
        const terminal = screen(true)
        const watching = Effect.gen(function* () {
          const { event } = yield* watch(terminal)
          event(started("greet"))
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
