import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { withoutRivals } from "./options.ts"
import type { Command } from "./turns.ts"

const peers = join(import.meta.dirname, "..", "peers")

/** The lock file's versions, installed once; false where that fails, as without a network. */
const install = (): boolean => {
  const lock = join(peers, "package-lock.json")
  const stamp = join(peers, "node_modules", ".installed")
  const wanted = readFileSync(lock, "utf8")
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return true
  console.error("Installing the rivals (once, a minute or two) ...")
  const { error, status, stderr } = spawnSync(
    "npm",
    ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"],
    {
      cwd: peers,
      encoding: "utf8",
      shell: process.platform === "win32",
      stdio: ["ignore", "ignore", "pipe"],
      timeout: 600_000
    }
  )
  if (status === 0) writeFileSync(stamp, wanted)
  else console.error(`The rivals cannot be installed (is there a network?)\n${stderr ?? error?.message}`)
  return status === 0
}

let installed: boolean | undefined

/** A script of `peers`; `undefined` where rivals are left out or cannot be installed. */
export const rival = (script: string, ...args: ReadonlyArray<string>): Command | undefined => {
  installed ??= !withoutRivals && install()
  return installed ? [join(peers, script), ...args] : undefined
}
