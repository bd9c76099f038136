import { spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { setTimeout } from "node:timers/promises"
import { assert, describe, it } from "@effect/vitest"

/** A program that runs one test, which comes back to nobody. */
const program = (body: string) => `
  import { Effect } from "${import.meta.resolve("effect")}"
  import { TestRunner } from "${import.meta.resolve("@stepwright/core/TestRunner")}"
  import * as PyodideTestRunner from "${new URL("../src/PyodideTestRunner.ts", import.meta.url).href}"
  const content = "import collections, itertools\\ndef test_it():\\n    print('begun')\\n    ${body}\\n"
  const run = Effect.flatMap(TestRunner, (runner) => runner.run([{ path: "test_it.py", content }]))
  await Effect.runPromise(Effect.provide(run, PyodideTestRunner.layer()))`

/** The processes that another one started, by what Linux tells. */
const childrenOf = (pid: number): ReadonlyArray<number> =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number)

/** Whether the tests of a sandbox have begun: it has used as much time as it takes to start. */
const isAtWork = (pid: number): boolean => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")
  return Number(fields[11]) > 500
}

const until = async (isDone: () => boolean): Promise<void> => {
  // oxlint-disable-next-line no-await-in-loop -- looks again and again
  while (!isDone()) await setTimeout(50)
}

describe.skipIf(!existsSync("/proc/self/task"))("a sandbox whose runner is killed", () => {
  it.each([
    ["in a loop of C", "collections.deque(itertools.repeat(0), maxlen=0)"],
    ["in a loop of Python", "while True: pass"]
  ])("ends with it, %s", async (_, body) => {
    const runner = spawn(process.execPath, ["--input-type=module", "-e", program(body)], { stdio: "ignore" })
    const ended = new Promise((resolve) => runner.on("exit", resolve))
    await until(() => childrenOf(runner.pid!).some(isAtWork))
    const sandbox = childrenOf(runner.pid!)[0]!
    runner.kill("SIGKILL")
    await ended
    await until(() => !existsSync(`/proc/${sandbox}`) || readFileSync(`/proc/${sandbox}/stat`, "utf8").includes(") Z "))
    assert.isFalse(existsSync(`/proc/${runner.pid}`))
  })
})
