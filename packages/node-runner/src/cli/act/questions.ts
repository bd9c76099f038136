// What gates of a run ask whoever decides, each question under a name of its own.

import { hash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { PlanEntry } from "@stepwright/core/Engine"
import * as StandardSchema from "@stepwright/core/StandardSchema"
import type * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import type * as ServerApi from "../../ServerApi.ts"
import * as gates from "../gate/gates.ts"
import { planOf } from "../run/pending.ts"
import type { Session } from "../run/session.ts"

/** The gates that wait by the plan of a run, with what a decision is like. */
export const questionsIn = (
  workflow: Workflow.Any,
  plan: ReadonlyArray<PlanEntry>,
  state: WorkflowState
): ReadonlyArray<typeof ServerApi.Question.Type> =>
  gates.waitingIn(plan, state).map(({ before, gate, why = "" }) => {
    const decision = StandardSchema.jsonSchema(gates.decisionAt(workflow, gate.path) ?? Schema.Json)
    const question = { ...gate, why, ...(before !== undefined && { before }), decision }
    return { ...question, of: `${gate.path}#${hash("sha256", JSON.stringify(question)).slice(0, 16)}` }
  })

/** Whether a run still asks the question of a name. */
export const asksStill = (opened: Session, of: string) =>
  Effect.map(planOf(opened), (plan) =>
    questionsIn(opened.loaded.workflow, plan, opened.state).some((question) => question.of === of)
  )
