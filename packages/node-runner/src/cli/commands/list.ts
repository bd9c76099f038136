import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { directory } from "../../internal/services/layers.ts"
import * as format from "../base/format.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"
import { statusLabel } from "../view/statusLabel.ts"
import { totals } from "../view/totals.ts"
import * as tree from "../view/tree.ts"

export const list = Command.make(
  "list",
  { json: flags.json },
  Effect.fnUntraced(function* ({ json }) {
    const ids = yield* runFolder.all
    const described = yield* Effect.forEach(ids, (run) =>
      Effect.match(Effect.all([runFolder.state(run), runFolder.isLive(run)]), {
        onFailure: (error) => ({ run, error: error.message }),
        onSuccess: ([state, isLive]) => {
          const { replies, usage } = totals(state)
          const done = tree.rows(undefined, state, isLive).filter(({ look }) => look === "done").length
          const { createdAt, updatedAt, workflow } = state
          return {
            run,
            workflow,
            status: statusLabel(state, isLive),
            steps: done,
            replies,
            tokens: usage,
            createdAt,
            updatedAt
          }
        }
      })
    )
    if (json) return yield* Console.log(JSON.stringify(described, null, 2))
    if (described.length === 0) yield* Console.error(`there are no runs here (${directory})`)
    for (const entry of described) {
      if ("error" in entry) {
        yield* Console.log(`${entry.run}  ${entry.error}`)
        continue
      }
      const { createdAt, replies, run, status, steps, tokens, workflow } = entry
      const at = DateTime.formatIso(DateTime.makeUnsafe(createdAt)).slice(0, 16).replace("T", " ")
      const cost = replies === 0 ? [] : format.tokens(tokens)
      yield* Console.log(
        `${run}  ${status.padEnd(11)}  ${at}  ${workflow}  ${[`${format.count(steps, "step")} done`, ...cost].join(", ")}`
      )
    }
  })
).pipe(
  Command.withDescription("List the runs of this folder, the last used first"),
  Command.withShortDescription("List the runs of this folder"),
  Command.withExamples(({ commandPath }) => [
    { command: commandPath.join(" "), description: "Id, status, time, workflow, cost" },
    { command: `${commandPath.join(" ")} --json`, description: "The same for a script" }
  ])
)
