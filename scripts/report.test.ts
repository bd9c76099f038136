import { describe, expect, it } from "vitest"
import { judge } from "./report.ts"

const reportOf = (...statuses: ReadonlyArray<string>) => ({
  testResults: [
    {
      name: "/repository/test/File.test.ts",
      status: statuses.includes("failed") ? "failed" : "passed",
      message: "",
      assertionResults: statuses.map((status, index) => ({ ancestorTitles: ["group"], title: `test ${index}`, status }))
    }
  ]
})

describe("judge", () => {
  it("counts tests by their status", () => {
    expect(judge("/repository", reportOf("passed", "passed", "failed"), false, [])).toStrictEqual({
      passed: 2,
      failed: 1,
      skipped: 0,
      problems: ["failed: test/File.test.ts > group > test 2"]
    })
  })

  it.each(["skipped", "pending", "todo"])("fails for a test that is %s and not listed", (status) => {
    const { failed, problems, skipped } = judge("/repository", reportOf("passed", status), true, [])
    expect({ failed, skipped }).toStrictEqual({ failed: 1, skipped: 0 })
    expect(problems[0]).toContain("test/File.test.ts > group > test 1")
  })

  it("counts a listed skip as skipped", () => {
    const allowed = ["test/File.test.ts > group > test 1"]
    expect(judge("/repository", reportOf("passed", "skipped"), true, allowed)).toStrictEqual({
      passed: 1,
      failed: 0,
      skipped: 1,
      problems: []
    })
  })

  it("fails for a listed name that no test has", () => {
    expect(judge("/repository", reportOf("passed"), true, ["test/Gone.test.ts > test"]).failed).toBe(1)
  })

  it("fails for a file that could not be loaded", () => {
    const broken = {
      name: "/repository/test/Broken.test.ts",
      status: "failed",
      message: "no module",
      assertionResults: []
    }
    const report = { testResults: [...reportOf("passed").testResults, broken] }
    expect(judge("/repository", report, false, []).problems).toStrictEqual([
      "failed to run: test/Broken.test.ts: no module"
    ])
  })

  it("fails without a report, without a test, and when the runner failed for a reason that it does not report", () => {
    expect(judge("/repository", undefined, true, []).failed).toBe(1)
    expect(judge("/repository", { testResults: [] }, true, []).failed).toBe(1)
    expect(judge("/repository", reportOf("passed"), false, []).failed).toBe(1)
  })
})
