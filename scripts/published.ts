// Packs the four packages as they would be published, installs them with npm in an empty folder outside the
// repository, and uses them there: types under strict settings, the README's program, the command line.
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fencesOf } from "./fences.ts"

const root = dirname(import.meta.dirname)
const packages = ["core", "llm", "steps", "node-runner"]

/** Each command that fails ends the check, with what it printed. */
const run = (cwd: string, command: string, ...args: ReadonlyArray<string>): string => {
  const result = spawnSync(command, args, { cwd, encoding: "utf8", timeout: 4 * 60_000 })
  const output = `${result.stdout}${result.stderr}${result.error?.message ?? ""}`
  if (result.status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${output}`)
  return output
}

const build = () => {
  for (const name of packages) {
    rmSync(join(root, "packages", name, "dist"), { recursive: true, force: true })
    rmSync(join(root, "packages", name, "tsconfig.tsbuildinfo"), { force: true })
  }
  run(root, "tsc", "-b", ...packages.map((name) => join("packages", name)))
}

const pack = (destination: string): ReadonlyArray<string> => {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  mkdirSync(destination)
  run(
    root,
    "npx",
    "--yes",
    packageManager,
    "--recursive",
    "--filter=./packages/*",
    "pack",
    "--pack-destination",
    destination
  )
  return readdirSync(destination).map((name) => join(destination, name))
}

const readmeProgram = (): string => {
  const fence = fencesOf(root).find(({ marks, origin }) => origin.startsWith("README.md:") && marks.includes("program"))
  if (fence === undefined) throw new Error("README.md has no block marked ```ts program")
  return fence.code
}

/** Imports every public module; `main` is a program, not a module. */
const imports = (): string =>
  packages
    .flatMap((name) =>
      readdirSync(join(root, "packages", name, "src"))
        .filter((file) => file.endsWith(".ts") && file !== "main.ts")
        .map((file) => `@stepwright/${name}${file === "index.ts" ? "" : `/${file.slice(0, -3)}`}`)
    )
    .map((specifier, index) => `export * as module${index} from "${specifier}"\n`)
    .join("")

const use = (folder: string, tarballs: ReadonlyArray<string>) => {
  const files = {
    "package.json": JSON.stringify({ private: true, type: "module" }),
    "tsconfig.json": JSON.stringify({
      files: ["program.ts", "all.ts"],
      compilerOptions: {
        target: "ES2024",
        lib: ["ES2024", "DOM", "DOM.AsyncIterable"],
        module: "NodeNext",
        types: ["node"],
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        noEmit: true
      }
    }),
    "program.ts": readmeProgram(),
    "all.ts": imports(),
    "python/test_sum.py":
      "import unittest\n\nclass Sum(unittest.TestCase):\n    def test_sum(self):\n        self.assertEqual(1 + 1, 2)\n"
  }
  mkdirSync(join(folder, "python"), { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  run(folder, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", "@types/node@24", ...tarballs)
  run(folder, join(root, "node_modules", ".bin", "tsc"), "-p", ".")
  run(folder, "node", "all.ts")
  run(folder, "node", "program.ts")
  const help = run(folder, "npx", "--no-install", "stepwright", "--help")
  if (!help.includes("stepwright")) throw new Error(`npx stepwright --help printed:\n${help}`)
  run(folder, "npx", "--no-install", "stepwright", "verify", "python")
}

const folder = mkdtempSync(join(tmpdir(), "stepwright-published-"))
try {
  build()
  const tarballs = pack(join(folder, "tarballs"))
  for (const tarball of tarballs) {
    run(root, "publint", "run", tarball, "--strict")
    run(root, "attw", tarball, "--profile", "esm-only", "--format", "ascii", "--no-color")
  }
  use(join(folder, "consumer"), tarballs)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
