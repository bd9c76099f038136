import { spawnSync } from "node:child_process"
import { assert, describe, it } from "@effect/vitest"
import { launcher } from "../../../../../test/support/cli.ts"
import { needs } from "../../../../../test/support/tool.ts"
import { place } from "../../support/place.ts"

const run = ["run", "--workflow", "gated.ts", "--input", '{"text": "a shelf"}']

/** Types each line once something is asked for. */
const typing = `
import json, os, pty, sys
typed = json.loads(sys.argv[1])
def read(fd):
    shown = os.read(fd, 4096)
    if b"): " in shown and typed:
        os.write(fd, typed.pop(0).encode())
    return shown
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[2:], read)))
`

/** Calls the command line on a terminal, on which this is typed; both of its streams in one. */
const onTerminal = (folder: string, typed: ReadonlyArray<string>, ...args: ReadonlyArray<string>) => {
  const { HOME, PATH } = process.env
  const called = ["-c", typing, JSON.stringify(typed), process.execPath, launcher, ...args]
  const { status, stdout } = spawnSync("python3", called, {
    cwd: folder,
    env: { HOME, PATH, TERM: "xterm", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8"
  })
  return { status, shown: stdout.replaceAll("\r\n", "\n") }
}

describe("a gate, from the command line", () => {
  it("suspends a run until it is decided", async () => {
    const here = place(["gated.ts"])
    const suspended = await here.stepwright(...run)
    assert.strictEqual(suspended.status, 4, suspended.stderr)
    assert.match(suspended.stdout, /waits for a decision: approval\n {2}text: a shelf\n {2}stepwright decide/)
    here.write("decision.json", '{"approved": true}')
    const decided = await here.withInput(here.read("decision.json")).stepwright("decide", "approval", "-")
    assert.strictEqual(decided.status, 0, decided.stderr)
    const resumed = await here.stepwright("resume")
    assert.deepStrictEqual([resumed.status, resumed.stdout.endsWith("build:\nbuilt\n")], [0, true], resumed.stderr)
  })

  it("asks on a terminal, and the run goes on", needs("python3"), () => {
    const here = place(["gated.ts"])
    const { shown, status } = onTerminal(here.path(""), ["perhaps\n", "yes\n"], ...run)
    assert.strictEqual(status, 0, shown)
    assert.include(shown, "approval waits for a decision:\n  text: a shelf\n")
    assert.include(shown, 'neither yes nor no: "perhaps"')
    assert.match(shown, /COMPLETED in .*: 1 step run/)
    assert.include(shown, "build:\nbuilt\n")
  })

  it(
    "leaves the run suspended on a terminal where the line is empty, the input ends, or Ctrl-C is pressed",
    needs("python3"),
    async () => {
      for (const [typed, expected] of [
        ["\n", 4],
        ["\u0004", 4],
        ["\u0003", 130]
      ] as const) {
        const here = place(["gated.ts"])
        const { shown, status } = onTerminal(here.path(""), [typed], ...run)
        assert.strictEqual(status, expected, shown)
        // oxlint-disable-next-line no-await-in-loop -- one after another
        const left = await here.stepwright("status")
        assert.include(left.stdout, "SUSPENDED")
        assert.match(left.stdout, /\? approval {2}waits for a decision/)
      }
    }
  )
})
