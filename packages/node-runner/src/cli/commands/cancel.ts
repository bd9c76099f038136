import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { failed } from "../base/cliError.ts"
import type { Words } from "../base/words.ts"
import { commandOf } from "../module/workflowModule.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"
import { statusLabel } from "../view/statusLabel.ts"

const slow = Effect.sleep("2 seconds").pipe(
  Effect.andThen(
    Console.error("it is asked to end, and does once what cannot be cut short is over; Ctrl-C waits no longer")
  ),
  Effect.andThen(Effect.never)
)

export const cancel = (words: Words) =>
  Command.make(
    "cancel",
    { run: flags.run, json: flags.json },
    Effect.fnUntraced(function* ({ json, run: reference }) {
      const run = yield* runFolder.find(reference)
      const answer = yield* Effect.raceFirst(runFolder.cancelled(run), slow)
      if (answer?.isDone === false) return yield* failed(`run ${run}: ${answer.detail}`, { target: run })
      const status = statusLabel(yield* runFolder.state(run), false)
      if (json) return yield* Console.log(JSON.stringify({ run, status, cancelled: answer !== undefined }, null, 2))
      if (answer === undefined) return yield* Console.log(`run ${run} is not running: ${status}`)
      yield* Console.log(`run ${run} is cancelled`)
      yield* Console.error(`go on with: ${yield* commandOf(yield* runFolder.settingsToLookAt(run))} resume ${run}`)
    })
  ).pipe(
    Command.withDescription(
      "Cancel a run that another process is at, as Ctrl-C does there: what is recorded is kept, and `resume` goes on."
    ),
    Command.withShortDescription("Cancel a run that is under way"),
    Command.withExamples(({ commandPath }) => [
      { command: commandPath.join(" "), description: "The run that was used last" },
      { command: `${commandPath.join(" ")} ${words.id} --json`, description: "For a script" }
    ])
  )
