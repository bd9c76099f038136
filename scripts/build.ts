// `npm run build`: the packages as they are published, each in its `dist`.
import { spawnSync } from "node:child_process"
import { bundle } from "./bundle.ts"

const packages = ["core", "core/tsconfig.vitest.json", "llm", "steps", "node-runner"].map((name) => `packages/${name}`)
process.exitCode = spawnSync("tsc", ["-b", ...packages], { stdio: "inherit" }).status ?? 1
if (process.exitCode === 0) await bundle()
