import { describe, expect, it } from "vitest"
import { Fixtures } from "@stepwright/core/testing"
import * as histories from "../../src/model/history.ts"
import { historyOf } from "../support/places.ts"

const event = Fixtures.event
const started = (path: string, at: number) => event("StepStarted", { path, at })
const succeeded = (path: string, at: number, value = "one", parts: Readonly<Record<string, string>> = {}) =>
  event("StepSucceeded", { path, at, fingerprint: { value, parts } })

describe("observe", () => {
  it("keeps every attempt with its time, its turns and its requests", () => {
    const history = historyOf([
      event("RunStarted", { at: 1 }),
      started("a", 2),
      event("RequestStarted", { path: "a", request: 1, at: 3 }),
      event("RequestEnded", { path: "a", request: 1, error: "RateLimited", at: 4 }),
      event("StepReplied", { path: "a", turn: 1, at: 5 }),
      event("StepReplied", { path: "a", turn: 2, at: 6 }),
      event("StepFailed", { path: "a", at: 7 }),
      started("a", 8),
      succeeded("a", 9)
    ])
    const { attempts } = history.steps.get("a")!
    expect(attempts.map(({ end, outcome, start }) => [start, end, outcome])).toEqual([
      [2, 7, "failed"],
      [8, 9, "done"]
    ])
    expect(attempts[0]!.replies.map(({ turn }) => turn)).toEqual([1, 2])
    expect(attempts[0]!.requests).toMatchObject([{ number: 1, start: 3, end: 4, error: "RateLimited" }])
    expect(attempts[1]!.why).toBe("it failed before")
  })

  it("takes an event once, however often it comes", () => {
    const history = historyOf([event("RunStarted", { at: 1 }), started("a", 2)])
    histories.observe(history, 2, started("a", 2))
    expect(history.steps.get("a")!.attempts).toHaveLength(1)
  })

  it("ends what was at work when its process did, told or not", () => {
    const history = historyOf([
      event("RunStarted", { at: 1 }),
      started("a", 2),
      event("StepReplied", { path: "b", at: 5 }),
      event("RunStarted", { at: 100 }),
      started("a", 101),
      event("RunEnded", { status: "CANCELLED", at: 110 })
    ])
    expect(history.steps.get("a")!.attempts).toMatchObject([
      { start: 2, end: 5, outcome: "cut" },
      { start: 101, end: 110, outcome: "cut" }
    ])
    expect(history.sessions).toEqual([
      { start: 1, end: 5, isOver: true },
      { start: 100, end: 110, isOver: true }
    ])
  })

  it("keeps what came without an attempt", () => {
    const history = historyOf([
      event("StepSucceeded", { path: "a", by: "hand", who: "ada (command)" }),
      event("ResultShared", { path: "b", from: "a" })
    ])
    expect(history.steps.get("a")!.notes).toMatchObject([{ text: "set by hand, ada (command)" }])
    expect(histories.resultOf(history, "b")).toBe(histories.resultOf(history, "a"))
  })

  it("moves a result to the path that has it now", () => {
    const history = historyOf([succeeded("a", 1, "one"), event("ResultMoved", { from: "a", to: "b", answer: "one" })])
    expect(histories.resultOf(history, "a")).toBeUndefined()
    expect(histories.resultOf(history, "b")!.fingerprint.value).toBe("one")
  })

  it("begins with the state that a run was imported with", () => {
    const result = { fingerprint: { value: "f", parts: {} }, output: 1, by: "model", at: 5 } as const
    const about = {
      run: "before",
      workflow: "w",
      version: 1,
      definition: "",
      status: "COMPLETED",
      input: null
    } as const
    const records = { a: Fixtures.record({ result }) }
    const state = { format: 2, ...about, events: 1, createdAt: 0, updatedAt: 0, records, orphaned: [] } as const
    expect(histories.resultOf(historyOf([event("RunImported", { state })]), "a")!.output).toBe(1)
  })
})

describe("reasons", () => {
  const run = event("RunStarted", { at: 0 })

  it("says that nothing was recorded, who made the result, and that it was reused", () => {
    const history = historyOf([run, started("a", 1), succeeded("a", 2), event("RunStarted", { at: 10 })])
    expect(histories.reasons(history, "a")).toEqual([
      "It ran: nothing was recorded.",
      "Its result was made by its own code.",
      "It was not run again in the session since."
    ])
  })

  it("says what changed", () => {
    const history = historyOf([
      run,
      started("a", 1),
      succeeded("a", 2, "one", { prompt: "1", step: "1" }),
      started("a", 3),
      succeeded("a", 4, "two", { prompt: "2", step: "1" })
    ])
    expect(histories.reasons(history, "a")[0]).toBe("It ran: something that it depends on changed (prompt).")
  })

  it("says that a new result was asked for", () => {
    const history = historyOf([run, succeeded("a", 1), event("StepStarted", { path: "a", forced: true, at: 2 })])
    expect(histories.reasons(history, "a")[0]).toBe("It ran: a new result was asked for.")
  })

  it("says which round has the result", () => {
    const history = historyOf([run, succeeded("r/1", 1), event("ResultShared", { path: "r/2", from: "r/1" })])
    expect(histories.reasons(history, "r/2")).toEqual(["It asks what r/1 asked, and has its result."])
  })

  it("says nothing of a step that nothing happened to", () => {
    expect(histories.reasons(historyOf([run]), "a")).toEqual([])
  })
})
