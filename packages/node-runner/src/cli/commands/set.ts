import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Engine from "@stepwright/core/Engine"
import * as StepPath from "@stepwright/core/StepPath"
import * as Workflow from "@stepwright/core/Workflow"
import { usage } from "../base/cliError.ts"
import * as textFile from "../base/textFile.ts"
import { Who } from "../gate/who.ts"
import type { Words } from "../base/words.ts"
import { command } from "../module/workflowModule.ts"
import { explainPath } from "../path/explainPath.ts"
import * as flags from "../run/flags.ts"
import * as followed from "../run/followed.ts"
import * as input from "../run/input.ts"
import * as runLayer from "../run/runLayer.ts"
import * as session from "../run/session.ts"
import * as stepPath from "../path/stepPath.ts"
import * as excess from "../value/excess.ts"
import { outlookLines, outlookOf } from "../run/pending.ts"

const config = (words: Words) => ({
  ...flags.runPathAndFiles(
    words,
    `The new result: text for a step that makes text, else JSON; - is standard input${words.hasDocuments ? "; for an `input` of documents, several and folders" : ""}`
  ),
  ...flags.besides(words),
  workflow: flags.workflow(words),
  json: flags.json
})

export const set = (words: Words) =>
  Command.make(
    "set",
    config(words),
    Effect.fnUntraced(function* ({ design, json, samples, workflow, ...rest }) {
      const { files, path: given, run } = yield* followed.runPathAndFiles(rest)
      const opened = yield* session.hold(run, workflow)
      const { loaded, state: before } = opened
      const path = given === "input" ? given : stepPath.resolve(given, loaded.workflow, before)
      const step = Workflow.steps(loaded.workflow).find((step) => StepPath.matches(step.path, path))
      const [file = "", ...others] = files
      if (path !== "input" && [...others, ...design, ...samples].length > 0) {
        return yield* usage(`a step has one result: ${path} takes one FILE, and neither --design nor --sample`, {
          target: "FILE",
          fix: "name one FILE"
        })
      }
      const value = yield* path === "input"
        ? input.fromFiles(loaded.workflow.input, { files, design, samples }, { isJson: true, before: before.input })
        : // the engine says of an unknown path what is near it
          input.valueOf(step?.step.output ?? Schema.String, yield* textFile.read(file), file)
      const problem = excess.problemOf(path === "input" ? loaded.workflow.input : (step?.step.output ?? Schema.Json))(
        value
      )
      const source = files.map(textFile.title).join(", ")
      if (problem !== undefined) return yield* usage(`${source}: ${problem}`, { target: file })
      const after = yield* Effect.gen(function* () {
        const state = yield* Engine.set(loaded.workflow, before, path, value, { who: yield* Who })
        return yield* Engine.plan(loaded.workflow, state)
      }).pipe(explainPath(path, loaded.workflow, before, yield* command), Effect.provide(runLayer.withoutModel(opened)))
      const next = outlookOf(after)
      yield* Console.error(`run ${run}: ${loaded.workflow.name}`)
      if (json) return yield* Console.log(JSON.stringify({ run, path, ...next }, null, 2))
      yield* Console.log(`${path} is set from ${source}`)
      const lines = outlookLines(next)
      for (const line of lines.length === 0 ? ["nothing will run again"] : lines) yield* Console.log(line)
    })
  ).pipe(
    Command.withDescription(
      "Replace a step's result by hand, or with the path `input` the run's input. Exactly what depends on it runs again."
    ),
    Command.withShortDescription("Replace a step's result by hand"),
    Command.withExamples(({ commandPath }) => [
      {
        command: `${commandPath.join(" ")} latest ${words.artifactPath} architecture.json`,
        description: "A result of your own"
      },
      { command: `${commandPath.join(" ")} latest input input.json`, description: "Another input" }
    ])
  )
