import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { run } from "../../scripts/child.ts"
import type { Mutant } from "./mutant.ts"

const root = join(import.meta.dirname, "..", "..")

/** How long a child may say nothing. **Units** milliseconds */
const silence = 240_000
/** A test that waits for what a mutant never does ends by itself. **Units** milliseconds */
const testTimeout = 30_000

export interface Failure {
  readonly test: string
  readonly message: string
}

/** The sources in a folder of their own, where they may be changed. */
export interface Copy {
  /** Makes a change, for as long as `use` takes. */
  readonly changed: <A>(mutant: Mutant, use: () => Promise<A>) => Promise<A>
  /** What the compiler has against core. */
  readonly typeErrors: () => Promise<string>
  /** What fails in a test file. */
  readonly failures: (file: string) => Promise<ReadonlyArray<Failure>>
  readonly remove: () => void
}

export const makeCopy = (): Copy => {
  const folder = mkdtempSync(join(tmpdir(), "stepwright-mutants-"))
  const copy = (path: string) =>
    cpSync(join(root, path), join(folder, path), {
      recursive: true,
      // the links of the workspace lead to each other, and so stay within the copy
      verbatimSymlinks: true,
      filter: (from) => basename(from) !== "dist"
    })
  for (const path of ["packages", "test", "scripts", "package.json", "tsconfig.base.json"]) copy(path)
  mkdirSync(join(folder, "node_modules"))
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (name === ".pnpm") symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name))
    else if (!name.startsWith(".")) copy(join("node_modules", name))
  }
  const node = (module: string, ...args: ReadonlyArray<string>) =>
    run([process.execPath, join(root, "node_modules", ...module.split("/")), ...args], { cwd: folder, silence })

  return {
    changed: async ({ change, file }, use) => {
      const path = join(folder, "packages", "core", "src", file)
      const before = readFileSync(path, "utf8")
      writeFileSync(path, changed(before, file, change))
      try {
        return await use()
      } finally {
        writeFileSync(path, before)
      }
    },
    typeErrors: async () => {
      // what only the changed code used is no error of it
      const flags = ["--noEmit", "--noUnusedLocals", "false"]
      const { ok, output } = await node("typescript/bin/tsc", "-p", "packages/core", ...flags)
      return ok ? "" : output
    },
    failures: async (file) => {
      const report = join(folder, "report.json")
      rmSync(report, { force: true })
      const flags = ["--reporter=json", `--outputFile=${report}`, `--testTimeout=${testTimeout}`, "--maxWorkers=1"]
      const ended = await node("vitest/vitest.mjs", "run", "--root", folder, ...flags, file)
      if (ended.stopped) throw new Error(`${file} was stopped after ${silence / 1000} s of silence`)
      const { testResults }: Report = JSON.parse(readFileSync(report, "utf8"))
      return testResults.length === 0 ? [{ test: file, message: "there is no such file" }] : failuresIn(testResults)
    },
    remove: () => rmSync(folder, { recursive: true, force: true })
  }
}

/** A source with a change made to it, whose every place must be there once. */
const changed = (source: string, file: string, change: Mutant["change"]): string =>
  change.reduce((text, [find, replace]) => {
    const [before, after, ...more] = text.split(find)
    if (before === undefined || after === undefined || more.length > 0) {
      throw new Error(
        `${file} has changed: what is to be replaced is there ${text.split(find).length - 1} times:\n${find}`
      )
    }
    return before + replace + after
  }, source)

/** What vitest writes down. */
interface Report {
  readonly testResults: ReadonlyArray<{
    readonly message: string
    readonly name: string
    readonly status: string
    readonly assertionResults: ReadonlyArray<{
      readonly fullName: string
      readonly status: string
      readonly failureMessages: ReadonlyArray<string>
    }>
  }>
}

const failuresIn = (files: Report["testResults"]): ReadonlyArray<Failure> =>
  files.flatMap(({ assertionResults, message, name, status }) => {
    if (assertionResults.length === 0) return [{ test: name, message: message || `${status} without a test` }]
    return assertionResults.flatMap(({ failureMessages, fullName, status }) =>
      status === "failed" ? [{ test: fullName, message: failureMessages.join("\n") }] : []
    )
  })
