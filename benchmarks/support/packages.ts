// Stepwright's packages as they are, as they were, and as they are published: each in a folder of its own.
import { spawnSync } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"

/** The packages as they are. */
export const root = join(import.meta.dirname, "..", "..")

/** The last revision before the journal of format 2 and what came with it. */
export const before = "388a38b063a4757f9e6d126146a257202a621343"

const scope = "@stepwright"
const folders = join(import.meta.dirname, "..", ".packages")

const git = (...args: ReadonlyArray<string>): string | undefined => {
  const { status, stdout } = spawnSync("git", args, { cwd: root, encoding: "utf8" })
  return status === 0 ? stdout.trim() : undefined
}

/** Keeps packages that `fill` makes, with the workspace's dependencies but for each other. */
const keep = (name: string, fill: (making: string) => void): string => {
  mkdirSync(folders, { recursive: true })
  const folder = join(folders, name)
  const making = mkdtempSync(`${folder}-`)
  fill(making)
  const own = readdirSync(join(making, "packages"))
  for (const name of own) {
    const from = join(root, "packages", name, "node_modules")
    const to = join(making, "packages", name, "node_modules")
    mkdirSync(join(to, scope), { recursive: true })
    for (const one of own) symlinkSync(join(folder, "packages", one), join(to, scope, one))
    for (const one of readdirSync(from)) if (one !== scope) symlinkSync(join(from, one), join(to, one))
  }
  rmSync(folder, { recursive: true, force: true })
  renameSync(making, folder)
  return folder
}

/** The packages as they were at a revision; `undefined` where there is no history. */
export const revision = (name: string): string | undefined => {
  const commit = git("rev-parse", "--verify", "--quiet", `${name}^{commit}`)
  if (commit === undefined) {
    console.error(`There is no revision ${name} here: nothing is measured beside it.`)
    return undefined
  }
  const folder = join(folders, commit)
  if (existsSync(folder)) return folder
  return keep(commit, (making) => {
    const archive = join(making, "packages.tar")
    git("archive", `--output=${archive}`, commit, ":(glob)packages/*/src/**", ":(glob)packages/*/package.json")
    spawnSync("tar", ["-xf", archive, "-C", making])
    rmSync(archive)
  })
}

/** The packages built anew and laid out as they are published. */
export const published = (): string => {
  const { status, stdout } = spawnSync(process.execPath, [join(root, "scripts", "build.ts")], { encoding: "utf8" })
  if (status !== 0) throw new Error(`the packages cannot be built:\n${stdout}`)
  return keep("published", (making) => {
    for (const name of readdirSync(join(root, "packages"))) {
      const [from, to] = [join(root, "packages", name), join(making, "packages", name)]
      const { publishConfig, ...manifest } = JSON.parse(readFileSync(join(from, "package.json"), "utf8"))
      mkdirSync(to, { recursive: true })
      writeFileSync(join(to, "package.json"), JSON.stringify({ ...manifest, ...publishConfig }))
      for (const folder of ["bin", "dist"]) {
        if (existsSync(join(from, folder))) cpSync(join(from, folder), join(to, folder), { recursive: true })
      }
    }
  })
}

/** The commit that added a file. */
export const firstWith = (file: string): string | undefined =>
  git("log", "--diff-filter=A", "--format=%H", "-1", "--", file)
