import { join } from "node:path"
import { defineConfig } from "vitest/config"
import { mutants, soak, tests } from "./vitest.workspace.ts"

/** Many times what the slowest takes on an idle machine: it ends what hangs, and decides nothing else. */
const limit = 5 * 60_000

export default defineConfig(({ mode }) => ({
  test: {
    projects: mode === "soak" ? soak : mode === "mutants" ? mutants : tests,
    // Programs that tests start load the sources in half the time.
    env: {
      NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/compiled"),
      // whoever tests keeps their own settings
      XDG_CONFIG_HOME: join(import.meta.dirname, "node_modules/.cache/person")
    },
    testTimeout: limit,
    hookTimeout: limit,
    // By default vitest leaves a core alone, which is half of two.
    maxWorkers: "100%",
    // Of the tests of one file: they start processes, and more at a time only wait for each other, within their limits.
    maxConcurrency: 2
  }
}))
