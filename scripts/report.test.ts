import { describe, expect, it } from "vitest"
import { judge, type Line, parse, type Test } from "./report.ts"

const test = (title: string, status: Test["status"], needs?: string): Test => ({
  id: title,
  name: `test/File.test.ts > group > ${title}`,
  status,
  ...(needs !== undefined && { needs })
})

const end = { isWhole: true } as const
const well = { ok: true, stopped: false }
const badly = { ok: false, stopped: false }
const nothing = () => false

describe("judge", () => {
  it("counts tests by how they ended", () => {
    const lines = [test("a", "running"), test("a", "passed"), test("b", "passed"), test("c", "failed"), end]
    expect(judge(lines, badly, nothing)).toStrictEqual({
      passed: 2,
      failed: 1,
      skipped: 0,
      problems: ["failed: test/File.test.ts > group > c"],
      notes: []
    })
  })

  it("counts a test that is skipped for want of a tool, and says so", () => {
    expect(judge([test("a", "passed"), test("b", "skipped", "tmux"), end], well, nothing)).toStrictEqual({
      passed: 1,
      failed: 0,
      skipped: 1,
      problems: [],
      notes: ["skipped, there is no tmux: test/File.test.ts > group > b"]
    })
  })

  it("fails for a test that is skipped for no reason, or although the tool is there", () => {
    const lines = [test("a", "passed"), test("b", "skipped"), test("c", "skipped", "tmux"), end]
    const { failed, problems, skipped } = judge(lines, well, (tool) => tool === "tmux")
    expect([failed, skipped]).toStrictEqual([2, 0])
    expect(problems).toStrictEqual([
      "skipped, but not for want of a tool: test/File.test.ts > group > b",
      "skipped, but tmux is there: test/File.test.ts > group > c"
    ])
  })

  it("keeps what had passed and failed when the run was stopped, which is one failure, and names what was last heard of", () => {
    const lines = [test("a", "passed"), test("b", "failed"), test("c", "running"), test("d", "running")]
    const { failed, passed, problems } = judge(lines, { ok: false, stopped: true }, nothing)
    expect([passed, failed]).toStrictEqual([1, 2])
    expect(problems).toStrictEqual([
      "failed: test/File.test.ts > group > b",
      "last heard of: test/File.test.ts > group > c",
      "last heard of: test/File.test.ts > group > d"
    ])
    expect(judge([], { ok: false, stopped: true }, nothing).failed).toBe(1)
  })

  it("fails once for a run that ended too early, and once for a file that did", () => {
    const early = judge([test("a", "passed"), test("b", "running"), test("c", "running")], badly, nothing)
    expect([early.passed, early.failed]).toStrictEqual([1, 1])
    expect(judge([], badly, nothing).problems).toStrictEqual(["vitest ended before all tests had"])
    const crashed = judge([test("a", "passed"), test("b", "running"), test("c", "pending"), end], badly, nothing)
    expect([crashed.passed, crashed.failed]).toStrictEqual([1, 1])
    expect(crashed.problems).toStrictEqual([
      "ended before all of its tests had: test/File.test.ts",
      "last heard of: test/File.test.ts > group > b"
    ])
  })

  it("fails for a file that could not be loaded", () => {
    const lines: ReadonlyArray<Line> = [test("a", "passed"), { broken: "test/Broken.test.ts: no module" }, end]
    expect(judge(lines, badly, nothing).problems).toStrictEqual(["failed to run: test/Broken.test.ts: no module"])
  })

  it("fails without a test, and when the runner failed for a reason that it does not report", () => {
    expect(judge([end], well, nothing).failed).toBe(1)
    expect(judge([test("a", "passed"), end], badly, nothing).failed).toBe(1)
  })
})

describe("parse", () => {
  it("leaves out a line that was not written to its end", () => {
    expect(parse('{"broken":"a"}\n{"isWhole":true}\n{"brok')).toStrictEqual([{ broken: "a" }, { isWhole: true }])
  })
})
