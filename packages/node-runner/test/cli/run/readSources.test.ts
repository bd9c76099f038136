import { mkdirSync, writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { call, inFolder } from "../../support/commandLine.ts"

const test = "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        import a\n"

describe("readSources", () => {
  it.effect("leaves out what no sandbox can hold, and says so", () =>
    Effect.gen(function* () {
      mkdirSync("code/sub", { recursive: true })
      writeFileSync("code/a.py", "")
      writeFileSync("code/test_a.py", test)
      const odd = ["nul.md", "a:b.txt", "sub/aux.py", "trailing.", "back\\slash.py", "B.py", "b.py"]
      for (const name of odd) writeFileSync(`code/${name}`, "x = 1\n")
      const { err, out, status } = yield* call(["verify", "code"])
      assert.strictEqual(status, 0, err)
      assert.match(out, /1 test run .*1 passed/)
      for (const name of odd.slice(0, -2)) assert.include(err, `left out: ${name}: `)
      // of two names that differ in case only, one
      assert.match(err, /left out: (B|b)\.py: .*case/)
      const json = yield* call(["verify", "code", "--json"])
      assert.lengthOf(JSON.parse(json.out).tests, 1)
    }).pipe(inFolder)
  )
})
