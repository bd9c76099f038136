import * as Schema from "effect/Schema"

/** A configuration that does not fit its workflow; `path` is the step it speaks of. */
export class WorkflowConfigError extends Schema.TaggedError<WorkflowConfigError>()("WorkflowConfigError", {
  path: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `configuration of "${this.path}": ${this.detail}`
  }
}
