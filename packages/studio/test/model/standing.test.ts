import { describe, expect, it } from "vitest"
import { Fixtures } from "@stepwright/core/testing"
import { after, pathOf, summarise, waiting } from "../../src/model/standing.ts"
import { group, standings, step, treeOf } from "../support/places.ts"

describe("summarise", () => {
  it("counts steps by look, and lets a group look as the worst in it", () => {
    const tree = treeOf([], group("g", step("g/a"), step("g/b"), group("g/h", step("g/h/c"))))
    const found = summarise(tree, standings({ "g/a": "done", "g/b": "running", "g/h/c": "failed" }))
    expect(found.get("g")).toMatchObject({ look: "failed", steps: 3, counts: { done: 1, running: 1, failed: 1 } })
    expect(found.get("")).toMatchObject({ look: "failed", steps: 3 })
  })

  it("is done once all is, and not yet before", () => {
    const tree = treeOf([], group("g", step("g/a"), step("g/b")))
    expect(summarise(tree, standings({ "g/a": "done" })).get("g")!.look).toBe("waiting")
    expect(summarise(tree, standings({ "g/a": "done", "g/b": "done" })).get("g")!.look).toBe("done")
  })

  it("counts items, and those of them that are done", () => {
    const tree = treeOf(["all/a", "all/b"], { ...group("all/*", step("all/*/x"), step("all/*/y")), each: "forEach" })
    const looks = { "all/a/x": "done", "all/a/y": "done", "all/b/x": "done" } as const
    expect(summarise(tree, standings(looks)).get("all")).toMatchObject({ items: 2, itemsDone: 1, steps: 4 })
  })

  const branch = treeOf([], { kind: "branch", path: "b", cases: [step("b/yes"), step("b/no")] }, step("z"))

  it("takes no way of a branch for left before one is gone", () => {
    expect(summarise(branch, new Map()).get("b/no")!.look).toBe("waiting")
    const found = summarise(branch, standings({ "b/yes": "running" }))
    expect([found.get("b/yes")!.look, found.get("b/no")!.look, found.get("b")!.steps]).toEqual([
      "running",
      "skipped",
      1
    ])
  })

  it("takes what a complete run has not come by for left", () => {
    const found = summarise(branch, standings({ "b/yes": "done" }), true)
    expect([found.get("z")!.look, found.get("")!.look]).toEqual(["skipped", "done"])
  })

  it("takes what a fallback does otherwise for left until the first has failed", () => {
    const tree = treeOf([], { kind: "fallback", path: "f", cases: [step("f/try"), step("f/otherwise")] })
    expect(summarise(tree, standings({ "f/try": "done" })).get("f/otherwise")!.look).toBe("skipped")
    const both = summarise(tree, standings({ "f/try": "takenOver", "f/otherwise": "running" }))
    expect(both.get("f/otherwise")!.look).toBe("running")
  })
})

describe("after", () => {
  const event = Fixtures.event
  const at = (...events: ReadonlyArray<Parameters<typeof after>[1]>) => events.reduce(after, waiting("a"))

  it("follows a step from its start to its end", () => {
    const started = event("StepStarted", { path: "a" })
    expect(at(started)).toMatchObject({ status: "running", attempts: 1 })
    expect(at(started, event("StepSucceeded", { path: "a" }))).toMatchObject({ status: "done" })
    expect(at(started, event("StepFailed", { path: "a", message: "no" }))).toMatchObject({
      status: "failed",
      error: "no"
    })
  })

  it("tells a failure that only waits, and one that was taken over", () => {
    expect(at(event("StepFailed", { path: "a", suspends: true, message: "cap: 1 USD" }))).toMatchObject({
      status: "suspended",
      why: "waits: cap"
    })
    const fingerprint = { value: "f", parts: {} }
    expect(at(event("StepFailed", { path: "a", tag: "Odd", fingerprint }))).toMatchObject({
      status: "takenOver",
      why: "failed: Odd, taken over"
    })
  })

  it("forgets an error once the step starts again", () => {
    expect(at(event("StepFailed", { path: "a" }), event("StepStarted", { path: "a" }))).not.toHaveProperty("error")
  })

  it("counts replies and what they cost, which is unknown where one does not say", () => {
    const reply = event("StepReplied", { path: "a", usage: { input: 2, output: 3 } })
    const known = [reply, reply].reduce(after, { ...waiting("a"), tokens: { input: 0, output: 0 } })
    expect(known).toMatchObject({ replies: 2, tokens: { input: 4, output: 6 } })
    expect(after(known, event("StepReplied", { path: "a", usage: {} })).tokens).toEqual({})
  })

  it("knows which step an event is about", () => {
    expect(pathOf(event("ResultMoved", { from: "a", to: "b" }))).toBe("b")
    expect(pathOf(event("RunStarted"))).toBeUndefined()
  })
})
