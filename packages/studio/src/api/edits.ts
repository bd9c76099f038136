import type { WorkflowState } from "@stepwright/core/WorkflowState"
import type * as ServerApi from "@stepwright/node-runner/ServerApi"
import { type Begun, get, type PlanEntry, post } from "./client.ts"

export type Edits = typeof ServerApi.Edits.Type
export type Config = NonNullable<Edits["config"]>
export type Source = typeof ServerApi.Source.Type
export type Saving = typeof ServerApi.Saving.Type

const part = encodeURIComponent

export const state = (run: string) => get<WorkflowState>(`/runs/${part(run)}/state`)
export const sources = (workflow: string, signal?: AbortSignal) =>
  get<ReadonlyArray<Source>>(`/workflows/${part(workflow)}/sources`, signal)

/** What would run, and what it cost last time. */
export const plan = (run: string, edits: Edits, signal?: AbortSignal) =>
  post<ReadonlyArray<PlanEntry>>(`/runs/${part(run)}/plan`, edits, signal)

/** Makes a run with edits, with the results of another. */
export const fork = (run: string, edits: Edits) => post<Begun>(`/runs/${part(run)}/fork`, edits)

/** What would be written to files. */
export const toSave = (workflow: string, config: Config, signal?: AbortSignal) =>
  post<Saving>(`/workflows/${part(workflow)}/save`, { config, dryRun: true }, signal)

/** Writes what was told. */
export const save = (workflow: string, config: Config, of: string) =>
  post<Saving>(`/workflows/${part(workflow)}/save`, { config, of })
