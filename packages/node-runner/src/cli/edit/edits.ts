import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import * as Engine from "@stepwright/core/Engine"
import * as Journal from "@stepwright/core/Journal"
import * as StepPath from "@stepwright/core/StepPath"
import * as Workflow from "@stepwright/core/Workflow"
import type { StepTemplateConfig, WorkflowConfig } from "@stepwright/core/WorkflowConfig"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { usage } from "../base/cliError.ts"
import { aliasesIn, misnamed } from "../config/aliases.ts"
import { Configuration } from "../config/configuration.ts"
import { stepsIn } from "../config/stepsIn.ts"
import { Who } from "../gate/who.ts"
import { explainPath } from "../path/explainPath.ts"
import * as stepPath from "../path/stepPath.ts"
import * as runLayer from "../run/runLayer.ts"
import type { Session } from "../run/session.ts"
import * as excess from "../value/excess.ts"

/** What is to be otherwise than in a run. */
export interface Edits {
  readonly config?: WorkflowConfig
  readonly input?: Schema.Json
  /** What steps are to have given, by their paths. */
  readonly outputs?: Readonly<Record<string, Schema.Json>>
}

export const isEmpty = ({ config = {}, input, outputs = {} }: Edits): boolean =>
  Object.keys(config).length === 0 && input === undefined && Object.keys(outputs).length === 0

/** What a configuration says of steps, by their paths; of one that is named twice, the last counts. */
export const byPath = ({ steps = {} }: WorkflowConfig): ReadonlyMap<string, StepTemplateConfig> =>
  new Map(stepsIn({ steps }).map(({ own, path }) => [path, own]))

/** A configuration with another laid over it; parameters count one by one. */
const merged = (one: WorkflowConfig, other: WorkflowConfig): WorkflowConfig => {
  const steps = new Map(byPath(one))
  for (const [path, own] of byPath(other)) steps.set(path, over(steps.get(path) ?? {}, own))
  return {
    ...over(Struct.omit(one, ["steps"]), Struct.omit(other, ["steps"])),
    ...(steps.size > 0 && { steps: Object.fromEntries(steps) })
  }
}

const over = <A extends Pick<WorkflowConfig, "parameters">>(one: A, other: A): A => {
  const parameters = { ...one.parameters, ...other.parameters }
  return { ...one, ...other, ...(Object.keys(parameters).length > 0 && { parameters }) }
}

/** The state of a run as it would be with edits: nothing of it is recorded. */
export const edited = Effect.fnUntraced(function* (self: Session, { config, input, outputs = {} }: Edits) {
  const { workflow } = self.loaded
  if (config !== undefined) yield* checkModels(config)
  const { error: _, ...rest } = self.state
  const configured: WorkflowState = {
    ...rest,
    status: "IN_PROGRESS",
    ...(config !== undefined && { config: merged(rest.config ?? {}, config) })
  }
  if (input === undefined && Object.keys(outputs).length === 0) return configured
  const set = Effect.fnUntraced(function* (state: WorkflowState, path: string, value: Schema.Json) {
    const problem = excess.problemOf(schemaAt(workflow, path))(value)
    if (problem !== undefined) return yield* usage(`${path}: ${problem}`, { target: path })
    const work = Engine.set(workflow, state, path, value, { who: yield* Who })
    return yield* explainPath(path, workflow, state, "stepwright")(work)
  })
  const work = Effect.gen(function* () {
    let state = input === undefined ? configured : yield* set(configured, "input", input)
    const order = Workflow.stepPaths(workflow)
    const rank = (path: string) => order.findIndex((pattern) => StepPath.matches(pattern, path))
    // what comes later depends on what came before
    const all = Object.entries(outputs).map(
      ([path, value]) => [stepPath.resolve(path, workflow, configured), value] as const
    )
    for (const [path, value] of all.toSorted(([a], [b]) => rank(a) - rank(b))) state = yield* set(state, path, value)
    return state
  })
  // what the steps of the workflow need is there
  return yield* Effect.provide(work, Layer.mergeAll(Journal.layerNone, runLayer.withoutModel(self)))
})

/** The Schema of what can be set at a path. */
export const schemaAt = (workflow: Session["loaded"]["workflow"], path: string): Workflow.Any["input"] =>
  path === "input"
    ? workflow.input
    : (Workflow.steps(workflow).find((step) => StepPath.matches(step.path, path))?.step.output ?? Schema.Json)

/** Refuses the name of a model that is near to one here, and none. */
const checkModels = Effect.fnUntraced(function* (config: WorkflowConfig) {
  const { project, user } = yield* Configuration
  const aliases = aliasesIn(project, user)
  for (const [path, { model = [] }] of byPath(config)) {
    for (const name of [model].flat()) {
      const why = misnamed(aliases, name)
      if (why !== undefined) return yield* usage(`${path}: ${why}`, { target: path })
    }
  }
})
