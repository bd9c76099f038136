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
import type { ModelSettings } from "../ask/call.ts"
import { formatHole } from "../ask/formatHole.ts"
import { insideOf as insideOfStep, type UntypedStep } from "../ask/step.ts"
import { suggest } from "../text/suggest.ts"
import { mapSteps, nodesOf, stepsOf, type UntypedWorkflow, withNodes } from "./nodes.ts"

/** The workflow with what a configuration says of its steps; every path in it must be a step's. */
export const configure = Effect.fnUntraced(function* (
  self: UntypedWorkflow,
  config: WorkflowConfig
): Effect.fn.Return<UntypedWorkflow, WorkflowConfigError> {
  const { steps: nested = {}, ...defaults } = config
  const known = new Map(stepsOf(nodesOf(self)).map(({ path, step }) => [path, step]))
  const configured = new Map<string, UntypedStep>()
  for (const [path, own] of new Map(flatten(nested, ""))) {
    const step = known.get(path)
    if (step === undefined) {
      return yield* new WorkflowConfigError({ path, detail: `no step has this path${suggest(path, known.keys())}` })
    }
    const made = configuredStep(step, own, path, defaults)
    if (Result.isFailure(made)) return yield* new WorkflowConfigError({ path, detail: made.failure })
    configured.set(path, made.success)
  }
  const nodes = mapSteps(
    nodesOf(self),
    (step, path) => configured.get(path) ?? insideOfStep(step).configure({ settings: {} }, defaults)
  )
  return withNodes(self, nodes)
})

/** A step with settings of its own, and others where neither these nor its code say anything; or why it cannot have them. */
export const configuredStep = (
  step: UntypedStep,
  { prompt, system, ...settings }: StepTemplateConfig,
  path: string,
  defaults: ModelSettings = {}
): Result.Result<UntypedStep, string> => {
  if (step.model === undefined) return Result.fail("this step asks no model, so there is nothing to set")
  const template = prompt === undefined ? Result.succeed(undefined) : templateFor(path, prompt, step.model.prompt)
  return Result.mapBoth(template, {
    onSuccess: (template) =>
      insideOfStep(step).configure(
        { settings, ...(template !== undefined && { prompt: template }), ...(system !== undefined && { system }) },
        defaults
      ),
    onFailure: ({ message }) => message
  })
}

/** A template that takes the place of a step's own: it has every hole that one has, and no other. */
const templateFor = (path: string, source: string, own: PromptTemplate.PromptTemplate) =>
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
