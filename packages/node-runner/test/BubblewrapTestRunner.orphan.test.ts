import { spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { setTimeout } from "node:timers/promises"
import { assert, describe, it } from "@effect/vitest"
import { needs } from "../../../test/support/tool.ts"

/** A program that runs one test, which says in the names of its processes that it has begun, and comes back to nobody. */
const program = (mark: string, body: string) => `
  import { Effect } from "${import.meta.resolve("effect")}"
  import { TestRunner } from "${import.meta.resolve("@stepwright/core/TestRunner")}"
  import * as BubblewrapTestRunner from "${new URL("../src/BubblewrapTestRunner.ts", import.meta.url).href}"
  const content = ${JSON.stringify(`import collections, itertools, subprocess, sys
def test_it():
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)  # MARK"], start_new_session=True)
    BODY
`)}.replace("MARK", ${JSON.stringify(mark)}).replace("BODY", ${JSON.stringify(body)})
  const run = Effect.flatMap(TestRunner, (runner) => runner.run([{ path: "test_it.py", content }]))
  await Effect.runPromise(Effect.provide(run, BubblewrapTestRunner.layer()))`

/** The processes that one started, and those that they did, by what Linux tells. */
const below = (pid: number): ReadonlyArray<number> => {
  const file = `/proc/${pid}/task/${pid}/children`
  const children = existsSync(file) ? readFileSync(file, "utf8").split(" ").filter(Boolean).map(Number) : []
  return children.flatMap((child) => [child, ...below(child)])
}

const isThere = (pid: number) =>
  existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ")

const says = (pid: number, mark: string) =>
  existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, "utf8").endsWith(`# ${mark}\0`)

const until = async (isDone: () => boolean): Promise<void> => {
  // oxlint-disable-next-line no-await-in-loop -- looks again and again
  while (!isDone()) await setTimeout(50)
}

describe("a sandbox whose runner is killed", () => {
  for (const [where, body] of [
    ["in a loop of C", "collections.deque(itertools.repeat(0), maxlen=0)"],
    ["in a loop of Python", "while True: pass"]
  ] as const) {
    it(`ends with it and with all that it started, ${where}`, needs("bwrap"), async () => {
      const mark = `orphan-${process.pid}-${body.length}`
      const runner = spawn(process.execPath, ["--input-type=module", "-e", program(mark, body)], { stdio: "ignore" })
      const ended = new Promise((resolve) => runner.on("exit", resolve))
      await until(() => below(runner.pid!).some((pid) => says(pid, mark)))
      const all = below(runner.pid!)
      runner.kill("SIGKILL")
      await ended
      await until(() => !all.some(isThere))
      assert.isAbove(all.length, 3)
    })
  }
})
