import { describe, expect, it } from "vitest"
import { matching } from "../../src/model/runs.ts"

const run = (run: string, workflow: string, status: "FAILED" | "RUNNING") => ({
  run,
  workflow,
  status,
  steps: 0,
  replies: 0,
  tokens: {},
  createdAt: 0,
  updatedAt: 0,
  waits: null
})
const runs = [
  run("one", "book", "FAILED"),
  run("two", "book", "RUNNING"),
  run("three", "film", "FAILED"),
  { run: "four", error: "line 3 is damaged" }
]
const found = (wanted: Partial<Parameters<typeof matching>[1]>) =>
  matching(runs, { text: "", status: "", workflow: "", ...wanted }).map(({ run }) => run)

describe("matching", () => {
  it("takes all where nothing is asked", () => expect(found({})).toEqual(["one", "two", "three", "four"]))
  it("asks for every word, in any case", () => expect(found({ text: " BOOK  tw" })).toEqual(["two"]))
  it("asks for status and workflow", () => expect(found({ status: "FAILED", workflow: "film" })).toEqual(["three"]))
  it("finds what cannot be read by what is said of it", () => {
    expect(found({ text: "damaged" })).toEqual(["four"])
    expect(found({ status: "unreadable" })).toEqual(["four"])
    expect(found({ workflow: "book" })).toEqual(["one", "two"])
  })
})
