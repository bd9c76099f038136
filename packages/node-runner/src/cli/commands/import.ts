import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Engine from "@stepwright/core/Engine"
import * as WorkflowState from "@stepwright/core/WorkflowState"
import { usage } from "../base/cliError.ts"
import { oneLine } from "../base/format.ts"
import * as textFile from "../base/textFile.ts"
import type { Words } from "../base/words.ts"
import { atBeginning, effective } from "../config/effective.ts"
import { checkFlags } from "../run/checkFlags.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"
import * as session from "../run/session.ts"
import type { RunSettings } from "../run/settings.ts"
import { checkAnswering } from "../run/setUp.ts"
import * as workflowModule from "../module/workflowModule.ts"

const config = (words: Words) => ({
  file: Argument.String("FILE").pipe(
    Argument.withDescription("A state as JSON, as `export` prints it; - is standard input")
  ),
  workflow: flags.workflow(words),
  id: flags.newRun,
  out: flags.out,
  ...flags.answering,
  json: flags.json
})

const command = (words: Words) =>
  Command.make(
    "import",
    config(words),
    Effect.fnUntraced(function* ({ file, id, json, out: into, workflow, ...rest }) {
      yield* runFolder.checkNew(id)
      yield* checkFlags({ out: into, ...rest })
      const out = yield* atBeginning("out", into)
      const told = flags.settingsOf(rest)
      yield* checkAnswering(yield* effective(told))
      yield* runFolder.checkStore
      const found = yield* stateIn(file)
      const loaded = yield* session.workflowOf(workflow, undefined, found)
      const run = id ?? (yield* Engine.newRunId)
      const settings: RunSettings = {
        format: 1,
        ...(yield* workflowModule.reference(loaded)),
        ...told,
        out: out ?? `out/${run}`
      }
      yield* runFolder.begin(
        run,
        Effect.andThen(runFolder.writeSettings(run, settings), Engine.import(loaded.workflow, found, { run }))
      )
      yield* Console.error(`a run with the state of ${found.run}; nothing ran yet: \`plan\`, \`step\` or \`resume\` it`)
      const document = { run, origin: found.run, workflow: found.workflow }
      yield* Console.log(json ? JSON.stringify(document, null, 2) : run)
    })
  ).pipe(
    Command.withDescription("Start a run from a state, without running anything, and print its id"),
    Command.withShortDescription("Start a run from a state"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} state.json`, description: words.imported },
      { command: `${commandPath.join(" ")} state.json --run second`, description: "Under a name of your own" },
      ...(words.isOpen
        ? [{ command: `${commandPath.join(" ")} state.json --workflow article.ts`, description: "A run of your own" }]
        : [])
    ])
  )

/** The state that a file holds; what is wrong with it is one sentence. */
const stateIn = Effect.fnUntraced(function* (file: string) {
  const text = yield* textFile.read(file, textFile.mostOfData)
  return yield* Effect.mapError(WorkflowState.fromJson(text), (cause) => {
    const [problem, place] = cause.message.split("\n")
    const message = oneLine([problem, place].join("\n"))
    return usage(`${textFile.title(file)}: ${message}`, { target: file, fix: "give what `export` prints", cause })
  })
})

export { command as import }
