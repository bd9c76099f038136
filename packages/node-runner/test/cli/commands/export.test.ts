import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { call, inFolder, startedWith } from "../../support/commandLine.ts"
import { saying } from "../../support/saying.ts"

const bound = saying()

describe("export", () => {
  it.effect("prints the state of a run", () =>
    Effect.gen(function* () {
      const run = yield* startedWith(bound)
      const { out } = yield* call(["export"], bound)
      assert.deepInclude(JSON.parse(out), { run, status: "COMPLETED", workflow: "saying" })
    }).pipe(inFolder)
  )

  it.effect("refuses what it cannot do, writes nothing over, and says what to do", () =>
    Effect.gen(function* () {
      const run = yield* startedWith(bound)
      writeFileSync("run.html", "mine")
      const cases: ReadonlyArray<readonly [args: ReadonlyArray<string>, message: RegExp]> = [
        [["--no-texts"], /--no-texts is for a page: name its file with --html/],
        [["--max-mb", "3"], /--max-mb is for a page: name its file with --html/],
        [["--html", " "], /--html names nothing/],
        [["--html", "run.html"], /run\.html is there already: move it away, or name another one/],
        [["--html", "."], /\. is there already/]
      ]
      for (const [args, message] of cases) {
        const { err, out, status } = yield* call(["export", run, ...args], bound)
        assert.deepStrictEqual([status, out], [2, ""], err)
        assert.match(err, message)
      }
      assert.strictEqual(readFileSync("run.html", "utf8"), "mine")
    }).pipe(inFolder)
  )

  it.effect("writes a page where that was built, and says what it holds; else how to build it", () =>
    Effect.gen(function* () {
      const run = yield* startedWith(bound)
      const { err, out, status } = yield* call(["export", "--html", "run.html", "--json"], bound)
      if (status !== 0) {
        // it may be built right now
        assert.strictEqual(status, 3)
        assert.match(err, /the page was not built: `npm run build` builds it|page\.\w+ cannot be read/u)
        return assert.isFalse(existsSync("run.html"))
      }
      const html = readFileSync("run.html", "utf8")
      assert.deepInclude(JSON.parse(out), { run, file: "run.html", bytes: Buffer.byteLength(html), redacted: 0 })
      assert.include(err, `the page of run ${run} holds:\n`)
      assert.match(err, /\n {2}1 prompt, \d+ B\n|\n {2}\d prompts, \d+ B\n/u)
      assert.match(html, /<\/html>\n$/u)
    }).pipe(inFolder)
  )
})
