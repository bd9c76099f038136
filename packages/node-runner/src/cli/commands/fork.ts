import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Engine from "@stepwright/core/Engine"
import type { Words } from "../base/words.ts"
import { forked } from "../go/forked.ts"
import { command } from "../module/workflowModule.ts"
import * as onCluster from "../go/onCluster.ts"
import * as stepPath from "../path/stepPath.ts"
import * as flags from "../run/flags.ts"
import * as followed from "../run/followed.ts"
import * as runFolder from "../run/runFolder.ts"
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
      const { loaded, state } = opened
      yield* runFolder.checkStore
      const again = yield* command
      const path = stepPath.resolve(given, loaded.workflow, state)
      const run = id ?? (yield* Engine.newRunId)
      yield* forked(opened, { path, run, command: again })
      yield* Console.error(
        `a run with the results of ${origin}, and a new one of ${path} to come; go on with: ${again} resume ${run}${
          (yield* onCluster.has(origin))
            ? `; it is in the folder, and goes to workers by: ${again} move ${run} --to cluster`
            : ""
        }`
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
