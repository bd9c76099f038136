import type { Plugin } from "vitest/config"
import { secondCopy } from "./packages/core/test/support/secondCopy.ts"
import { outside } from "./packages/node-runner/test/support/outside.ts"

const load = "**/*.soak.test.ts"
const mutation = "test/mutants/mutants.test.ts"

const engine = ["Engine*", "Step", "Workflow*", "DeltaSink", "Journal"].map(
  (name) => `packages/core/test/${name}.test.ts`
)

/** The tests of the engine again, with fewer runs of each law. A worker has one project's files, and loads each module once. */
const again = { include: engine, isolate: false, env: { LAW_RUNS: "5" } }

/** Packages whose tests leave nothing behind that another file could see: these load what they need once. */
const pure = new Set(["core", "llm", "steps", "studio"])

/** For tests that call the command line: in folders of their own, which are removed, with modules that lie there. */
const called = { setupFiles: ["packages/node-runner/test/support/tidy.ts"], plugins: [outside] }

/** The projects of `npm test`, one a folder. `scripts` also runs the examples and the code blocks of the documents. */
export const tests = [
  ...["core", "llm", "steps", "studio", "cluster", "create-stepwright"].map((name) => ({
    name,
    include: [`packages/${name}/test/**/*.test.ts`],
    isolate: !pure.has(name)
  })),
  { ...called, name: "node-runner", include: ["packages/node-runner/test/**/*.test.ts"], isolate: false },
  { ...called, name: "test", include: ["test/**/*.test.ts"] },
  { ...called, name: "scripts", include: ["scripts/*.test.ts", ".fences/*.test.ts"] },
  { ...again, name: "core, exits through JSON", setupFiles: ["packages/core/test/support/jsonExits.ts"] },
  { ...again, name: "core, a second copy of it", plugins: [secondCopy] }
].map(({ plugins = [], ...test }: { readonly name: string; readonly plugins?: Array<Plugin> }) => ({
  extends: true as const,
  plugins,
  test: { ...test, exclude: [load, mutation] }
}))

/** What takes longer, and may. */
const long = (name: string, include: string, env: Readonly<Record<string, string>> = {}) => [
  { extends: true as const, test: { name, include: [include], env, testTimeout: 3_600_000, hookTimeout: 3_600_000 } }
]

/** What `npm run soak` runs. */
export const soak = [
  ...long("soak", load),
  ...long("laws", "packages/core/test/Engine.{laws,edits,time}.test.ts", { LAW_RUNS: "1000" })
]

/** What `npm run soak -- mutants` runs. */
export const mutants = long("mutants", mutation, { LAW_RUNS: "100" })
