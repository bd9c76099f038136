import * as Schema from "effect/Schema"
import type { Effective } from "../config/effective.ts"
import { Answering } from "../../internal/services/answering.ts"

/**
 * What the command line has to know of a run besides its journal: `run.json` in the run's folder. Paths are relative to
 * the folder that holds `.stepwright`, or absolute; it holds no secret.
 */
export const RunSettings = Schema.Struct({
  format: Schema.Literal(1),
  /** The module that exports the workflow, and the name under which. Without it the run is one of the ready workflow. */
  module: Schema.optionalKey(Schema.String),
  name: Schema.optionalKey(Schema.String),
  /** A program that is a command line of its own workflow, and alone can go on with the run. */
  program: Schema.optionalKey(Schema.String),
  /** Where the workflow delivers files. */
  out: Schema.String,
  /** The run whose project it changes, in the folder where that is. */
  changeOf: Schema.optionalKey(Schema.String),
  ...Answering.fields
})
export type RunSettings = typeof RunSettings.Type

/** The same as it is by now: what it does not say, variables and files do. */
export type Settings = Effective<RunSettings>

/** The settings of a run that no command made. */
export const standardSettings = (run: string): RunSettings => ({ format: 1, out: `out/${run}` })
