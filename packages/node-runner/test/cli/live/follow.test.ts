import { assert, describe, it } from "@effect/vitest"
import { NodeFileSystem } from "@effect/platform-node"
import { Engine, Step, Workflow } from "@stepwright/core"
import { Fixtures } from "@stepwright/core/testing"
import { Console, Deferred, Effect, Exit, Fiber, Queue, Schema, Scope } from "effect"
import { TestClock } from "effect/testing"
import { general } from "../../../src/cli/base/words.ts"
import * as commandLine from "../../../src/cli/commandLine.ts"
import { Bound, type Loaded } from "../../../src/cli/module/workflowModule.ts"
import * as NodeJournal from "../../../src/NodeJournal.ts"
import { program } from "../../support/asking.ts"
import { call, inFolder, startedWith } from "../../support/commandLine.ts"
import { until } from "../../support/folder.ts"
import { place } from "../../support/place.ts"
import { saying } from "../../support/saying.ts"

const runs = ".stepwright/runs"

/** Calls `status --watch --json`; gives its documents one by one, and how it ended. */
const watching = Effect.fnUntraced(function* (bound: Loaded) {
  const printed = yield* Queue.unbounded<string>()
  const console = { ...globalThis.console, log: (text: string) => void Queue.offerUnsafe(printed, text) }
  const fiber = yield* commandLine
    .program("stepwright", general, ["status", "--watch", "--json"])
    .pipe(
      Effect.provideService(Bound, bound),
      Effect.provideService(Console.Console, console),
      Effect.exit,
      Effect.forkScoped({ startImmediately: true })
    )
  // what it waits for passes as soon as nothing else is to be done
  const pass = Effect.andThen(
    TestClock.adjust("1 second"),
    Effect.promise(() => new Promise(setImmediate))
  )
  yield* Effect.forkScoped(Effect.forever(pass))
  const next = Effect.map(Queue.take(printed), (text) => {
    assert.notInclude(text, "\n")
    return JSON.parse(text)
  })
  const until = (isSo: (document: any) => boolean) => Effect.repeat(next, { until: isSo })
  const end = Effect.gen(function* () {
    const exit = yield* Fiber.join(fiber)
    const rest = yield* Queue.clear(printed)
    return { status: commandLine.statusOf(exit), last: rest.map((text) => JSON.parse(text)).at(-1) }
  })
  return { until, end }
})

const looks = ({ steps }: { readonly steps: ReadonlyArray<Readonly<Record<string, string>>> }) =>
  Object.fromEntries(steps.map(({ path, status }) => [path, status]))

/** A run whose first step has begun. */
const begun = (run: string) => [
  Fixtures.event("RunInitialized", { run, workflow: "saying", input: { text: "x" } }),
  Fixtures.event("RunStarted", {}),
  Fixtures.event("StepStarted", { path: "first", step: "say" })
]

describe("status --watch", () => {
  it.effect("shows how a run goes on, a gate that waits among it, and ends with it", () =>
    Effect.gen(function* () {
      const isDone = yield* Deferred.make<void>()
      const slow = Step.effect("slow", {
        input: Schema.String,
        output: Schema.String,
        run: (text) => Effect.as(Deferred.await(isDone), text)
      })
      const workflow = Workflow.make("beside", { input: Schema.String }).pipe(
        Workflow.all((scope) => [
          scope.pipe(Workflow.bind("slow", slow, "input")),
          scope.pipe(Workflow.gate("ok", { question: Schema.String, input: "input", decision: Schema.Boolean }))
        ])
      )
      const running = yield* Engine.initialize(workflow, "x").pipe(
        Effect.flatMap((state) => Engine.run(workflow, state)),
        Effect.provide(NodeJournal.layer({ directory: runs })),
        Effect.forkScoped({ startImmediately: true })
      )
      yield* Effect.repeat(NodeJournal.runs(runs), { until: (found) => found.length > 0 })
      const { end, until } = yield* watching(program(workflow))
      const seen = yield* until((document) => looks(document)["ok"] === "undecided")
      assert.deepStrictEqual([seen.status, looks(seen)["slow"]], ["RUNNING", "running"])
      yield* Deferred.succeed(isDone, undefined)
      yield* Fiber.join(running)
      const { last, status } = yield* end
      assert.deepStrictEqual([status, last.status, last.undecided.length], [0, "SUSPENDED", 1])
      assert.deepStrictEqual(looks(last), { slow: "done", ok: "undecided" })
    }).pipe(Effect.scoped, inFolder)
  )

  it.effect("ends where the process of a run is cut off", () =>
    Effect.gen(function* () {
      const process = yield* Scope.make()
      const { append } = yield* Scope.provide(NodeJournal.make(runs), process)
      yield* Effect.forEach(begun("cut"), (event) => append("cut", event))
      const { end, until } = yield* watching(saying())
      yield* until((document) => looks(document)["first"] === "running")
      yield* Scope.close(process, Exit.void)
      const { last, status } = yield* end
      assert.deepStrictEqual([status, last.status, looks(last)["first"]], [0, "STOPPED", "stopped"])
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer), inFolder)
  )

  it.live("draws on a terminal in its place, and leaves there what status says", () =>
    Effect.gen(function* () {
      const here = place([], { NO_COLOR: "1" }).withTerminal()
      const process = yield* Scope.make()
      const { append } = yield* Scope.provide(NodeJournal.make(here.path(runs)), process)
      for (const event of begun("drawn")) yield* append("drawn", event)
      const watch = here.start("status", "--watch")
      yield* Effect.promise(() => until(() => watch.written.stdout.includes("first"), watch))
      const hidden = "\u001b[?25l"
      assert.isTrue(watch.written.stdout.startsWith(hidden))
      yield* Scope.close(process, Exit.void)
      const { status, stdout } = yield* Effect.promise(() => watch.ended)
      const [, last = ""] = stdout.split("\u001b[?25h")
      assert.deepStrictEqual([status, stdout.split(hidden).length], [0, 2])
      assert.match(last, /^drawn {2}saying {2}STOPPED\n■ first /)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.effect("says of a run that nobody is at what status says", () =>
    Effect.gen(function* () {
      yield* startedWith(saying())
      const { out, status } = yield* call(["status", "--watch"], saying())
      assert.deepStrictEqual([status, out], [0, (yield* call(["status"], saying())).out])
      const json = yield* call(["status", "--watch", "--json"], saying())
      assert.deepStrictEqual(JSON.parse(json.out), JSON.parse((yield* call(["status", "--json"], saying())).out))
      assert.strictEqual(json.out.split("\n").length, 2)
    }).pipe(inFolder)
  )
})
