import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import { Workspace, WorkspaceError, Written } from "@stepwright/core/Workspace"
import { Files } from "./ImplementationStep.ts"
import * as files from "./internal/files.ts"
import { TestGeneration } from "./TestGenerationStep.ts"

/** What became of each file. */
export class Delivery extends Schema.Opaque<Delivery>()(Schema.Struct({ files: Schema.Array(Written) })) {}

export const Input = Schema.Struct({ code: Files, tests: TestGeneration })

/**
 * Writes the package and its tests to the workspace. A record of it holds only while every file is there; a file that
 * a person changed is there.
 *
 * **Fails with** `WorkspaceError` when a path is refused or cannot be written.
 */
export const step = Step.effect("delivery", {
  input: Input,
  output: Delivery,
  error: WorkspaceError,
  produces: "files",
  run: ({ code, tests }) =>
    Effect.gen(function* () {
      const workspace = yield* Workspace
      return { files: yield* workspace.write(files.ofPackage(code, tests)) }
    }),
  isCurrent: ({ files }) =>
    Effect.gen(function* () {
      const workspace = yield* Workspace
      for (const { path } of files) {
        // what cannot be read is looked at by whoever writes
        if ((yield* Effect.orElseSucceed(workspace.read(path), () => undefined)) === undefined) return false
      }
      return true
    })
})
