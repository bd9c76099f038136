import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Spending } from "@stepwright/core/Spending"
import * as Step from "@stepwright/core/Step"
import { type SourceFile, Workspace, WorkspaceError, Written } from "@stepwright/core/Workspace"
import { Attempt } from "./Attempt.ts"
import { Changes } from "./ChangesStep.ts"
import * as files from "./internal/files.ts"
import { Previous } from "./Previous.ts"
import { Files } from "./Project.ts"
import { TestGeneration } from "./TestGenerationStep.ts"
import * as ReportStep from "./ReportStep.ts"

/** What became of each file. */
export class Delivery extends Schema.Opaque<Delivery>()(Schema.Struct({ files: Schema.Array(Written) })) {}

export const Input = Schema.Struct({
  attempt: Attempt,
  report: ReportStep.Report,
  /** What it changes of others. */
  changes: Schema.optionalKey(Changes),
  /** The files that the attempt was made of, if it comes in the place of others. */
  replaced: Schema.optionalKey(
    Schema.Struct({ code: Files, tests: TestGeneration, acceptance: TestGeneration, edited: Previous.fields.edited })
  )
})

const printed = Schema.encodeSync(Schema.fromJsonString(Schema.toCodecJson(ReportStep.Report)))

/** The report for a person, and for a program. */
const reports = (report: ReportStep.Report) => [
  { path: "report.md", content: ReportStep.toMarkdown(report) },
  { path: "report.json", content: `${printed(report)}\n` }
]

/**
 * Writes the project, its tests and the report to the workspace. A record of it holds only while every file is there; a file that
 * a person changed is there.
 *
 * **Fails with** `WorkspaceError` when a path is refused or cannot be written.
 */
export const step = Step.effect("delivery", {
  input: Input,
  output: Delivery,
  error: WorkspaceError,
  produces: "files",
  run: ({ attempt, changes, replaced, report }) =>
    Effect.gen(function* () {
      const workspace = yield* Workspace
      const spent = (yield* Spending)()
      const told = { ...report, ...(changes !== undefined && { changes }), ...(spent !== undefined && { spent }) }
      const written = files.ofProject(attempt)
      // what a person wrote in a file goes with no file that is not wanted any more
      const isWorkOf = ({ path }: Pick<SourceFile, "path">) =>
        replaced?.edited?.includes(path) === true && !written.some((file) => file.path === path)
      const others = replaced && files.ofProject(replaced).filter((file) => !isWorkOf(file))
      return { files: yield* workspace.write([...written, ...reports(told)], others) }
    }),
  isCurrent: ({ files }) =>
    Effect.gen(function* () {
      const workspace = yield* Workspace
      for (const { outcome, path } of files) {
        if (outcome === "removed") continue
        // what cannot be read is looked at by whoever writes
        if ((yield* Effect.orElseSucceed(workspace.read(path), () => undefined)) === undefined) return false
      }
      return true
    })
})
