import { Effect, Result, Schema } from "effect"
import { Usage, WorkflowEvent, WorkflowState, type WorkflowStatus } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { growth } from "./support/growth.ts"

type Event = WorkflowEvent.WorkflowEvent

const initialized: Event = {
  _tag: "RunInitialized",
  format: 2,
  run: "r",
  workflow: "w",
  version: 1,
  definition: "d",
  input: "x",
  at: 1
}
const started: Event = { _tag: "RunStarted", version: 1, definition: "d", at: 2 }
const ended = (status: "COMPLETED" | "FAILED" | "SUSPENDED" | "CANCELLED"): Event => ({
  _tag: "RunEnded",
  status,
  orphaned: [],
  ...(status === "FAILED" ? { error: { path: "a", tag: "Error", message: "no" } } : {}),
  at: 3
})
const succeeded = (output: Schema.Json, parts: Readonly<Record<string, string>> = {}): Event => ({
  _tag: "StepSucceeded",
  path: "a",
  step: "s",
  fingerprint: { value: "f", parts },
  output,
  by: "code",
  at: 4
})
const failed: Event = { _tag: "StepFailed", path: "a", step: "s", tag: "Error", message: "no", at: 4 }
const begun: Event = { _tag: "StepStarted", path: "a", step: "s", at: 4 }
const repliedIn = (turn: number): Event => ({
  _tag: "StepReplied",
  path: "a",
  turn,
  model: "m",
  prompt: "p",
  reply: "r",
  finishReason: "stop",
  usage: { input: 3, output: 4 },
  asked: { model: "default", settings: "s" },
  at: 5
})

const status = (...events: ReadonlyArray<Event>) => WorkflowEvent.fold(events)?.status

describe("WorkflowEvent", () => {
  describe("decode", () => {
    const leaves: Event = { _tag: "RequestStarted", path: "a", request: 1, model: "m", atMost: { input: 9 }, at: 5 }
    const moved: Event = { _tag: "ResultMoved", from: "a", to: "b", answer: "f", at: 4 }
    const asked: Event = { _tag: "GateAsked", path: "a", step: "gate", fingerprint: "f", question: "q", at: 4 }
    it.each<readonly [string, Event, object, string]>([
      ["an id with a separator", initialized, { run: "a/b" }, `["run"]`],
      ["an id that steers a terminal", initialized, { run: "a\u001b[2J" }, `["run"]`],
      ["a workflow's name with a line break", initialized, { workflow: "a\nb" }, `["workflow"]`],
      ["a path that steers a terminal", begun, { path: "a\u001b[2J" }, `["path"]`],
      ["a path of half a sign", asked, { path: "\udc00" }, `["path"]`],
      ["a path of no end", succeeded("x"), { path: "a".repeat(1_100_000) }, `["path"]`],
      ["a step's name that steers a terminal", begun, { step: "\u009b2J" }, `["step"]`],
      ["a way from a path that is none", moved, { from: "\0" }, `["from"]`],
      ["a way to a path that is none", moved, { to: "\u007f" }, `["to"]`],
      ["an orphan that is none", ended("COMPLETED"), { orphaned: ["a", "\u0085"] }, `["orphaned"][1]`],
      ["a turn before the first", repliedIn(1), { turn: -1 }, `["turn"]`],
      ["a request before the first", leaves, { request: -1 }, `["request"]`],
      ["fewer tokens than none", leaves, { atMost: { input: -1 } }, `["input"]`],
      ["a time limit below 0", failed, { limit: -1 }, `["limit"]`]
    ])("refuses %s, and says where", (_, event, change, place) => {
      assert.isTrue(Result.isSuccess(WorkflowEvent.decode(event)))
      const decoded = WorkflowEvent.decode({ ...event, ...change })
      assert.include(Result.isFailure(decoded) ? decoded.failure.message : "", place)
    })
  })

  describe("a fold of many events", () => {
    it.each<readonly [string, (size: number) => ReadonlyArray<Event>]>([
      ["of many steps", (size) => Array.from({ length: size }, (_, i) => ({ ...begun, path: `p${i}` }))],
      ["of replies to one attempt", (size) => Array.from({ length: size }, () => repliedIn(1))],
      ["of results of one step", (size) => Array.from({ length: size }, () => succeeded("x"))],
      [
        "of replies that go to and fro",
        (size) => [
          ...Array.from({ length: size }, () => repliedIn(1)),
          { _tag: "RepliesMoved", from: "a", to: "b", opening: "p", at: 1 },
          { _tag: "RepliesMoved", from: "b", to: "a", opening: "p", at: 1 }
        ]
      ]
    ])("%s takes a time that grows with them", (_, events) => {
      const folded = (size: number) => {
        const all = [initialized, ...events(size)]
        return () => void WorkflowEvent.fold(all)
      }
      assert.isBelow(growth(4000, folded), 9)
    })
  })

  it("says of a step that the clock was set back in that it took no time", () => {
    const ended = { ...succeeded("x"), at: 1 }
    assert.strictEqual(WorkflowEvent.fold([initialized, begun, ended])?.records["a"]?.durationMillis, 0)
  })

  describe("fold", () => {
    it("gives nothing for no events", () => assert.isUndefined(WorkflowEvent.fold([])))

    it.effect.each(["toString", "constructor", "hasOwnProperty", "__proto__"])(
      "takes %s for a path like any other, to JSON and back",
      (path) =>
        Effect.gen(function* () {
          const at = (event: Event): Event => ("path" in event ? { ...event, path } : event)
          const state = WorkflowEvent.fold([initialized, at(begun), at(succeeded("x"))])!
          assert.deepStrictEqual(Object.keys(state.records), [path])
          assert.deepInclude(state.records[path], { attempts: 1, step: "s" })
          const again = yield* WorkflowState.fromJson(WorkflowState.toJson(state))
          assert.deepStrictEqual(Object.keys(again.records), [path])
          assert.strictEqual(WorkflowState.resultAt(again, path)?.output, "x")
          assert.isUndefined(WorkflowState.resultAt({ ...state, records: {} }, path))
        })
    )

    // from the status of the row: started, then an output that is new, equal, and a failure
    const before: Readonly<Record<WorkflowStatus.WorkflowStatus, ReadonlyArray<Event>>> = {
      INITIALIZED: [initialized],
      IN_PROGRESS: [initialized, started, succeeded("x")],
      SUSPENDED: [initialized, started, succeeded("x"), ended("SUSPENDED")],
      COMPLETED: [initialized, started, succeeded("x"), ended("COMPLETED")],
      FAILED: [initialized, started, succeeded("x"), ended("FAILED")],
      CANCELLED: [initialized, started, succeeded("x"), ended("CANCELLED")]
    }
    for (const [name, events] of Object.entries(before)) {
      const kept = name === "INITIALIZED" ? "IN_PROGRESS" : name
      it(`from ${name}: the last lifecycle event decides, and a result that changes`, () => {
        assert.strictEqual(status(...events), name)
        assert.strictEqual(status(...events, started), "IN_PROGRESS")
        assert.strictEqual(status(...events, begun), name)
        assert.strictEqual(status(...events, failed), name)
        assert.strictEqual(status(...events, succeeded("y")), "IN_PROGRESS")
        assert.strictEqual(status(...events, succeeded("x")), kept)
        assert.strictEqual(status(...events, { _tag: "InputProvided", input: "y", at: 5 }), "IN_PROGRESS")
        assert.strictEqual(status(...events, { _tag: "InputProvided", input: "x", at: 5 }), name)
        for (const end of ["COMPLETED", "FAILED", "SUSPENDED", "CANCELLED"] as const) {
          assert.strictEqual(status(...events, started, ended(end)), end)
        }
      })
    }

    it("takes outputs that are equal as JSON for equal", () => {
      const done = [initialized, started, succeeded({ a: [1, { b: null }], c: "x" }), ended("COMPLETED")]
      assert.strictEqual(status(...done, succeeded({ c: "x", a: [1, { b: null }] })), "COMPLETED")
      assert.strictEqual(status(...done, succeeded({ c: "x", a: [1, { b: 0 }] })), "IN_PROGRESS")
      assert.strictEqual(status(...done, succeeded({ a: [1, { b: null }] })), "IN_PROGRESS")
    })

    it("keeps the last result while a newer attempt is pending, and after it failed", () => {
      const pending = WorkflowEvent.fold([initialized, succeeded("x"), { ...begun, at: 9 }])?.records["a"]
      assert.deepInclude(pending, { attempts: 1, pending: 9 })
      assert.strictEqual(pending?.result?.output, "x")
      const record = WorkflowEvent.fold([initialized, succeeded("x"), begun, { ...failed, at: 6 }])?.records["a"]
      assert.strictEqual(record?.result?.output, "x")
      assert.deepStrictEqual(record?.error, { tag: "Error", message: "no", at: 6 })
      assert.strictEqual(record?.durationMillis, 2)
      assert.isUndefined(record?.pending)
    })

    it("names the step of a record that starts with a failure", () => {
      assert.strictEqual(WorkflowEvent.fold([initialized, failed])?.records["a"]?.step, "s")
    })

    it("takes the error away when the run or the step starts again", () => {
      const events = [initialized, started, begun, failed, ended("FAILED")]
      assert.strictEqual(WorkflowEvent.fold(events)?.error?.path, "a")
      const again = WorkflowEvent.fold([...events, started, begun])
      assert.isUndefined(again?.error)
      assert.isUndefined(again?.records["a"]?.error)
    })

    it("keeps the replies of an attempt until it ends, over one that was cut off, and none of before a forced one", () => {
      const turns = (...events: ReadonlyArray<Event>) =>
        WorkflowEvent.fold([initialized, started, ...events])?.records["a"]?.replied?.map(({ turn }) => turn)
      const both = [begun, repliedIn(1), begun, repliedIn(2)]
      assert.deepStrictEqual(turns(...both), [1, 2])
      assert.deepStrictEqual(turns(...both, { ...begun, forced: true }, repliedIn(1)), [1])
      assert.deepStrictEqual(turns(...both, succeeded("x", { prompt: "other" })), [1, 2])
      for (const end of [succeeded("x", { prompt: "p" }), failed, ended("COMPLETED")])
        assert.isUndefined(turns(...both, end))
    })

    it("remembers that a new result was asked for until there is one", () => {
      const forced: Event = { ...begun, forced: true }
      const renew = (...events: ReadonlyArray<Event>) =>
        WorkflowEvent.fold([initialized, started, succeeded("x"), ...events])?.records["a"]?.renew
      for (const events of [[forced], [forced, failed], [forced, begun], [forced, started, ended("COMPLETED")]]) {
        assert.isTrue(renew(...events))
      }
      assert.isUndefined(renew(begun))
      assert.isUndefined(renew(forced, succeeded("x")))
    })

    it("counts replies and requests; what a request without usage cost is unknown", () => {
      const reply = repliedIn(1)
      const leaves: Event = { _tag: "RequestStarted", path: "a", request: 1, model: "m", atMost: { input: 9 }, at: 5 }
      const back = (fields: object): Event => ({ _tag: "RequestEnded", path: "a", request: 1, ...fields, at: 6 })
      const refused = back({ error: "RateLimited" })
      const record = (...events: ReadonlyArray<Event>) => WorkflowEvent.fold([initialized, ...events])?.records["a"]
      assert.deepInclude(record(begun, reply, reply), { replies: 2, usage: { input: 6, output: 8 } })
      const known = record(leaves, refused, leaves, back({ usage: { input: 1, output: 2 } }))?.requests
      assert.deepStrictEqual(known, { started: 2, ended: 2, usage: { input: 1, output: 2 } })
      const broken = back({ error: "NetworkFailure" })
      assert.deepStrictEqual(record(leaves, broken)?.requests, { started: 1, ended: 1, usage: Usage.unknown })
      assert.deepStrictEqual(record(leaves, back({}))?.requests, { started: 1, ended: 1, usage: Usage.unknown })
    })

    it("goes on from the state of another run, named as its origin", () => {
      const state = WorkflowEvent.fold([initialized, started, succeeded("x"), ended("COMPLETED")])!
      const copy = WorkflowEvent.fold([{ _tag: "RunImported", run: "copy", state, at: 9 }])
      assert.deepStrictEqual(copy, { ...state, run: "copy", origin: "r", events: 1, updatedAt: 9 })
    })
  })

  it.effect("goes to JSON and back", () =>
    Effect.gen(function* () {
      const codec = Schema.fromJsonString(WorkflowEvent.WorkflowEvent)
      for (const event of [
        initialized,
        started,
        ended("FAILED"),
        begun,
        repliedIn(1),
        succeeded({ a: [1, null] }),
        failed
      ]) {
        const text = yield* Schema.encodeEffect(codec)(event)
        assert.deepStrictEqual(yield* Schema.decodeEffect(codec)(text), event)
      }
    })
  )

  it("leaves what it folds alone", () => {
    const state = Object.freeze(WorkflowEvent.fold([initialized, succeeded("x")])!)
    const before = WorkflowState.toJson(state)
    WorkflowEvent.apply(WorkflowEvent.draft(state), succeeded("y"))
    assert.strictEqual(WorkflowState.toJson(state), before)
  })
})
