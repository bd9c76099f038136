import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as PromptTemplate from "../../PromptTemplate.ts"
import * as StepPath from "../../StepPath.ts"
import {
  type StepsTemplateConfig,
  type StepTemplateConfig,
  type WorkflowConfig,
  WorkflowConfigError
} from "../../WorkflowConfig.ts"
import { formatHole } from "../ask/formatHole.ts"
import { insideOf as insideOfStep } from "../ask/step.ts"
import { suggest } from "../text/suggest.ts"
import { mapSteps, nodesOf, stepsOf, type UntypedWorkflow, withNodes } from "./nodes.ts"

/** The workflow with what a configuration says of its steps; every path in it must be a step's. */
export const configure = Effect.fnUntraced(function* (
  self: UntypedWorkflow,
  config: WorkflowConfig
): Effect.fn.Return<UntypedWorkflow, WorkflowConfigError> {
  const { steps: nested = {}, ...defaults } = config
  const settings = new Map(flatten(nested, ""))
  const known = new Map(stepsOf(nodesOf(self)).map(({ path, step }) => [path, step]))
  const prompts = new Map<string, PromptTemplate.PromptTemplate>()
  for (const [path, own] of settings) {
    const step = known.get(path)
    if (step === undefined) {
      return yield* new WorkflowConfigError({ path, detail: `no step has this path${suggest(path, known.keys())}` })
    }
    if (step.model === undefined) {
      return yield* new WorkflowConfigError({ path, detail: "this step asks no model, so there is nothing to set" })
    }
    if (own.prompt === undefined) continue
    const template = templateFor(path, own.prompt, step.model.prompt)
    if (Result.isFailure(template)) return yield* new WorkflowConfigError({ path, detail: template.failure.message })
    prompts.set(path, template.success)
  }
  const nodes = mapSteps(nodesOf(self), (step, path) => {
    const { prompt: _, system, ...own } = settings.get(path) ?? {}
    const prompt = prompts.get(path)
    return insideOfStep(step).configure(
      { settings: own, ...(prompt !== undefined && { prompt }), ...(system !== undefined && { system }) },
      defaults
    )
  })
  return withNodes(self, nodes)
})

/** A template that takes the place of a step's own: it has every hole that one has, and no other. */
export const templateFor = (path: string, source: string, own: PromptTemplate.PromptTemplate) =>
  Result.flatMap(PromptTemplate.parse(source, { name: path }), (template) =>
    Result.map(
      PromptTemplate.checkHoles(
        template,
        [...own.holes, formatHole],
        own.holes.filter((hole) => hole !== formatHole)
      ),
      () => PromptTemplate.withVariablesOf(template, own)
    )
  )

const flatten = (nested: StepsTemplateConfig, parent: string): ReadonlyArray<readonly [string, StepTemplateConfig]> =>
  Object.entries(nested).flatMap(([name, { steps: inner, ...own }]) => {
    const path = StepPath.join(parent, name)
    const here = Object.keys(own).length > 0 || inner === undefined ? [[path, own] as const] : []
    return [...here, ...(inner === undefined ? [] : flatten(inner, path))]
  })
