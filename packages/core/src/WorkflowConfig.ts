import * as Schema from "effect/Schema"
import { ModelSettings } from "./internal/ask/call.ts"
import { optional } from "./internal/words/field.ts"

export const StepTemplateConfig = Schema.Struct({
  ...ModelSettings.fields,
  prompt: optional(Schema.String, "The template of its prompt, in place of that of its code."),
  system: optional(Schema.String, "The template of its system message.")
}).annotate({
  identifier: "StepTemplateConfig",
  description: "What can be set for one step from outside: its prompt's text, its model, how it is asked."
})
export type StepTemplateConfig = typeof StepTemplateConfig.Type

/** Settings of steps by name, nested like the workflow: a group has `steps`, an item of a `forEach` is `*`. */
export interface StepsTemplateConfig {
  readonly [name: string]: StepTemplateConfig & { readonly steps?: StepsTemplateConfig }
}
export const StepsTemplateConfig: Schema.Codec<StepsTemplateConfig> = Schema.Record(
  Schema.String,
  Schema.Struct({
    ...StepTemplateConfig.fields,
    steps: optional(
      Schema.suspend((): Schema.Codec<StepsTemplateConfig> => StepsTemplateConfig),
      "Settings of the steps in it."
    )
  })
).annotate({
  identifier: "StepsTemplateConfig",
  description:
    "Settings of steps by name, nested like the workflow: a group has `steps`, an item of a `forEach` is `*`."
})

export const WorkflowConfig = Schema.Struct({
  ...ModelSettings.fields,
  steps: optional(StepsTemplateConfig, "What is set for steps by their names or paths.")
}).annotate({
  identifier: "WorkflowConfig",
  description:
    "How a run differs from its workflow's definition. What stands at the top holds for every step that sets nothing."
})
export type WorkflowConfig = typeof WorkflowConfig.Type

/** A configuration that does not fit its workflow; `path` is the step it speaks of, empty where it is the whole. */
export class WorkflowConfigError extends Schema.TaggedError<WorkflowConfigError>()("WorkflowConfigError", {
  path: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `configuration${this.path === "" ? "" : ` of "${this.path}"`}: ${this.detail}`
  }
}
