import { describe, expect, it } from "vitest"
import type { WorkflowEvent } from "@stepwright/core"
import { byGroups, bySteps, sorted, sum } from "../../../src/model/report/spending.ts"
import { historyOf } from "../../support/places.ts"

const history = historyOf([
  { _tag: "StepStarted", path: "a/1", step: "s", at: 0 },
  { _tag: "StepFailed", path: "a/1", step: "s", tag: "Odd", message: "", at: 10 },
  { _tag: "StepStarted", path: "a/1", step: "s", at: 20 },
  { _tag: "StepStarted", path: "a/2", step: "s", at: 20 }
] as ReadonlyArray<WorkflowEvent.WorkflowEvent>)

const standing = (path: string, more: object = {}) =>
  [path, { path, status: "done", attempts: 1, replies: 0, tokens: {}, durationMillis: null, ...more } as const] as const

const steps = new Map([
  standing("a/1", { replies: 2, tokens: { input: 5, output: 7 } }),
  standing("a/2", { replies: 1 }),
  standing("b", { durationMillis: 100 }),
  standing("c"),
  standing("d", { attempts: 0 })
])

const costs = [
  { path: "a/1", usd: 0.5 },
  { path: "a/2", usd: null }
]

describe("bySteps", () => {
  const spent = bySteps(steps, history, costs, 50)
  const of = (path: string) => spent.find((one) => one.path === path)!

  it("adds the times of all attempts, one that goes on until now, and leaves out what was never at work", () => {
    expect(spent.map(({ path, time }) => [path, time.count === time.unknown ? "unknown" : time.value])).toEqual([
      ["a/1", 40],
      ["a/2", 30],
      ["b", 100],
      ["c", "unknown"]
    ])
  })

  it("knows what was asked of no provider from what nobody knows the cost of", () => {
    expect(of("a/1").cost).toEqual({ value: 0.5, unknown: 0, count: 1 })
    expect(of("a/2").cost).toEqual({ value: 0, unknown: 1, count: 1 })
    expect(of("b").cost).toEqual({ value: 0, unknown: 0, count: 0 })
    expect([of("a/1"), of("a/2"), of("b")].map(({ tokens }) => [tokens.value, tokens.unknown])).toEqual([
      [12, 0],
      [0, 1],
      [0, 0]
    ])
  })

  it("adds up to groups and a total that say how much is not known", () => {
    expect(byGroups(spent).map(({ path, steps }) => [path, steps])).toEqual([
      ["a", 2],
      ["b", 1],
      ["c", 1]
    ])
    expect(byGroups(spent)[0]!.cost).toEqual({ value: 0.5, unknown: 1, count: 2 })
    expect(sum("", spent)).toMatchObject({
      steps: 4,
      time: { value: 170, unknown: 1 },
      cost: { value: 0.5, unknown: 1 }
    })
  })

  it("has the largest first, and what is not known before what is nothing", () => {
    expect(sorted(spent, "cost").map(({ path }) => path)).toEqual(["a/1", "a/2", "b", "c"])
    expect(sorted(spent, "time").map(({ path }) => path)).toEqual(["b", "a/1", "a/2", "c"])
  })
})
