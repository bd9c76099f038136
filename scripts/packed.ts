// The packages as they would be published: built, and packed into tarballs.
import { spawnSync } from "node:child_process"
import { cpSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { bundle } from "./bundle.ts"

const root = dirname(import.meta.dirname)
export const packages = ["core", "llm", "steps", "cluster", "node-runner"]

/** Each command is named as it begins; one that fails ends the check, with what it printed. */
export const run = (cwd: string, command: string, ...args: ReadonlyArray<string>): string => {
  console.log([command, ...args].join(" "))
  const result = spawnSync(command, args, { cwd, encoding: "utf8" })
  const output = `${result.stdout}${result.stderr}${result.error?.message ?? ""}`
  if (result.status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${output}`)
  return output
}

/** Builds what has changed since it was built last, and leaves nothing there whose source has gone. */
export const compile = () => {
  for (const name of packages) {
    const folder = join(root, "packages", name)
    const built = join(folder, "dist")
    const sources = new Set(globSync("**/*.ts", { cwd: join(folder, "src") }).map((file) => file.slice(0, -3)))
    for (const file of globSync("**/*.{js,d.ts}{,.map}", { cwd: built })) {
      if (!sources.has(file.replace(/\.(?:js|d\.ts)(?:\.map)?$/u, ""))) rmSync(join(built, file))
    }
    if ([...sources].every((source) => existsSync(join(built, `${source}.js`)))) continue
    rmSync(built, { recursive: true, force: true })
    for (const file of globSync("*.tsbuildinfo", { cwd: folder })) rmSync(join(folder, file))
  }
  const matchers = join("packages", "core", "tsconfig.vitest.json")
  run(root, "tsc", "-b", ...packages.map((name) => join("packages", name)), matchers)
}

/** The same, and the command line as one script, with the page beside it. */
export const build = async () => {
  compile()
  await bundle()
  // it is a part of node-runner, which serves it and writes runs with it
  const page = join(root, "packages", "studio")
  run(root, "npm", "run", "build", "--silent", "--prefix", page)
  const shipped = join(root, "packages", "node-runner", "dist", "page")
  rmSync(shipped, { recursive: true, force: true })
  cpSync(join(page, "dist", "page"), shipped, { recursive: true })
}

/** The tarballs of all packages. */
export const pack = (destination: string): ReadonlyArray<string> => {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  mkdirSync(destination)
  run(
    root,
    "npx",
    "--yes",
    packageManager,
    "--recursive",
    "--filter=./packages/*",
    // it is a part of node-runner, not a package of its own
    "--filter=!./packages/studio",
    "pack",
    "--pack-destination",
    destination
  )
  return readdirSync(destination).map((name) => join(destination, name))
}
