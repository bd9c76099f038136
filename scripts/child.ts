// Runs a command for as long as it talks, and leaves nothing of it running.
import { spawn, spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"

export interface Options {
  readonly cwd: string
  /** How long the command may say nothing before it is stopped. **Units** milliseconds */
  readonly silence: number
  /** Takes what the command says, in place of `output`. */
  readonly onText?: (text: string) => void
}

export interface Ended {
  readonly ok: boolean
  /** What it said on both streams. */
  readonly output: string
  /** Whether it was stopped for its silence. */
  readonly stopped: boolean
}

const running = new Set<number>()

export const run = ([command = "", ...args]: ReadonlyArray<string>, options: Options): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd: options.cwd, detached: true, stdio: ["ignore", "pipe", "pipe"] })
    const { pid } = child
    let output = ""
    let stopped = false
    const silence = watch(options.silence, () => {
      stopped = true
      if (pid !== undefined) kill(pid)
    })
    if (pid !== undefined) running.add(pid)
    const streams = [child.stdout, child.stderr]
    for (const stream of streams) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        silence.heard()
        if (options.onText === undefined) output += text
        else options.onText(text)
      })
    }
    const end = (ok: boolean, problem: string) => {
      silence.end()
      if (pid !== undefined) running.delete(pid)
      resolve({ ok, output: output + problem, stopped })
    }
    child.on("error", (error) => end(false, `${command}: ${error.message}\n`))
    child.on("exit", (_, signal) => {
      // What it leaves behind may hold its output open for ever.
      if (pid !== undefined) signalGroup(pid, "SIGKILL")
      if (signal !== null) for (const stream of streams) stream.destroy()
    })
    child.on("close", (status, signal) => {
      end(status === 0, signal === null || stopped ? "" : `${[command, ...args].join(" ")} was ended by ${signal}\n`)
    })
  })

/** Kills every command that runs, with all that it has started. */
export const killAll = () => {
  for (const pid of running) kill(pid)
}

/**
 * Calls `onSilence` once nothing was heard for so long. It counts steps, and what has arrived is read between two of
 * them: where the machine stood still, the command was not silent.
 */
export const watch = (millis: number, onSilence: () => void) => {
  const steps = 20
  let silent = 0
  const timer = setInterval(() => {
    if (silent++ < steps) return
    clearInterval(timer)
    onSilence()
  }, millis / steps)
  return {
    heard: () => {
      silent = 0
    },
    end: () => clearInterval(timer)
  }
}

/** The process leads a group, in which most of what it starts is; the rest is found by who started it. */
const kill = (leader: number) => {
  signalGroup(leader, "SIGSTOP")
  const started = descendants(leader)
  signalGroup(leader, "SIGKILL")
  for (const pid of started) signal(pid, "SIGKILL")
}

const signalGroup = (leader: number, name: NodeJS.Signals) => signal(-leader, name)

const signal = (pid: number, name: NodeJS.Signals) => {
  try {
    process.kill(pid, name)
  } catch {
    // It is gone.
  }
}

const descendants = (of: number): ReadonlyArray<number> => {
  const all = processes()
  const found = [of]
  for (const parent of found) found.push(...all.filter((one) => one.parent === parent).map(({ pid }) => pid))
  return found.slice(1)
}

const processes = (): ReadonlyArray<{ readonly pid: number; readonly parent: number }> => {
  if (!existsSync("/proc/self/stat")) {
    const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
    return (stdout ?? "").split("\n").map((line) => {
      const [pid, parent] = line.trim().split(/\s+/)
      return { pid: Number(pid), parent: Number(parent) }
    })
  }
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // pid (name) state parent ...
        const [, parent] = readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? []
        return [{ pid: Number(name), parent: Number(parent) }]
      } catch {
        return []
      }
    })
}
