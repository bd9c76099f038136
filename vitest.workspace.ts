/** The projects of the test run, one a folder. `scripts` also runs the examples and the code blocks of the documents. */
export default ["core", "llm", "steps", "node-runner"]
  .map((name) => ({ name, include: [`packages/${name}/test/**/*.test.ts`] }))
  .concat([
    { name: "test", include: ["test/**/*.test.ts"] },
    { name: "scripts", include: ["scripts/*.test.ts", ".fences/*.test.ts"] }
  ])
  .map((test) => ({ extends: true as const, test }))
