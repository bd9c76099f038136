import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import type { Words } from "../base/words.ts"
import { atBeginning } from "../config/effective.ts"
import { configured } from "../module/configured.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"
import * as session from "../run/session.ts"
import * as workflowModule from "../module/workflowModule.ts"

export const graph = (words: Words) =>
  Command.make(
    "graph",
    { run: Argument.optional(flags.namedRun), workflow: flags.workflow(words), json: flags.json },
    Effect.fnUntraced(function* ({ json, run, workflow }) {
      const print = (definition: Workflow.Any, state?: WorkflowState) => {
        const mermaid = Workflow.toMermaid(definition, state)
        const found = { run: state?.run ?? null, workflow: definition.name, mermaid }
        return Console.log(json ? JSON.stringify(found, null, 2) : mermaid)
      }

      const reference =
        Option.getOrUndefined(run) ??
        (workflow === undefined && (yield* runFolder.all).length > 0 ? runFolder.latest : undefined)
      if (reference === undefined) {
        const bound = yield* workflowModule.Bound
        const named = bound === undefined ? yield* atBeginning("workflow", workflow) : undefined
        const loaded = bound ?? (yield* named === undefined ? workflowModule.ready() : workflowModule.load(named))
        return yield* print((yield* configured(loaded)).workflow)
      }
      const { loaded, state } = yield* session.open(reference, workflow)
      yield* print(loaded.workflow, state)
    })
  ).pipe(
    Command.withDescription(
      "Print the workflow of a run as a Mermaid flowchart, coloured by status. Without RUN the run that was used last, or where there is none the workflow alone."
    ),
    Command.withShortDescription("Print the workflow as Mermaid"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} latest > run.mmd`, description: "A run, coloured" },
      ...(words.isOpen
        ? [{ command: `${commandPath.join(" ")} --workflow article.ts`, description: "A workflow, not a run" }]
        : [])
    ])
  )
