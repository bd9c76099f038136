import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import type { Report } from "./soak.ts"

/** A process of its own has a heap in which nothing else is. */
const soak = async (calls: number, seed: string, signal: AbortSignal): Promise<Report> => {
  const script = join(import.meta.dirname, "soak.ts")
  const child = promisify(execFile)(process.execPath, ["--expose-gc", script, `${calls}`, seed], { signal })
  // A run that is long says how far it is.
  child.child.stderr?.pipe(process.stderr, { end: false })
  return JSON.parse((await child).stdout)
}

/** Many calls at a time through all layers, to a server that often fails. */
export const stack = (calls: number, seed: string) =>
  describe(`the whole stack, ${calls} calls, one fault in five requests, seed ${seed}`, () => {
    let report: Report
    const leaving = new AbortController()
    beforeAll(async () => {
      report = await soak(calls, seed, leaving.signal)
    })
    afterAll(() => leaving.abort())

    it("ends each call once, with a reply or in one of the ways of the fault table", () => {
      const { requests, ends } = report
      expect(Object.values(ends).reduce((sum, count) => sum + count)).toBe(1.1 * calls)
      expect(ends["reply"]).toBeGreaterThan(0.8 * calls)
      const some = ["left", "QuotaExhausted", "InvalidRequest", "ContentRefused"]
      expect(Object.keys(ends)).toEqual(expect.arrayContaining(some))
      expect(requests.faulty / requests.seen).toBeGreaterThan(0.15)
      expect(requests.faulty / requests.seen).toBeLessThan(0.25)
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
      expect(resources).toEqual([])
      expect(warnings).toEqual([])
    })

    it("holds at most 5 % more at the end than after a fifth of the calls", () => {
      const { early, late } = report
      expect(late.heap / early.heap).toBeLessThanOrEqual(1.05)
    })
  })
