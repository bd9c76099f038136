import { mkdirSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import type { Finished } from "../../support/folder.ts"
import { place } from "../../support/place.ts"

/** Wrong usage: status 2, nothing on standard output, and at most two lines that say what to do. */
const isRefused = ({ status, stderr, stdout }: Finished, message: RegExp) => {
  assert.deepStrictEqual([status, stdout], [2, ""], stderr)
  assert.match(stderr, message)
  assert.isAtMost(stderr.trimEnd().split("\n").length, 2)
}

describe("stepwright", () => {
  it("shows help and its version", async () => {
    const here = place()
    const help = await here.stepwright("run", "--help")
    assert.strictEqual(help.status, 0)
    assert.match(help.stdout, /EXAMPLES\n(.|\n)*stepwright run requirement\.md/)
    assert.match((await here.stepwright("--version")).stdout, /^stepwright v\d+\.\d+\.\d+/)
  })

  it("refuses wrong usage with status 2 and says what to do", async () => {
    const here = place(["article.ts"])
    here.write("doc.md", "a text")
    mkdirSync(here.path("folder"))
    const cases: ReadonlyArray<readonly [args: ReadonlyArray<string>, message: RegExp]> = [
      [["frobnicate"], /Unknown subcommand "frobnicate"/],
      [["run", "doc.md", "--max-cals", "3"], /Unrecognized flag: --max-cals .*Did you mean this\? --max-calls/],
      [["run", "doc.md", "--max-calls", "-1"], /--max-calls/],
      [["run", "doc.md", "--workflow", "article.ts"], /several workflows: .*article\.ts#article \(article, untitled\)/],
      [["run", "doc.md", "--workflow", "article.ts#article"], /input is not one text \(it has topic, words\)/],
      [["run", "doc.md", "--replay", "a.json", "--record", "b.json"], /--replay and --record name two cassettes/],
      [["run", "doc.md", "--replay", "none.json"], /there is no cassette none\.json to replay/],
      [["run", "folder"], /there is no document in folder/],
      [["run", "doc.md", "--out", "doc.md/below"], /--out names a folder, but doc\.md is a file/],
      [["resume", "latest"], /there are no runs here/],
      [["import", "doc.md"], /the state of the run cannot be read/],
      [["verify", "none"], /none is no folder that can be read/],
      [["verify", "folder", "--sandbox", "box"], /--sandbox box: it must be/]
    ]
    // oxlint-disable-next-line no-await-in-loop -- one after another
    for (const [args, message] of cases) isRefused(await here.stepwright(...args), message)
    const none = await here.stepwright("run", "doc.md", "--replay", "doc.md")
    assert.strictEqual(none.status, 3)
    assert.match(none.stderr, /^stepwright: cassette doc\.md: it is no JSON.*\n$/)
    assert.isFalse(here.exists(".stepwright"))
  })

  it("names the runs there are where one is unknown, and shows a stack only with --debug", async () => {
    const here = place(["tool.ts"])
    here.write("go", "")
    const { stdout } = await here.stepwright("run", "--workflow", "tool.ts", "--input", '{"text":"a b"}', "--json")
    const { run } = JSON.parse(stdout)
    isRefused(await here.stepwright("status", "2020"), new RegExp(`there is no run "2020"; the runs here are ${run}`))
    isRefused(await here.stepwright("step", run, "outer/iner/words"), /did you mean "outer\/inner\/words"/)
    const debugged = await here.stepwright("step", run, "outer/iner/words", "--debug")
    assert.strictEqual(debugged.status, 2)
    assert.match(debugged.stderr, /^ +at /m)
  })

  it("draws the workflow of a run coloured by status, and a workflow alone", async () => {
    const here = place(["tool.ts"])
    assert.match((await here.stepwright("graph")).stdout, /^flowchart TD\n.*automated-coding/)
    const plain = await here.stepwright("graph", "--workflow", "tool.ts")
    assert.match(plain.stdout, /^flowchart TD\n(.|\n)*"upper"/)
    assert.notInclude(plain.stdout, "classDef")
    here.write("go", "")
    await here.stepwright("run", "--workflow", "tool.ts", "--input", '{"text":"a b"}')
    assert.match((await here.stepwright("graph")).stdout, /class n0 done/)
  })
})
