import type { TestRunner, TestRunnerError } from "@stepwright/core/TestRunner"
import { BubblewrapTestRunner, PyodideTestRunner } from "@stepwright/node-runner"
import type { Duration, Layer } from "effect"
import type { TestOptions } from "vitest"
import { needs } from "../support/tool.ts"

interface Options {
  readonly timeout: Duration.Input
}

/** A sandbox, and what tests need that use it. */
interface Sandbox {
  readonly needs: TestOptions
  readonly of: (options: Options) => Layer.Layer<TestRunner, TestRunnerError>
}

export const sandboxes: Readonly<Record<"bubblewrap" | "pyodide", Sandbox>> = {
  bubblewrap: { needs: needs("bwrap"), of: BubblewrapTestRunner.layer },
  pyodide: { needs: {}, of: PyodideTestRunner.layer }
}

export const filesOf = (files: Readonly<Record<string, string>>) =>
  Object.entries(files).map(([path, content]) => ({ path, content }))
