import { secondCopy } from "./packages/core/test/support/secondCopy.ts"

const engine = ["Engine*", "Step", "Workflow*", "DeltaSink", "Journal"].map(
  (name) => `packages/core/test/${name}.test.ts`
)

/** The projects of the test run, one a folder. `scripts` also runs the examples and the code blocks of the documents. */
const projects = ["core", "llm", "steps", "node-runner"]
  .map((name) => ({ name, include: [`packages/${name}/test/**/*.test.ts`] }))
  .concat([
    { name: "test", include: ["test/**/*.test.ts"] },
    { name: "scripts", include: ["scripts/*.test.ts", ".fences/*.test.ts"] }
  ])
  .map((test) => ({ extends: true as const, test }))

/** The tests of the engine again, with fewer runs of each law. */
const again = { include: engine, env: { LAW_RUNS: "15" } }

export default [
  ...projects,
  {
    extends: true as const,
    test: { ...again, name: "core, exits through JSON", setupFiles: ["packages/core/test/support/jsonExits.ts"] }
  },
  { extends: true as const, plugins: [secondCopy], test: { ...again, name: "core, a second copy of it" } }
]
