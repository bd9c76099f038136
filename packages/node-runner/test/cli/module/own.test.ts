import { cpSync } from "node:fs"
import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Engine, WorkflowState } from "@stepwright/core"
import { Effect } from "effect"
import { tool } from "../../../../../test/fixtures/tool.ts"
import * as processes from "../../../../../test/support/cli.ts"
import { type Folder, until } from "../../support/folder.ts"
import { place, placeIn } from "../../support/place.ts"

/** A process with a run that goes on until its last step waits for the file `go`. */
const startWaiting = async (...flags: ReadonlyArray<string>) => {
  const there = processes.place(["tool.ts"])
  there.write("words.txt", "one two three\n")
  const started = there.start("run", "words.txt", "--workflow", "tool.ts", ...flags)
  await until(() => there.exists("calls.log") && there.read("calls.log").includes("sum"), started)
  return { ...started, there, here: placeIn(there) }
}

const beforeSum = ["upper", "split", "measure ONE", "measure TWO", "measure THREE"]
const order = [...beforeSum, "sum"]

const logged = (here: Folder) => here.read("calls.log").trimEnd().split("\n")

/** What was called, in the order of the definition: items that run side by side are logged in any. */
const calls = (here: Folder) => logged(here).toSorted((a, b) => order.indexOf(a) - order.indexOf(b))

describe("a workflow of one's own, from the command line", () => {
  it("goes on after the process was killed, without doing anything twice", async () => {
    const { ended, here, process } = await startWaiting()

    const live = await here.stepwright("status", "--json")
    assert.strictEqual(JSON.parse(live.stdout).status, "RUNNING")
    const other = await here.stepwright("resume", "latest")
    assert.strictEqual(other.status, 3)
    assert.match(other.stderr, /process \d+ is running it/)

    process.kill("SIGKILL")
    await ended
    const killed = JSON.parse((await here.stepwright("status", "--json")).stdout)
    assert.strictEqual(killed.status, "STOPPED")
    assert.deepStrictEqual(
      killed.steps.map(({ path, status }: { path: string; status: string }) => [path, status]),
      [
        ["upper", "done"],
        ["outer/inner/words", "done"],
        ["each/ONE", "done"],
        ["each/TWO", "done"],
        ["each/THREE", "done"],
        ["sum", "stopped"]
      ]
    )

    here.write("go", "")
    const resumed = await here.stepwright("resume", killed.run, "--json")
    assert.strictEqual(resumed.status, 0)
    const result = JSON.parse(resumed.stdout)
    assert.strictEqual(result.status, "COMPLETED")
    assert.deepStrictEqual(result.output.sum, { total: 11 })
    assert.deepStrictEqual(calls(here), [...beforeSum, "sum", "sum"])

    const again = await here.stepwright("resume", killed.run.slice(0, -2))
    assert.strictEqual(again.status, 0)
    assert.match(again.stdout, /COMPLETED in .*: 0 steps run, 6 reused/)
    assert.strictEqual(calls(here).length, 7)

    const events = `.stepwright/runs/${killed.run}/events.jsonl`
    here.write(events, `no event\n${here.read(events)}`)
    const unreadable = await here.stepwright("resume", killed.run)
    assert.strictEqual(unreadable.status, 3)
    assert.match(unreadable.stderr, /^stepwright: journal of run .*events\.jsonl:1: /)
  })

  it("is cancelled by Ctrl-C with status 130, and can be resumed", async () => {
    const { ended, here, process } = await startWaiting()
    process.kill("SIGINT")
    const { status, stderr } = await ended
    assert.strictEqual(status, 130)
    assert.match(stderr, /interrupted; go on with: stepwright resume \S+\n$/)
    assert.strictEqual(JSON.parse((await here.stepwright("list", "--json")).stdout)[0].status, "CANCELLED")
    here.write("go", "")
    const resumed = await here.stepwright("resume", "latest")
    assert.strictEqual(resumed.status, 0)
    assert.include(resumed.stdout, "1 step run, 5 reused")
    assert.deepStrictEqual(calls(here), [...beforeSum, "sum", "sum"])
  })

  it("names the run and its status in the document of an interrupted command", async () => {
    const { here, there, ...started } = await startWaiting("--json")
    started.process.kill("SIGINT")
    const ended = await started.ended
    assert.strictEqual(ended.status, 130)
    const { error, run, status } = JSON.parse(ended.stdout)
    assert.deepStrictEqual([status, error.code, error.fix], ["CANCELLED", "Interrupted", `stepwright resume ${run}`])
    assert.match(error.message, /go on with: stepwright resume /)
    assert.deepInclude(JSON.parse((await here.stepwright("status", "--json")).stdout), { run, status })
    here.write("calls.log", "")
    const step = there.start("step", "sum", "--json")
    await until(() => here.read("calls.log").includes("sum"), step)
    step.process.kill("SIGTERM")
    const interrupted = JSON.parse((await step.ended).stdout)
    assert.deepStrictEqual([interrupted.run, interrupted.error.code], [run, "Interrupted"])
  })

  it("is shown without its module, which is said to be lost, and why", async () => {
    const here = place(["tool.ts"])
    here.write("go", "")
    await here.stepwright("run", "--input", '{"text":"one"}', "--workflow", "tool.ts")
    const whole = await here.stepwright("status")
    assert.strictEqual(whole.stderr, "")
    for (const [text, said] of [
      ["export const tool = (", /^warning: tool\.ts\S* cannot be loaded: ./m],
      ["export const other = 1", /^warning: tool\.ts exports no "tool"/m]
    ] as const) {
      const changed = place()
      cpSync(here.path("."), changed.path("."), { recursive: true })
      changed.write("tool.ts", text)
      // oxlint-disable-next-line no-await-in-loop -- one after another
      assert.strictEqual((await changed.stepwright("trust", "--yes")).status, 0)
      for (const args of [["status"], ["status", "--json"]]) {
        // oxlint-disable-next-line no-await-in-loop -- one after another
        const { status, stderr, stdout } = await changed.stepwright(...args)
        assert.strictEqual(status, 0)
        assert.include(stdout, "COMPLETED")
        assert.match(stderr, said)
      }
    }
  })

  it("goes from initialisation through JSON to single steps at depth 3", async () => {
    const here = place(["tool.ts", "article.ts"])
    here.write("go", "")
    const state = await Effect.runPromise(Engine.initialize(tool, { text: "one two" }))
    here.write("state.json", WorkflowState.toJson(state))

    const imported = await here.stepwright("import", "state.json", "--workflow", "tool.ts#tool")
    assert.strictEqual(imported.status, 0)
    const run = imported.stdout.trim()
    assert.notStrictEqual(run, state.run)

    const foreign = await here.stepwright("plan", run, "--workflow", "article.ts#article")
    assert.strictEqual(foreign.status, 2)
    assert.match(foreign.stderr, /is one of the workflow "tool", not of "article"/)
    const early = await here.stepwright("step", run, "outer/inner/words")
    assert.strictEqual(early.status, 2)
    assert.match(early.stderr, /outer\/inner\/words: it needs the result of "upper"/)

    const items = await here.stepwright("step", run, "sum")
    assert.strictEqual(items.status, 2)
    assert.match(items.stderr, /sum: it needs the results of each, .*`plan \S+` says what comes first/)

    assert.strictEqual((await here.stepwright("step", run, "upper")).stdout, "ONE TWO\n")
    const words = await here.stepwright("step", run, "outer/inner/words")
    assert.deepStrictEqual(JSON.parse(words.stdout), { words: ["ONE", "TWO"] })
    const kept = await here.stepwright("step", run, "outer/inner/words")
    assert.strictEqual(kept.stdout, words.stdout)
    assert.match(kept.stderr, /its result still holds and is kept; --force makes a new one/)
    await here.stepwright("step", run, "outer/inner/words", "--force")
    assert.deepStrictEqual(calls(here), ["upper", "split", "split"])

    const exported = await here.stepwright("export", run)
    const carried = await Effect.runPromise(WorkflowState.fromJson(exported.stdout))
    assert.strictEqual(carried.origin, state.run)
    assert.deepStrictEqual(carried.records["outer/inner/words"]?.result?.output, { words: ["ONE", "TWO"] })
    // back where it came from
    const plan = await Effect.runPromise(Effect.provide(Engine.plan(tool, carried), NodeFileSystem.layer))
    assert.deepStrictEqual(
      plan.map(({ action, path }) => `${action} ${path}`),
      ["reuse upper", "reuse outer/inner/words", "run each/ONE", "run each/TWO", "perhaps sum"]
    )
  })

  it("tells a script of errors in one document, and names the step of a defect", async () => {
    const here = place(["tool.ts", "broken.ts"])
    const error = async (...args: ReadonlyArray<string>) => {
      const { status, stdout } = await here.stepwright(...args, "--json")
      return [status, JSON.parse(stdout).error]
    }
    assert.deepInclude((await error("status", "none"))[1], { code: "Usage" })
    const input = await error("run", "--workflow", "tool.ts", "--input", "1")
    assert.strictEqual(input[0], 2)
    assert.match(input[1].message, /the input does not fit the workflow/)
    assert.match((await error("run", "--frob"))[1].message, /--frob/)

    const broken = await here.stepwright("run", "--workflow", "broken.ts", "--input", '"x"', "--json")
    assert.strictEqual(broken.status, 1)
    assert.strictEqual(JSON.parse(broken.stdout).status, "FAILED")
    assert.match(broken.stderr, /failed at broken: it is broken\nlook with `stepwright status \S+`, go on with .*`\n$/)
    const single = await here.stepwright("step", "broken", "--json")
    assert.deepInclude(JSON.parse(single.stdout).error, {
      severity: "error",
      message: "it is broken",
      target: "broken"
    })
    assert.match(single.stderr, /failed at broken: it is broken\nlook with `stepwright status/)
    const debugged = await here.stepwright("resume", "latest", "--debug")
    assert.match(debugged.stderr, /^ +at /m)
  })

  it("takes the key of an item as it is, and suggests no path that it would refuse", async () => {
    const here = place(["files.ts"])
    const run = (...args: ReadonlyArray<string>) => here.stepwright(...args)
    const first = await run("run", "--workflow", "files.ts", "--input", '["a/b.py", "c d.py"]')
    assert.strictEqual(first.status, 0, first.stderr)
    assert.strictEqual((await run("show", "latest", "each/a/b.py/size")).stdout, "6\n")
    assert.strictEqual((await run("show", "latest", "each/a%2Fb.py/size")).stdout, "6\n")
    const forced = await run("step", "latest", "each/c d.py/size", "--force")
    assert.deepStrictEqual([forced.status, forced.stdout], [0, "6\n"], forced.stderr)
    here.write("7.json", "7")
    const set = await run("set", "latest", "each/a/b.py/size", "7.json")
    assert.include(set.stdout, "each/a%2Fb.py/size is set")
    for (const path of ["each/*/size", "each/a/b.p/size"]) {
      // oxlint-disable-next-line no-await-in-loop -- one process at a time, so that none waits for the others
      const unknown = await run("step", "latest", path)
      assert.strictEqual(unknown.status, 2, unknown.stderr)
      assert.match(unknown.stderr, /no step has this path;.* "?each\/a(\/|%2F)b\.py\/size/)
      assert.notInclude(unknown.stderr.replace(path, ""), "*")
    }
    here.write("more.json", '["new/e.py"]')
    await run("set", "latest", "input", "more.json")
    assert.strictEqual((await run("step", "latest", "each/new/e.py/size")).stdout, "8\n")
  })

  it("runs exactly the dependents of what was set by hand", async () => {
    const here = place(["tool.ts"])
    here.write("go", "")
    here.write("words.txt", "one two\n")
    assert.strictEqual((await here.stepwright("run", "words.txt", "--workflow", "tool.ts")).status, 0)
    here.write("mine.json", JSON.stringify({ words: ["ONE", "three"] }))

    const set = await here.stepwright("set", "latest", "outer/inner/words", "mine.json")
    assert.strictEqual(set.status, 0)
    assert.include(set.stdout, "will run with `resume`: each/three\nperhaps then: sum\n")
    const plan = await here.stepwright("plan", "latest", "--json")
    assert.deepStrictEqual(
      JSON.parse(plan.stdout).map(({ action, path }: Engine.PlanEntry) => `${action} ${path}`),
      ["reuse upper", "reuse outer/inner/words", "reuse each/ONE", "run each/three", "perhaps sum"]
    )
    const before = logged(here).length
    const resumed = await here.stepwright("resume", "latest")
    assert.include(resumed.stdout, '"total": 8')
    assert.deepStrictEqual(logged(here).slice(before), ["measure three", "sum"])

    here.write("mine.txt", "a text as it is\n")
    const text = await here.stepwright("set", "latest", "upper", "mine.txt")
    assert.include(text.stdout, "will run with `resume`: outer/inner/words")
    const wrong = await here.stepwright("set", "latest", "outer/inner/words", "mine.txt")
    assert.strictEqual(wrong.status, 2)
    assert.match(wrong.stderr, /mine\.txt is not JSON/)
    here.write("mine.json", JSON.stringify({ words: [1] }))
    const misfit = await here.stepwright("set", "latest", "outer/inner/words", "mine.json")
    assert.strictEqual(misfit.status, 2)
    assert.match(misfit.stderr, /outer\/inner\/words: the output does not fit: .*\n.*\["words"\]\[0\]/)
    here.write("words.txt", "four\n")
    const other = await here.stepwright("set", "latest", "input", "words.txt")
    assert.include(other.stdout, "will run with `resume`: upper\nperhaps then: ")
    const near = await here.stepwright("set", "latest", "outer/inner/word", "mine.json")
    assert.strictEqual(near.status, 2)
  })
})
