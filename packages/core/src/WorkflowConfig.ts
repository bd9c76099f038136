import * as Schema from "effect/Schema"
import { ModelSettings } from "./internal/ask/call.ts"

/** What can be set for one step from outside: its prompt's text, its model, how it is asked. */
export const StepTemplateConfig = Schema.Struct({
  ...ModelSettings.fields,
  prompt: Schema.optionalKey(Schema.String),
  system: Schema.optionalKey(Schema.String)
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
    steps: Schema.optionalKey(Schema.suspend((): Schema.Codec<StepsTemplateConfig> => StepsTemplateConfig))
  })
)

/** How a run differs from its workflow's definition. What stands at the top holds for every step that sets nothing. */
export const WorkflowConfig = Schema.Struct({ ...ModelSettings.fields, steps: Schema.optionalKey(StepsTemplateConfig) })
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
