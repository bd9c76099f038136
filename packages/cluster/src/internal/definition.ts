import * as Effect from "effect/Effect"
import * as Engine from "@stepwright/core/Engine"
import type * as Workflow from "@stepwright/core/Workflow"

/** What a worker must have to take a run: the definition of its workflow, and where it is told, the build. */
export const definitionOf = <In, Out, E, R>(workflow: Workflow.Workflow<In, Out, E, R>, build: string | undefined) =>
  Effect.map(Engine.definition(workflow), (digest) => (build === undefined ? digest : `${digest} ${build}`))
