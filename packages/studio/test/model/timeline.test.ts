import { describe, expect, it } from "vitest"
import { Fixtures } from "@stepwright/core/testing"
import type { WorkflowEvent } from "@stepwright/core"
import { along, axis, criticalPath, spans, ticks } from "../../src/model/timeline.ts"
import { group, historyOf, step, treeOf } from "../support/places.ts"

const event = Fixtures.event

describe("axis", () => {
  it("leaves out the time in which no process was at the run", () => {
    const sessions = [
      { start: 0, end: 100, isOver: true },
      { start: 10_000, end: 10_300, isOver: true }
    ]
    const found = axis(sessions)
    expect(found.length).toBe(400)
    expect([0, 50, 100, 5000, 10_000, 10_300, 99_999].map((at) => along(found, at))).toEqual([
      0, 0.125, 0.25, 0.25, 0.25, 1, 1
    ])
  })

  it("goes on to the present while a process is at the run", () => {
    expect(axis([{ start: 0, end: 10, isOver: false }], 50).length).toBe(50)
    expect(axis([{ start: 0, end: 10, isOver: true }], 50).length).toBe(10)
  })

  it("is there before anything has happened", () => {
    expect(along(axis([]), 5)).toBe(0)
  })
})

describe("ticks", () => {
  it.each([
    [1, [0, 1]],
    [950, [0, 200, 400, 600, 800]],
    [61_000, [0, 15_000, 30_000, 45_000, 60_000]],
    [90_000_000, [0, 21_600_000, 43_200_000, 64_800_000, 86_400_000]]
  ])("are round: %i ms", (length, expected) => {
    expect(ticks(length, 5)).toEqual(expected)
  })

  it("are few, however long it takes", () => {
    expect(ticks(4000 * 86_400_000, 6).length).toBeLessThanOrEqual(7)
  })
})

/** A run in which steps were at work in these times, the first session from 0 on. */
const ran = (times: ReadonlyArray<readonly [path: string, start: number, end: number]>, until: number) => {
  const events = times.flatMap(([path, start, end]): ReadonlyArray<WorkflowEvent.WorkflowEvent> => [
    event("StepStarted", { path, at: start }),
    event("StepSucceeded", { path, at: end })
  ])
  return historyOf([
    event("RunStarted", { at: 0 }),
    ...events.toSorted((a, b) => a.at - b.at),
    event("RunEnded", { status: "COMPLETED", at: until })
  ])
}

const critical = (tree: Parameters<typeof criticalPath>[0], history: Parameters<typeof criticalPath>[1]) =>
  criticalPath(tree, history, 0).map(({ end, path, start }) => [path, end - start])

describe("criticalPath", () => {
  it("is every step of a sequence", () => {
    const history = ran(
      [
        ["a", 0, 5],
        ["b", 5, 20]
      ],
      20
    )
    expect(critical(treeOf([], step("a"), step("b")), history)).toEqual([
      ["a", 5],
      ["b", 15]
    ])
  })

  it("is the longest of what stands side by side", () => {
    const tree = treeOf([], step("a"), { kind: "all", path: "", parts: [[step("b")], [step("c")]] }, step("d"))
    const history = ran(
      [
        ["a", 0, 5],
        ["b", 5, 30],
        ["c", 5, 10],
        ["d", 30, 31]
      ],
      31
    )
    expect(critical(tree, history)).toEqual([
      ["a", 5],
      ["b", 25],
      ["d", 1]
    ])
  })

  it("is, of a list with few at a time, the items that left no room for the last", () => {
    const tree = treeOf(["all/1", "all/2", "all/3"], step("all/*", { each: "forEach" }))
    const history = ran(
      [
        ["all/1", 0, 10],
        ["all/2", 0, 4],
        ["all/3", 4, 20]
      ],
      20
    )
    expect(critical(tree, history)).toEqual([
      ["all/2", 4],
      ["all/3", 16]
    ])
  })

  it("goes into groups", () => {
    const tree = treeOf([], group("g", step("g/a"), step("g/b")), step("z"))
    const history = ran(
      [
        ["g/a", 0, 3],
        ["g/b", 3, 9],
        ["z", 9, 10]
      ],
      10
    )
    expect(critical(tree, history)).toEqual([
      ["g/a", 3],
      ["g/b", 6],
      ["z", 1]
    ])
  })

  it("has each attempt of a step that was tried again", () => {
    const history = historyOf([
      event("RunStarted", { at: 0 }),
      event("StepStarted", { path: "a", at: 0 }),
      event("StepFailed", { path: "a", at: 4 }),
      event("RunEnded", { status: "FAILED", at: 4 }),
      event("RunStarted", { at: 1000 }),
      event("StepStarted", { path: "a", at: 1000 }),
      event("StepSucceeded", { path: "a", at: 1007 }),
      event("RunEnded", { status: "COMPLETED", at: 1007 })
    ])
    expect(critical(treeOf([], step("a")), history)).toEqual([
      ["a", 4],
      ["a", 7]
    ])
  })

  it("is found among ten thousand items", () => {
    const keys = Array.from({ length: 10_000 }, (_, i) => `all/${i}`)
    const tree = treeOf(keys, step("all/*", { each: "forEach" }))
    const history = ran(
      keys.map((path, i): [string, number, number] => [path, i, i + 1]),
      10_000
    )
    expect(critical(tree, history)).toHaveLength(10_000)
  })
})

describe("spans", () => {
  it("spans what is in a group, and nothing where nothing was", () => {
    const tree = treeOf([], group("g", step("g/a"), step("g/b")), step("z"))
    const found = spans(tree, (path) =>
      path === "g/a" ? [{ start: 2, end: 3 }] : path === "g/b" ? [{ start: 5, end: 9 }] : []
    )
    expect(found.get("g")).toEqual({ start: 2, end: 9 })
    expect(found.has("z")).toBe(false)
  })
})
