import { spawnSync } from "node:child_process"
import type { TestOptions } from "vitest"

declare module "vitest" {
  interface TaskMeta {
    /** The tool for want of which a test is skipped. */
    needs?: string
  }
}

/** What some tests need and not every machine has: arguments with which it ends well where it is as they need it. */
const tools = {
  python3: ["-c", "import sys; sys.exit(sys.version_info < (3, 11))"],
  unshare: ["-Urpf", "--mount-proc", "true"],
  pytest: ["--version"],
  pip3: ["--version"],
  chromium: ["--version"],
  curl: ["--version"],
  bwrap: ["--unshare-pid", "--unshare-net", "--ro-bind", "/", "/", "--proc", "/proc", "true"]
}

export const isThere = (tool: string): boolean =>
  Object.entries(tools).some(([name, args]) => name === tool && spawnSync(name, args).status === 0)

/** Options of a test that needs a tool. Without it the test is skipped, which the report counts and takes for no failure. */
export const needs = (tool: keyof typeof tools): TestOptions => ({ skip: !isThere(tool), meta: { needs: tool } })
