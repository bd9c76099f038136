import { mkdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { type Finished, place } from "./support/cli.ts"

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
    // oxlint-disable-next-line no-await-in-loop -- one process at a time, so that none waits for the others
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

describe("NodeRunner.main", () => {
  it("makes a program the command line of its workflow, which alone goes on with its runs", async () => {
    const here = place()
    symlinkSync(join(import.meta.dirname, "../node_modules"), here.path("node_modules"))
    here.write(
      "shout.ts",
      `import { Context, Effect, Layer, Schema } from "effect"
import { Step, Workflow } from "@stepwright/core"
import { NodeRunner } from "@stepwright/node-runner"

class Mark extends Context.Service<Mark, string>()("Mark") {}

const shout = Step.effect("shout", {
  input: Schema.String,
  output: Schema.String,
  run: (text) => Effect.map(Mark, (mark) => text.trim().toUpperCase() + mark)
})

const workflow = Workflow.make("shouting", { input: Schema.String }).pipe(Workflow.bind("shout", shout, "input"))

NodeRunner.main(workflow, { layer: Layer.succeed(Mark, "!") })
`
    )
    here.write("quiet.txt", "hello\n")
    const run = await here.node("shout.ts", "run", "quiet.txt")
    assert.strictEqual(run.status, 0, run.stderr)
    assert.match(run.stdout, /1 step run, 0 reused\nshout:\nHELLO!\n/)
    const resumed = await here.node("shout.ts", "resume", "latest")
    assert.include(resumed.stdout, "0 steps run, 1 reused")
    isRefused(await here.stepwright("resume", "latest"), /use `node shout\.ts` in place of `stepwright`/)
    const other = await here.node("shout.ts", "run", "quiet.txt", "--workflow", "other.ts")
    isRefused(other, /this program runs its own workflow/)
    const help = await here.node("shout.ts", "--help")
    assert.match(help.stdout, /The workflow shouting: (.|\n)*node shout\.ts run input\.txt/)
    const ofRun = await here.node("shout.ts", "run", "--help")
    assert.match(ofRun.stdout, /Start a run of the workflow shouting(.|\n)*node shout\.ts run input\.txt --relay/)
    const ofStep = await here.node("shout.ts", "step", "--help")
    assert.match(ofStep.stdout, /node shout\.ts step latest shout --force/)
    for (const { stdout } of [help, ofRun, ofStep]) assert.notMatch(stdout, /requirement|--workflow|ready|design\//)
  })
})
