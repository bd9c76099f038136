import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { usage } from "../base/cliError.ts"
import * as format from "../base/format.ts"
import { Person } from "../base/person.ts"
import type { Words } from "../base/words.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"

export const rm = (words: Words) =>
  Command.make(
    "rm",
    {
      runs: Argument.String("RUN").pipe(
        Argument.withDescription("Ids of runs, the beginnings of some, or `latest`"),
        Argument.variadic({ min: 1 })
      ),
      yes: flags.toggle("yes", "Do not ask"),
      json: flags.json
    },
    Effect.fnUntraced(function* ({ json, runs, yes }) {
      const ids = [...new Set(yield* Effect.forEach(runs, runFolder.find))]
      if (!yes) {
        const { answer, isThere } = yield* Person
        if (json || !isThere()) return yield* usage("nothing is removed unasked", { target: "--yes", fix: "add --yes" })
        const said = yield* answer(`remove ${ids.join(", ")}? (yes/no): `)
        if (!/^y(?:es)?$/iu.test(said?.trim() ?? "")) return yield* Console.error("nothing is removed")
      }
      yield* Effect.forEach(ids, runFolder.remove, { discard: true })
      if (json) return yield* Console.log(JSON.stringify({ removed: ids }, null, 2))
      yield* Console.log(`removed ${format.count(ids.length, "run")}: ${ids.join(", ")}`)
    })
  ).pipe(
    Command.withDescription(
      "Remove runs: their journals, prompts and replies. What they delivered stays, and so do the runs that started from them, but for the prompts and replies of before. One that a process runs is refused."
    ),
    Command.withShortDescription("Remove runs"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} ${words.id}`, description: "Asks before it does" },
      { command: `${commandPath.join(" ")} ${words.id} --yes --json`, description: "For a script" }
    ])
  )
