import { mkdirSync, renameSync } from "node:fs"
import { setTimeout } from "node:timers/promises"
import { assert, describe, it } from "@effect/vitest"
import { place, type Started } from "./support/cli.ts"

const module = `import { readFileSync } from "node:fs"
import { Effect, Schema } from "effect"
import { PromptTemplate, Step, Workflow } from "@stepwright/core"
import { tone } from "./lib/tone.ts"

const prompt = readFileSync(new URL("outline.md", import.meta.url), "utf8")
const outline = Step.make("outline", {
  input: Schema.String,
  output: Schema.String,
  prompt: PromptTemplate.make(prompt),
  variables: (topic) => ({ topic })
})
const sign = Step.effect("sign", {
  input: Schema.String,
  output: Schema.String,
  version: tone,
  run: (text) => Effect.succeed(text + tone)
})
export const article = Workflow.make("article", { input: Schema.String }).pipe(
  Workflow.bind("sign", sign, "input"),
  Workflow.bind("outline", outline, "sign")
)
`

interface Line {
  readonly event: "plan" | "error"
  readonly because: ReadonlyArray<string>
  readonly plan?: ReadonlyArray<object>
  readonly error?: { readonly message: string }
}

/** Comes back with the next line of JSON that a watch prints. */
const lines = ({ ended, process }: Started) => {
  let text = ""
  let isOver = false
  process.stdout?.on("data", (data) => (text += String(data)))
  void ended.then(() => (isOver = true))
  return async (): Promise<Line> => {
    for (;;) {
      const end = text.indexOf("\n")
      if (end !== -1) {
        const line = text.slice(0, end)
        text = text.slice(end + 1)
        return JSON.parse(line)
      }
      if (isOver) throw new Error("the watch ended")
      // oxlint-disable-next-line no-await-in-loop -- looks again and again
      await setTimeout(20)
    }
  }
}

describe("a watch without a terminal", () => {
  it("prints a plan at each change of whatever it hangs on, and an error at each that is broken", async () => {
    const here = place()
    for (const name of ["lib", "home"]) mkdirSync(here.path(name))
    here.write("lib/tone.ts", "process.exit()\nexport const tone: number = 1\n")
    here.write("outline.md", "Outline {{topic}}.")
    here.write("article.ts", module)
    here.write("doc.md", "Rain.")
    here.write("stepwright.yaml", "concurrency: 3\n")
    const started = here
      .withEnv({ HOME: here.path("home") })
      .start("watch", "doc.md", "--workflow", "article.ts", "--model", "m")
    const next = lines(started)
    const expectPlan = async (...because: ReadonlyArray<string>) => {
      const line = await next()
      assert.deepInclude(line, { event: "plan", because }, JSON.stringify(line))
    }
    const expectError = async (message: RegExp, ...because: ReadonlyArray<string>) => {
      const line = await next()
      assert.deepInclude(line, { event: "error", because }, JSON.stringify(line))
      assert.match(line.error?.message ?? "", message)
    }
    await expectError(/^the process that loads the workflow ended .*\(status 1\)$/)
    here.write("lib/tone.ts", "export const tone: number = 1\n")
    await expectPlan("lib/tone.ts")
    here.write("doc.md", "Snow.")
    await expectPlan("doc.md")
    // as editors save
    here.write(".outline.md.tmp", "Outline {{topic}} well.")
    renameSync(here.path(".outline.md.tmp"), here.path("outline.md"))
    await expectPlan("outline.md")
    here.write("lib/tone.ts", "export const tone: number = ")
    await expectError(/^article\.ts cannot be loaded: lib\/tone\.ts:1:\d+: Expression expected/, "lib/tone.ts")
    here.write("lib/tone.ts", "export const tone: number = 2\n")
    await expectPlan("lib/tone.ts")
    here.write("stepwright.yaml", "concurrency: many\n")
    await expectError(/^stepwright\.yaml:1:14: concurrency/, "stepwright.yaml")
    here.write("stepwright.yaml", "concurrency: 4\n")
    await expectPlan("stepwright.yaml")
    started.process.kill("SIGTERM")
    const { stderr } = await started.ended
    assert.match(stderr, /code at lib\/tone\.ts:1:9 ended the process by process\.exit\(\)/)
    assert.notMatch(stderr, /interrupted/)
    assert.isFalse(here.exists(".stepwright/runs"))
  })
  it("ends once nobody reads it", async () => {
    const here = place()
    here.write("doc.md", "Rain.")
    here.write("article.ts", module.replace("./lib/tone.ts", "./tone.ts"))
    here.write("tone.ts", "export const tone: number = 1\n")
    here.write("outline.md", "Outline {{topic}}.")
    const started = here.start("watch", "doc.md", "--workflow", "article.ts", "--model", "m", "--json")
    started.process.stdout?.destroy()
    const { status } = await started.ended
    assert.strictEqual(status, 1)
  })
})
