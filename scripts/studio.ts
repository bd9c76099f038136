// The page, on the run of the demo: built, and opened in the browser. Flags go to `stepwright studio`.
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { dirname, join } from "node:path"

const root = dirname(import.meta.dirname)

const run = (command: string, ...args: ReadonlyArray<string>): void => {
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
}
const node = (file: string, ...args: ReadonlyArray<string>) => run(process.execPath, join(root, file), ...args)

run("npm", "run", "build", "--silent", "--prefix", "packages/studio")
if (!existsSync(join(root, ".stepwright", "runs"))) node("scripts/demo.ts")
node("packages/node-runner/bin/stepwright.mjs", "studio", "latest", ...process.argv.slice(2))
