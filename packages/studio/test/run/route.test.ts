import { describe, expect, it } from "vitest"
import { StepPath } from "@stepwright/core"
import { file } from "../../src/run/file.ts"
import { allRuns, parse, print, type Route } from "../../src/run/route.ts"

const again = (route: Route): Route => {
  const { pathname, search } = new URL(print(route), "http://localhost")
  return parse(pathname, search)
}

describe("print and parse", () => {
  it.each([
    "a",
    "a/b%2Fc",
    ...["..", ".", "", "a b?#/ü", "%", "\ud800"].map((key) => `all/${StepPath.encodeKey(key)}/x`)
  ])("give the same step back: %s", (step) => {
    const route: Route = { page: "run", run: "20260101-abc", view: "graph", step, tab: "output", find: "a b" }
    expect(again(route)).toEqual(route)
  })

  it("give the same part of a result back, whatever its names are", () => {
    const report = { part: "criteria", file: "a b/<c>&=?#ü.py", line: "3", only: "open" }
    const route: Route = { ...(parse("/runs/r/result", "") as Extract<Route, { page: "run" }>), report }
    expect(again(route)).toEqual(route)
    expect(parse("/runs/r/tree", "?part=criteria")).not.toHaveProperty("report")
  })

  it("give the same list back", () => {
    const route: Route = { page: "runs", text: "a&b=c", status: "FAILED", workflow: "my book" }
    expect(again(route)).toEqual(route)
  })

  it("have all of an address after the # in a file, which has no paths", () => {
    const route: Route = { page: "run", run: "a", view: "time", step: "b/c", tab: "prompt", find: "" }
    file.value = { run: "a", version: "1.0.0", at: 0, leftOut: [] }
    try {
      expect([print(route), print(allRuns)]).toEqual(["#/runs/a/time/b/c?tab=prompt", "#/"])
    } finally {
      file.value = undefined
    }
    expect(print(route)).toBe("/runs/a/time/b/c?tab=prompt")
  })

  it("give the same edits and comparison back", () => {
    for (const step of [undefined, "input", "all/%2E%2E/x"]) {
      const edit: Route = { page: "edit", run: "a b", step }
      expect(again(edit)).toEqual(edit)
      const compare: Route = { page: "compare", run: "a", other: "b/c", step, isAll: step !== undefined }
      expect(again(compare)).toEqual(compare)
    }
  })

  it("open a run with its tree, and a step with its summary", () => {
    expect(parse("/runs/latest", "")).toEqual({
      page: "run",
      run: "latest",
      view: "tree",
      step: undefined,
      tab: "summary",
      find: ""
    })
    expect(parse("/runs/latest/time/a", "?tab=odd")).toMatchObject({ view: "time", step: "a", tab: "summary" })
  })

  it.each([undefined, "book", "a b/c"])("give a workflow to start back: %s", (workflow) => {
    expect(again({ page: "start", workflow })).toEqual({ page: "start", workflow })
  })

  it("know of no other address", () => {
    expect(parse("/runs/latest/odd", "").page).toBe("none")
    expect(parse("/elsewhere", "").page).toBe("none")
    expect(parse("/runs/", "").page).toBe("runs")
  })
})
