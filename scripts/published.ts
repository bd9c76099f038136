// Packs the packages as they would be published, installs them with npm in an empty folder outside the
// repository, and uses them there: the README's program, the command line, and the types in each supported TypeScript.
// Then calls the command line as it is in a checkout that is linked, installed in a folder and for all.
import { execFile } from "node:child_process"
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { basename, dirname, join } from "node:path"
import { fencesOf } from "./fences.ts"
import { problemsOf } from "./installed.ts"
import { build, pack, packages, run } from "./packed.ts"

const root = dirname(import.meta.dirname)

const readmeProgram = (): string => {
  const fence = fencesOf(root).find(({ marks, origin }) => origin.startsWith("README.md:") && marks.includes("program"))
  if (fence === undefined) throw new Error("README.md has no block marked ```ts program")
  return fence.code
}

/** What is no module, or one for those who have what it is for. */
const unread = new Set(["main.ts", "testing/vitest.ts"])

/** Imports every public module of a package. */
const imports = (name: string): string =>
  globSync(["*.ts", "testing/*.ts"], { cwd: join(root, "packages", name, "src") })
    .filter((file) => !unread.has(file))
    .map((file) => join("@stepwright", name, file.slice(0, -3).replace(/(?:^|\/)index$/u, "")))
    .map((specifier, index) => `export * as module${index} from "${specifier}"\n`)
    .join("")

const manifest = (...path: ReadonlyArray<string>): Manifest =>
  JSON.parse(readFileSync(join(root, ...path, "package.json"), "utf8"))

interface Manifest {
  readonly packageManager?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const { effect, "@types/node": node } = manifest().devDependencies ?? {}
const npmInstall = ["npm", "install", "--prefer-offline", "--no-audit", "--no-fund", `effect@${effect}`] as const

const install = (folder: string, tarballs: ReadonlyArray<string>) => {
  mkdirSync(folder)
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }))
  run(folder, ...npmInstall, `@types/node@${node}`, ...tarballs)
}

const use = (folder: string) => {
  for (const name of packages) writeFileSync(join(folder, `${name}.ts`), imports(name))
  writeFileSync(join(folder, "program.ts"), readmeProgram())
  mkdirSync(join(folder, "python"))
  writeFileSync(
    join(folder, "python", "test_sum.py"),
    "import unittest\n\nclass Sum(unittest.TestCase):\n    def test_sum(self):\n        self.assertEqual(1 + 1, 2)\n"
  )
  for (const name of packages) run(folder, "node", `${name}.ts`)
  run(folder, "node", "program.ts")
  const help = run(folder, "npx", "--no-install", "stepwright", "--help")
  if (!help.includes("stepwright")) throw new Error(`npx stepwright --help printed:\n${help}`)
  run(folder, "npx", "--no-install", "stepwright", "verify", "python")
  const page = join(folder, "node_modules/@stepwright/node-runner/dist/page")
  if (!["index.html", "file/page.js"].every((name) => existsSync(join(page, name)))) {
    throw new Error("node-runner came without the page")
  }
}

/** Begins a project beside what is installed, and runs its tests. */
const begin = (folder: string) => {
  run(folder, "npx", "--no-install", "create-stepwright", "app")
  if (!existsSync(join(folder, "app", ".gitignore"))) throw new Error("create-stepwright wrote no .gitignore")
  run(join(folder, "app"), "node", "--test", "src/*.test.ts")
}

/** What is checked together: nobody needs Node's types for the libraries, nor the DOM's or a provider's for anything. */
const projects = [
  { name: "libraries", files: ["core.ts", "steps.ts", "llm.ts"], types: [] },
  { name: "runner", files: ["cluster.ts", "node-runner.ts", "program.ts"], types: ["node"] }
]

/** The supported versions of TypeScript, by the names of the packages. */
const compilers = Object.keys(manifest().devDependencies ?? {}).filter((name) => name.startsWith("typescript"))

/** Effect's declarations name types of the DOM such as `CryptoKey`, which a program without them sees as unknown. */
const isForeign = (line: string) => /^node_modules\/effect\/.* error TS(?:2304|2694|2749): /.test(line)

/** A folder with the programs and packages of another, without some of those. */
const linkWithout = (consumer: string, missing: ReadonlyArray<string>): string => {
  const folder = `${consumer} for types`
  mkdirSync(join(folder, "node_modules"), { recursive: true })
  for (const file of readdirSync(consumer).filter((name) => /\.(?:ts|json)$/u.test(name))) {
    copyFileSync(join(consumer, file), join(folder, file))
  }
  for (const name of readdirSync(join(consumer, "node_modules"))) {
    const isMissing = missing.some((one) => one.split("/")[0] === name)
    if (!isMissing) symlinkSync(join(consumer, "node_modules", name), join(folder, "node_modules", name))
  }
  return folder
}

const checkTypes = async (consumer: string) => {
  const { dependencies, peerDependencies } = manifest("packages", "llm")
  const sdks = Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => !/^effect$|stepwright/.test(name))
  const folder = linkWithout(consumer, sdks)
  for (const { files, name, types } of projects) {
    const compilerOptions = {
      target: "ES2024",
      lib: ["ES2024"],
      module: "NodeNext",
      types,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      preserveSymlinks: true,
      noEmit: true,
      skipLibCheck: false
    }
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ files, compilerOptions }))
  }
  let problems = ""
  for (const compiler of compilers) {
    // what lies between the oldest and the newest of them sees the larger part
    for (const { name } of compiler === "typescript-6.0" ? projects.slice(-1) : projects) {
      console.log(`${compiler}, ${name}`)
      // oxlint-disable-next-line no-await-in-loop -- one after the other, for the sake of memory
      const { isOk, output } = await compile(folder, join(root, "node_modules", compiler, "bin", "tsc"), name)
      const lines = output.split("\n").filter((line) => line !== "" && !isForeign(line))
      const hasRun = isOk || output.includes(" error TS")
      if (lines.length > 0 || !hasRun) problems += `${compiler}, ${name}:\n${lines.join("\n")}\n`
    }
  }
  if (problems !== "") throw new Error(problems)
}

const compile = (folder: string, tsc: string, project: string) =>
  new Promise<{ readonly isOk: boolean; readonly output: string }>((resolve) => {
    const argv = [tsc, "-p", `${project}.json`, "--pretty", "false"]
    execFile("node", argv, { cwd: folder, maxBuffer: Infinity, timeout: 4 * 60_000 }, (error, stdout, stderr) => {
      resolve({ isOk: error === null, output: `${stdout}${stderr}` })
    })
  })

/** The launchers of all ways to install the command, by the links that npm makes to them. */
const installAll = (folder: string, consumer: string, tarballs: ReadonlyArray<string>) => {
  const prefix = (name: string) => {
    const path = join(folder, name)
    mkdirSync(join(path, "lib"), { recursive: true })
    process.env["npm_config_prefix"] = path
    return join(path, "bin", "stepwright")
  }
  const linked = prefix("linked")
  run(join(root, "packages", "node-runner"), "npm", "link", "--no-audit", "--no-fund")
  const everywhere = prefix("everywhere")
  run(folder, ...npmInstall, "--global", ...tarballs)
  delete process.env["npm_config_prefix"]
  return {
    "in a checkout": linked,
    "in a folder": join(consumer, "node_modules", ".bin", "stepwright"),
    "for all": everywhere
  }
}

const checkInstalled = async (folder: string, consumer: string, tarballs: ReadonlyArray<string>) => {
  const problems = await problemsOf(folder, installAll(folder, consumer, tarballs), consumer)
  if (problems !== "") throw new Error(problems)
}

const folder = mkdtempSync(join(tmpdir(), "stepwright-published-"))
try {
  await build()
  const tarballs = pack(join(folder, "tarballs"))
  for (const tarball of tarballs) {
    run(root, "publint", "run", tarball, "--strict")
    // of the others nobody imports anything
    if (!basename(tarball).startsWith("stepwright-")) continue
    run(root, "attw", tarball, "--profile", "esm-only", "--format", "ascii", "--no-color")
  }
  const consumer = join(folder, "consumer")
  install(consumer, tarballs)
  use(consumer)
  begin(consumer)
  await Promise.all([checkTypes(consumer), checkInstalled(folder, consumer, tarballs)])
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
