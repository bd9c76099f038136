import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import type { WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import { resultAt, type WorkflowState } from "@stepwright/core/WorkflowState"
import { type CliError, usage } from "../base/cliError.ts"
import * as runFolder from "./runFolder.ts"
import { atBeginning, effective } from "../config/effective.ts"
import { configured } from "../module/configured.ts"
import { type RunSettings, type Settings, standardSettings } from "./settings.ts"
import * as workflowModule from "../module/workflowModule.ts"

/** A run with its workflow and its settings. */
export interface Session {
  readonly run: string
  /** What it was told, and is kept. */
  readonly kept: RunSettings
  /** The same with what variables and files say by now. */
  readonly settings: Settings
  readonly state: WorkflowState
  readonly loaded: workflowModule.Loaded
  /** What has happened to it so far; nothing of interest for one that begins. */
  readonly events: ReadonlyArray<WorkflowEvent>
}

/** The workflow of a run: that of the program, the one named, the one its settings name, or the ready one. */
export const workflowOf = Effect.fnUntraced(function* (
  named: string | undefined,
  settings: RunSettings | undefined,
  state: WorkflowState
): Effect.fn.Return<workflowModule.Loaded, CliError, FileSystem.FileSystem | Path.Path> {
  const loaded = yield* configured(yield* locate(named, settings, state))
  if (loaded.workflow.name === state.workflow) return loaded
  const target = state.workflow
  return yield* loaded.module === undefined && loaded.program === undefined
    ? usage(`the state is one of the workflow "${target}"`, {
        target,
        fix: "say where that is, with --workflow M.ts#NAME"
      })
    : usage(`the state is one of the workflow "${target}", not of "${loaded.workflow.name}"`, { target })
})

/** What `resume` has to be told of a run that a program made, which left no settings. */
export const flagsFor = (run: string, settings: RunSettings | undefined, named = "M.ts#NAME") =>
  Effect.map(workflowModule.Bound, (bound) =>
    settings === undefined && bound === undefined ? ` --workflow ${named} --out out/${run}` : ""
  )

/** The workflow of a run, where it can be found: without it a run still has its records to show. */
export const workflowThereOf = (settings: RunSettings | undefined, state: WorkflowState) =>
  // what would mend it is for who goes on with the run
  Effect.catch(workflowOf(undefined, settings, state), ({ fix, message }) =>
    Effect.as(Effect.logWarning(fix === undefined ? message : message.slice(0, -`: ${fix}`.length)), undefined)
  )

const locate = Effect.fnUntraced(function* (
  named: string | undefined,
  settings: RunSettings | undefined,
  state: WorkflowState
): Effect.fn.Return<workflowModule.Loaded, CliError, FileSystem.FileSystem | Path.Path> {
  const bound = yield* workflowModule.Bound
  if (bound !== undefined) return bound
  if (named !== undefined) return yield* workflowModule.load(named)
  if (settings?.program !== undefined) {
    return yield* usage(`run ${state.run} belongs to a program of its own`, {
      target: state.run,
      fix: `use \`node ${settings.program}\` in place of \`stepwright\``
    })
  }
  if (settings?.module !== undefined) return yield* workflowModule.load(`${settings.module}#${settings.name ?? ""}`)
  const told = settings === undefined ? yield* atBeginning("workflow", undefined) : undefined
  if (told !== undefined) return yield* workflowModule.load(told)
  return yield* workflowModule.ready(state.workflow)
})

/** Refuses a run in whose folder is by now what another one made of it. */
export const checkUnchanged = Effect.fnUntraced(function* (run: string, fix: (by: string) => string) {
  const { out } = (yield* runFolder.settingsToLookAt(run, { isQuiet: true })) ?? standardSettings(run)
  for (const by of yield* runFolder.own) {
    // what is wrong with another run is told to who goes on with that
    const settings = yield* Effect.orElseSucceed(runFolder.settingsToLookAt(by, { isQuiet: true }), () => undefined)
    if (settings?.changeOf !== run || settings.out !== out) continue
    if (resultAt(yield* runFolder.state(by), "delivery") === undefined) continue
    return yield* usage(`run ${run} was changed by run ${by}, which delivers into the same folder`, {
      target: run,
      fix: fix(by)
    })
  }
})

/** The same for a command that changes the run: from here on nobody else does, until the process ends. */
export const hold = Effect.fnUntraced(function* (reference: string, workflow?: string) {
  const run = yield* runFolder.find(reference)
  yield* runFolder.checkStoreOf(run)
  yield* checkUnchanged(run, () => "go on with that, or remove it")
  yield* runFolder.claim(run)
  return yield* open(run, workflow)
})

/** A run with all that is needed to go on with it; `workflow` names another module than the one it has. */
export const open = Effect.fnUntraced(function* (reference: string, workflow?: string) {
  const run = yield* runFolder.find(reference)
  const isNamed = workflow !== undefined || (yield* workflowModule.Bound) !== undefined
  const known = yield* runFolder.readSettings(run, { isNamed })
  const { events, state } = yield* runFolder.load(run)
  const loaded = yield* workflowOf(workflow, known, state)
  const kept: RunSettings = {
    ...(known ?? standardSettings(run)),
    ...(yield* workflowModule.reference(loaded))
  }
  return { run, kept, settings: yield* effective(kept), state, loaded, events } satisfies Session
})
