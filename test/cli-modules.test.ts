import { mkdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { place, type Started, until } from "./support/cli.ts"

const inProject = () => {
  const here = place()
  symlinkSync(join(import.meta.dirname, "../node_modules"), here.path("node_modules"))
  return here
}

/** What a process has said on standard error so far. */
const said = ({ process }: Started) => {
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
  for (const [what, text] of [
    ["waits for what never comes", "export const w = await new Promise(() => {})"],
    ["works without an end", "for (;;);"],
    ["imports one that does", 'import "./inner.mjs"']
  ] as const) {
    it(`is named after some seconds, and ended by Ctrl-C, where it ${what}`, async () => {
      const here = inProject()
      here.write("inner.mjs", "for (;;);")
      here.write("slow.mjs", text)
      for (const signal of ["SIGINT", "SIGTERM"] as const) {
        const run = here.start("run", "--workflow", "slow.mjs", "--input", "1", "--json")
        const text = said(run)
        // oxlint-disable-next-line no-await-in-loop -- one process at a time
        await until(() => text() !== "", run)
        assert.match(text(), /^stepwright: slow\.mjs is still being loaded; Ctrl-C ends it\n$/)
        run.process.kill(signal)
        // oxlint-disable-next-line no-await-in-loop -- one process at a time
        const { status } = await run.ended
        assert.isTrue(status === (signal === "SIGINT" ? 130 : 143) || run.process.signalCode === signal, String(status))
      }
    })
  }

  it("is not spoken of where it loads in time", async () => {
    const here = inProject()
    here.write("w.ts", module("0", "await new Promise((resolve) => setTimeout(resolve, 100))"))
    const { status, stderr } = await here.stepwright("run", "--workflow", "w.ts", "--input", '"x"')
    assert.strictEqual(status, 0, stderr)
    assert.notInclude(stderr, "loaded")
  })
})

describe("what a module prints by itself", () => {
  it("goes to standard error with --json, so that standard output is one document", async () => {
    const here = inProject()
    for (const say of [
      'console.log("loud")',
      'process.stdout.write("loud\\n")',
      'console.table(["loud"])',
      '(console.info("loud"), console.debug("loud"))'
    ]) {
      here.write("w.ts", module(say, 'console.log("at import")'))
      // oxlint-disable-next-line no-await-in-loop -- one process at a time
      const { status, stderr, stdout } = await here.stepwright("run", "--workflow", "w.ts", "--input", '"x"', "--json")
      assert.strictEqual(status, 0, stderr)
      assert.strictEqual(JSON.parse(stdout).status, "COMPLETED")
      assert.match(stderr, /at import[^]*loud/)
    }
    // effect's own console, in a step and in a layer
    here.write(
      "w.ts",
      `import { Console, Effect, Layer, Schema } from "effect"
import { Step, Workflow } from "@stepwright/core"
const say = Step.effect("say", {
  input: Schema.String,
  output: Schema.String,
  run: (text) => Effect.as(Console.log("loud step"), text)
})
export const layer = Layer.effectDiscard(Console.log("loud layer"))
export const w = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("say", say, "input"))
`
    )
    for (const args of [
      ["run", "--workflow", "w.ts", "--input", '"x"', "--json"],
      ["step", "say", "--force", "--json"]
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- one process at a time
      const { stderr, stdout } = await here.stepwright(...args)
      assert.isObject(JSON.parse(stdout), args.join(" "))
      assert.match(stderr, /loud layer[^]*loud step/)
    }
    const planned = await here.stepwright("plan", "--json")
    assert.isArray(JSON.parse(planned.stdout))
    assert.match(planned.stderr, /loud layer/)
    here.write("w.ts", module("0", 'console.log("at import")'))
    const file = here.startWith({ stdout: here.path("out.json") }, "resume", "--json")
    assert.strictEqual((await file.ended).status, 0)
    assert.strictEqual(JSON.parse(here.read("out.json")).status, "COMPLETED")
    const plain = await here.stepwright("run", "--workflow", "w.ts", "--input", '"x"')
    assert.match(plain.stdout, /at import\n/)
  })
})

describe("a function of a step that throws", () => {
  it("is told with its path once", async () => {
    const here = inProject()
    const call = ["run", "--workflow", "w.ts", "--input", '"x"']
    here.write("w.ts", module("0").replace('"input")', '() => { throw new Error("none") })'))
    const selector = await here.stepwright(...call)
    assert.strictEqual(selector.status, 1)
    assert.match(selector.stderr, /^failed( at say)?: (say: )?a selector .*none/m)
    here.write("w.ts", module('(() => { throw new Error("say: none") })()'))
    for (const args of [call, ["step", "say"]]) {
      // oxlint-disable-next-line no-await-in-loop -- one process at a time
      const { status, stderr } = await here.stepwright(...args)
      assert.strictEqual(status, 1)
      assert.match(stderr, /^failed at say: none$/m)
    }
  })
})

describe("a CommonJS module", () => {
  const common = (exports: string) => `const { Effect, Schema } = require("effect")
const { Step, Workflow } = require("@stepwright/core")
const of = (name) => Workflow.make(name, { input: Schema.String }).pipe(Workflow.bind("say", ${step.replace("SAY", "0")}, "input"))
module.exports = ${exports}
`
  it("finds effect and Stepwright where it lies outside a project", async () => {
    const here = place()
    here.write("c.cjs", common('{ ["w"]: of("w") }'))
    const { status, stderr } = await here.stepwright("run", "--workflow", "c.cjs", "--input", '"x"')
    assert.strictEqual(status, 0, stderr)
  })

  it("is refused with an effect that does not go with this version, before anything is written", async () => {
    const here = place()
    mkdirSync(here.path("node_modules/effect"), { recursive: true })
    here.write("node_modules/effect/package.json", '{ "name": "effect", "version": "4.0.5" }')
    here.write("w.ts", module("0"))
    const { status, stderr, stdout } = await here.stepwright("run", "--workflow", "w.ts", "--input", '"x"')
    assert.deepStrictEqual([status, stdout], [3, ""])
    assert.match(stderr, /w\.ts finds effect 4\.0\.5, with which this version does not work: install effect@~4\.\d+/)
    assert.isFalse(here.exists(".stepwright"))
  })

  it("exports its workflows as any other", async () => {
    const here = inProject()
    const load = async (exports: string, name = "") => {
      here.write("c.cjs", common(exports))
      const { status, stderr, stdout } = await here.stepwright("run", "--workflow", `c.cjs${name}`, "--input", '"x"')
      return status === 0 ? /^say:\nx/m.test(stdout) : stderr
    }
    assert.isTrue(await load('{ ["w"]: of("w"), other: 3 }'))
    assert.isTrue(await load('of("w")'))
    assert.isTrue(await load('{ ["v"]: of("v"), ["w"]: of("w") }', "#w"))
    assert.match(String(await load('{ ["v"]: of("v"), ["w"]: of("w") }')), /several workflows: .*c\.cjs#v \(v, w\)/)
    assert.match(String(await load("{ ...{ a: 1 }, b: 2 }")), /exports no workflow; it exports a, b/)
    assert.match(String(await load("{ ...{ a: 1 } }", "#b")), /exports no "b"; it exports a/)
    assert.match(String(await load("3")), /exports no workflow; it exports nothing/)
  })
})

describe("code that ends the process, or fails beside its step", () => {
  const call = ["run", "--workflow", "w.ts", "--input", '"x"']

  it("is named with its place, with status 1 and how to go on", async () => {
    const here = inProject()
    for (const status of ["0", "", "3"]) {
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
    for (const command of [call, ["graph", "--workflow", "w.ts"]]) {
      here.write("w.ts", module("0", "process.exit(0)"))
      // oxlint-disable-next-line no-await-in-loop -- one process at a time
      const ended = await here.stepwright(...command, "--json")
      assert.strictEqual(ended.status, 1, ended.stderr)
      assert.match(ended.stderr, /^stepwright: code at w\.ts:3:9 ended the process by process\.exit\(\)/m)
      const { error } = JSON.parse(ended.stdout)
      assert.deepStrictEqual([error.severity, error.code], ["error", "Failed"])
      assert.notInclude(error.fix, "resume")
    }
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
