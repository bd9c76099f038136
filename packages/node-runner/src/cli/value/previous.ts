import * as Effect from "effect/Effect"
import type { Input } from "@stepwright/steps/ChangeWorkflow"
import type { Previous } from "@stepwright/steps/Previous"
import type { CliError } from "../base/cliError.ts"
import { usage } from "../base/cliError.ts"
import * as NodeWorkspace from "../../NodeWorkspace.ts"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { Workspace } from "@stepwright/core/Workspace"
import type { File } from "./project.ts"

/** The project that a run made, with what people made of its files since. */
export interface Found {
  readonly previous: Previous
  /** Files that are not as they were delivered, and those that are gone. */
  readonly edited: ReadonlyArray<string>
  readonly missing: ReadonlyArray<string>
}

/** A run that may have made one: of which workflow, and where it is delivered. */
interface Opened {
  readonly run: string
  readonly loaded: {
    readonly workflow: { readonly name: string }
    /** Where a workflow of a user's is. */
    readonly module?: string | undefined
    readonly program?: string | undefined
  }
  readonly state: WorkflowState
  readonly settings: { readonly out: string }
}

/** What a run of the ready workflow has made. */
export const madeBy = Effect.fnUntraced(function* ({
  loaded,
  run,
  state
}: Opened): Effect.fn.Return<Previous, CliError> {
  const { AutomatedCodingWorkflow, ChangeWorkflow } = yield* Effect.promise(() => import("@stepwright/steps"))
  const isReady = loaded.module === undefined && loaded.program === undefined
  const ready = [AutomatedCodingWorkflow, ChangeWorkflow].find(
    ({ workflow }) => isReady && workflow.name === loaded.workflow.name
  )
  if (ready === undefined) {
    return yield* usage(`run ${run} is of the workflow "${state.workflow}", which has no documents to change`, {
      target: run,
      fix: "edit its input with `set RUN input FILE`"
    })
  }
  return yield* Effect.mapError(ready.projectOf(state), (cause) =>
    usage(`run ${run} has made no project yet`, { target: run, fix: "go on with it first, by `resume`", cause })
  )
})

/** The same as it is in the folder where it was delivered. */
export const previousOf = Effect.fnUntraced(function* (opened: Opened): Effect.fn.Return<Found, CliError> {
  const { out } = opened.settings
  const made = yield* madeBy(opened)
  const edited: Array<string> = []
  const missing: Array<string> = []
  const asItIs = Effect.fnUntraced(function* (path: string, content: string) {
    const text = yield* Effect.mapError(
      Effect.flatMap(Workspace, (workspace) => workspace.read(path)),
      (cause) => usage(`${out}/${cause.message}`, { target: path, fix: "put it back as it was", cause })
    )
    if (text === undefined) missing.push(path)
    else if (text !== content) edited.push(path)
    return text ?? content
  })
  const filesAsTheyAre = (files: Previous["tests"]) =>
    Effect.forEach(files, ({ content, path }) => Effect.map(asItIs(path, content), (content) => ({ path, content })))
  return yield* Effect.gen(function* () {
    const code = yield* Effect.forEach(Object.entries(made.code), ([path, content]) =>
      Effect.map(asItIs(path, content), (text) => [path, text] as const)
    )
    const previous = {
      ...made,
      code: Object.fromEntries(code),
      tests: yield* filesAsTheyAre(made.tests),
      acceptance: yield* filesAsTheyAre(made.acceptance)
    }
    return { previous: edited.length === 0 ? previous : { ...previous, edited }, edited, missing }
  }).pipe(Effect.provide(NodeWorkspace.layer({ root: out })))
})

/** A sample with what people made of it in the folder that it was delivered into. */
export const asDelivered =
  (code: Previous["code"]) =>
  ({ path, text }: File): File => ({ path, text: code[path] ?? text })

/** The input of a change with the project as it is by now, samples that were not named anew included. */
export const renewed = (input: Input, previous: Previous): Input => ({
  ...input,
  previous,
  samples: input.samples.map((file) =>
    file.text === input.previous.code[file.path] ? asDelivered(previous.code)(file) : file
  )
})

/** What a person is told of files that are not as they were delivered. */
export const linesOf = ({ edited, missing }: Found): ReadonlyArray<string> => [
  ...(edited.length === 0 ? [] : [`edited since; the change goes on from these: ${edited.join(", ")}`]),
  ...(missing.length === 0 ? [] : [`gone since, and written again: ${missing.join(", ")}`])
]
