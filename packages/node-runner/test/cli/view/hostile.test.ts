import { readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { place } from "../../support/place.ts"

const clear = "\u001b[2J\u009b31m\u0007"

/** What a terminal obeys, but for the ends of lines and what the command line itself asks of it. */
// oxlint-disable-next-line no-control-regex -- it looks for them
const steering = /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u007f-\u009f]|\u001b\[[^?]/

describe("a state that would steer a terminal", () => {
  it("is shown in words by every command on a terminal", async () => {
    const here = place(["gated.ts"])
    await here.stepwright("run", "--workflow", "gated.ts", "--input", '{"text": "a shelf"}')
    const state = JSON.parse((await here.stepwright("export")).stdout)
    const failure = { tag: `Odd${clear}`, message: `no${clear}`, at: state.updatedAt }
    state.status = "FAILED"
    state.error = { path: "build", tag: failure.tag, message: failure.message }
    state.records.build = { ...state.records.approval, step: "build", attempts: 1, error: failure }
    delete state.records.build.asked
    state.records.approval.result = {
      fingerprint: { value: `f${clear}`, parts: { [`part${clear}`]: clear } },
      output: { text: clear },
      by: "model",
      model: `model${clear}`,
      at: state.updatedAt
    }
    here.write("state.json", JSON.stringify(state))
    const imported = await here.stepwright("import", "state.json", "--workflow", "gated.ts", "--run", "odd")
    assert.strictEqual(imported.status, 0, imported.stderr)
    const terminal = here.withEnv({ TERM: "xterm", NO_COLOR: "1" }).withTerminal()
    const show = async (...args: ReadonlyArray<string>) => {
      const { stderr, stdout } = await terminal.stepwright(...args)
      return stdout + stderr
    }
    const shown = [
      await show("status", "odd"),
      await show("show", "odd", "approval"),
      await show("show", "odd", "build"),
      await show("show", "odd", "--events"),
      await show("list"),
      await show("plan", "odd"),
      await show("export", "odd"),
      await show("status", `no${clear}`),
      await show("import", `no${clear}.json`)
    ]
    for (const text of shown) assert.notMatch(text, steering)
    assert.include(shown.join(""), String.raw`no\x1b[2J\x9b31m\x07`)
    assert.include(shown.join(""), String.raw`model\u001b[2J\x9b31m\u0007`)
  })
})

const turning = /(?!\n)[\p{Control}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u

describe("what would steer a terminal, in a pipe that may lead to one", () => {
  it("is shown in words in a report of tests", async () => {
    const here = place([], { PATH: process.env["PATH"]! })
    const message = String.raw`\x1b[31mred\x00\u202e\x9b31m\x07`
    here.write(
      "test_a.py",
      `import unittest\nclass T(unittest.TestCase):\n    def test_x(self):\n        self.fail("${message}")\n`
    )
    const { stdout } = await here.stepwright("verify", ".")
    assert.notMatch(stdout, turning)
    assert.include(stdout, `AssertionError: ${message}`)
  })

  it("is shown in words in errors, of a step and of the command line", async () => {
    const here = place(["steering.ts"])
    const failed = await here.stepwright("run", "--workflow", "steering.ts", "--input", '"x"')
    assert.strictEqual(failed.status, 1)
    assert.include(failed.stderr, String.raw`no\x1b[2J\x9b31m\x07`)
    const others = [
      await here.stepwright("status"),
      await here.stepwright("plan"),
      await here.stepwright("show", "latest", "--events"),
      await here.stepwright("show", "latest", "fail", "--events"),
      await here.stepwright("show", "latest", "--at", "4"),
      await here.stepwright("run", `no${clear}\u202e.md`),
      await here.stepwright("status", `no${clear}`)
    ]
    for (const { stderr, stdout } of [failed, ...others]) assert.notMatch(stdout + stderr, turning)
  })
})

describe("files with prompts and replies", () => {
  it("are for nobody else to read, nor are the folders that are made for them", async () => {
    const here = place(["gated.ts"])
    await here.stepwright("run", "--workflow", "gated.ts", "--input", '{"text": "a shelf"}')
    await here.stepwright("decide", "approval", '{"approved": true}')
    await here.stepwright("resume")
    const found = readdirSync(here.path(".stepwright"), { recursive: true, withFileTypes: true })
    assert.isAbove(found.length, 3)
    // who claims a run is no secret
    for (const entry of found.filter(({ name }) => !name.startsWith("claim."))) {
      const { mode } = statSync(join(entry.parentPath, entry.name))
      assert.strictEqual((mode & 0o777).toString(8), entry.isDirectory() ? "700" : "600", entry.name)
    }
    assert.strictEqual(statSync(here.path(".stepwright")).mode & 0o777, 0o700)
  })
})
