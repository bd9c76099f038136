import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { usage } from "../base/cliError.ts"
import * as format from "../base/format.ts"
import type { Words } from "../base/words.ts"
import { command } from "../module/workflowModule.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"
import * as stores from "../run/store/stores.ts"

export const repair = (words: Words) =>
  Command.make(
    "repair",
    { run: flags.run, json: flags.json },
    Effect.fnUntraced(function* ({ json, run: reference }) {
      const run = yield* runFolder.find(reference)
      const store = yield* stores.of(run)
      if (store.repair === undefined) {
        const fix = "what is damaged there is restored by the means of that place"
        const problem = `run ${run} is kept in ${yield* store.where}, where no repair is needed`
        return yield* usage(problem, { target: run, fix })
      }
      yield* store.check
      const { events, kept, lost } = yield* store.repair(run)
      const isDamaged = kept !== undefined
      if (json) return yield* Console.log(JSON.stringify({ run, events, lost, kept: kept ?? null }, null, 2))
      if (!isDamaged) return yield* Console.log(`the journal of run ${run} is whole: ${format.count(events, "event")}`)
      yield* Console.log(`${format.count(events, "event")} of run ${run} are left; the damaged file is ${kept}`)
      for (const { line, what } of lost)
        yield* Console.log(`lost: ${line === undefined ? what : `line ${line}, ${what}`}`)
      yield* Console.error(`see what runs again with \`${yield* command} plan ${run}\``)
    })
  ).pipe(
    Command.withDescription(
      "Drop the damaged lines of a run's journal, and say what is lost with them. Results that are whole are kept, and so is the damaged file."
    ),
    Command.withShortDescription("Drop the damaged lines of a journal"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} ${words.id}`, description: "A run that cannot be read" }
    ])
  )
