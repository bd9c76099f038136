import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Workflow from "@stepwright/core/Workflow"
import type { CliError } from "../base/cliError.ts"
import { Configuration } from "../config/configuration.ts"
import { sourced } from "../config/sourced.ts"
import * as steps from "../config/steps.ts"
import { split } from "../start/foreseen.ts"
import { type Loaded, ready } from "./workflowModule.ts"

/** A workflow with what the files of configuration set for its steps: a part of its definition, like its code. */
export const configured = Effect.fnUntraced(function* (
  loaded: Loaded
): Effect.fn.Return<Loaded, CliError, FileSystem.FileSystem | Path.Path> {
  const self = yield* Configuration
  return { ...loaded, workflow: yield* steps.configured(loaded.workflow, self, yield* optionsFor(self, loaded)) }
})

/** What the files set for steps of a workflow and cannot be set. */
export const mistakesFor = Effect.fnUntraced(function* (self: Configuration, loaded: Loaded) {
  const { problems } = yield* steps.settingsFor(loaded.workflow, self, yield* optionsFor(self, loaded))
  return problems
})

const optionsFor = Effect.fnUntraced(function* (self: Configuration, loaded: Loaded) {
  return {
    isMeant: yield* isMeant(self, loaded),
    others: self.project?.config.steps === undefined ? [] : yield* othersOf(loaded)
  }
})

/** Whether a file of a project speaks of this workflow: of every one unless it names one. */
export const isMeant = Effect.fnUntraced(function* (self: Configuration, { module, name, program }: Loaded) {
  const path = yield* Path.Path
  const told = yield* sourced({ ...self, user: undefined }, "workflow")
  if (told?.source !== "project" || program !== undefined) return true
  const { file, name: named } = split(`${told.value}`)
  return module === path.resolve(file) && (named === undefined || named === name)
})

/** The steps of what else comes with the command: what is set for a run is for a change of it, too. */
const othersOf = ({ module, program, workflow }: Loaded) =>
  module !== undefined || program !== undefined
    ? Effect.succeed([])
    : Effect.map(ready(workflow.name === "change" ? undefined : "change"), (other) =>
        Workflow.stepPaths(other.workflow)
      )
