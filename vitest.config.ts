import { defineConfig } from "vitest/config"
import { soak, tests } from "./vitest.workspace.ts"

/** Many times what the slowest takes on an idle machine: it ends what hangs, and decides nothing else. */
const limit = 5 * 60_000

export default defineConfig(({ mode }) => ({
  test: {
    projects: mode === "soak" ? soak : tests,
    testTimeout: limit,
    hookTimeout: limit,
    // Such tests start processes: more at a time only wait for each other, within their limits.
    maxConcurrency: 2
  }
}))
