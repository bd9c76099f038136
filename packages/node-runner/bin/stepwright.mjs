#!/usr/bin/env node
// The launcher: plain JavaScript that runs on old versions of Node too, and starts a newer one where it is installed.
import { spawn } from "node:child_process"
import { existsSync, readFileSync, readlinkSync } from "node:fs"
import module, { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const isRecent = (version) => {
  const [major, minor] = version.split(".").map(Number)
  return major > 22 || (major === 22 && minor >= 19)
}

/** The binary of the npm package `node`, as seen from a file. */
const nodeSeenFrom = (file) => {
  try {
    const manifest = createRequire(file).resolve("node/package.json")
    const binary = join(dirname(manifest), "bin", process.platform === "win32" ? "node.exe" : "node")
    const { version } = JSON.parse(readFileSync(manifest, "utf8"))
    return isRecent(version) && existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}

const start = async () => {
  const launcher = process.env.STEPWRIGHT_LAUNCHER
  delete process.env.STEPWRIGHT_LAUNCHER
  if (launcher !== undefined) {
    // Whoever kills the launcher outright kills this process as well, even if it has only begun.
    const end = () => process.kill(process.pid, "SIGKILL")
    process.once("disconnect", end)
    process.channel?.unref()
    if (launcher !== String(process.ppid) || !process.connected) end()
  }
  module.enableCompileCache?.()
  const source = new URL("../src/cli/start/start.ts", import.meta.url)
  const built = new URL("../dist/cli/start/start.js", import.meta.url)
  const { start: startCommand } = await import(existsSync(source) ? source.href : built.href)
  await startCommand(process.argv.slice(2))
}

const read = (file) => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

/** Whether this process was started to outlast its terminal, as `cli/base/interrupt` has it: Node forgets that it was. */
const isHangupIgnored = () => {
  const isNull = existsSync("/proc/self/fd/0") && readlinkSync("/proc/self/fd/0") === "/dev/null"
  const flags = Number.parseInt(/^flags:\s*(\d+)/m.exec(read("/proc/self/fdinfo/0"))?.[1] ?? "0", 8)
  const ignored = /^SigIgn:\s*([\da-f]+)/m.exec(read(`/proc/${process.ppid}/status`))?.[1] ?? "0"
  return (
    process.env._?.endsWith("/nohup") === true ||
    (isNull && (flags & 3) === 1) ||
    (Number.parseInt(ignored.slice(-2), 16) & 1) === 1
  )
}

const handOver = (node) => {
  const isWindows = process.platform === "win32"
  const child = spawn(node, [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, STEPWRIGHT_LAUNCHER: String(process.pid) },
    // A process group of its own: a terminal's Ctrl-C reaches this process only, which passes it on once.
    detached: !isWindows
  })
  // On Windows the console tells the child by itself, and `kill` would end it at once.
  const ignored = isHangupIgnored() ? "SIGHUP" : undefined
  const passOn = isWindows ? () => {} : (signal) => signal !== ignored && child.kill(signal)
  const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2", "SIGWINCH", "SIGCONT"]
  for (const signal of signals) process.on(signal, passOn)
  process.on("SIGTSTP", () => {
    child.kill("SIGSTOP")
    process.kill(process.pid, "SIGSTOP")
  })
  child.on("error", (error) => {
    console.error(`stepwright could not start ${node}: ${error.message}`)
    process.exit(3)
  })
  child.on("exit", (code, signal) => {
    for (const name of signals) process.off(name, passOn)
    if (signal === null) process.exit(code)
    process.kill(process.pid, signal)
  })
}

if (isRecent(process.versions.node)) {
  await start()
} else {
  const node = nodeSeenFrom(import.meta.url) ?? nodeSeenFrom(join(process.cwd(), "any.js"))
  if (node === undefined) {
    console.error(
      `stepwright needs Node.js 22.19 or newer, this is ${process.version}: install a newer one, or run "npm install node@24" in this folder.`
    )
    process.exit(3)
  }
  handOver(node)
}
