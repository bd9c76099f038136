import { describe, expect, it } from "vitest"
import { Fixtures } from "@stepwright/core/testing"
import { compare, lastReply, promptOf, type Side } from "../../../src/model/edits/compare.ts"
import * as histories from "../../../src/model/history.ts"
import { type StepStanding, waiting } from "../../../src/model/standing.ts"

interface Given {
  readonly prompt: string
  readonly output: string
  readonly model?: string
}

const side = (steps: Readonly<Record<string, Given>>): Side => {
  const history = histories.make()
  const standings = new Map<string, StepStanding>([["later", waiting("later")]])
  Object.entries(steps).forEach(([path, { model = "fast", output, prompt }], i) => {
    histories.observe(history, i + 1, {
      _tag: "StepSucceeded",
      path,
      step: path,
      fingerprint: { value: prompt, parts: { prompt, step: "s" } },
      output,
      by: "model",
      model,
      at: i
    })
    standings.set(path, { ...waiting(path), status: "done" })
  })
  return { steps: standings, history }
}

describe("two runs", () => {
  it("are told path by path, with what differs", () => {
    const one = side({
      same: { prompt: "a", output: "x" },
      asked: { prompt: "a", output: "x" },
      other: { prompt: "a", output: "x" },
      model: { prompt: "a", output: "x" },
      gone: { prompt: "a", output: "x" }
    })
    const two = side({
      same: { prompt: "a", output: "x" },
      asked: { prompt: "b", output: "x" },
      other: { prompt: "b", output: "y" },
      model: { prompt: "a", output: "x", model: "slow" },
      come: { prompt: "a", output: "x" }
    })
    expect(compare(one, two).map(({ differs, of, path }) => [path, of, differs])).toEqual([
      ["same", "both", []],
      ["asked", "both", ["prompt"]],
      ["other", "both", ["prompt", "output"]],
      ["model", "both", ["model"]],
      ["gone", "one", []],
      ["come", "other", []]
    ])
  })

  it("have the model that gave the result, and the prompt that the step asked at first", () => {
    const { event } = Fixtures
    const history = histories.make()
    const happened = [
      event("StepStarted", { path: "a" }),
      event("StepReplied", { path: "a", model: "fast", prompt: "asked" }),
      event("StepReplied", { path: "a", model: "slow", prompt: "asked again", opening: "asked", turn: 2 }),
      event("StepSucceeded", { path: "a", by: "model" })
    ]
    happened.forEach((one, i) => histories.observe(history, i + 1, one))
    expect(lastReply(history, "a")?.model).toBe("slow")
    expect(promptOf(history, "a")).toBe("asked")
  })
})
