import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as WorkflowState from "@stepwright/core/WorkflowState"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"

const command = Command.make(
  "export",
  { run: flags.run, json: flags.json },
  Effect.fnUntraced(function* ({ run }) {
    const state = yield* runFolder.state(yield* runFolder.find(run))
    yield* Console.log(WorkflowState.toJson(state))
  })
).pipe(
  Command.withDescription("Print the state of a run as JSON"),
  Command.withExamples(({ commandPath }) => [
    {
      command: `${commandPath.join(" ")} latest > state.json`,
      description: "To keep, to look into, to `import` elsewhere"
    }
  ])
)

export { command as export }
