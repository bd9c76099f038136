import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { assert, describe, it } from "@effect/vitest"
import { caseOf } from "./cases.ts"
import { wanted } from "./coverage.ts"
import { holds, library } from "./law.ts"
import { check } from "./machine.ts"
import { type Done, programOf } from "./report.ts"

describe("the law of least work", () => {
  it("holds for programs, edits and cuts that seeds make, with results taken over in each kind of them", async () => {
    const { seen, sum } = await holds(1, 525)
    assert.isAtLeast(sum.cases, 750)
    assert.isAtLeast(sum.movedFailures, 10)
    // what is kept for places that are not known yet costs little
    assert.isAtMost(sum.excess, sum.ran / 200)
    const rare = wanted.filter((name) => seen.get(name)! < 5).map((name) => `${name}: ${seen.get(name)}`)
    assert.deepStrictEqual(rare, [])
  })

  it("holds for definitions that are read from files", async () => {
    const { sum } = await holds(5001, 60, { isWired: true })
    assert.isAtLeast(sum.cases, 80)
    assert.isAtLeast(sum.reused, 200)
  })

  it("holds with a cache of results, cold and warm: what that has is asked by nobody", async () => {
    const { sum } = await holds(1, 75, { withCache: true })
    assert.isAtLeast(sum.cached, 150)
  })

  it("is shown by a program that runs by itself", async () => {
    const texts = await library()
    const folder = mkdtempSync(join(import.meta.dirname, ".printed-"))
    try {
      for (const seed of [1, 15]) {
        const done: Done = { stages: [] }
        const it = caseOf(seed)
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const { asked, output } = (await Effect.runPromise(check(texts, it, done))).at(-1)!
        const file = join(folder, "program.ts")
        writeFileSync(file, programOf(it, done))
        const { stderr, stdout } = spawnSync(process.execPath, [file], { encoding: "utf8" })
        const shown: unknown = JSON.parse(stdout || JSON.stringify(stderr))
        assert.deepInclude(shown, { asked, output })
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
