import { rmSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { launcher, place } from "./support/cli.ts"
import { terminal } from "./support/terminal.ts"

const module = `import { existsSync } from "node:fs"
import { Effect, Schema } from "effect"
import { Step, Workflow } from "@stepwright/core"

const slow = Step.effect("slow", {
  input: Schema.String,
  output: Schema.String,
  run: (name) => Effect.as(Effect.repeat(Effect.delay(Effect.sync(() => existsSync("wait-" + name)), 20), { while: (waits) => waits }), name)
})
const items = Array.from({ length: 30 }, (_, i) => "item" + i)
export const work = Workflow.make("work", { input: Schema.String }).pipe(
  Workflow.all((scope) => [
    scope.pipe(Workflow.gate("approval", { question: Schema.String, input: "input", decision: Schema.Boolean })),
    scope.pipe(Workflow.forEach("each", slow, { items: () => items, key: (item) => item, input: "item", concurrency: 1 }))
  ])
)
`

describe("status --watch in a terminal", () => {
  it("draws the run in its place, with what waits, and leaves what status says", async () => {
    const here = place()
    symlinkSync(join(import.meta.dirname, "../node_modules"), here.path("node_modules"))
    here.write("work.ts", module)
    here.write("wait-item20", "")
    here.write("wait-item25", "")
    const run = here.start("run", "--workflow", "work.ts", "--input", '"x"', "--no-input")
    let said = ""
    run.process.stderr!.on("data", (chunk) => (said += String(chunk)))
    // oxlint-disable-next-line no-await-in-loop -- looks again and again
    while (!said.includes("each/item20: started")) await new Promise(setImmediate)

    const { hasCursor, press, screen, sees, shows, type } = terminal(here.path("."), [`HOME=${here.path(".")}`], 16)
    const watch = `${process.execPath} ${launcher} status --watch`
    type(`${watch}; echo ended with $?`)
    await press("Enter")
    await shows(/^work \S+ {2}20 steps done, 1 gate waits\n[^]*item20 +\d/m)
    assert.isFalse(hasCursor())
    assert.isAtMost(screen().split("\n").length, 16, "it is drawn in its place")
    rmSync(here.path("wait-item20"))
    await shows(/item25 +\d/)
    await press("C-c")
    await sees(/ended with 130/)
    assert.isTrue(hasCursor())

    type(`clear; tmux clear-history; ${watch}; echo ended again with $?`)
    await press("Enter")
    await shows(/item25 +\d/)
    rmSync(here.path("wait-item25"))
    assert.strictEqual((await run.ended).status, 4)
    await shows(
      /SUSPENDED\n\? approval +waits for a decision\n[^]*item29[^]*decide \S+ approval VALUE[^]*ended again with 0/
    )
    assert.isTrue(hasCursor())
    // nothing of what was drawn is left above it
    assert.strictEqual(screen().split("item29").length, 2)
  })
})
