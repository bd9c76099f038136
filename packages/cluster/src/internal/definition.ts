import * as Effect from "effect/Effect"
import { Hasher } from "@stepwright/core/Hasher"
import * as Workflow from "@stepwright/core/Workflow"

/** What a worker must have to take a run: the definition of its workflow, and where it is told, the build. */
export const definitionOf = (workflow: Workflow.Any, build: string | undefined) =>
  Effect.map(Hasher, (hash) => {
    const digest = hash(JSON.stringify(Workflow.describe(workflow)))
    return build === undefined ? digest : `${digest} ${build}`
  })
