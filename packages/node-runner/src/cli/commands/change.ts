import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import * as Engine from "@stepwright/core/Engine"
import { usage } from "../base/cliError.ts"
import { report } from "../base/output.ts"
import type { Words } from "../base/words.ts"
import * as workflowModule from "../module/workflowModule.ts"
import * as flags from "../run/flags.ts"
import { asDelivered, linesOf, madeBy, previousOf } from "../value/previous.ts"
import * as runFolder from "../run/runFolder.ts"
import * as session from "../run/session.ts"
import * as project from "../value/project.ts"

const config = (words: Words) => ({
  files: Argument.String("FILE").pipe(
    Argument.withDescription(
      "[RUN] FILE...: the documents that were edited, files and folders; what is gone from a folder goes, others stay"
    ),
    Argument.variadic({ min: 1 })
  ),
  ...flags.besides(words),
  review: flags.review(words),
  id: flags.newRun,
  json: flags.json
})

export const change = (words: Words) =>
  Command.make(
    "change",
    config(words),
    Effect.fnUntraced(function* ({ design, files, id, json, review, samples }) {
      yield* runFolder.checkNew(id)
      const isNamed = files.length > 1 && (yield* runFolder.isReference(files[0]))
      const again = yield* workflowModule.command
      const opened = yield* originOf(isNamed ? files[0] : undefined, again)
      const origin = opened.run
      yield* session.checkUnchanged(origin, (by) => `change that, by \`${again} change ${by} FILE\`, or remove it`)
      const made = yield* previousOf(opened)
      const { edited, missing, previous } = made
      const { ChangeOutlook, ChangeWorkflow, Project } = yield* Effect.promise(() => import("@stepwright/steps"))
      const before = yield* Effect.orDie(
        Schema.decodeUnknownEffect(Schema.toCodecJson(Project.Project))(opened.state.input)
      )
      const named = isNamed ? files.slice(1) : files
      const found = yield* project.read({ documents: named, design, samples })
      const gone = yield* project.goneFrom(named, before.documents)
      const value = {
        documents: documentsOf(before, { named: found.documents, gone, agreed: previous.documents }),
        // what is not named anew stays
        design: design.length === 0 ? before.design : found.design,
        samples: samples.length === 0 ? before.samples.map(asDelivered(previous.code)) : found.samples,
        previous,
        ...(before.mutants !== undefined && { mutants: before.mutants }),
        ...(review !== undefined && { review })
      }
      const outlook = ChangeOutlook.of(value)
      if (outlook.passages.length === 0) {
        return yield* usage(`the documents say what they said when run ${origin} was made`, {
          target: files.at(-1)!,
          fix: "edit them first"
        })
      }
      yield* runFolder.checkStore
      const run = id ?? (yield* Engine.newRunId)
      yield* runFolder.begin(
        run,
        Effect.andThen(
          // a recording has replies of the run that it was made with, and of no other
          runFolder.writeSettings(run, { ...Struct.omit(opened.kept, ["replay", "record"]), changeOf: origin }),
          Engine.initialize(ChangeWorkflow.workflow, value, { run })
        )
      )
      if (json) return yield* Console.log(JSON.stringify({ run, origin, ...outlook, edited, missing }, null, 2))
      for (const line of [...ChangeOutlook.toLines(outlook), ...linesOf(made)]) yield* report(line)
      yield* Console.error(`nothing is asked yet; see \`${again} plan ${run}\`, and go on with: ${again} resume ${run}`)
    })
  ).pipe(
    Command.withDescription(
      "Start a run that changes what another one made, as its documents were edited, and say what that reaches; nothing is asked before `resume`. Criteria, files and tests that have nothing to do with the edit stay as they are."
    ),
    Command.withShortDescription("Change a project as its documents were edited"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} ${words.input}`, description: "After an edit of its document" },
      { command: `${commandPath.join(" ")} latest PRD.md docs/`, description: "Of several documents" }
    ])
  )

/** The run to start from: the one named, or the latest; or what that one would change, where it has changed nothing yet. */
const originOf = Effect.fnUntraced(function* (named: string | undefined, again: string) {
  const opened = yield* session.open(named ?? runFolder.latest)
  const { run, settings } = opened
  const { changeOf } = settings
  if (changeOf === undefined || !(yield* runFolder.isReference(changeOf))) return opened
  const made = yield* Effect.option(madeBy(opened))
  if (Option.isSome(made)) return opened
  if (named !== undefined) {
    const fix = `go on with it first, by \`resume\`, or leave it: \`${again} change ${changeOf} FILE\`, and \`${again} rm ${run}\``
    return yield* usage(`run ${run} has made no project yet`, { target: run, fix })
  }
  yield* Console.error(`run ${run}, which has changed nothing yet, is left; from run ${changeOf}`)
  return yield* session.open(changeOf)
})

type Documents = ReadonlyArray<project.File>

/**
 * All documents as they are now: those named in the places of those with their names, or the one in the place of the only
 * one, without those that are gone; and what its author said on the way, which is in no file.
 */
const documentsOf = (
  { design, documents: before }: { readonly design: Documents; readonly documents: Documents },
  { agreed, gone, named }: Readonly<Record<"named" | "gone" | "agreed", Documents>>
): Documents => {
  const isIn = (documents: Documents, path: string) => documents.some((file) => file.path === path)
  const isRenamed = before.length === 1 && named.length === 1
  const kept = before
    .filter(({ path }) => !isIn(gone, path))
    .map((file) => named.find(({ path }) => path === file.path) ?? file)
  const added = named.filter(({ path }) => !isIn(before, path))
  const answers = agreed.filter(({ path }) => !isIn([...before, ...design, ...named], path))
  return [...(isRenamed ? named : [...kept, ...added]), ...answers]
}
