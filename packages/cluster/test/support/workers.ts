import { type ChildProcess, spawn } from "node:child_process"
import { join } from "node:path"

export interface WorkerProcess {
  readonly pid: number
  readonly said: () => string
  readonly kill: (signal: NodeJS.Signals) => void
  /** How it ended, once it has. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
}

const program = join(import.meta.dirname, "program.ts")
const open = new Set<ChildProcess>()

/** Starts a worker; what it says is kept. */
export const start = (environment: Readonly<Record<string, string>>, file = program): WorkerProcess => {
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"]
  })
  open.add(child)
  let said = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text
    })
  }
  return {
    pid: child.pid!,
    said: () => said,
    kill: (signal) => void child.kill(signal),
    ended: new Promise((resolve) =>
      child.on("exit", (code, signal) => {
        open.delete(child)
        resolve({ code, signal })
      })
    )
  }
}

/** Ends all that were started. */
export const endAll = () => {
  for (const child of open) child.kill("SIGKILL")
}
