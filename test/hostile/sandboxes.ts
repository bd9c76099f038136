import { spawnSync } from "node:child_process"
import { NodeServices } from "@effect/platform-node"
import type { TestRunner, TestRunnerError } from "@stepwright/core/TestRunner"
import { BubblewrapTestRunner, PyodideTestRunner } from "@stepwright/node-runner"
import { type Duration, Effect, FileSystem, Layer } from "effect"
import type { TestOptions } from "vitest"
import { isThere, needs } from "../support/tool.ts"

interface Options {
  readonly timeout: Duration.Input
}

/** A sandbox, and what tests need that use it. */
interface Sandbox {
  readonly needs: TestOptions
  readonly of: (options: Options) => Layer.Layer<TestRunner, TestRunnerError>
}

/** A Python that has no packages. */
const plain = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const folder = `${yield* Effect.orDie(fs.makeTempDirectoryScoped())}/venv`
  spawnSync("python3", ["-m", "venv", "--without-pip", folder])
  return `${folder}/bin/python3`
})

export const sandboxes: Readonly<Record<"bubblewrap" | "bubblewrap with pytest" | "pyodide", Sandbox>> = {
  bubblewrap: {
    needs: needs("bwrap"),
    of: (options) =>
      Layer.unwrap(Effect.map(plain, (python) => BubblewrapTestRunner.layer({ ...options, python }))).pipe(
        Layer.provide(NodeServices.layer)
      )
  },
  "bubblewrap with pytest": {
    needs: isThere("bwrap") ? needs("pytest") : needs("bwrap"),
    of: BubblewrapTestRunner.layer
  },
  pyodide: { needs: {}, of: PyodideTestRunner.layer }
}

export const filesOf = (files: Readonly<Record<string, string>>) =>
  Object.entries(files).map(([path, content]) => ({ path, content }))
