import { existsSync, readFileSync } from "node:fs"
import { setTimeout } from "node:timers/promises"
import { describe, expect, it, vi } from "vitest"
import { killAll, run, watch } from "./child.ts"

const node = (program: string, options: { readonly silence?: number; readonly onText?: (text: string) => void } = {}) =>
  run([process.execPath, "-e", program], { cwd: import.meta.dirname, silence: 600_000, ...options })

const isGone = (pid: number) => {
  try {
    process.kill(pid, 0)
    // Whoever inherits a process may take its time to ask how it ended.
    return existsSync("/proc/self") && /\) [XZ]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"))
  } catch {
    return true
  }
}

const end = async (pid: number) => {
  // oxlint-disable-next-line no-await-in-loop -- looks again and again
  while (!isGone(pid)) await setTimeout(10)
}

describe("run", () => {
  it("gives what a command says, and whether it ended well", async () => {
    expect(await node("console.log('out'); console.error('err')")).toStrictEqual({
      ok: true,
      output: expect.stringMatching(/^(out\nerr\n|err\nout\n)$/),
      stopped: false
    })
    expect(await node("process.exit(3)")).toStrictEqual({ ok: false, output: "", stopped: false })
  })

  it("names what cannot be started, and what was ended by another", async () => {
    const none = await run(["there-is-no-such-command"], { cwd: import.meta.dirname, silence: 600_000 })
    expect([none.ok, none.output]).toStrictEqual([false, expect.stringContaining("there-is-no-such-command")])
    expect((await node("process.kill(process.pid, 'SIGTERM')")).output).toMatch(/was ended by SIGTERM\n$/)
  })

  it("stops a command that says nothing", async () => {
    expect(await node("setInterval(() => {}, 1000)", { silence: 50 })).toStrictEqual({
      ok: false,
      output: "",
      stopped: true
    })
  })

  it("does not wait for what an ended command leaves behind, and ends that", async () => {
    const child = `require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"],
      { stdio: "inherit" })`
    const { ok, output } = await node(`const child = ${child}; console.log(child.pid); child.unref()`)
    expect(ok).toBe(true)
    await end(Number(output))
  })
})

describe("killAll", () => {
  it("ends all that a command has started, in groups of their own too", async () => {
    const program = `
      const { spawn } = require("node:child_process")
      for (const detached of [false, true])
        console.log(spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached }).pid)
      console.log("started")`
    let told = ""
    const ended = node(program, {
      onText: (text) => {
        told += text
        if (told.endsWith("started\n")) killAll()
      }
    })
    expect((await ended).ok).toBe(false)
    await Promise.all(
      told
        .split("\n")
        .slice(0, 2)
        .map((pid) => end(Number(pid)))
    )
  })
})

describe("watch", () => {
  it("counts silence from the last word, and ends", () => {
    vi.useFakeTimers()
    const onSilence = vi.fn<() => void>()
    const { end, heard } = watch(1000, onSilence)
    vi.advanceTimersByTime(990)
    heard()
    vi.advanceTimersByTime(990)
    expect(onSilence).not.toHaveBeenCalled()
    vi.advanceTimersByTime(100)
    expect(onSilence).toHaveBeenCalledOnce()
    vi.advanceTimersByTime(10_000)
    expect(onSilence).toHaveBeenCalledOnce()

    const other = watch(1000, onSilence)
    vi.advanceTimersByTime(500)
    other.end()
    end()
    vi.advanceTimersByTime(10_000)
    expect(onSilence).toHaveBeenCalledOnce()
    vi.useRealTimers()
  })
})
