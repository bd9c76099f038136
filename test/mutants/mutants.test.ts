// `npm run soak -- mutants`: for each law of the engine, whether a test notices that it is broken.
import { afterAll, assert, describe, it } from "@effect/vitest"
import { type Failure, makeCopy } from "./copy.ts"
import { asking } from "./asking.ts"
import { combining } from "./combining.ts"
import { finding } from "./finding.ts"
import { fingerprints } from "./fingerprints.ts"
import type { Mutant } from "./mutant.ts"
import { recording } from "./recording.ts"
import { walking } from "./walking.ts"

const mutants = [...fingerprints, ...recording, ...asking, ...walking, ...combining, ...finding]

const copy = makeCopy()
const rows: Array<ReadonlyArray<string>> = [["broken law", "file", "noticed by", "seconds"]]

afterAll(() => {
  copy.remove()
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)))
  console.log(
    rows
      .map((row) =>
        row
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join("  ")
          .trimEnd()
      )
      .join("\n")
  )
})

const shown = 800

/**
 * The test that fails by what it asserts: one that waits for ever, or that something else than an assertion ends, says
 * nothing of the law.
 */
const noticed = ({ killedBy }: Mutant, failures: ReadonlyArray<Failure>): string => {
  const killer = failures.find(({ message }) => message.includes("AssertionError"))
  if (killer !== undefined) return killer.test
  const problem = failures.length === 0 ? `no test of ${killedBy} notices it` : "no test fails by an assertion:"
  const told = failures.map(({ message, test }) => `${test}: ${message.slice(0, shown)}`)
  return assert.fail([problem, ...told].join("\n"))
}

describe("without a change", () => {
  it("core compiles", async () => assert.strictEqual(await copy.typeErrors(), ""))

  it.each([...new Set(mutants.map(({ killedBy }) => killedBy))])("%s passes", async (file) =>
    assert.deepStrictEqual(await copy.failures(file), [])
  )
})

describe("a test notices that", () => {
  it.each(mutants)("$name", async (mutant) => {
    const start = performance.now()
    const test = await copy.changed(mutant, async () => {
      assert.strictEqual(await copy.typeErrors(), "", "a mutant has to compile")
      return noticed(mutant, await copy.failures(mutant.killedBy))
    })
    rows.push([mutant.name, mutant.file, test, ((performance.now() - start) / 1000).toFixed(1)])
  })
})
