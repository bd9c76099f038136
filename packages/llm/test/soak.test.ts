import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { beforeAll, describe, expect, it } from "@effect/vitest"
import type { Report } from "./support/soak.ts"

const calls = 10_000
const seed = process.env["SOAK_SEED"] ?? String(Date.now())

/** A process of its own has a heap in which nothing else is. */
const soak = async (): Promise<Report> => {
  const script = join(import.meta.dirname, "support", "soak.ts")
  const child = promisify(execFile)(process.execPath, ["--expose-gc", script, `${calls}`, seed], { timeout: 240_000 })
  return JSON.parse((await child).stdout)
}

describe(`the whole stack, ${calls} calls, one fault in five requests; again with SOAK_SEED=${seed}`, () => {
  let report: Report
  beforeAll(async () => {
    report = await soak()
  }, 250_000)

  it("ends each call once, with a reply or in one of the ways of the fault table", () => {
    const { requests, ends } = report
    expect(Object.values(ends).reduce((sum, count) => sum + count)).toBe(1.1 * calls)
    expect(ends["reply"]).toBeGreaterThan(0.8 * calls)
    const some = ["left", "QuotaExhausted", "InvalidRequest", "ContentRefused", "NetworkFailure", "TimedOut"]
    expect(Object.keys(ends)).toEqual(expect.arrayContaining(some))
    expect(requests.faulty / requests.seen).toBeGreaterThan(0.17)
    expect(requests.faulty / requests.seen).toBeLessThan(0.23)
  })

  it("reports each request that the server saw, and the tokens that it said it served", () => {
    const { requests, tokens } = report
    expect([requests.begun, requests.ended]).toEqual([requests.seen, requests.seen])
    expect(tokens.served).toBeGreaterThan(1000 * calls)
    expect(tokens.reported).toBe(tokens.served)
  })

  it("counts the same in its budget, and an estimate for what the server did not say", () => {
    expect(report.tokens.budget).toBe(report.tokens.expectedOfBudget)
  })

  it("leaves no connection, signal, listener or timer", () => {
    const { early, late, resources, warnings } = report
    expect([late.connections, late.signals]).toEqual([0, 0])
    expect(late.listeners).toBe(early.listeners)
    // A pipe is the standard output.
    expect(resources.filter((name) => name !== "PipeWrap")).toEqual([])
    expect(warnings).toEqual([])
  })

  it("holds at most 5 % more at the end than after a fifth of the calls", () => {
    const { early, late } = report
    expect(late.heap / early.heap).toBeLessThanOrEqual(1.05)
  })
})
