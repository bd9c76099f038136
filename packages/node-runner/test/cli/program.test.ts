import { symlinkSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as processes from "../../../../test/support/cli.ts"
import type { Finished } from "../support/folder.ts"
import { placeIn } from "../support/place.ts"

/** Wrong usage: status 2, nothing on standard output, and at most two lines that say what to do. */
const isRefused = ({ status, stderr, stdout }: Finished, message: RegExp) => {
  assert.deepStrictEqual([status, stdout], [2, ""], stderr)
  assert.match(stderr, message)
  assert.isAtMost(stderr.trimEnd().split("\n").length, 2)
}

describe("NodeRunner.main", () => {
  it("makes a program the command line of its workflow, which alone goes on with its runs", async () => {
    const there = processes.place()
    symlinkSync(join(import.meta.dirname, "../../../../node_modules"), there.path("node_modules"))
    there.write(
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
    there.write("quiet.txt", "hello\n")
    const run = await there.node("shout.ts", "run", "quiet.txt")
    assert.strictEqual(run.status, 0, run.stderr)
    assert.match(run.stdout, /1 step run, 0 reused\nshout:\nHELLO!\n/)
    const resumed = await there.node("shout.ts", "resume", "latest")
    assert.include(resumed.stdout, "0 steps run, 1 reused")
    isRefused(await placeIn(there).stepwright("resume", "latest"), /use `node shout\.ts` in place of `stepwright`/)
    const other = await there.node("shout.ts", "run", "quiet.txt", "--workflow", "other.ts")
    isRefused(other, /this program runs its own workflow/)
    const help = await there.node("shout.ts", "--help")
    assert.match(help.stdout, /The workflow shouting: (.|\n)*node shout\.ts run input\.txt/)
    assert.notMatch(help.stdout, /requirement|--workflow|ready|design\//)
  })
})
