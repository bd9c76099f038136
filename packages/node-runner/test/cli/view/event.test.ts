import { assert, describe, it } from "@effect/vitest"
import { Usage, type WorkflowEvent } from "@stepwright/core"
import { line, originsOf, pathsOf, repliesOf } from "../../../src/cli/view/event.ts"

type Event = WorkflowEvent.WorkflowEvent

const made = (path: string, value: string): Event => ({
  _tag: "StepSucceeded",
  path,
  step: "step",
  fingerprint: { value, parts: {} },
  output: "",
  by: "code",
  at: 0
})
const moved = (from: string, to: string, answer: string): Event => ({ _tag: "ResultMoved", from, to, answer, at: 0 })
const origins = (...events: ReadonlyArray<Event>) => Object.fromEntries(originsOf(events))

describe("event", () => {
  it("tells where a result was made that was moved, and moved on", () => {
    assert.deepStrictEqual(origins(made("a", "1"), moved("a", "b", "1")), { b: "a" })
    assert.deepStrictEqual(origins(made("a", "1"), moved("a", "b", "1"), moved("b", "c", "1")), { c: "a" })
    assert.deepStrictEqual(origins(made("a", "1"), moved("a", "b", "1"), moved("b", "a", "1")), {})
    assert.deepStrictEqual(origins(made("a", "1"), moved("a", "b", "1"), made("b", "2")), {})
  })

  it("tells of two that changed places", () => {
    const swapped = [made("a", "1"), made("b", "2"), moved("a", "b", "1"), moved("b", "a", "2")]
    assert.deepStrictEqual(origins(...swapped), { a: "b", b: "a" })
    assert.deepStrictEqual(origins(...swapped, moved("b", "a", "1"), moved("a", "b", "2")), {})
  })

  it("tells which reply a result was made of, wherever that or the reply was moved", () => {
    const replied = (path: string, reply: string): Event => ({
      _tag: "StepReplied",
      path,
      turn: 1,
      model: "m",
      prompt: "o",
      reply,
      finishReason: "stop",
      usage: Usage.zero,
      at: 0
    })
    const replies = (...events: ReadonlyArray<Event>) =>
      Object.fromEntries([...repliesOf(events)].map(([path, { reply }]) => [path, reply]))
    const first = [replied("a", "x"), made("a", "1")]
    assert.deepStrictEqual(replies(...first, replied("a", "y"), made("a", "2"), moved("a", "b", "1")), {
      a: "y",
      b: "x"
    })
    const found: Event = { _tag: "RepliesMoved", from: "a", to: "b", opening: "o", at: 0 }
    assert.deepStrictEqual(replies(replied("a", "x"), found), { a: "x", b: "x" })
  })

  it("tells of both paths of what was moved", () => {
    const replies: Event = { _tag: "RepliesMoved", from: "a", to: "b", opening: "o", at: 0 }
    assert.deepStrictEqual(pathsOf(replies), ["a", "b"])
    assert.strictEqual(line(replies), "1970-01-01 00:00:00  RepliesMoved    a to b")
  })
})
