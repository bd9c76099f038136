import * as Schema from "effect/Schema"
import { RunId } from "@stepwright/core/WorkflowState"

/** Whether a text may be the id of a run, which is the name of its folder. */
export const isRunId: (text: string) => boolean = Schema.is(RunId)

export { runIdRule } from "@stepwright/core/WorkflowState"
