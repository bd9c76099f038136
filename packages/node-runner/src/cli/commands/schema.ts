import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as WorkflowDefinition from "@stepwright/core/WorkflowDefinition"
import * as WorkflowEvent from "@stepwright/core/WorkflowEvent"
import * as WorkflowState from "@stepwright/core/WorkflowState"
import * as RunLine from "../../RunLine.ts"
import * as flags from "../run/flags.ts"

const schemas = {
  state: Effect.sync(WorkflowState.jsonSchema),
  event: Effect.sync(WorkflowEvent.jsonSchema),
  definition: Effect.sync(WorkflowDefinition.jsonSchema),
  line: Effect.sync(RunLine.jsonSchema),
  // no other command needs the coding steps as it begins
  report: Effect.map(
    Effect.promise(() => import("@stepwright/steps/ReportStep")),
    ({ jsonSchema }) => jsonSchema()
  )
}

export const schema = Command.make(
  "schema",
  {
    of: Argument.Literals("OF", ["state", "event", "definition", "report", "line"]).pipe(
      Argument.withDescription(
        "`state`: what `export` prints; `event`: a line of a journal, but for its number and checksum; `definition`: a workflow as data; `report`: the report.json of the coding workflow; `line`: one that `--json-events` prints"
      )
    ),
    json: flags.json
  },
  Effect.fnUntraced(function* ({ of }) {
    yield* Console.log(JSON.stringify(yield* schemas[of], null, 2))
  })
).pipe(
  Command.withDescription(
    "Print the JSON Schema (2020-12) of a run's state, of what happens to it, of a workflow as data, of the report of the coding workflow, or of a line of `--json-events`"
  ),
  Command.withShortDescription("Print the JSON Schema of a state, an event, a definition, a report or a line"),
  Command.withExamples(({ commandPath }) => [
    { command: `${commandPath.join(" ")} state`, description: "Of what `export` prints and `import` takes" },
    { command: `${commandPath.join(" ")} event`, description: "Of the events in `events.jsonl`" },
    { command: `${commandPath.join(" ")} definition`, description: "Of a workflow in a file, for editors" },
    { command: `${commandPath.join(" ")} report`, description: "Of the `report.json` of a delivered project" },
    { command: `${commandPath.join(" ")} line`, description: "Of what `run --json-events` prints" }
  ])
)
