import { spawn, spawnSync } from "node:child_process"
import { existsSync, readdirSync, readlinkSync } from "node:fs"
import { delimiter, join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { assert, describe, it } from "@effect/vitest"
import { launcher, place } from "./support/cli.ts"

const run = ["run", "--workflow", "together.ts", "--input", '{"text": "a shelf"}']

/** A Node that is too old to run the command itself, so that it starts another one. */
const oldNode = (process.env["PATH"] ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "node"))
  .filter((node) => existsSync(node))
  .find((node) => {
    const [major = 0, minor = 0] = spawnSync(node, ["-p", "process.versions.node"], { encoding: "utf8" })
      .stdout.split(".")
      .map(Number)
    return major < 22 || (major === 22 && minor < 19)
  })

/** The processes that work in a folder. */
const processesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/u.test(pid) && readlinkSync(`/proc/${pid}/cwd`) === folder
    } catch {
      return false
    }
  })

describe.skipIf(oldNode === undefined || !existsSync("/proc/self/cwd"))("a launcher that is killed", () => {
  // before it has started the other, while that boots, and while it is at a step that never ends
  it.each(Array.from({ length: 12 }, (_, i) => i * 75))(
    "takes the process that it started with it, after %i ms",
    async (delay) => {
      const here = place(["together.ts"])
      const { HOME, PATH } = process.env
      const options = { cwd: here.path(""), env: { HOME, PATH }, stdio: "ignore" } as const
      const started = spawn(oldNode!, [launcher, ...run], options)
      const ended = new Promise((resolve) => started.on("exit", resolve))
      await setTimeout(delay)
      started.kill("SIGKILL")
      await ended
      const folder = here.path("").replace(/\/$/u, "")
      // oxlint-disable-next-line no-await-in-loop -- looks again and again
      while (processesIn(folder).length > 0) await setTimeout(20)
      assert.strictEqual(started.signalCode, "SIGKILL")
    }
  )
})
