import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Engine from "@stepwright/core/Engine"
import type { Words } from "../base/words.ts"
import { command } from "../module/workflowModule.ts"
import { explainPath } from "../path/explainPath.ts"
import * as stepPath from "../path/stepPath.ts"
import * as flags from "../run/flags.ts"
import * as followed from "../run/followed.ts"
import * as runFolder from "../run/runFolder.ts"
import * as runLayer from "../run/runLayer.ts"
import * as session from "../run/session.ts"

const config = (words: Words) => ({
  ...flags.runAndPath(words),
  workflow: flags.workflow(words),
  id: flags.newRun,
  json: flags.json
})

export const fork = (words: Words) =>
  Command.make(
    "fork",
    config(words),
    Effect.fnUntraced(function* ({ id, json, workflow, ...rest }) {
      yield* runFolder.checkNew(id)
      const { path: given, run: origin } = yield* followed.runAndPath(rest)
      const opened = yield* session.open(origin, workflow)
      const { kept, loaded, state } = opened
      yield* runFolder.checkStore
      const again = yield* command
      const path = stepPath.resolve(given, loaded.workflow, state)
      const run = id ?? (yield* Engine.newRunId)
      const forked = Engine.fork(loaded.workflow, state, path, { run }).pipe(
        explainPath(path, loaded.workflow, state, again),
        Effect.provide(runLayer.withoutModel(opened))
      )
      // what the other run delivered stays its own
      const own = { ...kept, out: `out/${run}` }
      yield* runFolder.begin(run, Effect.andThen(runFolder.writeSettings(run, own), forked))
      yield* Console.error(
        `a run with the results of ${origin}, and a new one of ${path} to come; go on with: ${again} resume ${run}`
      )
      yield* Console.log(json ? JSON.stringify({ run, origin, workflow: state.workflow, path }, null, 2) : run)
    })
  ).pipe(
    Command.withDescription(
      "Start a run with the results of another, which stays as it is, but with a new result of one step to come, and print its id. With `resume` that step runs again, and what hangs on it where its result differs."
    ),
    Command.withShortDescription("Start a run with a new result of one step to come"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} latest ${words.artifactPath}`, description: "Another try at a step" },
      {
        command: `${commandPath.join(" ")} latest ${words.artifactPath} --run second`,
        description: "Under a name of your own"
      }
    ])
  )
