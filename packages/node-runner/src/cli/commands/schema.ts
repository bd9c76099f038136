import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as WorkflowEvent from "@stepwright/core/WorkflowEvent"
import * as WorkflowState from "@stepwright/core/WorkflowState"
import * as flags from "../run/flags.ts"

const schemas = { state: WorkflowState.jsonSchema, event: WorkflowEvent.jsonSchema }

export const schema = Command.make(
  "schema",
  {
    of: Argument.Literals("OF", ["state", "event"]).pipe(
      Argument.withDescription(
        "`state`: what `export` prints; `event`: a line of a journal, but for its number and checksum"
      )
    ),
    json: flags.json
  },
  Effect.fnUntraced(function* ({ of }) {
    yield* Console.log(JSON.stringify(schemas[of](), null, 2))
  })
).pipe(
  Command.withDescription("Print the JSON Schema (2020-12) of a run's state, or of what happens to it"),
  Command.withShortDescription("Print the JSON Schema of a state or an event"),
  Command.withExamples(({ commandPath }) => [
    { command: `${commandPath.join(" ")} state`, description: "Of what `export` prints and `import` takes" },
    { command: `${commandPath.join(" ")} event`, description: "Of the events in `events.jsonl`" }
  ])
)
