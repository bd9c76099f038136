import * as Command from "effect/cli/Command"
import * as Argument from "effect/cli/Argument"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Engine from "@stepwright/core/Engine"
import * as StepPath from "@stepwright/core/StepPath"
import * as Workflow from "@stepwright/core/Workflow"
import type { Words } from "../base/words.ts"
import { explainPath } from "../run/explainPath.ts"
import * as flags from "../run/flags.ts"
import * as input from "../run/input.ts"
import * as runLayer from "../run/runLayer.ts"
import * as session from "../run/session.ts"
import * as stepPath from "../run/stepPath.ts"

const config = (words: Words) => ({
  run: flags.run,
  path: flags.path(words),
  file: Argument.String("FILE").pipe(
    Argument.withDescription("The new result: text for a step that makes text, else JSON")
  ),
  workflow: flags.workflow(words)
})

export const set = (words: Words) =>
  Command.make(
    "set",
    config(words),
    Effect.fnUntraced(function* ({ file, path: given, run, workflow }) {
      const opened = yield* session.open(run, workflow)
      const { loaded, state: before } = opened
      const path = given === "input" ? given : stepPath.resolve(given, loaded.workflow, before)
      const step = Workflow.steps(loaded.workflow).find((step) => StepPath.matches(step.path, path))
      const value = yield* path === "input"
        ? input.fromFile(loaded.workflow.input, file, { isJson: true })
        : // the engine says of an unknown path what is near it
          input.valueOf(step?.step.output ?? Schema.String, yield* input.readText(file), file)
      const after = yield* Effect.gen(function* () {
        const state = yield* Engine.set(loaded.workflow, before, path, value)
        return yield* Engine.plan(loaded.workflow, state)
      }).pipe(explainPath(path, loaded.workflow, before), Effect.provide(runLayer.withoutModel(opened)))
      const affected = after.filter(({ action }) => action !== "reuse").map(({ path }) => path)
      yield* Console.log(`${path} is set from ${file}`)
      yield* Console.log(
        affected.length === 0 ? "nothing will run again" : `will run with \`resume\`: ${affected.join(", ")}`
      )
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
