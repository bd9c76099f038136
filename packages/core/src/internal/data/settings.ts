import { ModelSettings } from "../ask/call.ts"
import type { UntypedStep } from "../ask/step.ts"
import * as canonical from "../json/canonical.ts"
import type { StepTemplateConfig } from "../../WorkflowConfig.ts"

const isEqual = (one: unknown, other: unknown) => canonical.stringify(one) === canonical.stringify(other)

/** What is set for a step otherwise than for another that it was made of. */
export const difference = (step: UntypedStep, other: UntypedStep): StepTemplateConfig => {
  const [own, base] = [step.model, other.model]
  if (own === undefined || base === undefined) return {}
  const { models, parameters, prompt, system, ...settings } = own
  const changed = Object.entries(settings).filter(
    ([name, value]) => name in ModelSettings.fields && !isEqual(value, base[name as keyof typeof base])
  )
  const set = Object.entries(parameters).filter(
    ([name, value]) => !isEqual(value, base.parameters[name as keyof typeof base.parameters])
  )
  return {
    ...(prompt.source !== base.prompt.source && { prompt: prompt.source }),
    ...(system !== undefined && system !== base.system && { system }),
    ...(!isEqual(models, base.models) && { model: models.length === 1 ? models[0] : models }),
    ...(set.length > 0 && { parameters: Object.fromEntries(set) }),
    ...Object.fromEntries(changed)
  }
}
