import { defineConfig } from "vitest/config"
import { soak, tests } from "./vitest.workspace.ts"

export default defineConfig(({ mode }) => ({
  test: { projects: mode === "soak" ? soak : tests, testTimeout: 60_000, hookTimeout: 60_000 }
}))
