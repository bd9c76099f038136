import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import { Hasher } from "@stepwright/core/Hasher"
import type { Note } from "@stepwright/core/Note"
import type { TestCounts } from "@stepwright/core/TestRunner"
import type * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { Workspace, type Written } from "@stepwright/core/Workspace"
import * as manifest from "../../internal/disk/manifest.ts"
import * as services from "../../internal/services/layers.ts"
import * as recordedResult from "./recordedResult.ts"

/** The files of a run that are still there, and what the tests showed of them. */
export interface Result {
  /** The delivered files that are there. */
  readonly files: ReadonlyArray<Written>
  /** Those of them that a person changed since. */
  readonly changed: ReadonlyArray<string>
  /** The step that delivered them last. */
  readonly delivery: string | undefined
  /** What the tests showed, where that holds. */
  readonly tests: TestCounts | undefined
  /** The tests that did not pass, and the step that says so. */
  readonly red: ReadonlyArray<recordedResult.Problem>
  readonly judged: string | undefined
  readonly notes: ReadonlyArray<Note>
  /** The step that gave them last. */
  readonly noted: string | undefined
}

/** The result of a run, by which of its paths count. */
export const of = Effect.fnUntraced(function* (
  workflow: Workflow.Any | undefined,
  state: WorkflowState,
  out: string,
  counts: recordedResult.Counts
): Effect.fn.Return<Result, never, FileSystem.FileSystem> {
  const { files, ...known } = recordedResult.of(workflow, state, counts)
  const found = files.length === 0 ? { files, changed: [] } : yield* compare(files, out)
  return { ...found, ...known }
})

const compare = Effect.fnUntraced(
  function* (files: ReadonlyArray<Written>, out: string) {
    const fs = yield* FileSystem.FileSystem
    if (!(yield* Effect.orElseSucceed(fs.exists(out), () => false))) return { files: [], changed: [] }
    const hash = yield* Hasher
    const written = yield* Effect.option(manifest.read(out))
    const there: Array<Written> = []
    const changed: Array<string> = []
    const workspace = yield* Workspace
    for (const file of files) {
      const { beside, path } = file
      const text = yield* Effect.orElseSucceed(workspace.read(path), () => undefined)
      if (text === undefined) continue
      there.push(file)
      const own = Option.getOrUndefined(written)?.files.get(beside ?? path)
      if (own !== undefined && own !== hash(text)) changed.push(path)
    }
    return { files: there, changed }
  },
  (work, _files, out) => Effect.provide(work, services.workspace(out, false))
)
