import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as PromptTemplate from "../../PromptTemplate.ts"
import type { StepsTemplateConfig, StepTemplateConfig, WorkflowConfig } from "../../WorkflowConfig.ts"
import { WorkflowConfigError } from "../../WorkflowConfig.ts"
import type * as Workflow from "../../Workflow.ts"
import { steps } from "./describe.ts"
import { formatHole } from "../ask/formatHole.ts"
import { suggest } from "../text/suggest.ts"
import { mapSteps } from "./nodes.ts"

/** The workflow with what a configuration says of its steps; every path in it must be a step's. */
export const configure = Effect.fnUntraced(function* <In, Out, E, R>(
  self: Workflow.Workflow<In, Out, E, R>,
  config: WorkflowConfig
): Effect.fn.Return<Workflow.Workflow<In, Out, E, R>, WorkflowConfigError> {
  const { steps: nested = {}, ...defaults } = config
  const settings = new Map(flatten(nested, ""))
  const known = new Map(steps(self as Workflow.Any).map(({ path, step }) => [path, step]))
  const prompts = new Map<string, PromptTemplate.PromptTemplate<string>>()
  for (const [path, own] of settings) {
    const step = known.get(path)
    if (step === undefined) {
      return yield* new WorkflowConfigError({ path, detail: `no step has this path${suggest(path, known.keys())}` })
    }
    if (step.model === undefined) {
      return yield* new WorkflowConfigError({ path, detail: "this step asks no model, so there is nothing to set" })
    }
    if (own.prompt === undefined) continue
    const { holes } = step.model.prompt
    const template = Result.flatMap(PromptTemplate.parse(own.prompt, { name: path }), (template) =>
      Result.map(
        PromptTemplate.checkHoles(
          template,
          [...holes, formatHole],
          holes.filter((hole) => hole !== formatHole)
        ),
        () => template
      )
    )
    if (Result.isFailure(template)) return yield* new WorkflowConfigError({ path, detail: template.failure.message })
    prompts.set(path, PromptTemplate.withVariablesOf(template.success, step.model.prompt))
  }
  const nodes = mapSteps(self.nodes, "", (step, path) => {
    const { prompt: _, ...own } = settings.get(path) ?? {}
    const prompt = prompts.get(path)
    return step.configure(prompt === undefined ? own : { ...own, prompt }, defaults)
  })
  return { ...self, nodes }
})

const flatten = (nested: StepsTemplateConfig, at: string): ReadonlyArray<readonly [string, StepTemplateConfig]> =>
  Object.entries(nested).flatMap(([name, { steps: inner, ...own }]) => {
    const path = at === "" ? name : `${at}/${name}`
    const here = Object.keys(own).length > 0 || inner === undefined ? [[path, own] as const] : []
    return [...here, ...(inner === undefined ? [] : flatten(inner, path))]
  })
