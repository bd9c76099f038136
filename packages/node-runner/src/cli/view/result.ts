import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import * as Engine from "@stepwright/core/Engine"
import { Hasher } from "@stepwright/core/Hasher"
import * as StepPath from "@stepwright/core/StepPath"
import type { TestCounts } from "@stepwright/core/TestRunner"
import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { Workspace, type Written } from "@stepwright/core/Workspace"
import * as figures from "../base/format.ts"
import * as manifest from "../../internal/disk/manifest.ts"
import * as outcome from "./recordedResult.ts"
import * as services from "../../internal/services/layers.ts"
import * as session from "../run/session.ts"

/** What a run has come to, as far as that is still so. */
export interface Standing {
  /** The delivered files that are there. */
  readonly files: ReadonlyArray<Written>
  /** Those of them that a person changed since. */
  readonly changed: ReadonlyArray<string>
  /** The step that delivered them last. */
  readonly delivery: string | undefined
  /** What the tests showed, where that holds. */
  readonly tests: TestCounts | undefined
}

/** What is left of a run's outcome, given which paths have a result that holds. */
export const of = Effect.fnUntraced(function* (
  state: WorkflowState,
  out: string,
  holds: (path: string) => boolean
): Effect.fn.Return<Standing, never, FileSystem.FileSystem> {
  const { delivery, files, tests } = outcome.of(state, holds)
  const found = files.length === 0 ? { files, changed: [] } : yield* compare(files, out)
  return { ...found, delivery, tests }
})

const compare = Effect.fnUntraced(
  function* (files: ReadonlyArray<Written>, out: string) {
    const fs = yield* FileSystem.FileSystem
    if (!(yield* Effect.orElseSucceed(fs.exists(out), () => false))) return { files: [], changed: [] }
    const hash = yield* Hasher
    const hashes: Readonly<Record<string, string>> = yield* Effect.orElseSucceed(manifest.read(out), () => ({}))
    const there: Array<Written> = []
    const changed: Array<string> = []
    const workspace = yield* Workspace
    for (const file of files) {
      const { beside, path } = file
      const text = yield* Effect.orElseSucceed(workspace.read(path), () => undefined)
      if (text === undefined) continue
      there.push(file)
      const own = hashes[beside ?? path]
      if (own !== undefined && own !== hash(text)) changed.push(path)
    }
    return { files: there, changed }
  },
  (work, _files, out) => Effect.provide(work, services.workspace(out, false))
)

/** The recorded paths whose result would not be reused, with the reason; `undefined` where that cannot be told. */
export const stale = (
  self: session.Session
): Effect.Effect<ReadonlyMap<string, string> | undefined, never, FileSystem.FileSystem | Path.Path> =>
  Effect.map(
    pending(self),
    (gone) =>
      gone &&
      new Map(
        Object.keys(self.state.records).flatMap((path) => {
          // items that are not known yet are one entry
          const entry = gone.find((entry) => StepPath.matches(entry.path, path))
          return entry === undefined ? [] : [[path, entry.why] as const]
        })
      )
  )

/** Whether a run would ask a model, as far as that can be told. */
export const asks = (self: session.Session): Effect.Effect<boolean, never, FileSystem.FileSystem | Path.Path> => {
  const patterns = Workflow.steps(self.loaded.workflow).filter(({ step }) => step.model !== undefined)
  return Effect.map(
    pending(self),
    (entries) =>
      entries === undefined ||
      entries.some(({ path }) => patterns.some((pattern) => StepPath.matches(pattern.path, path)))
  )
}

/** What a run would not reuse. */
const pending = (self: session.Session) =>
  Engine.plan(self.loaded.workflow, self.state).pipe(
    Effect.map((entries) => entries.filter(({ action }) => action !== "reuse")),
    Effect.provide(session.layer(self, { asks: false })),
    // a reason not to run is told by the command that runs
    Effect.catchCause(() => Effect.undefined)
  )

/** What a person reads of it. `again` is how the command line is called. */
export const lines = (self: Standing, run: string, out: string, again: string): ReadonlyArray<string> => {
  const { changed, delivery, files, tests } = self
  return [
    ...(files.length === 0 ? [] : [`files: ${out} (${figures.count(files.length, "file")})`]),
    ...files.flatMap(({ beside, path }) =>
      beside !== undefined && changed.includes(path)
        ? [
            `  ${path} was changed by hand and left alone; its new text is in ${beside} (\`step ${run} ${delivery} --force\` overwrites it)`
          ]
        : []
    ),
    ...(tests === undefined ? [] : [`tests: ${outcome.describeTests(tests)}`]),
    ...(changed.length === 0
      ? []
      : [
          `changed by hand: ${changed.join(", ")}${tests === undefined ? "" : `; the tests ran on the run's own version, try \`${again} verify ${out}\``}`
        ])
  ]
}
