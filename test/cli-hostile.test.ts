import { spawnSync } from "node:child_process"
import { assert, describe, it } from "@effect/vitest"
import { launcher, place } from "./support/cli.ts"
import { needs } from "./support/tool.ts"

const onTerminal = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"

const clear = "\u001b[2J\u009b31m\u0007"

/** What a terminal obeys, but for the ends of lines and what the command line itself asks of it. */
// oxlint-disable-next-line no-control-regex -- it looks for them
const steering = /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u007f-\u009f]|\u001b\[[^?]/

describe("a state that would steer a terminal", () => {
  it("is shown in words by every command", needs("python3"), async () => {
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
    const { HOME, PATH } = process.env
    const show = (...args: ReadonlyArray<string>) =>
      spawnSync("python3", ["-c", onTerminal, process.execPath, launcher, ...args], {
        cwd: here.path(""),
        env: { HOME, PATH, TERM: "xterm", NO_COLOR: "1" },
        stdio: ["ignore", "pipe", "inherit"],
        encoding: "utf8"
      }).stdout
    const shown = [
      show("status", "odd"),
      show("show", "odd", "approval"),
      show("show", "odd", "build"),
      show("show", "odd", "--events"),
      show("list"),
      show("plan", "odd"),
      show("export", "odd"),
      show("status", `no${clear}`),
      show("import", `no${clear}.json`)
    ]
    for (const text of shown) assert.notMatch(text, steering)
    assert.include(shown.join(""), String.raw`no\x1b[2J\x9b31m\x07`)
    assert.include(shown.join(""), String.raw`model\u001b[2J\x9b31m\u0007`)
  })
})
