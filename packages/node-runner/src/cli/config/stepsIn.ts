import * as StepPath from "@stepwright/core/StepPath"
import type { Key } from "../../internal/files/yamlText.ts"
import type { ProjectConfig, StepConfig, StepsConfig } from "../../ProjectConfig.ts"

/** What a file says of a step, and where. */
export interface Told {
  readonly path: string
  readonly keys: ReadonlyArray<Key>
  readonly own: StepConfig
}

/** What a file says of steps. */
export const stepsIn = ({ steps = {} }: ProjectConfig = {}): ReadonlyArray<Told> => flatten(steps, "", ["steps"])

const flatten = (nested: StepsConfig, above: string, keys: ReadonlyArray<Key>): ReadonlyArray<Told> =>
  Object.entries(nested).flatMap(([name, { steps, ...own }]) => {
    const at = { path: StepPath.join(above, name), keys: [...keys, name] }
    const here = Object.keys(own).length > 0 || steps === undefined ? [{ ...at, own }] : []
    return [...here, ...(steps === undefined ? [] : flatten(steps, at.path, [...at.keys, "steps"]))]
  })
