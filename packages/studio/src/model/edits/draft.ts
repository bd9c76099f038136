import type { StepTemplateConfig, WorkflowConfig } from "@stepwright/core/WorkflowConfig"
import type { Edits } from "../../api/edits.ts"
import type { Json } from "../json.ts"

// what is to be otherwise in a run, gathered: the same as is sent to the server

export const none: Edits = {}

/** What a configuration says of steps, by their paths. */
export const stepsOf = (config: WorkflowConfig | undefined): ReadonlyMap<string, StepTemplateConfig> => {
  const found = new Map<string, StepTemplateConfig>()
  const visit = (steps: NonNullable<WorkflowConfig["steps"]>, above: string) => {
    for (const [name, { steps: inner, ...own }] of Object.entries(steps)) {
      const path = above === "" ? name : `${above}/${name}`
      if (Object.keys(own).length > 0) found.set(path, own)
      if (inner !== undefined) visit(inner, path)
    }
  }
  visit(config?.steps ?? {}, "")
  return found
}

const isEmpty = (value: object): boolean => Object.keys(value).length === 0

/** Edits without what says nothing. */
const tidy = ({ config, input, outputs = {} }: Edits): Edits => ({
  ...(config?.steps !== undefined && !isEmpty(config.steps) && { config }),
  ...(input !== undefined && { input }),
  ...(!isEmpty(outputs) && { outputs })
})

/** Edits in which a step has these settings besides what it has in the run; none for what is as there. */
export const withStep = (self: Edits, path: string, settings: StepTemplateConfig): Edits => {
  const { [path]: _, ...others } = self.config?.steps ?? {}
  return tidy({ ...self, config: { steps: { ...others, ...(!isEmpty(settings) && { [path]: settings }) } } })
}

export const withInput = ({ input: _, ...self }: Edits, input: Json | undefined): Edits =>
  tidy({ ...self, ...(input !== undefined && { input }) })

export const withOutput = (self: Edits, path: string, output: Json | undefined): Edits => {
  const { [path]: _, ...others } = self.outputs ?? {}
  return tidy({ ...self, outputs: { ...others, ...(output !== undefined && { [path]: output }) } })
}

/** One thing that is to be otherwise. */
export interface Entry {
  readonly kind: "step" | "input" | "output"
  readonly path: string
  /** What of it, in words. */
  readonly what: string
  /** The edits without it. */
  readonly without: Edits
}

const names: Readonly<Partial<Record<string, string>>> = { prompt: "prompt", system: "system message" }

/** All that is to be otherwise, one by one. */
export const entries = (self: Edits): ReadonlyArray<Entry> => [
  ...(self.input === undefined
    ? []
    : [{ kind: "input", path: "input", what: "the input of the run", without: withInput(self, undefined) } as const]),
  ...Object.entries(self.config?.steps ?? {}).flatMap(([path, settings]) =>
    Object.keys(settings).map((name): Entry => {
      const left = Object.fromEntries(Object.entries(settings).filter(([other]) => other !== name))
      return { kind: "step", path, what: names[name] ?? name, without: withStep(self, path, left) }
    })
  ),
  ...Object.keys(self.outputs ?? {}).map((path): Entry => {
    return { kind: "output", path, what: "output by hand", without: withOutput(self, path, undefined) }
  })
]
