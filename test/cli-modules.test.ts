import { symlinkSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { place, type Started, until } from "./support/cli.ts"

const inProject = () => {
  const here = place()
  symlinkSync(join(import.meta.dirname, "../node_modules"), here.path("node_modules"))
  return here
}

/** What a process has said on standard error so far. */
const saidBy = ({ process }: Started) => {
  let text = ""
  process.stderr?.on("data", (data) => (text += String(data)))
  return () => text
}

const step = `Step.effect("say", {
  input: Schema.String,
  output: Schema.String,
  run: (text) => Effect.sync(() => (SAY, text))
})`

const module = (say: string, atImport = "") => `import { Effect, Schema } from "effect"
import { Step, Workflow } from "@stepwright/core"
${atImport}
export const w = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("say", ${step.replace("SAY", say)}, "input"))
`

describe("a module that never ends to load", () => {
  for (const [what, signal, text] of [
    ["waits for what never comes", "SIGINT", "export const w = await new Promise(() => {})"],
    ["waits for what never comes", "SIGTERM", "export const w = await new Promise(() => {})"],
    ["works without an end", "SIGINT", "for (;;);"],
    ["imports one that does", "SIGTERM", 'import "./inner.mjs"']
  ] as const) {
    it.concurrent(`is named after some seconds, and ended by ${signal}, where it ${what}`, async () => {
      const here = inProject()
      here.write("inner.mjs", "for (;;);")
      here.write("slow.mjs", text)
      const run = here.start("run", "--workflow", "slow.mjs", "--input", "1", "--json")
      const said = saidBy(run)
      await until(() => said() !== "", run)
      assert.match(said(), /^stepwright: slow\.mjs is still being loaded; Ctrl-C ends it\n$/)
      run.process.kill(signal)
      const { status } = await run.ended
      assert.isTrue(status === (signal === "SIGINT" ? 130 : 143) || run.process.signalCode === signal, String(status))
    })
  }
})

describe("what a module prints by itself", () => {
  it("goes to standard error with --json, so that standard output is one document", async () => {
    const here = inProject()
    // by Node's console, and by effect's in a step and in a layer
    here.write(
      "w.ts",
      `import { Console, Effect, Layer, Schema } from "effect"
import { Step, Workflow } from "@stepwright/core"
console.log("at import")
const print = () => {
  console.log("loud log")
  process.stdout.write("loud write\\n")
  console.table(["loud table"])
  console.info("loud info")
  console.debug("loud debug")
}
const say = Step.effect("say", {
  input: Schema.String,
  output: Schema.String,
  run: (text) => Effect.as(Effect.andThen(Effect.sync(print), Console.log("loud step")), text)
})
export const layer = Layer.effectDiscard(Console.log("loud layer"))
export const w = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("say", say, "input"))
`
    )
    const run = await here.stepwright("run", "--workflow", "w.ts", "--input", '"x"', "--json")
    assert.strictEqual(run.status, 0, run.stderr)
    assert.strictEqual(JSON.parse(run.stdout).status, "COMPLETED")
    const step = await here.stepwright("step", "say", "--force", "--json")
    assert.isObject(JSON.parse(step.stdout))
    const loud =
      /at import[^]*loud layer[^]*loud log[^]*loud write[^]*loud table[^]*loud info[^]*loud debug[^]*loud step/
    for (const { stderr } of [run, step]) assert.match(stderr, loud)
    const planned = await here.stepwright("plan", "--json")
    assert.isArray(JSON.parse(planned.stdout))
    assert.match(planned.stderr, /loud layer/)
    const file = here.startWith({ stdout: here.path("out.json") }, "resume", "--json")
    assert.strictEqual((await file.ended).status, 0)
    assert.strictEqual(JSON.parse(here.read("out.json")).status, "COMPLETED")

    const slow = `console.log("at import")\nawait new Promise((resolve) => setTimeout(resolve, 100))`
    here.write("w.ts", module("0", slow))
    const plain = await here.stepwright("run", "--workflow", "w.ts", "--input", '"x"')
    assert.strictEqual(plain.status, 0, plain.stderr)
    assert.match(plain.stdout, /at import\n/)
    // it loads in time
    assert.notInclude(plain.stderr, "loaded")
  })
})

describe("a CommonJS module", () => {
  it("finds effect and Stepwright where it lies outside a project", async () => {
    const here = place()
    here.write(
      "c.cjs",
      `const { Effect, Schema } = require("effect")
const { Step, Workflow } = require("@stepwright/core")
const w = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("say", ${step.replace("SAY", "0")}, "input"))
module.exports = { ["w"]: w, other: 3 }
`
    )
    const { status, stderr, stdout } = await here.stepwright("run", "--workflow", "c.cjs", "--input", '"x"')
    assert.strictEqual(status, 0, stderr)
    assert.match(stdout, /^say:\nx/m)
  })
})

describe("code that ends the process, or fails beside its step", () => {
  const call = ["run", "--workflow", "w.ts", "--input", '"x"']

  it("is named with its place, with status 1 and how to go on", async () => {
    const here = inProject()
    for (const status of ["", "3"]) {
      here.write("w.ts", module(`process.exit(${status})`))
      // oxlint-disable-next-line no-await-in-loop -- one process at a time
      const ended = await here.stepwright(...call, "--json")
      assert.strictEqual(ended.status, 1, ended.stderr)
      const { error, run } = JSON.parse(ended.stdout)
      assert.match(error.message, /^code at w\.ts:7:\d+ ended the process by process\.exit\(\)/)
      assert.include(error.fix, `stepwright resume ${run}`)
      assert.include(ended.stderr, `stepwright: ${error.message}`)
    }
    const plain = await here.stepwright("resume")
    assert.deepStrictEqual([plain.status, plain.stdout], [1, ""])
    assert.match(plain.stderr, /^stepwright: code at w\.ts:7.*go on with: stepwright resume \S+$/m)
    assert.include((await here.stepwright("status")).stdout, "STOPPED")
    here.write("w.ts", module("0"))
    assert.strictEqual((await here.stepwright("resume")).status, 0)
  })

  it("is named where a module does it as it is loaded", async () => {
    const here = inProject()
    here.write("w.ts", module("0", "process.exit(0)"))
    const ended = await here.stepwright(...call, "--json")
    assert.strictEqual(ended.status, 1, ended.stderr)
    assert.match(ended.stderr, /^stepwright: code at w\.ts:3:9 ended the process by process\.exit\(\)/m)
    const { error } = JSON.parse(ended.stdout)
    assert.deepStrictEqual([error.severity, error.code], ["error", "Failed"])
    assert.notInclude(error.fix, "resume")
    here.write("c.cjs", "\nprocess.exit(0)\n")
    const common = await here.stepwright("graph", "--workflow", "c.cjs")
    assert.deepStrictEqual([common.status, common.stdout], [1, ""])
    assert.match(common.stderr, /^stepwright: code at c\.cjs:2:9 ended the process/m)
  })

  it("is told in a line where a timer throws or a promise is rejected that nobody waits for", async () => {
    const here = inProject()
    for (const late of [
      'setTimeout(() => { throw new Error("too late") })',
      'void Promise.reject(new Error("too late"))',
      'process.nextTick(() => { throw "too late" })'
    ]) {
      const waiting = module("0").replace(
        "Effect.sync(() => (0, text))",
        `Effect.andThen(Effect.sync(() => { ${late} }), Effect.never)`
      )
      here.write("w.ts", waiting)
      // oxlint-disable-next-line no-await-in-loop -- one process at a time
      const { status, stderr, stdout } = await here.stepwright(...call, "--json")
      assert.strictEqual(status, 1, stderr)
      const { error, run } = JSON.parse(stdout)
      assert.match(error.message, /too late/)
      assert.include(error.fix, `stepwright resume ${run}`)
      assert.notMatch(stderr, /^\s+at |Node\.js v/m)
    }
    here.write(
      "w.ts",
      module("0", 'process.on("unhandledRejection", () => {}); void Promise.reject(new Error("mine"))')
    )
    assert.strictEqual((await here.stepwright(...call)).status, 0)
    here.write("w.ts", module("void Promise.reject(new Error())"))
    const debug = await here.stepwright(...call, "--debug")
    assert.match(debug.stderr, /go on with: stepwright resume \S+$/m)
  })
})
