import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { report } from "../base/output.ts"
import { command } from "../module/workflowModule.ts"
import * as cluster from "../cluster/cluster.ts"
import * as flags from "../run/flags.ts"

export const workers = Command.make(
  "workers",
  { json: flags.json },
  Effect.fnUntraced(function* ({ json }) {
    const { linesOf, standing } = yield* Effect.promise(() => import("../work/standing.ts"))
    const { runs, text } = yield* cluster.there
    const found = yield* standing(yield* runs)
    if (json) return yield* Console.log(JSON.stringify({ database: text, ...found }, null, 2))
    yield* report(linesOf(found, yield* command).join("\n"))
  })
).pipe(
  Command.withDescription(
    "Show the workers of a cluster and what they work on, the runs that wait for one, and those that come to nothing again and again, with the reason."
  ),
  Command.withShortDescription("Show the workers of a cluster, and what waits for them"),
  Command.withExamples(({ commandPath }) => [
    { command: commandPath.join(" "), description: "Who is there, and what waits" },
    { command: `${commandPath.join(" ")} --json`, description: "The same for a script" }
  ])
)
